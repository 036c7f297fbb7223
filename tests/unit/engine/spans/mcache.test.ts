import { beforeEach, describe, expect, it } from 'vitest';
import { goVersionOf } from '../../../../src-main/engine/go-versions.ts';
import { Heap } from '../../../../src-main/engine/heap.ts';

describe('the tiny allocator', () => {
  let heap: Heap;

  beforeEach(() => {
    heap = new Heap(goVersionOf(26) ?? expect.fail(), { hasChecks: true });
  });

  const tiny = (bytes: number): number => heap.alloc(0, bytes, true);

  it('packs objects into a 16-byte block, aligned as their size asks for', () => {
    const block = tiny(1);
    expect([tiny(2), tiny(4), tiny(8)].map((address) => address - block)).toEqual([2, 4, 8]);
    expect(tiny(1) - block).toBe(16);
  });

  it('keeps the block that has more room', () => {
    const first = tiny(4);
    const second = tiny(14);
    expect(second - first).toBe(16);
    // The second block had less room left than the first: the first stays current.
    expect(tiny(8) - first).toBe(8);
  });

  it('counts sub-objects as allocated and freed at once', () => {
    for (const bytes of [1, 2, 4]) tiny(bytes);
    expect(heap.readMemStats()).toMatchObject({ Mallocs: 3, Frees: 2, HeapObjects: 1, HeapAlloc: 16 });
  });

  it('starts a new block after a flush', () => {
    const first = tiny(1);
    heap.flush(0);
    expect(tiny(1) - first).toBe(16);
  });

  it('leaves 16-byte and pointer objects out', () => {
    const block = tiny(1);
    expect(heap.alloc(0, 16, true) - block).toBe(16);
    expect(tiny(1) - block).toBe(1);
    expect(heap.spanOf(heap.alloc(0, 8, false))).not.toBe(heap.spanOf(block));
  });
});

describe('an mcache', () => {
  it('tells the pacer of a whole span at once, and takes back what a flush finds unused', () => {
    const heap = new Heap(goVersionOf(26) ?? expect.fail());
    heap.alloc(0, 1024, true);
    expect(heap.mheap.stats.heapLiveBytes).toBe(8192);
    heap.flush(0);
    expect(heap.mheap.stats.heapLiveBytes).toBe(1024);
    heap.alloc(0, 1024, true);
    expect(heap.mheap.stats.heapLiveBytes).toBe(8192);
  });

  it('belongs to its P: two Ps fill two spans', () => {
    const heap = new Heap(goVersionOf(26) ?? expect.fail());
    const [first, second] = [heap.alloc(0, 100, true), heap.alloc(1, 100, true)];
    expect(heap.spanOf(first)).not.toBe(heap.spanOf(second));
    expect(heap.alloc(0, 100, true) - first).toBe(112);
  });

  it('does not refill while it has a free slot', () => {
    const heap = new Heap(goVersionOf(26) ?? expect.fail());
    heap.alloc(0, 1024, true);
    expect(() => heap.caches.beginRefill(0, 65)).toThrow('free slots in the span being refilled');
  });
});
