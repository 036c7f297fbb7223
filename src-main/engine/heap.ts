// A whole Go heap: the layers of engine/ put together, and the road of one allocation through them.
//
//   request -> size class, header (sizes/)                        -> tiny block, or
//           -> the P's mcache: next free slot of its span (spans/)
//              span full -> refill: central queues, sweeping on the way
//                           nothing there -> a new span: page cache of the P, page allocator, growth (pages/)
//   large requests go straight to a new span.
//
// Two ways to drive it. Simulation: alloc, then gcStart, mark, gcFinish; the heap decides everything. Replay: the steps below the line,
// one at a time, in the order a recording gives; each says what the runtime would do, so the caller can compare before it goes on.
// Addresses are absolute, plain numbers. ContradictionError means that a caller asked for something no Go heap could have done.
import { ContradictionError } from './engine-error.ts';
import type { GoVersion } from './go-versions.ts';
import type { HeapEvents } from './heap-events.ts';
import { isTinyRequest, NUM_SPAN_CLASSES, PAGE_BYTES, SizeClasses, TINY_SPAN_CLASS } from './sizes/size-classes.ts';
import type { AllocCaches } from './spans/alloc-cache.ts';
import { assertSpan } from './spans/check-span.ts';
import { MCaches } from './spans/mcache.ts';
import { MCentral, SOURCE_FULL_UNSWEPT, SOURCE_GROWN, SOURCE_PARTIAL_UNSWEPT } from './spans/mcentral.ts';
import { growthPages, MHeap, type MHeapOptions } from './spans/mheap.ts';
import { type MSpans, SPAN_IN_USE, SPAN_KIND_HEAP } from './spans/mspan.ts';
import { type OutOfMemory, outOfMemory } from './spans/out-of-memory.ts';
import { Sweeper } from './spans/sweeper.ts';
import { type HeapMemStats, memStatsOf } from './stats/mem-stats.ts';

/** Address of all objects of 0 bytes, which are in no span and counted nowhere. @source malloc.go zerobase */
export const ZERO_BASE_ADDRESS = 0;
/** Returned by alloc when the system refused memory; see Heap.outOfMemory. */
export const NO_ADDRESS = -1;

export type HeapOptions = MHeapOptions;

/** One process's heap. Caches are numbered as their P: mcache p belongs to P p; -1 as P means "no P" and uses mcache 0. */
export class Heap {
  readonly classes: SizeClasses;
  readonly mheap: MHeap;
  /** Same as mheap.spans. */
  readonly spans: MSpans;
  readonly central: MCentral;
  readonly caches: MCaches;
  readonly sweeper: Sweeper;
  /** Between gcStart and gcFinish: new objects are born marked. */
  isMarking = false;
  /** The P of the operation that runs, for listeners; -1 without one. */
  currentP = -1;
  /** Why the last alloc failed. */
  outOfMemory: OutOfMemory | undefined;
  private readonly allocCaches: AllocCaches;
  private readonly originAddress: number;
  private readonly hasChecks: boolean;

  constructor(version: GoVersion, options: HeapOptions = {}) {
    this.classes = new SizeClasses(version);
    this.mheap = new MHeap(this.classes, options);
    this.spans = this.mheap.spans;
    this.originAddress = this.mheap.originAddress;
    this.central = new MCentral(this.mheap);
    this.caches = new MCaches(this.mheap, this.central);
    this.allocCaches = this.caches.allocCaches;
    this.sweeper = new Sweeper(this.mheap, this.central);
    this.hasChecks = options.hasChecks ?? false;
  }

  /**
   * Allocates on P p: the address handed to the program (behind the malloc header, where there is one), ZERO_BASE_ADDRESS for 0 bytes,
   * NO_ADDRESS when the heap cannot grow.
   * @source malloc.go mallocgc
   */
  alloc(p: number, requestBytes: number, isNoscan: boolean): number {
    if (requestBytes === 0) return ZERO_BASE_ADDRESS;
    this.currentP = p;
    const m = p < 0 ? 0 : p;
    if (m >= this.caches.count) this.caches.ensure(m);
    if (isTinyRequest(requestBytes, isNoscan)) return this.allocTiny(p, m, requestBytes);
    const spanClass = this.classes.spanClassFor(requestBytes, isNoscan);
    if (spanClass <= 1) return this.allocLarge(p, m, requestBytes, spanClass);
    const place = m * NUM_SPAN_CLASSES + spanClass;
    let slot = this.takeSlot(place);
    if (slot < 0) {
      if (!this.refill(p, spanClass)) return NO_ADDRESS;
      slot = this.takeSlot(place);
    }
    if (this.mheap.events !== undefined) {
      this.mheap.events.smallAllocated(m, spanClass, requestBytes, this.addressOfSlot(place, spanClass, slot));
    }
    return this.addressOfSlot(place, spanClass, slot) + this.classes.mallocHeaderBytes(requestBytes, isNoscan);
  }

  /** Begins marking: sweeping is finished first, and from now on new objects are marked. @source mgc.go gcStart */
  gcStart(): void {
    this.sweeper.finish();
    this.isMarking = true;
  }

  /** Marks the object that contains an address. A free slot or an address in no span is a contradiction. */
  mark(address: number): void {
    const s = this.spanOf(address);
    if (s === 0) throw new ContradictionError('span at a marked address', 'a heap span', address);
    const slot = this.slotOf(s, address);
    if (!this.spans.isAllocated(s, slot)) throw new ContradictionError('marked slot that is free', 'in use', address);
    this.spans.setMark(s, slot);
  }

  /**
   * Ends marking and begins a sweep cycle: what is unmarked now is garbage. markedBytes becomes the live heap; triggerBytes, the heap
   * size that should start the next cycle, sets the pace of sweeping (see pacer/gc-controller.ts). Caches of all Ps are flushed, as each
   * P does before it runs again.
   * @source mgc.go gcMarkTermination, gcSweep
   */
  gcFinish(markedBytes: number, triggerBytes: number): void {
    this.isMarking = false;
    this.mheap.stats.heapLiveBytes = markedBytes;
    this.sweeper.beginCycle();
    this.sweeper.pace(triggerBytes);
    this.mheap.pages.scavengeIndex.nextGen();
    for (let m = 0; m < this.caches.count; m++) this.flush(m);
  }

  /** MemStats now. Flushes all caches first, which changes where later objects go; the runtime does the same. @source mstats.go ReadMemStats */
  readMemStats(): HeapMemStats {
    for (let m = 0; m < this.caches.count; m++) this.flush(m);
    return memStatsOf(this.mheap.stats);
  }

  /** A listener for everything that happens from now on; undefined for none. */
  get events(): HeapEvents | undefined {
    return this.mheap.events;
  }

  set events(events: HeapEvents | undefined) {
    this.mheap.events = events;
  }

  /** A span for stacks or work buffers (SPAN_KIND_*); 0 when the heap cannot grow. @source mheap.go allocManual */
  allocManual(p: number, npages: number, kind: number): number {
    this.currentP = p;
    return this.mheap.allocSpan(p, npages, kind, 0);
  }

  /** Gives a manual span back. @source mheap.go freeManual */
  freeManual(s: number): void {
    this.mheap.freeSpan(s);
  }

  /** Puts what P p's page cache holds back, as for an idle P at the end of a cycle. @source mgc.go gcMarkTermination */
  flushPageCache(p: number): void {
    const cache = this.mheap.pageCacheOf(p);
    if (cache.isEmpty) return;
    this.events?.pageCacheFlushed(cache);
    this.mheap.pages.flushCache(cache);
  }

  // Steps, for replays ------------------------------------------------------------------------------------------------------------

  /** Heap or manual span that contains an address, 0 for none. */
  spanOf(address: number): number {
    return this.mheap.spanOf(this.pageOf(address));
  }

  pageOf(address: number): number {
    return Math.floor((address - this.mheap.originAddress) / PAGE_BYTES);
  }

  addressOfPage(page: number): number {
    return this.mheap.originAddress + page * PAGE_BYTES;
  }

  baseOf(s: number): number {
    return this.addressOfPage(this.spans.startPage[s]);
  }

  /** Slot size in bytes: the class's, or all pages of a large object. */
  elemBytesOf(s: number): number {
    const spanClass = this.spans.spanClass[s];
    return spanClass <= 1 ? this.spans.npages[s] * PAGE_BYTES : this.classes.elemBytes[spanClass];
  }

  /** Slot that contains an address of span s. */
  slotOf(s: number, address: number): number {
    return Math.floor((address - this.baseOf(s)) / this.elemBytesOf(s));
  }

  /** The span mcache m holds for a class, 0 for none. */
  cachedSpan(m: number, spanClass: number): number {
    return this.caches.alloc[m * NUM_SPAN_CLASSES + spanClass];
  }

  /** Takes the next slot of the cached span: its address, -1 if the span is full (or none) and a refill is due. @source malloc.go nextFree */
  allocSlot(m: number, spanClass: number): number {
    const place = m * NUM_SPAN_CLASSES + spanClass;
    const slot = this.takeSlot(place);
    return slot < 0 ? -1 : this.addressOfSlot(place, spanClass, slot);
  }

  /** As allocSlot, but the slot's number: an address beyond 2^31 is a heap object in JavaScript, made on each return. */
  private takeSlot(place: number): number {
    const { spans } = this;
    const s = this.caches.alloc[place];
    let slot = this.allocCaches.nextFreeFast(place, s);
    if (slot < 0) {
      slot = this.allocCaches.nextFreeIndex(place, s);
      if (slot === spans.nelems[s]) return -1;
      spans.allocCount[s]++;
    }
    if (this.isMarking) spans.setMark(s, slot);
    else spans.freeIndexForScan[s] = spans.freeIndex[s];
    return slot;
  }

  /** Address of a slot of the span that a cache holds at a place. */
  private addressOfSlot(place: number, spanClass: number, slot: number): number {
    const startPage = this.spans.startPage[this.caches.alloc[place]];
    return this.originAddress + startPage * PAGE_BYTES + slot * this.classes.elemBytes[spanClass];
  }

  /**
   * Gives a P's cache a span of a class with a free slot, sweeping and growing as needed; false when the heap cannot grow.
   * @source mcache.go refill, mcentral.go cacheSpan
   */
  refill(p: number, spanClass: number): boolean {
    const m = p < 0 ? 0 : p;
    const old = this.cachedSpan(m, spanClass);
    this.caches.beginRefill(m, spanClass);
    this.events?.refillBegins(m, spanClass, old);
    this.sweeper.deductSweepCredit(this.classes.npages[spanClass] * PAGE_BYTES, 0);
    const walk = this.caches.walkOf(m);
    let s = walk.peek();
    while (s !== 0) {
      walk.accept();
      if (walk.source !== SOURCE_FULL_UNSWEPT) break;
      this.events?.fullUnsweptTaken(spanClass, s);
      this.sweeper.sweepSpan(s, true);
      if (this.settleFull(s)) break;
      walk.reject(s);
      s = walk.peek();
    }
    if (walk.source === SOURCE_GROWN) s = this.allocHeapSpan(p, this.classes.npages[spanClass], spanClass);
    if (s === 0) return false;
    this.events?.refillEnds(spanClass, walk.source, s);
    if (walk.source === SOURCE_PARTIAL_UNSWEPT) this.sweeper.sweepSpan(s, true);
    this.caches.endRefill(m, spanClass, s);
    if (this.hasChecks) assertSpan(this.mheap, s, this.allocCaches.masks, m * NUM_SPAN_CLASSES + spanClass);
    return true;
  }

  /** A full span was swept for a cache: is it usable? Then freeIndex is at its first free slot. @source mcentral.go cacheSpan */
  settleFull(s: number): boolean {
    const { spans } = this;
    const slot = spans.firstFreeSlot(s);
    if (slot === spans.nelems[s]) return false;
    spans.freeIndex[s] = slot;
    return true;
  }

  /** Flushes one cache; stale spans are swept, and freed if empty. @source mcache.go releaseAll, prepareForSweep */
  flush(m: number): void {
    this.events?.cacheFlushed(m);
    for (let spanClass = 0; spanClass < NUM_SPAN_CLASSES; spanClass++) {
      const stale = this.caches.release(m, spanClass);
      if (stale === 0) continue;
      this.events?.sweepBegins('s', stale);
      if (this.sweeper.sweepSpan(stale, false)) this.mheap.freeSpan(stale);
    }
    this.caches.clearTiny(m);
  }

  /** Counts and queues a large object's span that was just made. @source mcache.go allocLarge */
  openLarge(s: number): void {
    const { spans } = this;
    const { stats } = this.mheap;
    const bytes = spans.npages[s] * PAGE_BYTES;
    stats.largeAllocs++;
    stats.largeAllocBytes += bytes;
    stats.heapLiveBytes += bytes;
    this.central.fullSwept(spans.spanClass[s]).push(s);
    spans.freeIndex[s] = 1;
    spans.allocCount[s] = 1;
    if (this.isMarking) spans.setMark(s, 0);
    else spans.freeIndexForScan[s] = 1;
  }

  /**
   * Makes a span where a recording shows one, taking the pages if they are mapped and free; 0 if they are not. For heaps whose history
   * is not known from the start.
   */
  adoptSpan(address: number, npages: number, kind: number, spanClass: number): number {
    const page = this.pageOf(address);
    if (!this.mheap.pages.isFree(page, npages)) return 0;
    this.mheap.pages.allocRange(page, npages);
    return this.mheap.openSpan(page, npages, this.mheap.pages.scavengedPages, kind, spanClass);
  }

  /** Bytes the model itself takes for all columns and bitmaps. */
  get byteLength(): number {
    return this.spans.byteLength + this.mheap.pages.byteLength + this.central.byteLength + this.caches.byteLength;
  }

  // Parts of alloc ----------------------------------------------------------------------------------------------------------------

  private allocTiny(p: number, m: number, bytes: number): number {
    const inBlock = this.caches.tinyAddressFor(m, bytes);
    if (inBlock >= 0) {
      this.caches.takeTiny(m, inBlock, bytes);
      this.events?.tinyAllocated(m, bytes, inBlock, false);
      return inBlock;
    }
    let address = this.allocSlot(m, TINY_SPAN_CLASS);
    if (address < 0) {
      if (!this.refill(p, TINY_SPAN_CLASS)) return NO_ADDRESS;
      address = this.allocSlot(m, TINY_SPAN_CLASS);
    }
    this.caches.offerTinyBlock(m, address, bytes);
    this.events?.tinyAllocated(m, bytes, address, true);
    return address;
  }

  /** @source malloc.go mallocgcLarge, mcache.go allocLarge */
  private allocLarge(p: number, m: number, requestBytes: number, spanClass: number): number {
    const npages = Math.ceil(requestBytes / PAGE_BYTES);
    this.sweeper.deductSweepCredit(npages * PAGE_BYTES, npages);
    const s = this.allocHeapSpan(p, npages, spanClass);
    if (s === 0) return NO_ADDRESS;
    this.openLarge(s);
    this.events?.largeAllocated(m, requestBytes, s);
    return this.baseOf(s);
  }

  private allocHeapSpan(p: number, npages: number, spanClass: number): number {
    const s = this.mheap.allocSpan(p, npages, SPAN_KIND_HEAP, spanClass);
    this.outOfMemory =
      s === 0 ? outOfMemory(growthPages(npages) * PAGE_BYTES, this.mheap.bytesInUseForMessage) : undefined;
    return s;
  }

  /** All live heap spans, in id order. */
  *heapSpans(): IterableIterator<number> {
    const { spans } = this;
    for (let s = 1; s < spans.count; s++) if (spans.state[s] === SPAN_IN_USE) yield s;
  }
}
