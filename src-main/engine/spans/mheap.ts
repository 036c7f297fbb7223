// The heap: pages become spans here, and spans pages again.
//
// A request for a span of n pages goes first to the page cache of its P, if n is small and there is a P; an empty cache is filled, once.
// If the cache has no run of n pages the request goes to the page allocator, and what is left in the cache stays. If no run is free
// anywhere, the heap grows: n is rounded up to whole chunks of 4 MiB and taken from the arena being filled (curArena); when that has not
// enough left, address space for more arenas is reserved, normally right behind. New pages are free and count as released.
//
// A span is then initialised over the pages: its slots follow from the span class and the Go version. Sweeping gives empty spans back;
// stacks and GC work buffers are "manual" spans on the same pages.
//
// Inside, pages are numbered from an origin, the heap's base rounded down to 16 GiB (the reach of one root summary), so that they fit
// 31 bits; addresses are plain numbers below 2^48.
import { ContradictionError, LimitError } from '../engine-error.ts';
import type { HeapEvents } from '../heap-events.ts';
import { PageAlloc } from '../pages/page-alloc.ts';
import { PAGE_CACHE_REQUEST_LIMIT, PageCache } from '../pages/page-cache.ts';
import { CHUNK_PAGES } from '../pages/palloc-bits.ts';
import { PAGE_BYTES, type SizeClasses } from '../sizes/size-classes.ts';
import { HeapStats } from '../stats/heap-stats.ts';
import { widened, widerLength } from '../widened.ts';
import { ARENA_BYTES, ArenaHints, DEFAULT_HEAP_BASE } from './arena-hints.ts';
import { MSpans, SPAN_DEAD, SPAN_IN_USE, SPAN_KIND_HEAP, SPAN_KIND_STACK, SPAN_MANUAL } from './mspan.ts';

const ORIGIN_ALIGN_BYTES = 2 ** 34;
const ARENA_PAGES = ARENA_BYTES / PAGE_BYTES;
const DEFAULT_MAX_HEAP_BYTES = 256 * 2 ** 30;

export interface MHeapOptions {
  /** Address of the first mapped byte, a multiple of 4 MiB. */
  readonly heapBase?: number;
  /** Pages at the heap's start that a randomised base marks as in use. */
  readonly paddingPages?: number;
  /** Verify invariants on page operations. */
  readonly hasChecks?: boolean;
  /** Farthest from its base that the heap may reach; growing beyond throws LimitError. Default 256 GiB. */
  readonly maxHeapBytes?: number;
  /** Does the system grant a reservation? Default: always. */
  readonly isReservationGranted?: (address: number, bytes: number) => boolean;
}

/** @source mheap.go mheap */
export class MHeap {
  readonly classes: SizeClasses;
  readonly spans = new MSpans();
  readonly pages: PageAlloc;
  readonly stats = new HeapStats();
  /** Who wants to know. */
  events: HeapEvents | undefined;
  /** Grows by 2 in each GC cycle; see MSpans.sweepgen. */
  sweepgen = 0;
  /** Address of page 0. */
  readonly originAddress: number;
  /** First page of the heap. */
  readonly basePage: number;
  /** Of the last growth: first page, pages, and bytes added in all. */
  grownPage = -1;
  grownPages = 0;
  grownBytes = 0;
  /** The next page to map, and the end of reserved space; both -1 before the first growth. @source mheap.go curArena */
  curArenaPage = -1;
  curArenaEndPage = -1;
  private readonly onReleased = (page: number, npages: number): void => this.events?.scavenged(page, npages);
  private readonly caches: PageCache[] = [];
  private readonly hints: ArenaHints;
  private readonly isGranted: (address: number, bytes: number) => boolean;
  private readonly paddingPages: number;
  private readonly maxPage: number;
  /** By arena: pages of it that were ever handed out, counted to the highest. @source mheap.go heapArena.zeroedBase */
  private zeroedPages = new Int32Array(1);

  constructor(classes: SizeClasses, options: MHeapOptions = {}) {
    const heapBase = options.heapBase ?? DEFAULT_HEAP_BASE;
    this.classes = classes;
    this.originAddress = Math.floor(heapBase / ORIGIN_ALIGN_BYTES) * ORIGIN_ALIGN_BYTES;
    this.basePage = (heapBase - this.originAddress) / PAGE_BYTES;
    this.hints = new ArenaHints(Math.floor(heapBase / ARENA_BYTES) * ARENA_BYTES);
    this.isGranted = options.isReservationGranted ?? (() => true);
    this.paddingPages = options.paddingPages ?? 0;
    this.maxPage = this.basePage + (options.maxHeapBytes ?? DEFAULT_MAX_HEAP_BYTES) / PAGE_BYTES;
    this.pages = new PageAlloc({
      hasChecks: options.hasChecks ?? false,
      hasDenseChunkRule: classes.version.hasDenseChunkRule,
    });
  }

  /** Page cache of P number p, made on first use. */
  pageCacheOf(p: number): PageCache {
    while (this.caches.length <= p) this.caches.push(new PageCache());
    return this.caches[p];
  }

  /** Page caches made so far, by P. */
  get pageCaches(): readonly PageCache[] {
    return this.caches;
  }

  /** Live span that contains a page, 0 for none. @source mheap.go spanOf */
  spanOf(page: number): number {
    const s = this.pages.chunks.spanAt(page);
    if (s === 0 || this.spans.state[s] === SPAN_DEAD) return 0;
    const start = this.spans.startPage[s];
    return page >= start && page < start + this.spans.npages[s] ? s : 0;
  }

  /** Live span that begins at a page, 0 for none. */
  spanStartingAt(page: number): number {
    const s = this.spanOf(page);
    return s !== 0 && this.spans.startPage[s] === page ? s : 0;
  }

  /**
   * A new span of npages, or 0 if the system refused to let the heap grow. p: P number, -1 without a P. spanClass: only for
   * SPAN_KIND_HEAP. Scavenging that an allocation may have to do is the caller's business (see scavenger.ts).
   * @source mheap.go allocSpan
   */
  allocSpan(p: number, npages: number, kind: number, spanClass: number): number {
    let page = -1;
    let scavengedPages = 0;
    this.grownBytes = 0;
    if (p >= 0 && npages < PAGE_CACHE_REQUEST_LIMIT) {
      const cache = this.pageCacheOf(p);
      if (cache.isEmpty) {
        this.pages.allocToCache(cache);
        this.events?.pageCacheFilled(p, cache);
      }
      page = cache.alloc(npages);
      scavengedPages = cache.scavengedPages;
      if (page >= 0) this.events?.pageCacheServed(p, page, npages, scavengedPages);
    }
    if (page < 0) {
      page = this.pages.alloc(npages);
      if (page < 0) {
        if (!this.grow(npages)) return 0;
        page = this.pages.alloc(npages);
      }
      scavengedPages = this.pages.scavengedPages;
    }
    const s = this.openSpan(page, npages, scavengedPages, kind, spanClass);
    this.events?.spanMade(s, scavengedPages);
    return s;
  }

  /** Makes a span over pages that were just taken. @source mheap.go allocSpan at HaveSpan, initSpan */
  openSpan(page: number, npages: number, scavengedPages: number, kind: number, spanClass: number): number {
    const s = this.spans.create();
    const bytes = npages * PAGE_BYTES;
    const scavengedBytes = scavengedPages * PAGE_BYTES;
    const { spans, stats } = this;
    if (kind === SPAN_KIND_HEAP) {
      spans.init(s, page, npages, SPAN_IN_USE, kind, spanClass, this.classes.nelems[spanClass]);
      spans.sweepgen[s] = this.sweepgen;
      stats.heapInUseBytes += bytes;
      stats.pagesInUse += npages;
    } else {
      spans.init(s, page, npages, SPAN_MANUAL, kind, 0, 0);
      if (kind === SPAN_KIND_STACK) stats.stackInUseBytes += bytes;
      else stats.workBufBytes += bytes;
    }
    if (this.allocNeedsZero(page, npages) && scavengedPages !== npages) spans.needzero[s] = 1;
    this.pages.chunks.setSpans(page, npages, s);
    stats.heapReleasedBytes -= scavengedBytes;
    stats.heapFreeBytes -= bytes - scavengedBytes;
    return s;
  }

  /** Gives a span's pages back; a heap span must be empty and swept. @source mheap.go freeSpanLocked */
  freeSpan(s: number): void {
    const { spans, stats } = this;
    this.events?.spanFreed(s);
    const npages = spans.npages[s];
    const bytes = npages * PAGE_BYTES;
    if (spans.kind[s] === SPAN_KIND_HEAP) {
      if (spans.allocCount[s] !== 0)
        throw new ContradictionError('slots in use in a freed span', 0, spans.allocCount[s]);
      if (spans.sweepgen[s] !== this.sweepgen) {
        throw new ContradictionError('sweepgen of a freed span', this.sweepgen, spans.sweepgen[s]);
      }
      stats.heapInUseBytes -= bytes;
      stats.pagesInUse -= npages;
    } else if (spans.kind[s] === SPAN_KIND_STACK) {
      stats.stackInUseBytes -= bytes;
    } else {
      stats.workBufBytes -= bytes;
    }
    stats.heapFreeBytes += bytes;
    this.pages.free(spans.startPage[s], npages);
    spans.release(s);
  }

  /**
   * Maps memory for at least npages; false if no address space was to be had. `grownPage`, `grownPages`: the new piece.
   * @source mheap.go grow
   */
  grow(npages: number): boolean {
    const askPages = growthPages(npages);
    this.grownBytes = 0;
    if (this.curArenaPage < 0 || this.curArenaPage + askPages > this.curArenaEndPage) {
      const address = this.hints.reserve(askPages * PAGE_BYTES, this.isGranted);
      if (address < 0) return false;
      const reservedPages = Math.ceil(askPages / ARENA_PAGES) * ARENA_PAGES;
      this.enterArena((address - this.originAddress) / PAGE_BYTES, reservedPages);
    }
    const isFirst = this.grownPage < 0;
    this.grownPage = this.curArenaPage;
    this.grownPages = askPages;
    this.curArenaPage += askPages;
    this.map(this.grownPage, askPages);
    this.events?.heapGrew(this.grownPage, askPages, npages);
    if (isFirst && this.paddingPages > 0) this.pages.markPaddingPages(this.grownPage, this.paddingPages);
    return true;
  }

  /** The page where the next growth will begin, if the system grants new arenas right behind the last. */
  get nextGrowthPage(): number {
    return this.curArenaPage < 0 ? this.basePage : this.curArenaPage;
  }

  /** The system granted arenas for npages at another place than asked for; the next growth begins there. */
  relocateGrowth(page: number, npages: number): void {
    const reservedPages = Math.ceil(npages / ARENA_PAGES) * ARENA_PAGES;
    this.enterArena(page, reservedPages);
    this.hints.continueAt(this.originAddress + (page + reservedPages) * PAGE_BYTES);
  }

  /** Continues at newly reserved pages: the same arena grown, or another, after mapping what the old one had left. */
  private enterArena(page: number, npages: number): void {
    if (page === this.curArenaEndPage) {
      this.curArenaEndPage += npages;
      return;
    }
    const left = this.curArenaEndPage - this.curArenaPage;
    if (left > 0) this.map(this.curArenaPage, left);
    // The first arena of a randomised heap is entered somewhere inside.
    this.curArenaPage = this.curArenaPage < 0 ? Math.max(page, this.basePage) : page;
    this.curArenaEndPage = page + npages;
  }

  /** Heap memory that is backed: in use or free. @source mgcscavenge.go heapRetained */
  get retainedBytes(): number {
    return this.stats.heapInUseBytes + this.stats.heapFreeBytes;
  }

  /** The heap's part of the memory a limit counts: backed pages, stacks and work buffers. @source mgcpacer.go mappedReady */
  get mappedReadyBytes(): number {
    return this.retainedBytes + this.stats.stackInUseBytes + this.stats.workBufBytes;
  }

  /** Gives free pages back from the highest address down; the bytes released, at least `bytes` unless nothing is left. */
  scavenge(bytes: number, isForced: boolean): number {
    const released = this.pages.scavenge(Math.ceil(bytes / PAGE_BYTES), isForced, this.onReleased) * PAGE_BYTES;
    this.stats.heapFreeBytes -= released;
    this.stats.heapReleasedBytes += released;
    return released;
  }

  /** Bytes that the message of a failed growth calls "in use". @source mheap.go grow */
  get bytesInUseForMessage(): number {
    return this.stats.heapFreeBytes + this.stats.heapReleasedBytes + this.stats.heapInUseBytes;
  }

  private map(page: number, npages: number): void {
    if (page + npages > this.maxPage) throw new LimitError('heap pages', this.maxPage, page + npages);
    this.stats.heapReleasedBytes += npages * PAGE_BYTES;
    this.grownBytes += npages * PAGE_BYTES;
    this.pages.grow(page, npages);
  }

  /** Were any of the pages handed out before? Raises the arenas' high-water marks. @source mheap.go allocNeedsZero */
  private allocNeedsZero(page: number, npages: number): boolean {
    let isUsed = false;
    const end = page + npages;
    while (page < end) {
      const arena = Math.floor(page / ARENA_PAGES);
      if (arena >= this.zeroedPages.length) {
        this.zeroedPages = widened(this.zeroedPages, new Int32Array(widerLength(this.zeroedPages.length, arena + 1)));
      }
      const first = page - arena * ARENA_PAGES;
      const limit = Math.min(ARENA_PAGES, first + end - page);
      if (first < this.zeroedPages[arena]) isUsed = true;
      if (limit > this.zeroedPages[arena]) this.zeroedPages[arena] = limit;
      page = arena * ARENA_PAGES + limit;
    }
    return isUsed;
  }
}

/** Pages the heap grows by for a request of npages: whole chunks. @source mheap.go grow, `ask` */
export function growthPages(npages: number): number {
  return Math.ceil(npages / CHUNK_PAGES) * CHUNK_PAGES;
}
