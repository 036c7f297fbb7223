// The radix tree over the chunks, and the search in it.
//
// Five levels of summaries (palloc-sum.ts): a root entry covers 16 GiB, a leaf one chunk of 4 MiB. A search for n pages begins at the
// root and walks entries from left to right, growing a run: the end of one entry joined to the start of the next. If the run reaches n
// pages it is the answer, found across entry borders. If an entry holds a long enough run inside, the search goes down into it. So
// the lowest-addressed fit is found in a number of steps that does not depend on the heap's size.
//
// On the way the search notes the first region that has anything free: everything below it is in use, and the next search may begin
// there. The tree has no other effect on results: a plain scan over all bitmaps for the first fit gives the same pages.
import { InvariantError } from '../engine-error.ts';
import { CHUNK_PAGES, findFree, firstFree, LOG_CHUNK_PAGES } from './palloc-bits.ts';
import type { PallocChunks } from './palloc-chunks.ts';
import { LEVEL_LOG_PAGES, PallocSums, SUMMARY_LEVEL_BITS, SUMMARY_LEVELS } from './palloc-sum.ts';

const LEAF = SUMMARY_LEVELS - 1;

/** @source mpagealloc.go pageAlloc.summary, update, find */
export class SummaryTree {
  /** Summaries by level, root first; read only outside. */
  readonly levels: readonly PallocSums[] = LEVEL_LOG_PAGES.map(() => new PallocSums());
  /** After a find: no page below this one is free. */
  firstFreePage = 0;
  private readonly chunks: PallocChunks;

  constructor(chunks: PallocChunks) {
    this.chunks = chunks;
  }

  /** Makes room for chunks below endChunk. @source mpagealloc_64bit.go sysGrow */
  extendTo(endChunk: number): void {
    for (let level = 0; level < SUMMARY_LEVELS; level++) {
      const logChunks = LEVEL_LOG_PAGES[level] - LOG_CHUNK_PAGES;
      this.levels[level].extendTo(Math.ceil(endChunk / 2 ** logChunks));
    }
  }

  /** Longest free run inside one chunk. */
  maxInChunk(chunk: number): number {
    return this.levels[LEAF].max[chunk];
  }

  /**
   * Brings the tree up to date after pages [page, page+npages) changed. isContiguous: all of them changed the same way, to in use
   * (isAlloc) or to free, so chunks in the middle need no look at their bits.
   * @source mpagealloc.go update
   */
  update(page: number, npages: number, isContiguous: boolean, isAlloc: boolean): void {
    const first = page >>> LOG_CHUNK_PAGES;
    const last = (page + npages - 1) >>> LOG_CHUNK_PAGES;
    let isChanged = this.summarizeChunk(first);
    if (first !== last) {
      const leaves = this.levels[LEAF];
      const whole = isAlloc ? 0 : CHUNK_PAGES;
      for (let chunk = first + 1; chunk < last; chunk++) {
        if (isContiguous) leaves.set(chunk, whole, whole, whole);
        else this.summarizeChunk(chunk);
      }
      this.summarizeChunk(last);
      isChanged = true;
    }
    for (let level = LEAF - 1; level >= 0 && isChanged; level--) {
      isChanged = false;
      const shift = (LEAF - level) * SUMMARY_LEVEL_BITS;
      for (let i = first >>> shift; i <= last >>> shift; i++) {
        if (this.levels[level].merge(i, this.levels[level + 1], LEVEL_LOG_PAGES[level + 1])) isChanged = true;
      }
    }
  }

  /**
   * First run of npages free pages at or above searchPage, below which nothing is free; -1 if there is none. Sets firstFreePage.
   * @source mpagealloc.go find
   */
  find(npages: number, searchPage: number): number {
    this.firstFreePage = 0;
    let windowEnd = Number.MAX_SAFE_INTEGER;
    let block = 0;
    for (let level = 0; level < SUMMARY_LEVELS; level++) {
      const { start, max, end, length } = this.levels[level];
      const logPages = LEVEL_LOG_PAGES[level];
      const entryPages = 2 ** logPages;
      const blockStart = level === 0 ? 0 : block << SUMMARY_LEVEL_BITS;
      const blockEnd = level === 0 ? length : Math.min(length, blockStart + (1 << SUMMARY_LEVEL_BITS));
      const searchIndex = Math.floor(searchPage / entryPages);
      let run = 0;
      let runStart = 0;
      let isDescending = false;
      for (let i = searchIndex >= blockStart && searchIndex < blockEnd ? searchIndex : blockStart; i < blockEnd; i++) {
        if (max[i] === 0) {
          run = 0;
          continue;
        }
        const entryPage = i * entryPages;
        // The first entry with free pages, on each level inside the one noted above, narrows the window.
        if (entryPage >= this.firstFreePage && entryPage + entryPages <= windowEnd) {
          this.firstFreePage = entryPage;
          windowEnd = entryPage + entryPages;
        }
        if (run + start[i] >= npages) return run === 0 ? entryPage : runStart;
        if (max[i] >= npages) {
          block = i;
          isDescending = true;
          break;
        }
        if (run === 0 || start[i] < entryPages) {
          run = end[i];
          runStart = entryPage + entryPages - run;
        } else {
          run += entryPages;
        }
      }
      if (!isDescending) {
        if (level === 0) return -1;
        throw new InvariantError(`summary level ${level - 1} promised ${npages} free pages`);
      }
    }
    return this.findInChunk(block, npages, windowEnd);
  }

  private findInChunk(chunk: number, npages: number, windowEnd: number): number {
    const words = this.chunks.words;
    const start = this.chunks.wordStart(chunk);
    const index = findFree(words, start, npages, 0);
    if (index < 0) throw new InvariantError(`summary of chunk ${chunk} promised ${npages} free pages`);
    if ((chunk + 1) * CHUNK_PAGES <= windowEnd && chunk * CHUNK_PAGES >= this.firstFreePage) {
      this.firstFreePage = chunk * CHUNK_PAGES + firstFree(words, start, 0);
    }
    return chunk * CHUNK_PAGES + index;
  }

  private summarizeChunk(chunk: number): boolean {
    return this.levels[LEAF].summarize(chunk, this.chunks.words, this.chunks.wordStart(chunk));
  }
}
