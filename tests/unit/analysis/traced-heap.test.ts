/** Placement from unmodified traces, against the addresses and MemStats they recorded. */
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type TracedHeapOptions, tracedHeap } from '../../../src-main/analysis/traced-heap.ts';

const fixtures = join(import.meta.dirname, '..', '..', 'fixtures');
const folder = join(fixtures, 'engine', 'traces');
const names = readdirSync(folder).filter((n) => n.endsWith('.trace'));

async function heapOf(path: string, options: TracedHeapOptions = {}) {
  const heap = await tracedHeap(createReadStream(path), statSync(path).size, options);
  if (!heap) throw new Error('no trace');
  return heap;
}

describe.each(names)('tracedHeap of %s', (name) => {
  it('predicts at least 98 of 100 refills of one P with its GC on, and 99 of 100 addresses', async () => {
    const { placement } = await heapOf(join(folder, name));
    expect(placement.refills.predicted).toBeGreaterThan(300);
    expect(placement.refills.correct / placement.refills.predicted).toBeGreaterThanOrEqual(0.98);
    expect(placement.share).toBeGreaterThanOrEqual(0.99);
  });

  it('accounts for every miss', async () => {
    const { placement } = await heapOf(join(folder, name));
    const misses = Object.values(placement.misses).reduce((a, b) => a + b, 0);
    expect(misses).toBe(placement.predicted - placement.correct);
  });

  it('has the MemStats that the program read at each mark', async () => {
    const { marks } = await heapOf(join(folder, name));
    const recorded = JSON.parse(readFileSync(join(folder, name.replace('.trace', '.marks.json')), 'utf8')).Marks;
    expect(marks.map((m) => m.label)).toEqual(recorded.map((m: { Label: string }) => m.Label));
    for (const [i, { MemStats }] of recorded.entries())
      expect(marks[i]?.totals).toMatchObject({
        heapObjects: MemStats.HeapObjects,
        heapAllocBytes: MemStats.HeapAlloc,
        heapInuseBytes: MemStats.HeapInuse,
      });
  });

  it('gives a row for each prediction', async () => {
    const rows: { predicted: number; recorded: number }[] = [];
    const { placement } = await heapOf(join(folder, name), { onRow: (row) => rows.push(row) });
    expect(rows).toHaveLength(placement.predicted);
    expect(rows.filter((r) => r.predicted === r.recorded)).toHaveLength(placement.correct);
  });
});

describe('tracedHeap', () => {
  it('is undefined for what is no trace, and has no events of a trace without them', async () => {
    expect(await tracedHeap(createReadStream(import.meta.filename), 1)).toBeUndefined();
    expect((await heapOf(join(fixtures, 'go-trace', 'go1.22-program.trace'))).events).toBe(0);
  });

  it('ends with what a cut trace tells, wherever it is cut', async () => {
    const bytes = readFileSync(join(folder, 'p1-large-gc.trace'));
    const whole = (await heapOf(join(folder, 'p1-large-gc.trace'))).events;
    let last = 0;
    for (const share of [0.1, 0.5, 0.9, 1]) {
      const part = bytes.subarray(0, Math.floor(bytes.length * share));
      const heap = await tracedHeap(chunksOf(part), part.length);
      expect(heap?.events).toBeGreaterThanOrEqual(last);
      last = heap?.events ?? 0;
    }
    expect(last).toBe(whole);
  });
});

async function* chunksOf(bytes: Uint8Array) {
  yield await Promise.resolve(bytes);
}
