import { describe, expect, it } from 'vitest';
import { ContradictionError } from '../../../src-main/engine/engine-error.ts';
import { goVersionOf } from '../../../src-main/engine/go-versions.ts';
import { Heap, type HeapOptions, NO_ADDRESS, ZERO_BASE_ADDRESS } from '../../../src-main/engine/heap.ts';
import { SPAN_KIND_HEAP, SPAN_KIND_STACK } from '../../../src-main/engine/spans/mspan.ts';

const BASE = 0xc0_0000_0000;

function heapOf(minor: number, options: HeapOptions = {}): Heap {
  return new Heap(goVersionOf(minor) ?? expect.fail(), { hasChecks: true, ...options });
}

describe('allocating', () => {
  it('fills a span slot by slot, then takes the next page', () => {
    const heap = heapOf(26);
    const addresses = Array.from({ length: 10 }, () => heap.alloc(0, 1024, true) - BASE);
    expect(addresses).toEqual([0, 1024, 2048, 3072, 4096, 5120, 6144, 7168, 8192, 9216]);
  });

  it('hands out the address behind the malloc header', () => {
    expect(heapOf(26).alloc(0, 1024, false) - BASE).toBe(8);
    expect(heapOf(21).alloc(0, 1024, false) - BASE).toBe(0);
  });

  it('has as many slots as the version leaves room for', () => {
    for (const [minor, slots] of [
      [21, 128],
      [25, 126],
      [26, 124],
    ]) {
      const heap = heapOf(minor);
      const first = heap.spanOf(heap.alloc(0, 64, false));
      let count = 1;
      while (heap.spanOf(heap.alloc(0, 64, false)) === first) count++;
      expect(count, `1.${minor}`).toBe(slots);
    }
  });

  it('returns one address for all objects of 0 bytes and counts none', () => {
    const heap = heapOf(26);
    expect([heap.alloc(0, 0, true), heap.alloc(1, 0, false)]).toEqual([ZERO_BASE_ADDRESS, ZERO_BASE_ADDRESS]);
    expect(heap.readMemStats().Mallocs).toBe(0);
  });

  it('says what Go says when the system has no more address space', () => {
    const heap = heapOf(26, { isReservationGranted: (address) => address < BASE + 2 ** 26 });
    while (heap.alloc(0, 2 ** 20, true) !== NO_ADDRESS);
    expect(heap.outOfMemory?.messages[0]).toBe(
      'runtime: out of memory: cannot allocate 4194304-byte block (67108864 in use)',
    );
    expect(heap.outOfMemory?.exitStatus).toBe(2);
  });
});

describe('marking and sweeping', () => {
  it('reuses what was not marked, in address order, once the span is taken up again', () => {
    const heap = heapOf(26);
    const addresses = Array.from({ length: 8 }, () => heap.alloc(0, 1024, true));
    heap.gcStart();
    for (const i of [0, 1, 3, 7]) heap.mark(addresses[i]);
    heap.gcFinish(4 * 1024, 2 ** 22);
    const reused = Array.from({ length: 4 }, () => heap.alloc(0, 1024, true));
    expect(reused).toEqual([addresses[2], addresses[4], addresses[5], addresses[6]]);
  });

  it('gives the pages of a dead large object back when it is swept', () => {
    const heap = heapOf(26);
    const address = heap.alloc(0, 100_000, true);
    heap.gcStart();
    heap.gcFinish(0, 2 ** 22);
    expect(heap.spanOf(address)).not.toBe(0);
    heap.sweeper.finish();
    expect(heap.spanOf(address)).toBe(0);
    expect(heap.readMemStats()).toMatchObject({ HeapAlloc: 0, Frees: 1, HeapInuse: 0 });
  });

  it('will not mark what is not there', () => {
    const heap = heapOf(26);
    const address = heap.alloc(0, 64, true);
    expect(() => heap.mark(address + 64)).toThrow(ContradictionError);
    expect(() => heap.mark(BASE - 8)).toThrow(ContradictionError);
  });
});

describe('steps for replays', () => {
  it('adopts spans where a recording shows them', () => {
    const heap = heapOf(26);
    heap.mheap.grow(1);
    const s = heap.adoptSpan(BASE + 40 * 8192, 2, SPAN_KIND_HEAP, 1);
    expect(heap.spanOf(BASE + 41 * 8192)).toBe(s);
    expect(heap.adoptSpan(BASE + 41 * 8192, 1, SPAN_KIND_STACK, 0)).toBe(0);
    expect(heap.adoptSpan(BASE + 600 * 8192, 1, SPAN_KIND_STACK, 0)).toBe(0);
  });

  it('tells of a swept full span where its first free slot is', () => {
    const heap = heapOf(26);
    const s = heap.spanOf(heap.alloc(0, 1024, true));
    for (let i = 0; i < 7; i++) heap.alloc(0, 1024, true);
    heap.sweeper.beginCycle();
    heap.caches.release(0, 65);
    for (const slot of [0, 1, 2, 6]) heap.spans.setMark(s, slot);
    heap.sweeper.sweepSpan(s, false);
    expect([heap.settleFull(s), heap.spans.freeIndex[s]]).toEqual([true, 3]);
  });

  it('finds slots by any address inside', () => {
    const heap = heapOf(26);
    heap.alloc(0, 48, true);
    const address = heap.alloc(0, 48, true);
    const s = heap.spanOf(address + 40);
    expect([heap.slotOf(s, address + 47), heap.baseOf(s), heap.elemBytesOf(s)]).toEqual([1, address - 48, 48]);
  });
});
