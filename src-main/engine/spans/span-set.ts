// Queues of spans.
//
// A span set is a first-in first-out queue: spans go in at the tail index and come out at the head index, and both only grow until the
// set is reset. It is not a stack. The runtime stores it in blocks of 512 entries behind a growing spine, to be lock-free; here the
// blocks are smaller, linked, and shared by all sets through one pool, since a heap has 544 sets and most are short.
import { widened, widerLength } from '../widened.ts';

const BLOCK_ENTRIES = 16;
/** Entries of a block, then the number of the next block (or -1). */
const BLOCK_STRIDE = BLOCK_ENTRIES + 1;
const INITIAL_BLOCKS = 16;

/** Storage for many sets. @source mspanset.go spanSetBlockPool */
export class SpanSetBlocks {
  /** Block b begins at b * BLOCK_STRIDE. */
  entries = new Int32Array(INITIAL_BLOCKS * BLOCK_STRIDE);
  private count = 0;
  private freeBlock = -1;

  create(): number {
    let block = this.freeBlock;
    if (block >= 0) {
      this.freeBlock = this.nextOf(block);
    } else {
      block = this.count++;
      const capacity = this.entries.length / BLOCK_STRIDE;
      if (this.count > capacity) {
        this.entries = widened(this.entries, new Int32Array(widerLength(capacity, this.count) * BLOCK_STRIDE));
      }
    }
    this.link(block, -1);
    return block;
  }

  release(block: number): void {
    this.link(block, this.freeBlock);
    this.freeBlock = block;
  }

  nextOf(block: number): number {
    return this.entries[block * BLOCK_STRIDE + BLOCK_ENTRIES];
  }

  link(block: number, next: number): void {
    this.entries[block * BLOCK_STRIDE + BLOCK_ENTRIES] = next;
  }

  /** Bytes held, for the memory bench. */
  get byteLength(): number {
    return this.entries.byteLength;
  }
}

/** @source mspanset.go spanSet */
export class SpanSet {
  /** Spans popped so far. */
  head = 0;
  /** Spans pushed so far. */
  tail = 0;
  private headBlock = -1;
  private tailBlock = -1;
  private readonly blocks: SpanSetBlocks;

  constructor(blocks: SpanSetBlocks) {
    this.blocks = blocks;
  }

  get length(): number {
    return this.tail - this.head;
  }

  /** @source mspanset.go push */
  push(s: number): void {
    const offset = this.tail % BLOCK_ENTRIES;
    if (offset === 0) {
      const block = this.blocks.create();
      if (this.headBlock < 0) this.headBlock = block;
      else this.blocks.link(this.tailBlock, block);
      this.tailBlock = block;
    }
    this.blocks.entries[this.tailBlock * BLOCK_STRIDE + offset] = s;
    this.tail++;
  }

  /** The span that pop would return, 0 if the set is empty. */
  peek(): number {
    return this.head === this.tail
      ? 0
      : this.blocks.entries[this.headBlock * BLOCK_STRIDE + (this.head % BLOCK_ENTRIES)];
  }

  /** The oldest span, 0 if the set is empty. @source mspanset.go pop */
  pop(): number {
    const s = this.peek();
    if (s === 0) return 0;
    this.head++;
    if (this.head % BLOCK_ENTRIES === 0) {
      const block = this.headBlock;
      this.headBlock = this.blocks.nextOf(block);
      if (this.headBlock < 0) this.tailBlock = -1;
      this.blocks.release(block);
    }
    return s;
  }

  /**
   * Takes a span out of the middle: true if it was there. The runtime has no such operation; replays need it where a log shows that
   * two Ps popped in another order than they were written down. Spans before it move up by one.
   */
  take(s: number): boolean {
    const index = this.indexOf(s);
    if (index < 0) return false;
    let block = this.headBlock;
    let carried = s;
    for (let i = this.head; i <= index; i++) {
      const at = block * BLOCK_STRIDE + (i % BLOCK_ENTRIES);
      const here = this.blocks.entries[at];
      this.blocks.entries[at] = carried;
      carried = here;
      if (i % BLOCK_ENTRIES === BLOCK_ENTRIES - 1) block = this.blocks.nextOf(block);
    }
    this.pop();
    return true;
  }

  /** Empties the set and starts counting anew. @source mspanset.go reset */
  reset(): void {
    while (this.pop() !== 0);
    if (this.headBlock >= 0) this.blocks.release(this.headBlock);
    this.headBlock = -1;
    this.tailBlock = -1;
    this.head = 0;
    this.tail = 0;
  }

  /** Position of a span's oldest entry, -1 if it has none. */
  private indexOf(s: number): number {
    let block = this.headBlock;
    for (let i = this.head; i < this.tail; i++) {
      if (this.blocks.entries[block * BLOCK_STRIDE + (i % BLOCK_ENTRIES)] === s) return i;
      if (i % BLOCK_ENTRIES === BLOCK_ENTRIES - 1) block = this.blocks.nextOf(block);
    }
    return -1;
  }
}
