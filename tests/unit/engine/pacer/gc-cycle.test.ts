import { describe, expect, it } from 'vitest';
import { goVersionOf } from '../../../../src-main/engine/go-versions.ts';
import { Heap } from '../../../../src-main/engine/heap.ts';
import { GcController } from '../../../../src-main/engine/pacer/gc-controller.ts';
import { GcCycles } from '../../../../src-main/engine/pacer/gc-cycle.ts';

const OBJECT_BYTES = 1024;
const NO_WORK = { stackScanBytes: 0, globalsScanBytes: 0, assistTimeNs: 0, idleMarkTimeNs: 0 };

/** Allocates with a constant live set of the last `liveObjects` and collects when due: largest HeapAlloc before a cycle. */
function peakHeap(gcPercent: number, liveObjects: number): { peakBytes: number; cycles: number } {
  const heap = new Heap(goVersionOf(26) ?? expect.fail(), { hasChecks: true });
  const gc = new GcCycles(heap, new GcController({ gcPercent }));
  const live: number[] = [];
  let peakBytes = 0;
  for (let i = 0; i < 60_000; i++) {
    live[i % liveObjects] = heap.alloc(0, OBJECT_BYTES, true);
    if (i % 8 !== 0 || !gc.isDue()) continue;
    peakBytes = Math.max(peakBytes, heap.mheap.stats.heapLiveBytes);
    gc.start(0, 1);
    for (const address of live) heap.mark(address);
    gc.finish(1e6, 1, { markedBytes: live.length * OBJECT_BYTES, heapScanBytes: 0, ...NO_WORK });
  }
  return { peakBytes, cycles: gc.count };
}

describe('GC cycles of a simulated heap', () => {
  it('hold the heap near live * (1 + GOGC/100)', () => {
    const { peakBytes, cycles } = peakHeap(100, 8192);
    expect(cycles).toBeGreaterThan(4);
    expect(peakBytes / (8192 * OBJECT_BYTES)).toBeGreaterThan(1.6);
    expect(peakBytes / (8192 * OBJECT_BYTES)).toBeLessThan(2.1);
  });

  it('collect more often with a smaller GOGC, and never when it is off', () => {
    expect(peakHeap(50, 8192).cycles).toBeGreaterThan(peakHeap(200, 8192).cycles);
    expect(peakHeap(-1, 8192).cycles).toBe(0);
  });

  it('keep objects that are allocated while marking', () => {
    const heap = new Heap(goVersionOf(26) ?? expect.fail(), { hasChecks: true });
    const gc = new GcCycles(heap, new GcController());
    const before = heap.alloc(0, OBJECT_BYTES, true);
    gc.start(0, 1);
    const during = heap.alloc(0, OBJECT_BYTES, true);
    gc.finish(1, 1, { markedBytes: 0, heapScanBytes: 0, ...NO_WORK });
    heap.sweeper.finish();
    const isInUse = (address: number): boolean =>
      heap.spans.isAllocated(heap.spanOf(address), heap.slotOf(heap.spanOf(address), address));
    expect([isInUse(before), isInUse(during)]).toEqual([false, true]);
    expect(heap.readMemStats().HeapObjects).toBe(1);
  });
});
