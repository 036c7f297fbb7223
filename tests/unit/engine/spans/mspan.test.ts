import { describe, expect, it } from 'vitest';
import { ContradictionError } from '../../../../src-main/engine/engine-error.ts';
import { AllocCaches } from '../../../../src-main/engine/spans/alloc-cache.ts';
import { MSpans, SPAN_DEAD, SPAN_IN_USE, SPAN_KIND_HEAP } from '../../../../src-main/engine/spans/mspan.ts';
import { randomInt, seededRandom } from '../seeded-random.ts';

interface OneSpan {
  readonly spans: MSpans;
  readonly caches: AllocCaches;
  readonly s: number;
}

/** A span in place 0 of a cache. */
function spanOf(nelems: number): OneSpan {
  const spans = new MSpans();
  const caches = new AllocCaches(spans, 1);
  const s = spans.create();
  spans.init(s, 0, 1, SPAN_IN_USE, SPAN_KIND_HEAP, 4, nelems);
  caches.alignToFreeIndex(0, s);
  return { spans, caches, s };
}

/** All slots that allocation hands out until the span is full. */
function drain({ spans, caches, s }: OneSpan): number[] {
  const slots: number[] = [];
  for (;;) {
    let slot = caches.nextFreeFast(0, s);
    if (slot < 0) {
      slot = caches.nextFreeIndex(0, s);
      if (slot === spans.nelems[s]) return slots;
      spans.allocCount[s]++;
    }
    slots.push(slot);
  }
}

describe('the slots of a span', () => {
  it.each([1, 8, 63, 64, 65, 127, 128, 1024])('are handed out once each, in order, in a fresh span of %i', (nelems) => {
    const span = spanOf(nelems);
    const { spans, s } = span;
    expect(drain(span)).toEqual(Array.from({ length: nelems }, (_, i) => i));
    expect([spans.allocCount[s], spans.freeIndex[s]]).toEqual([nelems, nelems]);
  });

  it('are, after a sweep, those that were not marked, in ascending order', () => {
    const random = seededRandom(21);
    for (let i = 0; i < 200; i++) {
      const nelems = randomInt(random, 1, 300);
      const span = spanOf(nelems);
      const { spans, caches, s } = span;
      drain(span);
      const marked = Array.from({ length: nelems }, (_, slot) => slot).filter(() => random() < 0.6);
      for (const slot of marked) spans.setMark(s, slot);
      expect(spans.swapBits(s)).toBe(nelems - marked.length);
      expect([spans.allocCount[s], spans.freeIndex[s]]).toEqual([marked.length, 0]);
      const free = Array.from({ length: nelems }, (_, slot) => slot).filter((slot) => !marked.includes(slot));
      expect(spans.firstFreeSlot(s)).toBe(free[0] ?? nelems);
      caches.alignToFreeIndex(0, s);
      expect(drain(span)).toEqual(free);
    }
  });

  it('are not reused below freeIndex before the next sweep', () => {
    const { spans, caches, s } = spanOf(10);
    for (let i = 0; i < 5; i++) caches.nextFreeFast(0, s);
    expect([spans.isAllocated(s, 4), spans.isAllocated(s, 5)]).toEqual([true, false]);
    expect(caches.nextFreeFast(0, s)).toBe(5);
  });

  it('can be taken up again in the middle of a 64-slot block', () => {
    const { caches, s } = spanOf(200);
    for (let i = 0; i < 70; i++) if (caches.nextFreeFast(0, s) < 0) caches.nextFreeIndex(0, s);
    caches.alignToFreeIndex(0, s);
    expect(caches.nextFreeFast(0, s)).toBe(70);
  });

  it('leave an empty alloc cache behind the last slot of a whole block', () => {
    const span = spanOf(128);
    drain(span);
    for (let slot = 0; slot < 127; slot++) span.spans.setMark(span.s, slot);
    span.spans.swapBits(span.s);
    span.caches.alignToFreeIndex(0, span.s);
    expect(drain(span)).toEqual([127]);
    expect([...span.caches.masks]).toEqual([0, 0]);
  });

  it('must not be marked while free', () => {
    const { spans, caches, s } = spanOf(100);
    for (let i = 0; i < 40; i++) caches.nextFreeFast(0, s);
    spans.setMark(s, 39);
    spans.setMark(s, 77);
    const error = (() => {
      try {
        return spans.swapBits(s);
      } catch (e) {
        return e;
      }
    })();
    expect(error).toBeInstanceOf(ContradictionError);
    expect((error as ContradictionError).contradiction).toMatchObject({ what: 'marked slot that is free', found: 77 });
  });

  it('are none in the empty span that stands for "no span"', () => {
    const spans = new MSpans();
    const caches = new AllocCaches(spans, 1);
    expect(caches.nextFreeFast(0, 0)).toBe(-1);
    expect(caches.nextFreeIndex(0, 0)).toBe(spans.nelems[0]);
  });
});

describe('span ids', () => {
  it('are recycled, and keep their neighbours through growth', () => {
    const spans = new MSpans();
    const ids = Array.from({ length: 1000 }, () => spans.create());
    for (const id of ids) spans.init(id, id * 2, 1, SPAN_IN_USE, SPAN_KIND_HEAP, 7, 9);
    spans.release(ids[500]);
    expect(spans.state[ids[500]]).toBe(SPAN_DEAD);
    expect(spans.create()).toBe(ids[500]);
    expect([spans.startPage[ids[999]], spans.spanClass[ids[0]]]).toEqual([ids[999] * 2, 7]);
  });

  it('give their bitmaps back', () => {
    const { spans, s } = spanOf(64);
    spans.setMark(s, 0);
    const handle = spans.gcmarkBits[s];
    spans.release(s);
    const again = spans.create();
    spans.init(again, 0, 1, SPAN_IN_USE, SPAN_KIND_HEAP, 4, 33);
    spans.setMark(again, 1);
    expect(spans.gcmarkBits[again]).toBe(handle);
    expect([spans.isMarked(again, 0), spans.isMarked(again, 1)]).toEqual([false, true]);
  });
});
