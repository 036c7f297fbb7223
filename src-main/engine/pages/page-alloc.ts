// The page allocator: which pages of the heap are free.
//
// Pages are handed out by address-ordered first fit. Two shortcuts make that cheap. searchPage is a page below which nothing is free:
// most searches begin in its chunk and end there. If that chunk has no fit, the summary tree (summary-tree.ts) is searched. Spans are
// cut either here, under the heap lock, or from a P's page cache (page-cache.ts), which was filled from here with all free pages of an
// aligned block of 64.
//
// A page also knows whether it is scavenged: given back to the system while free. A new page is born scavenged, as nothing was ever
// touched; allocating a page makes it backed and clears the bit, freeing does not set it, only the scavenger does (highest addresses
// first, one chunk at a time, through scavenge-index.ts).
//
// Page numbers count from an origin that the owner chooses; the radix tree is aligned to it. Callers that describe a heap wrongly
// (free what is free, allocate what is in use) break invariants; with checks on that is found here, at the page.
import { assertInvariant, InvariantError } from '../engine-error.ts';
import { findScavengeCandidate, type ScavengeCandidate } from '../scavenge/scavenge-candidate.ts';
import { ScavengeIndex } from '../scavenge/scavenge-index.ts';
import { AddrRanges } from './addr-ranges.ts';
import { onesCount32 } from './bits64.ts';
import { PAGE_CACHE_PAGES, type PageCache } from './page-cache.ts';
import {
  BITMAP_WORDS,
  CHUNK_PAGES,
  clearRange,
  findFree,
  firstFree,
  LOG_CHUNK_PAGES,
  popcntRange,
  setRange,
} from './palloc-bits.ts';
import { PallocChunks } from './palloc-chunks.ts';
import { SummaryTree } from './summary-tree.ts';

/** Above all pages: nothing is free. @source mpagealloc.go maxSearchAddr */
const NO_SEARCH_PAGE = 2 ** 31 - 1;
const CHUNK_MASK = CHUNK_PAGES - 1;

export interface PageAllocOptions {
  /** Verify every range before it changes hands. */
  readonly hasChecks?: boolean;
  /** See ScavengeIndex; default true. */
  readonly hasDenseChunkRule?: boolean;
  /** Go pages in a transparent huge page, 0 for none; default 256 (2 MiB). */
  readonly hugePagePages?: number;
}

/** @source mpagealloc.go pageAlloc */
export class PageAlloc {
  readonly chunks = new PallocChunks();
  readonly tree = new SummaryTree(this.chunks);
  readonly scavengeIndex: ScavengeIndex;
  /** Mapped ranges, in pages. */
  readonly inUse = new AddrRanges();
  /** No page below this one is free. @source mpagealloc.go pageAlloc.searchAddr */
  searchPage = NO_SEARCH_PAGE;
  /** After alloc: how many of the pages were scavenged. After scavengeOne: unused. */
  scavengedPages = 0;
  /** After scavengeOne released something: its first page. */
  releasedPage = -1;
  /** First chunk behind all that exist. */
  endChunk = 0;
  private readonly hasChecks: boolean;
  private readonly hugePagePages: number;
  private readonly candidate: ScavengeCandidate = { start: 0, size: 0 };

  constructor(options: PageAllocOptions = {}) {
    this.hasChecks = options.hasChecks ?? false;
    this.hugePagePages = options.hugePagePages ?? 256;
    this.scavengeIndex = new ScavengeIndex(options.hasDenseChunkRule ?? true);
  }

  /** Adds new memory: whole chunks, free and scavenged. @source mpagealloc.go grow */
  grow(page: number, npages: number): void {
    const first = page >>> LOG_CHUNK_PAGES;
    const end = Math.ceil((page + npages) / CHUNK_PAGES);
    if (end > this.endChunk) this.endChunk = end;
    this.tree.extendTo(end);
    this.scavengeIndex.grow(first, end);
    this.inUse.add(first * CHUNK_PAGES, end * CHUNK_PAGES);
    if (first * CHUNK_PAGES < this.searchPage) this.searchPage = first * CHUNK_PAGES;
    for (let chunk = first; chunk < end; chunk++) {
      this.chunks.add(chunk);
      setRange(this.chunks.words, this.chunks.wordStart(chunk) + BITMAP_WORDS, 0, CHUNK_PAGES);
    }
    this.tree.update(page, npages, true, false);
  }

  /**
   * First page of the lowest run of npages free pages, now in use; -1 if there is none. `scavengedPages` tells how many of them were
   * scavenged.
   * @source mpagealloc.go alloc
   */
  alloc(npages: number): number {
    const chunk = this.searchPage >>> LOG_CHUNK_PAGES;
    if (chunk >= this.endChunk) return -1;
    const index = this.searchPage & CHUNK_MASK;
    let page: number;
    let searchPage: number;
    if (CHUNK_PAGES - index >= npages && this.tree.maxInChunk(chunk) >= npages) {
      const start = this.chunks.wordStart(chunk);
      const found = findFree(this.chunks.words, start, npages, index);
      if (found < 0) throw new InvariantError(`chunk ${chunk} promised ${npages} free pages at or above page ${index}`);
      page = chunk * CHUNK_PAGES + found;
      searchPage = chunk * CHUNK_PAGES + firstFree(this.chunks.words, start, index);
    } else {
      page = this.tree.find(npages, this.searchPage);
      if (page < 0) {
        if (npages === 1) this.searchPage = NO_SEARCH_PAGE;
        return -1;
      }
      searchPage = this.inUse.findAddrGreaterEqual(this.tree.firstFreePage);
    }
    this.allocRange(page, npages);
    if (this.searchPage < searchPage) this.searchPage = searchPage;
    return page;
  }

  /** First page of the lowest run of npages free pages, left as it is; -1 if there is none. */
  peek(npages: number): number {
    if (this.searchPage >>> LOG_CHUNK_PAGES >= this.endChunk) return -1;
    const page = this.tree.find(npages, this.searchPage);
    if (page >= 0)
      this.searchPage = Math.max(this.searchPage, this.inUse.findAddrGreaterEqual(this.tree.firstFreePage));
    return page;
  }

  /** Are pages mapped, and in no span, page cache or scavenging run? */
  isFree(page: number, npages: number): boolean {
    return this.hasNoBits(page, npages, 0);
  }

  /** Are pages free, and none of them scavenged yet? */
  isFreeAndBacked(page: number, npages: number): boolean {
    return this.isFree(page, npages) && this.hasNoBits(page, npages, BITMAP_WORDS);
  }

  /** Takes given pages into use; `scavengedPages` tells how many were scavenged. @source mpagealloc.go allocRange */
  allocRange(page: number, npages: number): void {
    let scavenged = 0;
    const words = this.chunks.words;
    const end = page + npages;
    for (let at = page; at < end; ) {
      const chunk = at >>> LOG_CHUNK_PAGES;
      const index = at & CHUNK_MASK;
      const n = Math.min(end - at, CHUNK_PAGES - index);
      const start = this.chunks.wordStart(chunk);
      if (this.hasChecks) assertInvariant(popcntRange(words, start, index, n) === 0, `page ${at} allocated twice`);
      scavenged += popcntRange(words, start + BITMAP_WORDS, index, n);
      setRange(words, start, index, n);
      clearRange(words, start + BITMAP_WORDS, index, n);
      this.scavengeIndex.alloc(chunk, n);
      at += n;
    }
    this.tree.update(page, npages, true, true);
    this.scavengedPages = scavenged;
  }

  /** Gives pages back; they stay backed until scavenged. @source mpagealloc.go free */
  free(page: number, npages: number): void {
    if (page < this.searchPage) this.searchPage = page;
    const words = this.chunks.words;
    const end = page + npages;
    for (let at = page; at < end; ) {
      const chunk = at >>> LOG_CHUNK_PAGES;
      const index = at & CHUNK_MASK;
      const n = Math.min(end - at, CHUNK_PAGES - index);
      const start = this.chunks.wordStart(chunk);
      if (this.hasChecks) assertInvariant(popcntRange(words, start, index, n) === n, `page ${at} freed twice`);
      clearRange(words, start, index, n);
      this.scavengeIndex.free(chunk, index, n);
      at += n;
    }
    this.tree.update(page, npages, true, false);
  }

  /**
   * Marks pages at the very start of a randomised heap as in use for good; they stay scavenged.
   * @source mpagealloc.go markRandomPaddingPages
   */
  markPaddingPages(page: number, npages: number): void {
    this.allocRange(page, npages);
    for (let at = page; at < page + npages; at++) {
      setRange(this.chunks.words, this.chunks.wordStart(at >>> LOG_CHUNK_PAGES) + BITMAP_WORDS, at & CHUNK_MASK, 1);
    }
  }

  /**
   * Moves all free pages of the aligned 64-page block around the first free page into a cache; leaves the cache empty if no page is
   * free anywhere.
   * @source mpagecache.go allocToCache
   */
  allocToCache(cache: PageCache): void {
    cache.clear();
    let chunk = this.searchPage >>> LOG_CHUNK_PAGES;
    if (chunk >= this.endChunk) return;
    let index: number;
    if (this.tree.maxInChunk(chunk) !== 0) {
      index = findFree(this.chunks.words, this.chunks.wordStart(chunk), 1, this.searchPage & CHUNK_MASK);
      if (index < 0) throw new InvariantError(`chunk ${chunk} promised a free page`);
    } else {
      const page = this.tree.find(1, this.searchPage);
      if (page < 0) {
        this.searchPage = NO_SEARCH_PAGE;
        return;
      }
      chunk = page >>> LOG_CHUNK_PAGES;
      index = page & CHUNK_MASK;
    }
    const blockIndex = index & ~(PAGE_CACHE_PAGES - 1);
    const blockPage = chunk * CHUNK_PAGES + blockIndex;
    const words = this.chunks.words;
    const at = this.chunks.wordStart(chunk) + (blockIndex >>> 5);
    const lo = ~words[at];
    const hi = ~words[at + 1];
    const scavLo = words[at + BITMAP_WORDS];
    const scavHi = words[at + BITMAP_WORDS + 1];
    cache.fill(blockPage, lo, hi, scavLo, scavHi);
    words[at] = -1;
    words[at + 1] = -1;
    words[at + BITMAP_WORDS] &= ~(lo & scavLo);
    words[at + BITMAP_WORDS + 1] &= ~(hi & scavHi);
    this.tree.update(blockPage, PAGE_CACHE_PAGES, false, true);
    this.scavengeIndex.alloc(chunk, onesCount32(lo) + onesCount32(hi));
    this.searchPage = blockPage + PAGE_CACHE_PAGES - 1;
  }

  /** Puts what is left in a cache back and empties it. @source mpagecache.go flush */
  flushCache(cache: PageCache): void {
    if (cache.isEmpty) return;
    const chunk = cache.basePage >>> LOG_CHUNK_PAGES;
    const blockIndex = cache.basePage & CHUNK_MASK;
    const words = this.chunks.words;
    const at = this.chunks.wordStart(chunk) + (blockIndex >>> 5);
    for (let i = 0; i < PAGE_CACHE_PAGES; i++) {
      const half = i < 32 ? cache.cacheLo : cache.cacheHi;
      if ((half >>> (i & 31)) & 1) this.scavengeIndex.free(chunk, blockIndex + i, 1);
    }
    words[at] &= ~cache.cacheLo;
    words[at + 1] &= ~cache.cacheHi;
    words[at + BITMAP_WORDS] |= cache.scavLo;
    words[at + BITMAP_WORDS + 1] |= cache.scavHi;
    if (cache.basePage < this.searchPage) this.searchPage = cache.basePage;
    this.tree.update(cache.basePage, PAGE_CACHE_PAGES, false, false);
    cache.clear();
  }

  /**
   * Releases free pages from the highest address down until npages were released or nothing is left; returns the pages released,
   * which may be more than asked for to keep huge pages whole. isForced ignores density. onReleased is told of each run.
   * @source mgcscavenge.go pageAlloc.scavenge
   */
  scavenge(npages: number, isForced: boolean, onReleased?: (page: number, npages: number) => void): number {
    let released = 0;
    while (released < npages) {
      const chunk = this.scavengeIndex.find(isForced);
      if (chunk < 0) break;
      const run = this.scavengeOne(chunk, this.scavengeIndex.foundPage, npages - released);
      if (run > 0) onReleased?.(this.releasedPage, run);
      released += run;
    }
    return released;
  }

  /**
   * Releases one run in a chunk, at or below page index searchIndex; returns its pages, 0 if the chunk has none (and is then marked
   * empty). `releasedPage` is its first page.
   * @source mgcscavenge.go scavengeOne
   */
  scavengeOne(chunk: number, searchIndex: number, maxPages: number): number {
    if (this.tree.maxInChunk(chunk) >= 1) {
      const start = this.chunks.wordStart(chunk);
      // More than a chunk's worth is as good as all of it, and fits 32 bits.
      const wanted = Math.min(maxPages, CHUNK_PAGES);
      findScavengeCandidate(this.chunks.words, start, searchIndex, 1, wanted, this.hugePagePages, this.candidate);
      const { size } = this.candidate;
      if (size !== 0) {
        this.releasedPage = chunk * CHUNK_PAGES + this.candidate.start;
        this.takeForScavenge(this.releasedPage, size);
        this.returnScavenged(this.releasedPage, size);
        return size;
      }
    }
    this.scavengeIndex.setEmpty(chunk);
    return 0;
  }

  /** Hides a run inside one chunk while it is being released. The scavenge index is not told. @source mgcscavenge.go scavengeOne */
  takeForScavenge(page: number, npages: number): void {
    const start = this.chunks.wordStart(page >>> LOG_CHUNK_PAGES);
    setRange(this.chunks.words, start, page & CHUNK_MASK, npages);
    clearRange(this.chunks.words, start + BITMAP_WORDS, page & CHUNK_MASK, npages);
    this.tree.update(page, npages, true, true);
  }

  /** Shows the run again, free and scavenged. @source mgcscavenge.go scavengeOne */
  returnScavenged(page: number, npages: number): void {
    const start = this.chunks.wordStart(page >>> LOG_CHUNK_PAGES);
    if (page < this.searchPage) this.searchPage = page;
    clearRange(this.chunks.words, start, page & CHUNK_MASK, npages);
    this.tree.update(page, npages, true, false);
    setRange(this.chunks.words, start + BITMAP_WORDS, page & CHUNK_MASK, npages);
  }

  /** Bytes held, for the memory bench. */
  get byteLength(): number {
    const summaries = this.tree.levels.reduce((sum, level) => sum + level.byteLength, 0);
    return this.chunks.byteLength + summaries + this.scavengeIndex.byteLength;
  }

  /** Are pages mapped and all their bits 0 in the bitmap at word offset `bitmap` of the chunks? */
  private hasNoBits(page: number, npages: number, bitmap: number): boolean {
    const end = page + npages;
    for (let at = page; at < end; ) {
      const chunk = Math.floor(at / CHUNK_PAGES);
      if (!this.chunks.has(chunk)) return false;
      const index = at & CHUNK_MASK;
      const n = Math.min(end - at, CHUNK_PAGES - index);
      if (popcntRange(this.chunks.words, this.chunks.wordStart(chunk) + bitmap, index, n) !== 0) return false;
      at += n;
    }
    return true;
  }
}
