/**
 * The payloads of one generation, copied together into blocks that the next generation uses again. Behind the last byte of every payload
 * at least `slack` bytes of the block can be read, so that a decoder may look at a whole event before it asks where the payload ends.
 */
const blockBytes = 1_048_576;

/** No event is longer: a code and five varints of ten bytes. */
export const slack = 64;

export class PayloadArena {
  /** Where the payload appended last lies. */
  block: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;

  private readonly blocks: Uint8Array[] = [];
  private current = -1;
  private used = blockBytes;

  /** Copies `source[from, from + length)`; `length` is at most a block. */
  append(source: Uint8Array, from: number, length: number): void {
    if (this.used + length > blockBytes) {
      this.current++;
      this.used = 0;
      if (this.current === this.blocks.length) this.blocks.push(new Uint8Array(blockBytes + slack));
    }
    this.block = this.blocks[this.current];
    this.start = this.used;
    this.end = this.used + length;
    this.block.set(source.subarray(from, from + length), this.start);
    this.used = this.end;
  }

  /** Forgets all payloads; the blocks stay. */
  clear(): void {
    this.current = -1;
    this.used = blockBytes;
  }
}
