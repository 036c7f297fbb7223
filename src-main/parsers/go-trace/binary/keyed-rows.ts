/**
 * Rows of a table whose things come and go, found by their id: goroutines alive, tasks open, ranges begun. The rows themselves are columns of
 * the owner, at least `length` long; a row that was removed is the next to be used.
 *
 * The index holds row numbers only and compares the ids in `key`: 14 to 20 bytes an entry with the key. Open addressing as in `hash-index.ts`,
 * and for the same reason multiplied with numbers drawn anew.
 */
import { grownF64, grownI32 } from './growth.ts';
import { randomOdd } from './hash-index.ts';

const empty = -1;
const firstCapacity = 16;
const fill = 0.75;

export class KeyedRows {
  /** Rows ever used at once. */
  length = 0;
  /** Id of each row; NaN where the row is free. */
  key = new Float64Array(0);
  private table = new Int32Array(firstCapacity).fill(empty);
  private shift = 32 - Math.log2(firstCapacity);
  private used = 0;
  private readonly factor = randomOdd();
  private readonly highFactor = randomOdd();
  private free = new Int32Array(0);
  private freeCount = 0;

  /** Row of an id, or -1. */
  find(id: number): number {
    const { table, key } = this;
    const mask = table.length - 1;
    let at = this.home(id);
    for (;;) {
      const row = table[at];
      if (row === empty || key[row] === id) return row;
      at = (at + 1) & mask;
    }
  }

  /** Opens a row for an id that has none. */
  add(id: number): number {
    const row = this.freeCount > 0 ? this.free[--this.freeCount] : this.length++;
    this.key = grownF64(this.key, this.length);
    this.key[row] = id;
    if (++this.used > fill * this.table.length) this.resize();
    else this.place(row);
    return row;
  }

  remove(row: number): void {
    const { table, key } = this;
    const mask = table.length - 1;
    let hole = this.home(key[row]);
    while (table[hole] !== row) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; table[at] !== empty; at = (at + 1) & mask) {
      const home = this.home(key[table[at]]);
      const canMove = hole <= at ? home <= hole || home > at : home <= hole && home > at;
      if (canMove) {
        table[hole] = table[at];
        hole = at;
      }
    }
    table[hole] = empty;
    this.used--;
    key[row] = Number.NaN;
    this.free = grownI32(this.free, this.freeCount + 1);
    this.free[this.freeCount++] = row;
  }

  /** The rows in use, in order of their numbers. */
  *inUse(): Generator<number> {
    for (let row = 0; row < this.length; row++) if (!Number.isNaN(this.key[row])) yield row;
  }

  private home(id: number): number {
    let h = Math.imul(id | 0, this.factor);
    if (id > 0xffff_ffff || id < 0) h += Math.imul((id / 0x1_0000_0000) | 0, this.highFactor);
    return h >>> this.shift;
  }

  private place(row: number): void {
    const { table } = this;
    const mask = table.length - 1;
    let at = this.home(this.key[row]);
    while (table[at] !== empty) at = (at + 1) & mask;
    table[at] = row;
  }

  private resize(): void {
    this.table = new Int32Array(this.table.length * 2).fill(empty);
    this.shift--;
    for (let row = 0; row < this.length; row++) if (!Number.isNaN(this.key[row])) this.place(row);
  }
}
