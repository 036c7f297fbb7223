// Where the scavenger looks next: per chunk, how full it is and whether it has anything left to give back.
//
// Each chunk has a count of pages in use now, the count at the end of the last GC cycle it was touched in, the number of that cycle
// (generation), and a flag "has free pages". The background scavenger leaves dense chunks alone: what is nearly full now, or was at
// the end of the last cycle, will likely be allocated again at once. Forced scavenging ignores density.
//
// Two cursors remember from where to search downward: one for the background scavenger, raised once per cycle to the highest page
// freed in it, and one for forced work, raised by every free. A raised cursor is "marked": while the mark stands, a search that ran
// at the same time cannot lower it again and hide the newly freed pages. There is no concurrency here, but the marks decide when a
// cursor really moves, so they are kept.
import { CHUNK_PAGES, LOG_CHUNK_PAGES } from '../pages/palloc-bits.ts';
import { widened, widerLength } from '../widened.ts';

/** From this many pages in use a chunk is dense (0.96875 of it). @source mgcscavenge.go scavChunkHiOccPages */
const DENSE_CHUNK_PAGES = 496;

/** Cursor over pages. Held as page + 1, so that 0 means cleared, and negative while marked. @source mranges.go atomicOffAddr */
class ScavengeCursor {
  private value = 0;

  get isMarked(): boolean {
    return this.value < 0;
  }

  /** The page, -1 when cleared. */
  get page(): number {
    return Math.abs(this.value) - 1;
  }

  /** Clears, unless marked. */
  clear(): void {
    if (this.value >= 0) this.value = 0;
  }

  /** Lowers to page, unless marked or lower already. */
  storeMin(page: number): void {
    if (this.value > page + 1) this.value = page + 1;
  }

  /** Replaces the marked position by an unmarked one. */
  storeUnmark(page: number): void {
    this.value = page + 1;
  }

  storeMarked(page: number): void {
    this.value = -(page + 1);
  }

  reset(): void {
    this.value = 0;
  }
}

/** @source mgcscavenge.go scavengeIndex */
export class ScavengeIndex {
  /** Page in `foundChunk` from which to search downward, after a successful find. */
  foundPage = 0;
  private readonly background = new ScavengeCursor();
  private readonly forced = new ScavengeCursor();
  private inUse = new Uint16Array(0);
  private lastInUse = new Uint16Array(0);
  private chunkGen = new Uint32Array(0);
  private hasFree = new Uint8Array(0);
  private minChunk = -1;
  /** Highest page freed in this generation, -1 for none. */
  private freeHighPage = -1;
  private gen = 0;
  private readonly denseLimit: number;

  /** hasDenseChunkRule: Go 1.21 and later (see go-versions.ts). */
  constructor(hasDenseChunkRule = true) {
    this.denseLimit = hasDenseChunkRule ? DENSE_CHUNK_PAGES : CHUNK_PAGES + 1;
  }

  /** Makes chunks [startChunk, endChunk) known; a new chunk has nothing to scavenge. @source mgcscavenge.go grow */
  grow(startChunk: number, endChunk: number): void {
    if (this.minChunk < 0 || startChunk < this.minChunk) this.minChunk = startChunk;
    if (endChunk <= this.inUse.length) return;
    const capacity = widerLength(this.inUse.length, endChunk);
    this.inUse = widened(this.inUse, new Uint16Array(capacity));
    this.lastInUse = widened(this.lastInUse, new Uint16Array(capacity));
    this.chunkGen = widened(this.chunkGen, new Uint32Array(capacity));
    this.hasFree = widened(this.hasFree, new Uint8Array(capacity));
  }

  /** Pages in use in a chunk, page caches included. */
  inUsePages(chunk: number): number {
    return this.inUse[chunk];
  }

  /**
   * Highest chunk that may have pages to scavenge, -1 if there is none; `foundPage` then tells where in it to begin.
   * @source mgcscavenge.go scavengeIndex.find
   */
  find(isForced: boolean): number {
    const cursor = isForced ? this.forced : this.background;
    const page = cursor.page;
    this.foundPage = 0;
    if (page < 0) return -1;
    const first = page >>> LOG_CHUNK_PAGES;
    for (let chunk = first; chunk >= this.minChunk; chunk--) {
      if (!this.shouldScavenge(chunk, isForced)) continue;
      if (chunk === first) {
        this.foundPage = page & (CHUNK_PAGES - 1);
        return chunk;
      }
      this.foundPage = CHUNK_PAGES - 1;
      const top = (chunk + 1) * CHUNK_PAGES - 1;
      if (cursor.isMarked) cursor.storeUnmark(top);
      else cursor.storeMin(top);
      return chunk;
    }
    cursor.clear();
    return -1;
  }

  /** npages of a chunk were allocated. @source mgcscavenge.go scavengeIndex.alloc */
  alloc(chunk: number, npages: number): void {
    this.touch(chunk);
    this.inUse[chunk] += npages;
    if (this.inUse[chunk] === CHUNK_PAGES) this.hasFree[chunk] = 0;
  }

  /** Pages [index, index+npages) of a chunk were freed. @source mgcscavenge.go scavengeIndex.free */
  free(chunk: number, index: number, npages: number): void {
    this.touch(chunk);
    this.inUse[chunk] -= npages;
    this.hasFree[chunk] = 1;
    const top = chunk * CHUNK_PAGES + index + npages - 1;
    if (top > this.freeHighPage) this.freeHighPage = top;
    if (top > this.forced.page) this.forced.storeMarked(top);
  }

  /** A GC cycle ended: the background cursor rises to the highest page freed in it. @source mgcscavenge.go nextGen */
  nextGen(): void {
    this.gen++;
    if (this.background.page < this.freeHighPage) this.background.storeMarked(this.freeHighPage);
    this.freeHighPage = -1;
  }

  /** The chunk has nothing left to scavenge until pages of it are freed. @source mgcscavenge.go setEmpty */
  setEmpty(chunk: number): void {
    this.hasFree[chunk] = 0;
  }

  /** Forgets both cursors; for tests. @source export_test.go ResetSearchAddrs */
  resetSearchAddrs(): void {
    this.background.reset();
    this.forced.reset();
    this.freeHighPage = -1;
  }

  /** Bytes held, for the memory bench. */
  get byteLength(): number {
    return this.inUse.byteLength + this.lastInUse.byteLength + this.chunkGen.byteLength + this.hasFree.byteLength;
  }

  /** @source mgcscavenge.go scavChunkData.shouldScavenge */
  private shouldScavenge(chunk: number, isForced: boolean): boolean {
    if (this.hasFree[chunk] === 0) return false;
    if (isForced) return true;
    if (this.inUse[chunk] >= this.denseLimit) return false;
    // Untouched in this generation: inUse is also what it was when the last one ended.
    return this.chunkGen[chunk] !== this.gen || this.lastInUse[chunk] < this.denseLimit;
  }

  private touch(chunk: number): void {
    if (this.chunkGen[chunk] === this.gen) return;
    this.lastInUse[chunk] = this.inUse[chunk];
    this.chunkGen[chunk] = this.gen;
  }
}
