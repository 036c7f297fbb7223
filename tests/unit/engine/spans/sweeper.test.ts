import { beforeEach, describe, expect, it } from 'vitest';
import { goVersionOf } from '../../../../src-main/engine/go-versions.ts';
import { Heap } from '../../../../src-main/engine/heap.ts';
import { SPAN_KIND_HEAP } from '../../../../src-main/engine/spans/mspan.ts';

describe('sweeping', () => {
  let heap: Heap;

  beforeEach(() => {
    heap = new Heap(goVersionOf(26) ?? expect.fail(), { hasChecks: true });
  });

  function queued(spanClass: number, used: number, marked: number): number {
    const s = heap.mheap.allocSpan(0, heap.classes.npages[spanClass], SPAN_KIND_HEAP, spanClass);
    heap.spans.freeIndex[s] = used;
    heap.spans.allocCount[s] = used;
    heap.central.pushSwept(s);
    for (let i = 0; i < marked; i++) heap.spans.setMark(s, i);
    return s;
  }

  function sweepOrder(): number[] {
    const order: number[] = [];
    for (let s = heap.sweeper.peekForSweep(); s !== 0; s = heap.sweeper.peekForSweep()) {
      order.push(s);
      heap.sweeper.sweepOne();
    }
    return order;
  }

  it('goes by class, full before partial, oldest first', () => {
    const partial65 = queued(65, 3, 1);
    const full64 = queued(64, 8, 8);
    const partial64 = queued(64, 3, 1);
    const full64b = queued(64, 8, 8);
    heap.sweeper.beginCycle();
    expect(sweepOrder()).toEqual([full64, full64b, partial64, partial65]);
  });

  it('frees empty spans, queues the others by whether they have room, and counts', () => {
    const [dead, partial, full] = [queued(64, 8, 0), queued(64, 8, 5), queued(64, 8, 8)];
    const freeBefore = heap.mheap.stats.heapFreeBytes;
    heap.sweeper.beginCycle();
    sweepOrder();
    expect(heap.sweeper.isDone).toBe(false);
    expect(heap.sweeper.sweepOne()).toBe(-1);
    expect(heap.sweeper.isDone).toBe(true);
    expect(heap.spans.state[dead]).toBe(0);
    expect(heap.mheap.stats.heapFreeBytes).toBe(freeBefore + 8192);
    expect(heap.central.partialSwept(64).peek()).toBe(partial);
    expect(heap.central.fullSwept(64).peek()).toBe(full);
    expect(heap.mheap.stats.smallFrees[32]).toBe(8 + 3);
    expect(heap.sweeper.pagesSwept).toBe(3);
  });

  it('pays its debt in proportion to the heap allocated since the cycle began', () => {
    for (let i = 0; i < 100; i++) queued(64, 8, 8);
    heap.sweeper.beginCycle();
    // 100 pages over 100 pages of distance, behind the first MiB.
    heap.sweeper.pace(2 ** 20 + 100 * 8192);
    heap.sweeper.deductSweepCredit(10 * 8192, 0);
    expect(heap.sweeper.pagesSwept).toBe(10);
    heap.mheap.stats.heapLiveBytes += 20 * 8192;
    heap.sweeper.deductSweepCredit(10 * 8192, 5);
    expect(heap.sweeper.pagesSwept).toBe(25);
    heap.sweeper.deductSweepCredit(10_000 * 8192, 0);
    expect(heap.sweeper.pagesSwept).toBe(100);
  });

  it('rejects a span that is not being swept', () => {
    const s = queued(64, 8, 8);
    expect(() => heap.sweeper.sweepSpan(s, false)).toThrow('sweepgen of a span being swept');
  });
});
