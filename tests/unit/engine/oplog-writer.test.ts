import { describe, expect, it } from 'vitest';
import { goVersionOf } from '../../../src-main/engine/go-versions.ts';
import { Heap } from '../../../src-main/engine/heap.ts';
import { OplogWriter } from '../../../src-main/engine/oplog-writer.ts';
import { replayOplog } from '../../../src-main/engine/replay-oplog.ts';
import { SimulatedProgram, type Workload } from './simulated-program.ts';

describe('the log of a simulated heap', () => {
  const workloads: Workload[] = [
    { minor: 26, procs: 1, steps: 40_000 },
    { minor: 26, procs: 4, steps: 40_000 },
    { minor: 19, procs: 2, steps: 20_000 },
    { minor: 22, procs: 3, steps: 20_000 },
    { minor: 26, procs: 1, steps: 5000, options: { heapBase: 0x1a2b_3c00_0000 + 5 * 2 ** 22, paddingPages: 300 } },
  ];

  it.each(workloads)('replays without a miss: Go 1.$minor, $procs Ps', (workload) => {
    const { lines, marks, gc } = new SimulatedProgram(workload);
    expect(gc.count).toBeGreaterThan(2);
    const result = replayOplog(lines, { marks, hasChecks: true });
    expect(result.stopped).toBeUndefined();
    for (const [letter, { predicted, correct }] of Object.entries(result.columns)) {
      expect([letter, correct]).toEqual([letter, predicted]);
    }
    expect(result.columns.U.predicted + result.columns.S.predicted).toBeGreaterThan(0);
    expect(result.checks.memstats.filter((check) => check.got !== check.want)).toEqual([]);
    expect(result.checks.memstats).toHaveLength(marks.length * 9);
  });

  it('still replays when two Ps wrote their refills down in the other order', () => {
    const lines: string[] = [];
    const heap = new Heap(goVersionOf(26) ?? expect.fail());
    heap.events = new OplogWriter(heap, 4, (line) => lines.push(`${line}\n`));
    for (const p of [2, 3]) heap.alloc(p, 1024, true);
    for (const p of [2, 3]) heap.flush(p);
    const at = lines.length;
    for (const p of [0, 1]) heap.alloc(p, 1024, true);
    const [refill0, got0, alloc0, refill1, got1, alloc1] = lines.slice(at);
    expect([refill0, got0, refill1, got1].map((line) => line.slice(0, 3))).toEqual(['R 0', 'C 0', 'R 1', 'C 1']);
    const blurred = [...lines.slice(0, at), refill0, refill1, got1, got0, alloc0, alloc1];
    const result = replayOplog(blurred, { hasChecks: true });
    expect(result.stopped).toBeUndefined();
    expect(result.placement).toMatchObject({ share: 1, misses: { 'C: another span was first in the queue': 1 } });
  });
});
