// A made-up program on a simulated heap: all kinds of allocations, stacks, collections, scavenging and readings of MemStats, with its log.
import { expect } from 'vitest';
import { goVersionOf } from '../../../src-main/engine/go-versions.ts';
import { Heap, type HeapOptions } from '../../../src-main/engine/heap.ts';
import { OplogWriter } from '../../../src-main/engine/oplog-writer.ts';
import { GcController } from '../../../src-main/engine/pacer/gc-controller.ts';
import { GcCycles } from '../../../src-main/engine/pacer/gc-cycle.ts';
import type { RecordedMark } from '../../../src-main/engine/replay-oplog.ts';
import { SPAN_KIND_STACK, SPAN_KIND_WORK_BUF } from '../../../src-main/engine/spans/mspan.ts';
import { brokenIdentities } from '../../../src-main/engine/stats/mem-stats.ts';
import { randomInt, seededRandom } from './seeded-random.ts';

const LIVE_OBJECTS = 4000;

export interface Workload {
  readonly minor: number;
  readonly procs: number;
  readonly steps: number;
  readonly options?: HeapOptions;
}

/** Runs the program when constructed. `lines`: the log, each line with its newline. */
export class SimulatedProgram {
  readonly lines: string[] = [];
  readonly marks: RecordedMark[] = [];
  readonly gc: GcCycles;
  private readonly heap: Heap;
  private readonly writer: OplogWriter;
  private readonly random = seededRandom(99);
  private readonly live: number[] = [];
  private readonly manual: number[] = [];
  private readonly procs: number;

  constructor({ minor, procs, steps, options }: Workload) {
    this.procs = procs;
    this.heap = new Heap(goVersionOf(minor) ?? expect.fail(), { hasChecks: true, ...options });
    this.writer = new OplogWriter(this.heap, procs, (line) => this.lines.push(`${line}\n`));
    this.heap.events = this.writer;
    this.gc = new GcCycles(this.heap, new GcController({ gcPercent: 60 }));
    for (let step = 1; step <= steps; step++) this.step(step);
  }

  private step(step: number): void {
    const { random, heap } = this;
    const p = randomInt(random, 0, this.procs - 1);
    const address = heap.alloc(p, this.requestBytes(), random() < 0.5);
    if (this.live.length < LIVE_OBJECTS) this.live.push(address);
    else this.live[randomInt(random, 0, LIVE_OBJECTS - 1)] = address;
    if (random() < 0.002)
      this.manual.push(heap.allocManual(p, 4, random() < 0.8 ? SPAN_KIND_STACK : SPAN_KIND_WORK_BUF));
    if (random() < 0.002 && this.manual.length > 0) {
      heap.freeManual(this.manual.splice(randomInt(random, 0, this.manual.length - 1), 1)[0]);
    }
    if (random() < 0.0005) heap.mheap.scavenge(300_000, random() < 0.5);
    if (step % 4096 === 0) this.readMemStats();
    if (step % 128 === 0 && this.gc.isDue()) this.collect();
  }

  private requestBytes(): number {
    const r = this.random();
    if (r < 0.3) return randomInt(this.random, 1, 15);
    if (r < 0.9) return randomInt(this.random, 16, 600);
    return r < 0.99 ? randomInt(this.random, 600, 9000) : randomInt(this.random, 33_000, 90_000);
  }

  private readMemStats(): void {
    this.writer.mark(this.marks.length);
    const memStats = this.heap.readMemStats();
    expect(brokenIdentities({ ...memStats })).toEqual([]);
    this.marks.push({ label: `mark ${this.marks.length}`, memStats: { ...memStats } });
  }

  private collect(): void {
    this.gc.start(0, this.procs);
    for (let i = 0; i < 20; i++) this.live.push(this.heap.alloc(0, 40, true));
    for (const address of this.live) this.heap.mark(address);
    const markedBytes = this.live.length * 300;
    const work = { heapScanBytes: markedBytes / 2, stackScanBytes: 4096, globalsScanBytes: 0 };
    this.gc.finish(1e6, this.procs, { markedBytes, ...work, assistTimeNs: 0, idleMarkTimeNs: 0 });
    for (let p = 1; p < this.procs; p++) if (this.random() < 0.5) this.heap.flushPageCache(p);
  }
}
