/**
 * What the ordering knows about goroutines, Ps and threads: the state of the scheduler at the point of the trace it has reached. Rows are found by
 * id; -1 stands for "none" everywhere. The numbers of a row lie side by side in one array, because an event needs most of them at once.
 * Sequence numbers are kept in 31 bits: no goroutine starts that often within one generation, which the runtime ends after about a second.
 *
 * @source Go 1.26 internal/trace/order.go gState, pState, mState, taskState, userRegion
 */
import { ChainedRows } from '../binary/chained-rows.ts';
import { grownF64, grownI32, grownU8 } from '../binary/growth.ts';
import { HashIndex } from '../binary/hash-index.ts';
import { KeyedRows } from '../binary/keyed-rows.ts';

/** Status of a goroutine in a trace. @source tracev2/events.go GoStatus */
export const GoStatus = { Runnable: 1, Running: 2, Syscall: 3, Waiting: 4 } as const;

/** Status of a P in a trace. @source tracev2/events.go ProcStatus */
export const ProcStatus = { Running: 1, Idle: 2, Syscall: 3, SyscallAbandoned: 4 } as const;

/** Whole numbers of a goroutine or a P in `num`. The sequence number counts within one generation; the generation is that of the reading. */
const width = 4;
const statusAt = 0;
const seqAt = 1;
const generationAt = 2;
/** Of a goroutine: innermost open region, a row of `RegionTable`, or -1. Of a P: 1 while a sweep is open. */
const extraAt = 3;

/** Goroutines alive. */
export class GoroutineTable {
  private num = new Int32Array(0);
  /** 1 while a mark assist is open. */
  private assisting = new Uint8Array(0);
  private readonly rows = new KeyedRows();

  /** Most rows ever in use at once. */
  get size(): number {
    return this.rows.length;
  }

  /** Row of a goroutine, or -1. */
  find(id: number): number {
    return this.rows.find(id);
  }

  idOf(row: number): number {
    return this.rows.key[row];
  }

  add(id: number, status: number, generation: number): number {
    const row = this.rows.add(id);
    this.num = grownI32(this.num, this.rows.length * width);
    this.assisting = grownU8(this.assisting, this.rows.length);
    const at = row * width;
    this.num[at + statusAt] = status;
    this.num[at + seqAt] = 0;
    this.num[at + generationAt] = generation;
    this.num[at + extraAt] = -1;
    this.assisting[row] = 0;
    return row;
  }

  remove(row: number): void {
    this.rows.remove(row);
  }

  status(row: number): number {
    return this.num[row * width + statusAt];
  }

  setStatus(row: number, status: number): void {
    this.num[row * width + statusAt] = status;
  }

  /** Whether the goroutine has the status and `seq` is its next number. */
  canFollow(row: number, status: number, generation: number, seq: number): boolean {
    const { num } = this;
    const at = row * width;
    return num[at + statusAt] === status && num[at + generationAt] === generation && num[at + seqAt] + 1 === seq;
  }

  follow(row: number, status: number, seq: number): void {
    const at = row * width;
    this.num[at + statusAt] = status;
    this.num[at + seqAt] = seq;
  }

  /** A new generation counts from 0. */
  restart(row: number, generation: number): void {
    const at = row * width;
    this.num[at + seqAt] = 0;
    this.num[at + generationAt] = generation;
  }

  isAssisting(row: number): boolean {
    return this.assisting[row] === 1;
  }

  setAssisting(row: number, isAssisting: boolean): void {
    this.assisting[row] = isAssisting ? 1 : 0;
  }

  region(row: number): number {
    return this.num[row * width + extraAt];
  }

  setRegion(row: number, region: number): void {
    this.num[row * width + extraAt] = region;
  }
}

/** Ps, from the first mention of each. */
export class ProcTable {
  private num = new Int32Array(0);
  private readonly rows = new KeyedRows();

  get size(): number {
    return this.rows.length;
  }

  find(id: number): number {
    return this.rows.find(id);
  }

  idOf(row: number): number {
    return this.rows.key[row];
  }

  add(id: number, status: number, generation: number): number {
    const row = this.rows.add(id);
    this.num = grownI32(this.num, this.rows.length * width);
    const at = row * width;
    this.num[at + statusAt] = status;
    this.num[at + generationAt] = generation;
    return row;
  }

  status(row: number): number {
    return this.num[row * width + statusAt];
  }

  setStatus(row: number, status: number): void {
    this.num[row * width + statusAt] = status;
  }

  /** Whether `seq` is the next number of the P. */
  canFollow(row: number, generation: number, seq: number): boolean {
    const at = row * width;
    return this.num[at + generationAt] === generation && this.num[at + seqAt] + 1 === seq;
  }

  follow(row: number, status: number, seq: number): void {
    const at = row * width;
    this.num[at + statusAt] = status;
    this.num[at + seqAt] = seq;
  }

  restart(row: number, generation: number): void {
    const at = row * width;
    this.num[at + seqAt] = 0;
    this.num[at + generationAt] = generation;
  }

  isSweeping(row: number): boolean {
    return this.num[row * width + extraAt] === 1;
  }

  setSweeping(row: number, isSweeping: boolean): void {
    this.num[row * width + extraAt] = isSweeping ? 1 : 0;
  }
}

/** Numbers of a thread in `num`; the first three are the context of an event. */
export const threadWidth = 6;
export const threadIdAt = 0;
/** Id of the P on the thread. */
export const threadProcIdAt = 1;
export const threadGoroutineAt = 2;
const goroutineRowAt = 3;
const procRowAt = 4;
const seenAt = 5;

/** Threads with events, and what runs on each. */
export class ThreadTable {
  length = 0;
  num = new Float64Array(0);
  private readonly index = new HashIndex();
  /** Thread by row of the P on it. */
  private holder = new Int32Array(0);

  find(id: number): number {
    return this.index.get(id);
  }

  findOrAdd(id: number): number {
    const known = this.index.get(id);
    if (known >= 0) return known;
    const row = this.length++;
    this.num = grownF64(this.num, this.length * threadWidth);
    this.num.fill(-1, row * threadWidth, (row + 1) * threadWidth);
    this.num[row * threadWidth + threadIdAt] = id;
    this.index.set(id, row);
    return row;
  }

  idOf(thread: number): number {
    return this.num[thread * threadWidth + threadIdAt];
  }

  /** Whether an event of the thread was tried; a thread without is unknown to the others. */
  isSeen(thread: number): boolean {
    return this.num[thread * threadWidth + seenAt] === 1;
  }

  setSeen(thread: number): void {
    this.num[thread * threadWidth + seenAt] = 1;
  }

  /** Row of the P on the thread, or -1. */
  proc(thread: number): number {
    return this.num[thread * threadWidth + procRowAt];
  }

  setProc(thread: number, row: number, id: number): void {
    const before = this.proc(thread);
    if (before >= 0 && this.holder[before] === thread) this.holder[before] = -1;
    if (row >= 0) {
      const had = this.holder.length;
      this.holder = grownI32(this.holder, row + 1);
      if (row >= had) this.holder.fill(-1, had);
      this.holder[row] = thread;
    }
    this.num[thread * threadWidth + procRowAt] = row;
    this.num[thread * threadWidth + threadProcIdAt] = id;
  }

  /** Thread that took the P last, or -1 where none has it. */
  holderOf(proc: number): number {
    return proc < this.holder.length ? this.holder[proc] : -1;
  }

  /** Id of the goroutine on the thread, or -1. */
  goroutine(thread: number): number {
    return this.num[thread * threadWidth + threadGoroutineAt];
  }

  bind(thread: number, goroutine: number, row: number): void {
    this.num[thread * threadWidth + threadGoroutineAt] = goroutine;
    this.num[thread * threadWidth + goroutineRowAt] = row;
  }

  unbind(thread: number): void {
    this.bind(thread, -1, -1);
  }

  /** Row of the goroutine on a thread, or -1 where there is none or it is gone. */
  rowOfGoroutine(thread: number, goroutines: GoroutineTable): number {
    const row = this.num[thread * threadWidth + goroutineRowAt];
    return row >= 0 && goroutines.idOf(row) === this.goroutine(thread) ? row : -1;
  }
}

/** Open regions of all goroutines: for each a stack, innermost on top. */
export class RegionTable {
  task = new Float64Array(0);
  name = new Int32Array(0);
  private readonly rows = new ChainedRows();

  /** Most rows ever in use at once. */
  get size(): number {
    return this.rows.length;
  }

  open(task: number, name: number, outer: number): number {
    const row = this.rows.push(outer);
    this.task = grownF64(this.task, this.rows.length);
    this.name = grownI32(this.name, this.rows.length);
    this.task[row] = task;
    this.name[row] = name;
    return row;
  }

  /** Closes a region and returns the one around it. */
  close(row: number): number {
    return this.rows.pop(row);
  }

  closeAll(innermost: number): void {
    for (let row = innermost; row >= 0; ) row = this.rows.pop(row);
  }
}

/** Tasks begun and not ended. */
export class TaskTable {
  parent = new Float64Array(0);
  name = new Int32Array(0);
  private readonly rows = new KeyedRows();

  /** Most rows ever in use at once. */
  get size(): number {
    return this.rows.length;
  }

  find(id: number): number {
    return this.rows.find(id);
  }

  add(id: number, parent: number, name: number): void {
    const row = this.rows.add(id);
    this.parent = grownF64(this.parent, this.rows.length);
    this.name = grownI32(this.name, this.rows.length);
    this.parent[row] = parent;
    this.name[row] = name;
  }

  remove(row: number): void {
    this.rows.remove(row);
  }
}
