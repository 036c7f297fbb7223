// The page cache of a P: one aligned block of 64 pages, taken from the heap with all its free pages at once.
//
// Spans below 16 pages are cut from it without the heap lock. It serves the lowest run that fits and keeps what is left; when no run
// fits, the request goes to the heap and the cache stays as it is. Only an entirely used cache is filled again.
import { findBitRange64, onesCount32, rangeMaskHi, rangeMaskLo } from './bits64.ts';

/** Pages in a page cache. @source mpagecache.go pageCachePages */
export const PAGE_CACHE_PAGES = 64;
/** Requests from here on never use a page cache. @source mheap.go allocSpan */
export const PAGE_CACHE_REQUEST_LIMIT = PAGE_CACHE_PAGES / 4;

const CACHE_LO = 0;
const CACHE_HI = 1;
const SCAV_LO = 2;
const SCAV_HI = 3;

/** One P's page cache. @source mpagecache.go pageCache */
export class PageCache {
  /** First page of the block, a multiple of 64; -1 before the first refill. */
  basePage = -1;
  /** How many of the pages of the last successful alloc were scavenged. */
  scavengedPages = 0;
  /** Free bits (low, high), then scavenged bits (low, high). */
  private readonly masks = new Int32Array(4);

  get cacheLo(): number {
    return this.masks[CACHE_LO];
  }

  get cacheHi(): number {
    return this.masks[CACHE_HI];
  }

  get scavLo(): number {
    return this.masks[SCAV_LO];
  }

  get scavHi(): number {
    return this.masks[SCAV_HI];
  }

  get isEmpty(): boolean {
    return (this.masks[CACHE_LO] | this.masks[CACHE_HI]) === 0;
  }

  /** Takes over a block: 1 = free in cache, 1 = scavenged in scav. */
  fill(basePage: number, cacheLo: number, cacheHi: number, scavLo: number, scavHi: number): void {
    this.basePage = basePage;
    this.masks[CACHE_LO] = cacheLo;
    this.masks[CACHE_HI] = cacheHi;
    this.masks[SCAV_LO] = scavLo;
    this.masks[SCAV_HI] = scavHi;
  }

  /** Forgets the block. */
  clear(): void {
    this.fill(-1, 0, 0, 0, 0);
  }

  /**
   * Takes the lowest run of npages (1 to 64): its first page, or -1 if there is none. `scavengedPages` tells how many were scavenged.
   * @source mpagecache.go alloc, allocN
   */
  alloc(npages: number): number {
    const start = findBitRange64(this.masks[CACHE_LO], this.masks[CACHE_HI], npages);
    if (start >= PAGE_CACHE_PAGES) return -1;
    const lo = rangeMaskLo(start, npages);
    const hi = rangeMaskHi(start, npages);
    this.scavengedPages = onesCount32(this.masks[SCAV_LO] & lo) + onesCount32(this.masks[SCAV_HI] & hi);
    this.masks[CACHE_LO] &= ~lo;
    this.masks[CACHE_HI] &= ~hi;
    this.masks[SCAV_LO] &= ~lo;
    this.masks[SCAV_HI] &= ~hi;
    return this.basePage + start;
  }

  /** Would alloc(npages) find a run? */
  hasRun(npages: number): boolean {
    return findBitRange64(this.masks[CACHE_LO], this.masks[CACHE_HI], npages) < PAGE_CACHE_PAGES;
  }
}
