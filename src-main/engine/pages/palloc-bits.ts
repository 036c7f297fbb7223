// The page bitmap of one chunk.
//
// The heap's pages are sharded into chunks of 512 (4 MiB). A chunk has two bitmaps of 512 bits: in the first a 1 means the page is
// in use, in the second that it is scavenged, that is, given back to the system while free. Here both lie one behind the other in
// a shared array of 32-bit words: 16 words of alloc bits, then 16 of scavenged bits. Functions take the array and the word where
// a bitmap begins, so that nothing is allocated per chunk or per call.
//
// Searches scan runs of zeros. The runtime has three search loops tuned for run lengths of one, up to a word, and longer; they all
// answer "the first run of n free pages", which is what the single loop here does.
import { onesBelow32, onesCount32, trailingZeros32 } from './bits64.ts';

/** Pages in a chunk. @source mpagealloc.go pallocChunkPages */
export const CHUNK_PAGES = 512;
/** log2 of CHUNK_PAGES. @source mpagealloc.go logPallocChunkPages */
export const LOG_CHUNK_PAGES = 9;
/** 32-bit words in one bitmap of a chunk. */
export const BITMAP_WORDS = CHUNK_PAGES / 32;
/** 32-bit words of a chunk: alloc bits, then scavenged bits. @source mpallocbits.go pallocData */
export const CHUNK_WORDS = BITMAP_WORDS * 2;

/** Sets bits [index, index+n). @source mpallocbits.go pageBits.setRange */
export function setRange(words: Int32Array, start: number, index: number, n: number): void {
  const end = index + n;
  for (let w = index >>> 5; w << 5 < end; w++) {
    words[start + w] |= onesBelow32(end - (w << 5)) & ~onesBelow32(index - (w << 5));
  }
}

/** Clears bits [index, index+n). @source mpallocbits.go pageBits.clearRange */
export function clearRange(words: Int32Array, start: number, index: number, n: number): void {
  const end = index + n;
  for (let w = index >>> 5; w << 5 < end; w++) {
    words[start + w] &= ~(onesBelow32(end - (w << 5)) & ~onesBelow32(index - (w << 5)));
  }
}

/** Set bits in [index, index+n). @source mpallocbits.go pageBits.popcntRange */
export function popcntRange(words: Int32Array, start: number, index: number, n: number): number {
  const end = index + n;
  let count = 0;
  for (let w = index >>> 5; w << 5 < end; w++) {
    count += onesCount32(words[start + w] & onesBelow32(end - (w << 5)) & ~onesBelow32(index - (w << 5)));
  }
  return count;
}

/** Index of the first 0 bit at or after `index`, CHUNK_PAGES if there is none. */
export function nextZero(words: Int32Array, start: number, index: number): number {
  let w = index >>> 5;
  if (w >= BITMAP_WORDS) return CHUNK_PAGES;
  let zeros = ~words[start + w] & (-1 << (index & 31));
  while (zeros === 0) {
    if (++w === BITMAP_WORDS) return CHUNK_PAGES;
    zeros = ~words[start + w];
  }
  return (w << 5) + trailingZeros32(zeros);
}

/** Index of the first 1 bit at or after `index`, CHUNK_PAGES if there is none. */
export function nextOne(words: Int32Array, start: number, index: number): number {
  let w = index >>> 5;
  if (w >= BITMAP_WORDS) return CHUNK_PAGES;
  let ones = words[start + w] & (-1 << (index & 31));
  while (ones === 0) {
    if (++w === BITMAP_WORDS) return CHUNK_PAGES;
    ones = words[start + w];
  }
  return (w << 5) + trailingZeros32(ones);
}

/**
 * First run of npages zeros, looked for from the 64-bit word that holds searchIndex; -1 if there is none.
 * @source mpallocbits.go pallocBits.find
 */
export function findFree(words: Int32Array, start: number, npages: number, searchIndex: number): number {
  let free = firstFree(words, start, searchIndex);
  while (free + npages <= CHUNK_PAGES) {
    const used = nextOne(words, start, free);
    if (used - free >= npages) return free;
    free = nextZero(words, start, used);
  }
  return -1;
}

/**
 * First free page from the 64-bit word that holds searchIndex, CHUNK_PAGES if all are in use: where the next search may begin.
 * @source mpallocbits.go pallocBits.find, second result
 */
export function firstFree(words: Int32Array, start: number, searchIndex: number): number {
  return nextZero(words, start, searchIndex & ~63);
}
