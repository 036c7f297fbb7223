// The next free slot of a cached span.
//
// allocCache holds 64 bits of the complement of allocBits, from freeIndex on: bit 0 is the slot at freeIndex, so the next free slot is a
// count of trailing zeros. Taking it shifts the cache; when its 64 bits are used up the next 64 are loaded. Bits behind the last slot are
// 1, a bound check rejects them. nextFreeFast is what an allocation tries first: it gives up where a load would be due, and nextFreeIndex
// does the rest.
//
// In the runtime this is a field of mspan. But it only means something while an mcache holds the span, and is loaded anew whenever one
// takes it; so here it belongs to the place in the mcache (mcache * span classes + span class), which saves eight bytes for every span
// that no P holds, and keeps the hot words together.
import { shiftRightHi, shiftRightLo, trailingZeros64 } from '../pages/bits64.ts';
import { widened } from '../widened.ts';
import type { MSpans } from './mspan.ts';

/** Alloc caches by place. @source mheap.go mspan.allocCache */
export class AllocCaches {
  /** Low half at 2 * place, high half at 2 * place + 1. */
  masks: Int32Array;
  private readonly spans: MSpans;

  constructor(spans: MSpans, places: number) {
    this.spans = spans;
    this.masks = new Int32Array(places * 2);
  }

  /** Makes room for more places. */
  extendTo(places: number): void {
    this.masks = widened(this.masks, new Int32Array(places * 2));
  }

  /**
   * Next free slot of span s if the cache holds one that needs no load, else -1. Counts it as allocated.
   * @source malloc.go nextFreeFast
   */
  nextFreeFast(place: number, s: number): number {
    const { spans, masks } = this;
    const at = place << 1;
    const lo = masks[at];
    const hi = masks[at + 1];
    const bit = trailingZeros64(lo, hi);
    if (bit === 64) return -1;
    const slot = spans.freeIndex[s] + bit;
    const nelems = spans.nelems[s];
    const next = slot + 1;
    if (slot >= nelems || ((next & 63) === 0 && next !== nelems)) return -1;
    masks[at] = shiftRightLo(lo, hi, bit + 1);
    masks[at + 1] = shiftRightHi(hi, bit + 1);
    spans.freeIndex[s] = next;
    spans.allocCount[s]++;
    return slot;
  }

  /**
   * Next free slot of span s at or after freeIndex, nelems if the span is full. Moves freeIndex past it but does not count it.
   * @source mbitmap.go nextFreeIndex
   */
  nextFreeIndex(place: number, s: number): number {
    const { spans, masks } = this;
    const nelems = spans.nelems[s];
    const at = place << 1;
    let index = spans.freeIndex[s];
    if (index >= nelems) return nelems;
    let bit = trailingZeros64(masks[at], masks[at + 1]);
    while (bit === 64) {
      index = (index + 64) & ~63;
      if (index >= nelems) return this.markFull(s, nelems);
      this.load(place, s, index);
      bit = trailingZeros64(masks[at], masks[at + 1]);
    }
    const slot = index + bit;
    if (slot >= nelems) return this.markFull(s, nelems);
    const hi = masks[at + 1];
    masks[at] = shiftRightLo(masks[at], hi, bit + 1);
    masks[at + 1] = shiftRightHi(hi, bit + 1);
    const next = slot + 1;
    if ((next & 63) === 0 && next !== nelems) this.load(place, s, next);
    spans.freeIndex[s] = next;
    return slot;
  }

  /** Loads the cache so that its bit 0 is the slot at freeIndex. @source mcentral.go cacheSpan, at havespan */
  alignToFreeIndex(place: number, s: number): void {
    const index = this.spans.freeIndex[s];
    this.load(place, s, index & ~63);
    const at = place << 1;
    const lo = this.masks[at];
    const hi = this.masks[at + 1];
    this.masks[at] = shiftRightLo(lo, hi, index & 63);
    this.masks[at + 1] = shiftRightHi(hi, index & 63);
  }

  /** Loads the complement of allocBits from a slot on that is a multiple of 64. @source mbitmap.go refillAllocCache */
  private load(place: number, s: number, slot: number): void {
    const { bits, allocBits, nelems } = this.spans;
    const w = slot >>> 5;
    this.masks[place << 1] = ~bits.word(allocBits[s], w);
    this.masks[(place << 1) + 1] = slot + 32 < nelems[s] ? ~bits.word(allocBits[s], w + 1) : -1;
  }

  private markFull(s: number, nelems: number): number {
    this.spans.freeIndex[s] = nelems;
    return nelems;
  }
}
