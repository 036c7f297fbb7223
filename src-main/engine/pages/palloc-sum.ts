// Summaries: what the radix tree knows about a stretch of the heap.
//
// A summary holds three page counts: the free run at the start of the stretch, the longest free run anywhere in it, and the free run
// at its end. Two neighbours can be merged into the summary of both without looking at their pages again, and that is the whole
// trick of the tree: each level summarises eight entries of the one below, down to the chunks.
//
// The runtime packs the three counts into 21 bits each of one 64-bit word. Here a level is three arrays of 32-bit counts: half as
// much again in size, at 512 pages an entry of no account, and no unpacking.

import { widened, widerLength } from '../widened.ts';
import { trailingZeros32 } from './bits64.ts';
import { BITMAP_WORDS, CHUNK_PAGES } from './palloc-bits.ts';

/** Levels of the tree on 64-bit platforms, root first. @source mpagealloc_64bit.go summaryLevels */
export const SUMMARY_LEVELS = 5;
/** log2 of the pages one entry covers, by level: 16 GiB at the root, 4 MiB at the leaves. @source mpagealloc_64bit.go levelLogPages */
export const LEVEL_LOG_PAGES: readonly number[] = [21, 18, 15, 12, 9];
/** log2 of the entries of a level that one entry above summarises. @source mpagealloc.go summaryLevelBits */
export const SUMMARY_LEVEL_BITS = 3;

/** The summaries of one level, indexed by page index >> LEVEL_LOG_PAGES[level]. Entries not grown yet are 0: nothing free. */
export class PallocSums {
  start = new Int32Array(0);
  max = new Int32Array(0);
  end = new Int32Array(0);
  /** Entries that may be read. */
  length = 0;

  /** Bytes held, for the memory bench. */
  get byteLength(): number {
    return this.start.byteLength + this.max.byteLength + this.end.byteLength;
  }

  /** Makes entries up to length readable. */
  extendTo(length: number): void {
    if (length <= this.length) return;
    if (length > this.start.length) {
      const capacity = widerLength(this.start.length, length);
      this.start = widened(this.start, new Int32Array(capacity));
      this.max = widened(this.max, new Int32Array(capacity));
      this.end = widened(this.end, new Int32Array(capacity));
    }
    this.length = length;
  }

  /** Stores a summary; true if it differs from the one before. */
  set(index: number, start: number, max: number, end: number): boolean {
    const isChanged = this.start[index] !== start || this.max[index] !== max || this.end[index] !== end;
    this.start[index] = start;
    this.max[index] = max;
    this.end[index] = end;
    return isChanged;
  }

  /**
   * Summarises one chunk bitmap (1 = in use) into entry `index`; true if the entry changed.
   * @source mpallocbits.go pallocBits.summarize
   */
  summarize(index: number, words: Int32Array, bitmapStart: number): boolean {
    let first = -1;
    let longest = 0;
    let run = 0;
    for (let w = 0; w < BITMAP_WORDS; w++) {
      let x = words[bitmapStart + w];
      if (x === 0) {
        run += 32;
        continue;
      }
      const low = trailingZeros32(x);
      run += low;
      if (first < 0) first = run;
      if (run > longest) longest = run;
      run = Math.clz32(x);
      if (x === -1) continue;
      // Inside the word: ones, then zeros, over and over, until only the run at the top is left.
      x >>>= low;
      for (;;) {
        const ones = trailingZeros32(~x);
        x = ones === 32 ? 0 : x >>> ones;
        if (x === 0) break;
        const zeros = trailingZeros32(x);
        if (zeros > longest) longest = zeros;
        x >>>= zeros;
      }
    }
    if (first < 0) return this.set(index, CHUNK_PAGES, CHUNK_PAGES, CHUNK_PAGES);
    return this.set(index, first, Math.max(longest, run), run);
  }

  /**
   * Merges the eight entries below into entry `index` of this level; true if the entry changed. Entries below that were never grown
   * count as in use.
   * @source mpagealloc.go mergeSummaries
   */
  merge(index: number, children: PallocSums, logChildPages: number): boolean {
    const childPages = 1 << logChildPages;
    const base = index << SUMMARY_LEVEL_BITS;
    const count = Math.min(1 << SUMMARY_LEVEL_BITS, children.length - base);
    let start = 0;
    let max = 0;
    let run = 0;
    for (let i = 0; i < count; i++) {
      const childStart = children.start[base + i];
      if (start === i * childPages) start += childStart;
      max = Math.max(max, run + childStart, children.max[base + i]);
      const childEnd = children.end[base + i];
      run = childEnd === childPages ? run + childPages : childEnd;
    }
    if (count < 1 << SUMMARY_LEVEL_BITS) run = 0;
    return this.set(index, start, max, run);
  }
}
