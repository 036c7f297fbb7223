// The chunks that exist: a map from chunk index to the place of its bitmaps.
//
// The address space is sparse, a heap may begin anywhere in it and have holes, so chunk indexes are looked up: chunk -> slot -> 32 words
// in one growing array. The runtime uses a two-level array of 2^13 x 2^13 chunks for the same purpose. A slot also carries the map
// from page to span of the chunk's pages (kept here, not in an arena structure, so that a small heap costs little).
import { widened, widerLength } from '../widened.ts';
import { CHUNK_PAGES, CHUNK_WORDS, LOG_CHUNK_PAGES } from './palloc-bits.ts';

const INITIAL_SLOTS = 4;

/** Bitmaps and page-to-span map of all chunks. @source mpagealloc.go pageAlloc.chunks, mheap.go heapArena.spans */
export class PallocChunks {
  /** Alloc and scavenged bits: chunk c begins at wordStart(c). */
  words = new Int32Array(INITIAL_SLOTS * CHUNK_WORDS);
  /** Span id by page, 0 for none: see spanAt. */
  private spans = new Int32Array(INITIAL_SLOTS * CHUNK_PAGES);
  /** Slot + 1 by chunk index, 0 where the chunk does not exist. */
  private slots = new Int32Array(0);
  private slotCount = 0;

  has(chunk: number): boolean {
    return chunk >= 0 && chunk < this.slots.length && this.slots[chunk] !== 0;
  }

  /** First word of an existing chunk's alloc bits; the scavenged bits follow. */
  wordStart(chunk: number): number {
    return (this.slots[chunk] - 1) * CHUNK_WORDS;
  }

  /** Creates a chunk if it does not exist: all pages free, none scavenged. */
  add(chunk: number): void {
    if (chunk >= this.slots.length) {
      this.slots = widened(this.slots, new Int32Array(widerLength(this.slots.length, chunk + 1)));
    }
    if (this.slots[chunk] !== 0) return;
    if (this.slotCount * CHUNK_WORDS === this.words.length) this.widen();
    this.slots[chunk] = ++this.slotCount;
  }

  /** Span that owns a page, 0 for none or where no chunk exists. @source mheap.go spanOf */
  spanAt(page: number): number {
    const chunk = Math.floor(page / CHUNK_PAGES);
    return this.has(chunk) ? this.spans[(this.slots[chunk] - 1) * CHUNK_PAGES + (page & (CHUNK_PAGES - 1))] : 0;
  }

  /** Makes npages from page on belong to a span. @source mheap.go setSpans */
  setSpans(page: number, npages: number, span: number): void {
    const end = page + npages;
    while (page < end) {
      const index = page & (CHUNK_PAGES - 1);
      const n = Math.min(end - page, CHUNK_PAGES - index);
      const at = (this.slots[page >>> LOG_CHUNK_PAGES] - 1) * CHUNK_PAGES + index;
      if (n === 1) this.spans[at] = span;
      else this.spans.fill(span, at, at + n);
      page += n;
    }
  }

  /** Bytes held, for the memory bench. */
  get byteLength(): number {
    return this.words.byteLength + this.spans.byteLength + this.slots.byteLength;
  }

  private widen(): void {
    const slots = widerLength(this.slotCount, this.slotCount + 1);
    this.words = widened(this.words, new Int32Array(slots * CHUNK_WORDS));
    this.spans = widened(this.spans, new Int32Array(slots * CHUNK_PAGES));
  }
}
