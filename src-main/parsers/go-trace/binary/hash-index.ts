/**
 * A map from numbers (ids of goroutines, threads, strings, ...) to small non-negative integers in two flat arrays: about 16 to 32 bytes an
 * entry and no object. Open addressing with linear probing; removal shifts the following entries back, so there are no tombstones.
 *
 * Ids come from the file, so the hash multiplies with numbers drawn anew for each table: nobody can write a file whose ids all meet in one
 * place. They change speed only, never an answer.
 *
 * @source multiply-shift hashing: Dietzfelbinger et al., A Reliable Randomized Algorithm for the Closest-Pair Problem, 1997
 */
const empty = -1;
const firstCapacity = 16;
const fill = 0.7;

/** A factor for multiply-shift hashing, drawn anew: 1 to 2^32 - 1. */
export function randomOdd(): number {
  return Math.floor(Math.random() * 0x8000_0000) * 2 + 1;
}

export class HashIndex {
  size = 0;
  private keys = new Float64Array(firstCapacity);
  private values = new Int32Array(firstCapacity).fill(empty);
  private mask = firstCapacity - 1;
  private shift = 32 - Math.log2(firstCapacity);
  private readonly factor = randomOdd();
  private readonly highFactor = randomOdd();

  /** The value of a key, or -1. */
  get(key: number): number {
    const { keys, values, mask } = this;
    let at = this.home(key);
    for (;;) {
      const value = values[at];
      if (value === empty || keys[at] === key) return value;
      at = (at + 1) & mask;
    }
  }

  /** Sets a key, new or known. `value` is 0 or more. */
  set(key: number, value: number): void {
    let at = this.home(key);
    while (this.values[at] !== empty) {
      if (this.keys[at] === key) {
        this.values[at] = value;
        return;
      }
      at = (at + 1) & this.mask;
    }
    this.keys[at] = key;
    this.values[at] = value;
    this.size++;
    if (this.size > fill * (this.mask + 1)) this.resize((this.mask + 1) * 2);
  }

  delete(key: number): void {
    const { keys, values, mask } = this;
    let hole = this.home(key);
    while (keys[hole] !== key || values[hole] === empty) {
      if (values[hole] === empty) return;
      hole = (hole + 1) & mask;
    }
    this.size--;
    for (let at = (hole + 1) & mask; values[at] !== empty; at = (at + 1) & mask) {
      const home = this.home(keys[at]);
      const canMove = hole <= at ? home <= hole || home > at : home <= hole && home > at;
      if (canMove) {
        keys[hole] = keys[at];
        values[hole] = values[at];
        hole = at;
      }
    }
    values[hole] = empty;
  }

  clear(): void {
    if (this.mask + 1 > 1024) {
      this.keys = new Float64Array(firstCapacity);
      this.values = new Int32Array(firstCapacity);
      this.mask = firstCapacity - 1;
      this.shift = 32 - Math.log2(firstCapacity);
    }
    this.values.fill(empty);
    this.size = 0;
  }

  private home(key: number): number {
    let h = Math.imul(key | 0, this.factor);
    if (key > 0xffff_ffff || key < 0) h += Math.imul((key / 0x1_0000_0000) | 0, this.highFactor);
    return h >>> this.shift;
  }

  private resize(capacity: number): void {
    const { keys, values } = this;
    this.keys = new Float64Array(capacity);
    this.values = new Int32Array(capacity).fill(empty);
    this.mask = capacity - 1;
    this.shift = 32 - Math.log2(capacity);
    this.size = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value !== empty) this.set(keys[i], value);
    }
  }
}
