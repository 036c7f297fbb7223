import { beforeEach, describe, expect, it } from 'vitest';
import { goVersionOf } from '../../../../src-main/engine/go-versions.ts';
import { Heap } from '../../../../src-main/engine/heap.ts';
import {
  CacheSpanWalk,
  SOURCE_FULL_UNSWEPT,
  SOURCE_GROWN,
  SOURCE_PARTIAL_SWEPT,
  SOURCE_PARTIAL_UNSWEPT,
} from '../../../../src-main/engine/spans/mcentral.ts';
import { SPAN_KIND_HEAP } from '../../../../src-main/engine/spans/mspan.ts';

/** Class of 1024-byte slots: 8 to a span. */
const SPAN_CLASS = 64;
const FULL = 8;

describe('the walk through the central queues', () => {
  let heap: Heap;
  let walk: CacheSpanWalk;

  beforeEach(() => {
    heap = new Heap(goVersionOf(26) ?? expect.fail(), { hasChecks: true });
    walk = new CacheSpanWalk(heap.central);
  });

  /** A queued span with `used` slots in use; swept in this cycle unless a new one begins. */
  function queued(used: number): number {
    const s = heap.mheap.allocSpan(0, 1, SPAN_KIND_HEAP, SPAN_CLASS);
    heap.spans.freeIndex[s] = used;
    heap.spans.allocCount[s] = used;
    heap.central.pushSwept(s);
    return s;
  }

  function next(): [source: number, s: number] {
    const s = walk.peek();
    walk.accept();
    return [walk.source, s];
  }

  it('takes partial swept, then partial unswept, then full unswept spans, oldest first, then grows', () => {
    const [fullOld, partialOld, partialOld2] = [queued(FULL), queued(3), queued(3)];
    heap.sweeper.beginCycle();
    const [partialNew, partialNew2] = [queued(1), queued(1)];
    for (const expected of [
      [SOURCE_PARTIAL_SWEPT, partialNew],
      [SOURCE_PARTIAL_SWEPT, partialNew2],
      [SOURCE_PARTIAL_UNSWEPT, partialOld],
      [SOURCE_PARTIAL_UNSWEPT, partialOld2],
      [SOURCE_FULL_UNSWEPT, fullOld],
      [SOURCE_GROWN, 0],
    ]) {
      walk.begin(SPAN_CLASS);
      expect(next()).toEqual(expected);
    }
  });

  it('drops spans that somebody else swept', () => {
    const [first, second] = [queued(3), queued(3)];
    heap.sweeper.beginCycle();
    heap.central.tryAcquire(first);
    walk.begin(SPAN_CLASS);
    expect(next()).toEqual([SOURCE_PARTIAL_UNSWEPT, second]);
    expect(heap.central.partialUnswept(SPAN_CLASS).length).toBe(0);
  });

  it('gives up after 101 tries', () => {
    const full = Array.from({ length: 103 }, () => queued(FULL));
    heap.sweeper.beginCycle();
    walk.begin(SPAN_CLASS);
    for (let i = 0; i < 101; i++) {
      expect(next()).toEqual([SOURCE_FULL_UNSWEPT, full[i]]);
      walk.reject(full[i]);
    }
    expect(walk.peek()).toBe(0);
    expect(walk.source).toBe(SOURCE_GROWN);
    expect(heap.central.fullUnswept(SPAN_CLASS).length).toBe(2);
    expect(heap.central.fullSwept(SPAN_CLASS).length).toBe(101);
  });

  it('counts dropped spans as tries', () => {
    const stale = Array.from({ length: 101 }, () => queued(3));
    queued(FULL);
    heap.sweeper.beginCycle();
    for (const s of stale) heap.central.tryAcquire(s);
    walk.begin(SPAN_CLASS);
    expect(walk.peek()).toBe(0);
  });
});
