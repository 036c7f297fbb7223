import { describe, expect, it } from 'vitest';
import { LimitError } from '../../../../src-main/engine/engine-error.ts';
import { goVersionOf } from '../../../../src-main/engine/go-versions.ts';
import { SizeClasses } from '../../../../src-main/engine/sizes/size-classes.ts';
import { ArenaHints } from '../../../../src-main/engine/spans/arena-hints.ts';
import { MHeap, type MHeapOptions } from '../../../../src-main/engine/spans/mheap.ts';
import { SPAN_KIND_HEAP, SPAN_KIND_STACK, SPAN_KIND_WORK_BUF } from '../../../../src-main/engine/spans/mspan.ts';

const MIB = 2 ** 20;
const ARENA_PAGES = 8192;

function heapWith(options: MHeapOptions = {}): MHeap {
  return new MHeap(new SizeClasses(goVersionOf(26) ?? expect.fail()), { hasChecks: true, ...options });
}

describe('growing', () => {
  it('takes 4 MiB steps, all of it free and released', () => {
    const heap = heapWith();
    heap.allocSpan(-1, 1, SPAN_KIND_STACK, 0);
    expect([heap.grownPage, heap.grownPages]).toEqual([0, 512]);
    expect(heap.stats).toMatchObject({ heapReleasedBytes: 4 * MIB - 8192, heapFreeBytes: 0, stackInUseBytes: 8192 });
    heap.allocSpan(-1, 513, SPAN_KIND_WORK_BUF, 0);
    expect([heap.grownPage, heap.grownPages]).toEqual([512, 1024]);
  });

  it('joins a new arena to the last one', () => {
    const heap = heapWith();
    expect(heap.spans.startPage[heap.allocSpan(-1, ARENA_PAGES - 512, SPAN_KIND_HEAP, 1)]).toBe(0);
    expect(heap.spans.startPage[heap.allocSpan(-1, 1024, SPAN_KIND_HEAP, 1)]).toBe(ARENA_PAGES - 512);
  });

  it('maps what an arena had left before it goes to another place', () => {
    const heap = heapWith();
    heap.allocSpan(-1, 512, SPAN_KIND_HEAP, 1);
    heap.relocateGrowth(16 * ARENA_PAGES, 512);
    expect(heap.pages.inUse.total).toBe(ARENA_PAGES);
    heap.grow(1);
    expect(heap.grownPage).toBe(16 * ARENA_PAGES);
  });

  it('begins a randomised heap inside its arena, behind padding pages', () => {
    const heapBase = 0x1234_5400_0000 + 3 * 4 * MIB;
    const heap = heapWith({ heapBase, paddingPages: 77 });
    const s = heap.allocSpan(-1, 1, SPAN_KIND_STACK, 0);
    expect(heap.originAddress + heap.spans.startPage[s] * 8192).toBe(heapBase + 77 * 8192);
    expect(heap.curArenaEndPage - heap.basePage).toBe(13 * 512);
    expect(heap.stats.heapReleasedBytes).toBe(4 * MIB - 8192);
  });

  it('fails when the system refuses all reservations', () => {
    const heap = heapWith({ isReservationGranted: (_, bytes) => bytes < 128 * MIB });
    expect(heap.allocSpan(-1, 2 * ARENA_PAGES, SPAN_KIND_HEAP, 1)).toBe(0);
    expect(heap.grow(1)).toBe(false);
  });

  it('is refused beyond the size the engine will model', () => {
    const heap = heapWith({ maxHeapBytes: 16 * MIB });
    expect(() => heap.allocSpan(-1, 4096, SPAN_KIND_HEAP, 1)).toThrow(LimitError);
  });
});

describe('arena hints', () => {
  it('move up behind what was granted, and drop what was refused', () => {
    const hints = new ArenaHints();
    expect(hints.reserve(1, () => true)).toBe(0xc0_0000_0000);
    expect(hints.reserve(1, () => true)).toBe(0xc0_0400_0000);
    expect(hints.reserve(1, (address) => address > 2 ** 40)).toBe(0x1c0_0000_0000);
    expect(hints.reserve(1, () => true)).toBe(0x1c0_0400_0000);
  });
});

describe('spans from the page cache', () => {
  it('serves spans below 16 pages of a P, and keeps the rest when a request does not fit', () => {
    const heap = heapWith();
    heap.grow(1);
    heap.allocSpan(0, 15, SPAN_KIND_STACK, 0);
    expect(heap.pageCacheOf(0).basePage).toBe(0);
    const big = heap.allocSpan(0, 16, SPAN_KIND_STACK, 0);
    expect(heap.spans.startPage[big]).toBe(64);
    for (const page of [15, 30, 45]) {
      expect(heap.spans.startPage[heap.allocSpan(0, 15, SPAN_KIND_STACK, 0)]).toBe(page);
    }
    expect(heap.spans.startPage[heap.allocSpan(0, 15, SPAN_KIND_STACK, 0)]).toBe(80);
    expect(heap.spans.startPage[heap.allocSpan(0, 4, SPAN_KIND_STACK, 0)]).toBe(60);
    expect(heap.pageCacheOf(0).isEmpty).toBe(true);
  });
});

describe('spans and pages', () => {
  it('finds a span by any of its pages, and no more once it is freed', () => {
    const heap = heapWith();
    const s = heap.allocSpan(-1, 600, SPAN_KIND_HEAP, 1);
    expect([heap.spanOf(0), heap.spanOf(599), heap.spanOf(600), heap.spanOf(-5)]).toEqual([s, s, 0, 0]);
    expect([heap.spanStartingAt(0), heap.spanStartingAt(1)]).toEqual([s, 0]);
    heap.freeSpan(s);
    expect(heap.spanOf(0)).toBe(0);
  });

  it('needs no zeroing on pages that were never used, nor on scavenged ones', () => {
    const heap = heapWith();
    const first = heap.allocSpan(-1, 4, SPAN_KIND_STACK, 0);
    expect(heap.spans.needzero[first]).toBe(0);
    heap.freeSpan(first);
    const again = heap.allocSpan(-1, 4, SPAN_KIND_HEAP, 1);
    expect(heap.spans.needzero[again]).toBe(1);
    heap.freeSpan(again);
    heap.scavenge(4 * 8192, true);
    expect(heap.spans.needzero[heap.allocSpan(-1, 4, SPAN_KIND_HEAP, 1)]).toBe(0);
  });

  it('does not free a span with slots in use', () => {
    const heap = heapWith();
    const s = heap.allocSpan(-1, 1, SPAN_KIND_HEAP, 9);
    heap.spans.allocCount[s] = 1;
    expect(() => heap.freeSpan(s)).toThrow('slots in use in a freed span');
  });
});
