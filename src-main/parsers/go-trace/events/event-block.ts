/**
 * Ordered events on their way from the ordering to the model: a small block of columns, filled, read and filled again. No object per event.
 *
 * The arguments are those of the event table with ids resolved: stacks, strings and types are indexes of the trace's own tables. The ordering puts in
 * what it alone knows, where Go's reader does the same:
 *   ProcStatus  2: state before             GoStatus, GoStatusStack  1: state before (the thread is in the context)
 *   ProcSteal   2: status before            STWEnd                   0: reason
 *   UserTaskEnd 1: parent, 2: name          UserTaskBegin            1: parent or -1
 *   SyncPoint   0: number of the sync
 *
 * @source Go 1.26 internal/trace/order.go ("smuggle"), event.go StateTransition, Range, Task
 */

/** Rows of a block: small enough to stay in the processor's cache, large enough that handing one to another thread costs nothing beside it. */
export const blockRows = 4096;

/** Numbers of a row in `num`, and what each is. Beside one another, so that a row is written and read in one place of memory. */
export const rowWidth = 9;
/** Strictly rising; nanoseconds since the start of the trace. */
export const timeAt = 0;
/** The context before the event: thread, P and goroutine, -1 for none. */
export const threadAt = 1;
export const procAt = 2;
export const goroutineAt = 3;
/** Place in the file. */
export const offsetAt = 4;
/** The first of four arguments. */
export const argsAt = 5;

/** The columns of a block. */
export interface EventColumns {
  readonly code: Uint8Array;
  /** Stack of the context. */
  readonly stack: Uint32Array;
  /** `rowWidth` numbers a row. */
  readonly num: Float64Array;
}

const bytesOfRow = rowWidth * 8 + 4 + 1;

/** Columns in one piece of memory, which threads may share. */
export function eventColumns(isShared: boolean): EventColumns {
  const buffer = isShared ? new SharedArrayBuffer(blockRows * bytesOfRow) : new ArrayBuffer(blockRows * bytesOfRow);
  const stackAtByte = blockRows * rowWidth * 8;
  return {
    num: new Float64Array(buffer, 0, blockRows * rowWidth),
    stack: new Uint32Array(buffer, stackAtByte, blockRows),
    code: new Uint8Array(buffer, stackAtByte + blockRows * 4, blockRows),
  };
}

/** A block being written or read. Its columns change where it is handed to another thread: they are to be asked for anew after that. */
export class EventBlock implements EventColumns {
  rows: number;
  code: Uint8Array;
  stack: Uint32Array;
  num: Float64Array;

  constructor(columns: EventColumns, rows = 0) {
    this.rows = rows;
    this.code = columns.code;
    this.stack = columns.stack;
    this.num = columns.num;
  }

  /** Goes on, empty, in other columns. */
  turnTo(columns: EventColumns): void {
    this.rows = 0;
    this.code = columns.code;
    this.stack = columns.stack;
    this.num = columns.num;
  }
}
