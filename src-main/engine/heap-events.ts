// What a heap can tell a listener while it runs, in the order in which things happen. For step-by-step views and for writing operation
// logs; a heap without a listener spends a comparison on it.
import type { PageCache } from './pages/page-cache.ts';

/** Why a span is swept. The letters are those of an operation log. */
export type SweepKind = 'o' | 's';

/** Spans (s) are ids of the heap's MSpans, caches (m) mcache numbers; sizes are bytes or pages as named. */
export interface HeapEvents {
  /** A small object; spanClass is that of its slot. The address is the slot's, before any malloc header. */
  smallAllocated(m: number, spanClass: number, requestBytes: number, slotAddress: number): void;
  /** A tiny object; isNewSlot: it could not go into the current block. */
  tinyAllocated(m: number, requestBytes: number, address: number, isNewSlot: boolean): void;
  largeAllocated(m: number, requestBytes: number, s: number): void;
  /** The cached span (0: none) of a class is full and was given back. */
  refillBegins(m: number, spanClass: number, oldSpan: number): void;
  /** A full unswept span was popped, to be swept and perhaps used. */
  fullUnsweptTaken(spanClass: number, s: number): void;
  /** The refill has its span, from SOURCE_*; one that was partial and unswept is swept next. */
  refillEnds(spanClass: number, source: number, s: number): void;
  sweepBegins(kind: SweepKind, s: number): void;
  /** The span was swept: slots in use before; its allocBits are now the marks that survived. */
  swept(s: number, preserve: boolean, allocCountBefore: number): void;
  spanMade(s: number, scavengedPages: number): void;
  /** Called before the span's fields are cleared. */
  spanFreed(s: number): void;
  pageCacheFilled(p: number, cache: PageCache): void;
  pageCacheServed(p: number, page: number, npages: number, scavengedPages: number): void;
  /** Called before the cache is emptied. */
  pageCacheFlushed(cache: PageCache): void;
  /** The heap grew by grownPages from page on, for a request of npages. */
  heapGrew(page: number, grownPages: number, npages: number): void;
  /** A run of free pages was given back to the system. */
  scavenged(page: number, npages: number): void;
  /** All spans of a cache are about to be given back. */
  cacheFlushed(m: number): void;
  sweepCycleBegins(sweepgen: number): void;
}
