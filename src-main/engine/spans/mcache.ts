// The cache of a P: one span per span class, from which small objects are cut without any lock, and the current tiny block.
//
// A cache is left alone until its span of a class is full. Then a refill gives the full span back and takes another one from the
// central queues. The pacer is told at once of all the span's free bytes, as if they were allocated already; what is still free when the
// cache is flushed is taken back. A flush gives all spans back, in class order: those cached since before the last GC cycle are swept on
// the spot, the others are queued as they are. It also ends the tiny block.
//
// Tiny allocation: pointer-free objects below 16 bytes share 16-byte slots. The next one is aligned as its size asks for and, if it
// fits, takes no slot at all. If not, a new slot is taken, and it becomes the current block if it has more room left than the old one.
import { ContradictionError } from '../engine-error.ts';
import { NUM_SPAN_CLASSES, PAGE_BYTES, TINY_BLOCK_BYTES } from '../sizes/size-classes.ts';
import { widened, widerLength } from '../widened.ts';
import { AllocCaches } from './alloc-cache.ts';
import { CacheSpanWalk, type MCentral } from './mcentral.ts';
import type { MHeap } from './mheap.ts';

/** All mcaches, by number. @source mcache.go mcache */
export class MCaches {
  /** Cached span by mcache * NUM_SPAN_CLASSES + span class; 0 for none. */
  alloc = new Int32Array(NUM_SPAN_CLASSES);
  /** Next free slots, by the same places. */
  readonly allocCaches: AllocCaches;
  /** Slots in use when the span was cached, by the same places. @source mheap.go mspan.allocCountBeforeCache */
  private allocCountBefore = new Uint16Array(NUM_SPAN_CLASSES);
  /** Address of the tiny block by mcache, -1 for none. @source mcache.go tiny */
  tinyBlock = new Float64Array(1).fill(-1);
  /** First free byte of the tiny block. */
  tinyOffset = new Int32Array(1);
  /** Mcaches made so far. */
  count = 1;
  private readonly heap: MHeap;
  private readonly central: MCentral;
  private readonly walks: CacheSpanWalk[] = [];

  constructor(heap: MHeap, central: MCentral) {
    this.heap = heap;
    this.central = central;
    this.allocCaches = new AllocCaches(heap.spans, NUM_SPAN_CLASSES);
  }

  /** Makes mcaches up to number m exist. */
  ensure(m: number): void {
    if (m < this.count) return;
    if (m >= this.tinyOffset.length) {
      const capacity = widerLength(this.tinyOffset.length, m + 1);
      this.alloc = widened(this.alloc, new Int32Array(capacity * NUM_SPAN_CLASSES));
      this.allocCountBefore = widened(this.allocCountBefore, new Uint16Array(capacity * NUM_SPAN_CLASSES));
      this.allocCaches.extendTo(capacity * NUM_SPAN_CLASSES);
      this.tinyBlock = widened(this.tinyBlock, new Float64Array(capacity).fill(-1));
      this.tinyOffset = widened(this.tinyOffset, new Int32Array(capacity));
    }
    this.count = m + 1;
  }

  /** The walk of mcache m through the central queues, between beginRefill and endRefill. */
  walkOf(m: number): CacheSpanWalk {
    while (this.walks.length <= m) this.walks.push(new CacheSpanWalk(this.central));
    return this.walks[m];
  }

  /** Gives the full span of a class back and starts the walk for another. @source mcache.go refill, first half */
  beginRefill(m: number, spanClass: number): void {
    const { spans } = this.heap;
    const place = m * NUM_SPAN_CLASSES + spanClass;
    const s = this.alloc[place];
    if (s !== 0) {
      const freeSlots = spans.nelems[s] - spans.allocCount[s];
      if (freeSlots !== 0) throw new ContradictionError('free slots in the span being refilled', 0, freeSlots);
      if (spans.sweepgen[s] !== this.heap.sweepgen + 3) {
        throw new ContradictionError('sweepgen of the span being refilled', this.heap.sweepgen + 3, spans.sweepgen[s]);
      }
      spans.sweepgen[s] = this.heap.sweepgen;
      this.central.fullSwept(spanClass).push(s);
      this.countSlotsUsed(place, s);
      this.alloc[place] = 0;
    }
    this.walkOf(m).begin(spanClass);
  }

  /** Takes a span that is swept and has a free slot. @source mcentral.go cacheSpan at havespan, mcache.go refill, second half */
  endRefill(m: number, spanClass: number, s: number): void {
    const { spans, stats } = this.heap;
    if (spans.allocCount[s] >= spans.nelems[s]) {
      throw new ContradictionError(
        'slots in use in a span taken by a cache',
        `< ${spans.nelems[s]}`,
        spans.allocCount[s],
      );
    }
    const place = m * NUM_SPAN_CLASSES + spanClass;
    this.allocCaches.alignToFreeIndex(place, s);
    spans.sweepgen[s] = this.heap.sweepgen + 3;
    this.allocCountBefore[place] = spans.allocCount[s];
    stats.heapLiveBytes += spans.npages[s] * PAGE_BYTES - spans.allocCount[s] * this.heap.classes.elemBytes[spanClass];
    this.alloc[place] = s;
  }

  /**
   * Gives the span of one class back, full or not. Returns it if it is stale: then it is acquired, and the caller must sweep it. Else
   * it was queued, and the result is 0.
   * @source mcache.go releaseAll, mcentral.go uncacheSpan
   */
  release(m: number, spanClass: number): number {
    const { spans, stats, sweepgen } = this.heap;
    const place = m * NUM_SPAN_CLASSES + spanClass;
    const s = this.alloc[place];
    if (s === 0) return 0;
    this.alloc[place] = 0;
    this.countSlotsUsed(place, s);
    if (spans.sweepgen[s] === sweepgen + 1) {
      spans.sweepgen[s] = sweepgen - 1;
      return s;
    }
    stats.heapLiveBytes -= (spans.nelems[s] - spans.allocCount[s]) * this.heap.classes.elemBytes[spanClass];
    spans.sweepgen[s] = sweepgen;
    this.central.pushSwept(s);
    return 0;
  }

  /** Ends the current tiny block. @source mcache.go releaseAll */
  clearTiny(m: number): void {
    this.tinyBlock[m] = -1;
    this.tinyOffset[m] = 0;
  }

  /** Address that a tiny object would get in the current block, -1 if it does not fit. @source malloc.go mallocgcTiny */
  tinyAddressFor(m: number, bytes: number): number {
    const offset = tinyAligned(this.tinyOffset[m], bytes);
    const block = this.tinyBlock[m];
    return block < 0 || offset + bytes > TINY_BLOCK_BYTES ? -1 : block + offset;
  }

  /** Takes the address that tinyAddressFor gave, and counts it. */
  takeTiny(m: number, address: number, bytes: number): void {
    this.tinyOffset[m] = address - this.tinyBlock[m] + bytes;
    this.heap.stats.tinyAllocs++;
  }

  /** A slot was taken for a tiny object: it becomes the block if that leaves more room. @source malloc.go mallocgcTiny */
  offerTinyBlock(m: number, address: number, bytes: number): void {
    if (bytes >= this.tinyOffset[m] && this.tinyBlock[m] >= 0) return;
    this.tinyBlock[m] = address;
    this.tinyOffset[m] = bytes;
  }

  /** Bytes held, for the memory bench. */
  get byteLength(): number {
    const places = this.alloc.byteLength + this.allocCountBefore.byteLength + this.allocCaches.masks.byteLength;
    return places + this.tinyBlock.byteLength + this.tinyOffset.byteLength;
  }

  /** Adds to the counters what was allocated since the span was cached. @source mcache.go refill, smallAllocCount */
  private countSlotsUsed(place: number, s: number): void {
    const { spans, stats } = this.heap;
    stats.smallAllocs[spans.spanClass[s] >> 1] += spans.allocCount[s] - this.allocCountBefore[place];
    this.allocCountBefore[place] = 0;
  }
}

/** Offset rounded up to the alignment that an object of this size may need. @source malloc.go mallocgcTiny */
function tinyAligned(offset: number, bytes: number): number {
  if ((bytes & 7) === 0) return (offset + 7) & ~7;
  if ((bytes & 3) === 0) return (offset + 3) & ~3;
  if ((bytes & 1) === 0) return (offset + 1) & ~1;
  return offset;
}
