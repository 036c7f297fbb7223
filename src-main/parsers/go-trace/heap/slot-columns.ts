/**
 * The slots of all spans in two columns, a stretch for each span. A stretch that was given back is used again for a span with as many slots, and
 * there are few different numbers of slots.
 */
const leastRows = 1_024;

export class SlotColumns {
  /** When the object in a slot was born; NaN for a free slot, below 0 see heap-state.ts. */
  born = new Float64Array(0);
  /** Type of the object. */
  type = new Uint32Array(0);
  /** Slots ever used at once. */
  rows = 0;
  /** Free stretches by length. */
  private readonly free = new Map<number, number[]>();

  /** First row of a stretch of free slots. */
  take(length: number): number {
    const free = this.free.get(length)?.pop();
    if (free !== undefined) return free;
    const first = this.rows;
    this.rows += length;
    if (this.rows > this.born.length) {
      const had = this.born.length;
      const length = Math.max(leastRows, this.rows, Math.ceil(had * 1.5));
      // moved, not copied: the columns of a large heap are not held twice
      this.born = new Float64Array(this.born.buffer.transfer(length * Float64Array.BYTES_PER_ELEMENT));
      this.born.fill(Number.NaN, had);
      this.type = new Uint32Array(this.type.buffer.transfer(length * Uint32Array.BYTES_PER_ELEMENT));
    }
    return first;
  }

  /** Gives a stretch back; what lives in it is gone. */
  give(first: number, length: number): void {
    this.born.fill(Number.NaN, first, first + length);
    const free = this.free.get(length);
    if (free === undefined) this.free.set(length, [first]);
    else free.push(first);
  }

  /** Takes over the columns of a keyframe. `used` lists the stretches in use as first row and length, by first row; the gaps are free. */
  restore(
    born: Float64Array<ArrayBuffer>,
    type: Uint32Array<ArrayBuffer>,
    used: readonly (readonly [first: number, length: number])[],
  ): void {
    this.born = born;
    this.type = type;
    this.rows = born.length;
    this.free.clear();
    let next = 0;
    for (const [first, length] of used) {
      if (first > next) this.give(next, first - next);
      next = first + length;
    }
    if (next < this.rows) this.give(next, this.rows - next);
  }
}
