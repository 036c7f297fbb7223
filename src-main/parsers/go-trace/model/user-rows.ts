/** What the program itself says in the trace: tasks and regions, each a begin and an end made into one row. */
import { ChainedRows } from '../binary/chained-rows.ts';
import { grownF64, grownU32 } from '../binary/growth.ts';
import { KeyedRows } from '../binary/keyed-rows.ts';
import type { regionColumns, taskColumns } from '../trace-sink.ts';
import type { ColumnTable } from './column-table.ts';

export class TaskRows {
  private readonly open = new KeyedRows();
  private parent = new Float64Array(0);
  private name = new Uint32Array(0);
  private beginNs = new Float64Array(0);
  private goroutine = new Float64Array(0);
  private stack = new Uint32Array(0);
  private offset = new Float64Array(0);
  private readonly table: ColumnTable<typeof taskColumns>;

  constructor(table: ColumnTable<typeof taskColumns>) {
    this.table = table;
  }

  begin(
    task: number,
    parent: number,
    name: number,
    timeNs: number,
    goroutine: number,
    stack: number,
    offset: number,
  ): void {
    const known = this.open.find(task);
    const row = known < 0 ? this.open.add(task) : known;
    const need = this.open.length;
    this.parent = grownF64(this.parent, need);
    this.name = grownU32(this.name, need);
    this.beginNs = grownF64(this.beginNs, need);
    this.goroutine = grownF64(this.goroutine, need);
    this.stack = grownU32(this.stack, need);
    this.offset = grownF64(this.offset, need);
    this.parent[row] = parent;
    this.name[row] = name;
    this.beginNs[row] = timeNs;
    this.goroutine[row] = goroutine;
    this.stack[row] = stack;
    this.offset[row] = offset;
  }

  /** Ends a task; one begun before the trace has neither name nor parent. A task may be ended more than once. */
  end(task: number, timeNs: number, goroutine: number, stack: number, offset: number): void {
    const row = this.open.find(task);
    if (row >= 0) {
      this.close(row, timeNs, 1, offset);
      return;
    }
    const at = this.table.next();
    const c = this.table.columns;
    c.task[at] = task;
    c.parent[at] = -1;
    c.nameString[at] = 0;
    c.beginNs[at] = timeNs;
    c.endNs[at] = timeNs;
    c.hasBegin[at] = 0;
    c.hasEnd[at] = 1;
    c.goroutine[at] = goroutine;
    c.stack[at] = stack;
    c.offset[at] = offset;
  }

  finish(endNs: number): void {
    for (const row of this.open.inUse()) this.close(row, endNs, 0, this.offset[row]);
  }

  private close(row: number, endNs: number, hasEnd: number, offset: number): void {
    const at = this.table.next();
    const c = this.table.columns;
    c.task[at] = this.open.key[row];
    c.parent[at] = this.parent[row];
    c.nameString[at] = this.name[row];
    c.beginNs[at] = this.beginNs[row];
    c.endNs[at] = endNs;
    c.hasBegin[at] = 1;
    c.hasEnd[at] = hasEnd;
    c.goroutine[at] = this.goroutine[row];
    c.stack[at] = this.stack[row];
    c.offset[at] = offset;
    this.open.remove(row);
  }
}

export class RegionRows {
  /** Innermost open region by goroutine. */
  private readonly tops = new KeyedRows();
  private top = new Float64Array(0);
  private readonly open = new ChainedRows();
  private task = new Float64Array(0);
  private name = new Uint32Array(0);
  private beginNs = new Float64Array(0);
  private stack = new Uint32Array(0);
  private offset = new Float64Array(0);
  private readonly table: ColumnTable<typeof regionColumns>;

  constructor(table: ColumnTable<typeof regionColumns>) {
    this.table = table;
  }

  begin(goroutine: number, task: number, name: number, timeNs: number, stack: number, offset: number): void {
    let owner = this.tops.find(goroutine);
    if (owner < 0) {
      owner = this.tops.add(goroutine);
      this.top = grownF64(this.top, this.tops.length);
      this.top[owner] = -1;
    }
    const row = this.open.push(this.top[owner]);
    this.top[owner] = row;
    const need = this.open.length;
    this.task = grownF64(this.task, need);
    this.name = grownU32(this.name, need);
    this.beginNs = grownF64(this.beginNs, need);
    this.stack = grownU32(this.stack, need);
    this.offset = grownF64(this.offset, need);
    this.task[row] = task;
    this.name[row] = name;
    this.beginNs[row] = timeNs;
    this.stack[row] = stack;
    this.offset[row] = offset;
  }

  /** Ends the innermost region; one begun before the trace is a row of no length. */
  end(goroutine: number, task: number, name: number, timeNs: number, stack: number, offset: number): void {
    const owner = this.tops.find(goroutine);
    if (owner < 0) {
      this.write(goroutine, task, name, timeNs, timeNs, 0, 1, stack, offset);
      return;
    }
    const row = this.top[owner];
    this.write(goroutine, this.task[row], this.name[row], this.beginNs[row], timeNs, 1, 1, this.stack[row], offset);
    this.leave(owner, row);
  }

  /** A goroutine is gone, and its regions with it. */
  goroutineEnded(goroutine: number, timeNs: number): void {
    for (let owner = this.tops.find(goroutine); owner >= 0; owner = this.tops.find(goroutine)) this.cut(owner, timeNs);
  }

  finish(endNs: number): void {
    for (const owner of this.tops.inUse()) this.goroutineEnded(this.tops.key[owner], endNs);
  }

  private cut(owner: number, endNs: number): void {
    const row = this.top[owner];
    const goroutine = this.tops.key[owner];
    this.write(
      goroutine,
      this.task[row],
      this.name[row],
      this.beginNs[row],
      endNs,
      1,
      0,
      this.stack[row],
      this.offset[row],
    );
    this.leave(owner, row);
  }

  private leave(owner: number, row: number): void {
    const outer = this.open.pop(row);
    if (outer < 0) this.tops.remove(owner);
    else this.top[owner] = outer;
  }

  private write(
    goroutine: number,
    task: number,
    name: number,
    beginNs: number,
    endNs: number,
    hasBegin: number,
    hasEnd: number,
    stack: number,
    offset: number,
  ): void {
    const at = this.table.next();
    const c = this.table.columns;
    c.task[at] = task;
    c.nameString[at] = name;
    c.beginNs[at] = beginNs;
    c.endNs[at] = endNs;
    c.hasBegin[at] = hasBegin;
    c.hasEnd[at] = hasEnd;
    c.goroutine[at] = goroutine;
    c.stack[at] = stack;
    c.offset[at] = offset;
  }
}
