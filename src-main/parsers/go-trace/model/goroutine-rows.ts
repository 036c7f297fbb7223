/**
 * Goroutines: one row when one is created or first seen. Nothing is kept of those alive, of which there can be millions: the end of a goroutine
 * is its transition to NotExist.
 */
import { type EventBlock, goroutineAt, offsetAt, rowWidth, timeAt } from '../events/event-block.ts';
import type { goroutineColumns } from '../trace-sink.ts';
import type { ColumnTable } from './column-table.ts';

const noGoroutine = -1;
const noStack = 0;

export class GoroutineRows {
  /** Different goroutines seen. */
  seen = 0;
  private readonly table: ColumnTable<typeof goroutineColumns>;

  constructor(table: ColumnTable<typeof goroutineColumns>) {
    this.table = table;
  }

  /** Goroutine `id` is created by row `r` of the block. */
  created(id: number, startStack: number, block: EventBlock, r: number): void {
    this.write(id, 1, block.num[r * rowWidth + goroutineAt], block.stack[r], startStack, block, r);
  }

  /** Goroutine `id`, older than the trace, is first seen in row `r` of the block. */
  found(id: number, block: EventBlock, r: number): void {
    this.write(id, 0, noGoroutine, noStack, block.stack[r], block, r);
  }

  private write(
    id: number,
    hasBegin: number,
    creator: number,
    creatorStack: number,
    startStack: number,
    block: EventBlock,
    r: number,
  ): void {
    this.seen++;
    const at = this.table.next();
    const c = this.table.columns;
    c.id[at] = id;
    c.beginNs[at] = block.num[r * rowWidth + timeAt];
    c.hasBegin[at] = hasBegin;
    c.creator[at] = creator;
    c.creatorStack[at] = creatorStack;
    c.startStack[at] = startStack;
    c.offset[at] = block.num[r * rowWidth + offsetAt];
  }
}
