// Bitmaps of spans: one bit per slot, in a shared arena of 32-bit words.
//
// A span has two of them, allocBits and gcmarkBits, and a sweep makes the second the first. Most spans need neither: a span fresh from
// the heap has no slot in use and no slot marked. So handle 0 stands for "all zero" and takes no memory; a bitmap is only made when a
// bit is set.
import { onesCount32 } from '../pages/bits64.ts';
import { widened, widerLength } from '../widened.ts';

/** Longest bitmap: 1024 slots of 8 bytes. @source internal/runtime/gc/sizeclasses.go MaxObjsPerSpan */
const MAX_BITMAP_WORDS = 32;
const INITIAL_WORDS = 1024;

/** @source mheap.go gcBits, newMarkBits, newAllocBits (which recycle by epoch; here each bitmap is freed on its own) */
export class GcBits {
  /** Bit i of the bitmap at handle h is bit i%32 of words[h + (i>>5)]. */
  words = new Int32Array(INITIAL_WORDS);
  private nextWord = 1;
  /** Head of the list of free bitmaps by length in words; the first word of a free bitmap holds the next handle. */
  private readonly freeHeads = new Int32Array(MAX_BITMAP_WORDS + 1);

  /** Makes a zeroed bitmap for nelems slots; its handle. */
  create(nelems: number): number {
    const length = (nelems + 31) >>> 5;
    const free = this.freeHeads[length];
    if (free !== 0) {
      this.freeHeads[length] = this.words[free];
      this.words.fill(0, free, free + length);
      return free;
    }
    const handle = this.nextWord;
    this.nextWord += length;
    if (this.nextWord > this.words.length) {
      this.words = widened(this.words, new Int32Array(widerLength(this.words.length, this.nextWord)));
    }
    return handle;
  }

  /** Gives a bitmap of nelems slots back; handle 0 is ignored. */
  release(handle: number, nelems: number): void {
    if (handle === 0) return;
    const length = (nelems + 31) >>> 5;
    this.words[handle] = this.freeHeads[length];
    this.freeHeads[length] = handle;
  }

  /** Word w (slots 32w to 32w+31). */
  word(handle: number, w: number): number {
    return handle === 0 ? 0 : this.words[handle + w];
  }

  isSet(handle: number, slot: number): boolean {
    return ((this.word(handle, slot >>> 5) >>> (slot & 31)) & 1) === 1;
  }

  /** Set bits among nelems slots. */
  count(handle: number, nelems: number): number {
    if (handle === 0) return 0;
    let count = 0;
    for (let w = handle + ((nelems - 1) >>> 5); w >= handle; w--) count += onesCount32(this.words[w]);
    return count;
  }

  /** Bytes held, for the memory bench. */
  get byteLength(): number {
    return this.words.byteLength;
  }
}
