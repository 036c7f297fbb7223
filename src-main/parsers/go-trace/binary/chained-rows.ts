/**
 * Stacks of rows: each row points to the one below it, and all stacks share one table. For things that nest inside one goroutine.
 */
import { grownI32 } from './growth.ts';

const none = -1;

export class ChainedRows {
  /** Rows ever used at once. */
  length = 0;
  private below = new Int32Array(0);
  private free = none;

  /** Opens a row on top of `top` (-1: of nothing). */
  push(top: number): number {
    let row = this.free;
    if (row === none) {
      row = this.length++;
      this.below = grownI32(this.below, this.length);
    } else {
      this.free = this.below[row];
    }
    this.below[row] = top;
    return row;
  }

  /** Gives a top row back and returns the one below it, or -1. */
  pop(row: number): number {
    const below = this.below[row];
    this.below[row] = this.free;
    this.free = row;
    return below;
  }
}
