/**
 * Page of the heap -> row of its span. A heap is mostly in one piece from its lowest address on, so the first pages stand in an array and
 * the others in a hash table.
 */
import { HashIndex } from '../binary/hash-index.ts';

/** Pages in the array at most: 32 GiB of heap, 16 MiB of array. */
const mostDense = 4_194_304;
const firstDense = 8_192;

export class PageIndex {
  /** Row + 1, 0 for none. */
  private dense = new Int32Array(firstDense);
  private readonly far = new HashIndex();

  /** Row of the page's span, or -1. */
  get(page: number): number {
    return page < this.dense.length ? this.dense[page] - 1 : this.far.get(page);
  }

  set(page: number, row: number): void {
    if (page >= mostDense) {
      this.far.set(page, row);
      return;
    }
    if (page >= this.dense.length) this.grow(page);
    this.dense[page] = row + 1;
  }

  delete(page: number): void {
    if (page >= mostDense) this.far.delete(page);
    else if (page < this.dense.length) this.dense[page] = 0;
  }

  private grow(page: number): void {
    let length = this.dense.length;
    while (length <= page) length *= 2;
    const longer = new Int32Array(length);
    longer.set(this.dense);
    this.dense = longer;
  }
}
