/**
 * Ranges: a begin and an end made into one row. A mark phase belongs to the program, a sweep to a P, an assist and a stop of the world to a
 * goroutine; of each there is one at a time.
 *
 * In traces before Go 1.10 every P tells its own stop of the world and no goroutine; there the P is the owner.
 */
import { grownF64, grownI32, grownU8, grownU32 } from '../binary/growth.ts';
import { KeyedRows } from '../binary/keyed-rows.ts';
import { type EventBlock, goroutineAt, offsetAt, procAt, rowWidth, threadAt, timeAt } from '../events/event-block.ts';
import type { rangeColumns } from '../trace-sink.ts';
import type { ColumnTable } from './column-table.ts';

/** Kinds of ranges, as `rangeKinds` lists them. */
export const RangeKind = { StopTheWorld: 0, Mark: 1, Sweep: 2, Assist: 3 } as const;

export class RangeRows {
  private readonly open = [new KeyedRows(), new KeyedRows(), new KeyedRows(), new KeyedRows()] as const;
  /** Columns of the open rows, one set for each kind. */
  private readonly begun = [new BegunRanges(), new BegunRanges(), new BegunRanges(), new BegunRanges()] as const;
  private readonly table: ColumnTable<typeof rangeColumns>;

  constructor(table: ColumnTable<typeof rangeColumns>) {
    this.table = table;
  }

  /** Row `r` of the block begins a range, or (`hasBegin` 0) finds one begun before the trace. */
  begin(kind: number, owner: number, hasBegin: number, reason: number, block: EventBlock, r: number): void {
    const open = this.open[kind];
    const known = open.find(owner);
    if (known >= 0) {
      if (hasBegin === 0) return;
      this.close(kind, known, block.num[r * rowWidth + timeAt], 0, 0, 0);
    }
    this.begun[kind].set(open.add(owner), open.length, hasBegin, reason, block, r);
  }

  /** Ends a range and returns how long it was, NaN where its begin is unknown to the model. */
  end(kind: number, owner: number, sweptBytes: number, reclaimedBytes: number, block: EventBlock, r: number): number {
    const open = this.open[kind];
    let row = open.find(owner);
    if (row < 0 && open.length === 1) row = Number.isNaN(open.key[0]) ? -1 : 0;
    if (row < 0) return Number.NaN;
    const lengthNs = block.num[r * rowWidth + timeAt] - this.begun[kind].beginNs[row];
    this.close(
      kind,
      row,
      block.num[r * rowWidth + timeAt],
      1,
      sweptBytes,
      reclaimedBytes,
      block.num[r * rowWidth + offsetAt],
    );
    return lengthNs;
  }

  /** Writes what is still open at the end of the trace. */
  finish(endNs: number): void {
    for (let kind = 0; kind < this.open.length; kind++) {
      for (const row of this.open[kind].inUse()) this.close(kind, row, endNs, 0, 0, 0);
    }
  }

  private close(
    kind: number,
    row: number,
    endNs: number,
    hasEnd: number,
    sweptBytes: number,
    reclaimedBytes: number,
    offset?: number,
  ): void {
    const b = this.begun[kind];
    const at = this.table.next();
    const c = this.table.columns;
    c.kind[at] = kind;
    c.reasonString[at] = b.reason[row];
    c.beginNs[at] = b.beginNs[row];
    c.endNs[at] = endNs;
    c.hasBegin[at] = b.hasBegin[row];
    c.hasEnd[at] = hasEnd;
    c.thread[at] = b.thread[row];
    // An event that finds a range open may stand in the context of another P or goroutine.
    c.proc[at] = kind === RangeKind.Sweep ? this.open[kind].key[row] : b.proc[row];
    c.goroutine[at] = kind === RangeKind.Assist ? this.open[kind].key[row] : b.goroutine[row];
    c.stack[at] = b.stack[row];
    c.sweptBytes[at] = sweptBytes;
    c.reclaimedBytes[at] = reclaimedBytes;
    c.offset[at] = offset ?? b.offset[row];
    this.open[kind].remove(row);
  }
}

/** What is kept of a begin until the end comes. */
class BegunRanges {
  beginNs = new Float64Array(0);
  hasBegin = new Uint8Array(0);
  reason = new Uint32Array(0);
  thread = new Float64Array(0);
  proc = new Int32Array(0);
  goroutine = new Float64Array(0);
  stack = new Uint32Array(0);
  offset = new Float64Array(0);

  set(row: number, need: number, hasBegin: number, reason: number, block: EventBlock, r: number): void {
    if (need > this.beginNs.length) {
      this.beginNs = grownF64(this.beginNs, need);
      this.hasBegin = grownU8(this.hasBegin, need);
      this.reason = grownU32(this.reason, need);
      this.thread = grownF64(this.thread, need);
      this.proc = grownI32(this.proc, need);
      this.goroutine = grownF64(this.goroutine, need);
      this.stack = grownU32(this.stack, need);
      this.offset = grownF64(this.offset, need);
    }
    this.beginNs[row] = block.num[r * rowWidth + timeAt];
    this.hasBegin[row] = hasBegin;
    this.reason[row] = reason;
    this.thread[row] = block.num[r * rowWidth + threadAt];
    this.proc[row] = block.num[r * rowWidth + procAt];
    this.goroutine[row] = block.num[r * rowWidth + goroutineAt];
    this.stack[row] = block.stack[r];
    this.offset[row] = block.num[r * rowWidth + offsetAt];
  }
}
