/**
 * The state of the scheduler at the point of the trace that the ordering has reached, and the way from an event under a cursor to a row of the
 * block. The handlers in `goroutine-events.ts`, `proc-events.ts`, `range-events.ts` and `annotation-events.ts` work on it.
 */
import { cursorArgsAt, cursorOffsetAt, cursorTimeAt, cursorWidth, EventCursors } from '../binary/event-cursors.ts';
import type { Generation } from '../binary/generation.ts';
import { noStack } from '../binary/stack-table.ts';
import {
  argsAt,
  type EventBlock,
  goroutineAt,
  offsetAt,
  procAt,
  rowWidth,
  threadAt,
  timeAt,
} from '../events/event-block.ts';
import { Ev, eventName, firstStringArg, otherStackArg, secondStringArg, stackArg } from '../events/event-table.ts';
import { limits } from '../limits.ts';
import { type TraceProblem, type TraceProblemCode, traceProblem } from '../trace-problem.ts';
import {
  GoroutineTable,
  ProcTable,
  RegionTable,
  TaskTable,
  ThreadTable,
  threadGoroutineAt,
  threadIdAt,
  threadProcIdAt,
  threadWidth,
} from './scheduler-tables.ts';

/** What an event did: it happened, it must wait for another thread, or it cannot be. */
export const advanced = 1;
export const waiting = 0;
export const impossible = -1;

/** Handles the event under cursor `c`, which belongs to row `thread` of the thread table (-1: to no thread). */
export type EventHandler = (o: OrderingState, c: number, thread: number) => number;

/** What a context has to have. */
export const Needs = { no: 0, maybe: 1, yes: 2 } as const;

export class OrderingState {
  readonly cursors: EventCursors;
  readonly goroutines = new GoroutineTable();
  readonly procs = new ProcTable();
  readonly threads = new ThreadTable();
  readonly regions = new RegionTable();
  readonly tasks = new TaskTable();
  /** Reasons of open stop-the-world ranges by goroutine, in the order they began. */
  readonly stopped = new Map<number, Set<number>>();
  gcSeq = 0;
  /** Undefined until the first GC event. */
  isGcRunning: boolean | undefined;

  readonly generation: Generation;
  /** Generations begun so far. */
  generationCount = 0;
  isFirstGeneration = true;
  problem: TraceProblem | undefined;
  readonly out: EventBlock;
  /** Missing stacks and strings become "none" instead of an error: for a generation whose end is lost. */
  isLenient = false;
  /** Time of the row written last. */
  lastNs = 0;

  private syncs = 0;

  constructor(generation: Generation, out: EventBlock) {
    this.generation = generation;
    this.cursors = new EventCursors(generation);
    this.out = out;
  }

  /** Argument `k` of the event under a cursor. */
  arg(c: number, k: number): number {
    return this.cursors.num[c * cursorWidth + cursorArgsAt + k];
  }

  setArg(c: number, k: number, value: number): void {
    this.cursors.num[c * cursorWidth + cursorArgsAt + k] = value;
  }

  /** Whether the context of a thread has what an event needs; if not, `problem` says what is missing. */
  hasContext(c: number, thread: number, proc: number, goroutine: number): boolean {
    if (thread < 0) return this.lacks(c, 'thread');
    const hasProc = this.threads.proc(thread) >= 0;
    if (hasProc ? proc === Needs.no : proc === Needs.yes) return this.lacks(c, hasProc ? 'no proc' : 'proc');
    const hasGoroutine = this.threads.goroutine(thread) !== -1;
    if (hasGoroutine ? goroutine === Needs.no : goroutine === Needs.yes) {
      return this.lacks(c, hasGoroutine ? 'no goroutine' : 'goroutine');
    }
    return true;
  }

  private lacks(c: number, what: string): false {
    this.fail('go_trace/context_wrong', c, { what });
    return false;
  }

  /** Notes a problem of the event under a cursor. */
  fail(code: TraceProblemCode, c: number, about: Readonly<Record<string, string | number>> = {}): typeof impossible {
    const { cursors } = this;
    this.problem = traceProblem(code, cursors.num[c * cursorWidth + cursorOffsetAt], {
      event: eventName(cursors.code[c]),
      ...about,
    });
    return impossible;
  }

  /** What there is too much of by now, or undefined. See `limits.ts`. */
  excess(): { readonly what: string; readonly limit: number } | undefined {
    const { goroutines, procs, threads, regions, tasks } = this;
    if (goroutines.size > limits.goroutines) return { what: 'goroutines', limit: limits.goroutines };
    if (procs.size > limits.procs) return { what: 'procs', limit: limits.procs };
    if (threads.length > limits.threadsEver) return { what: 'threads', limit: limits.threadsEver };
    if (regions.size > limits.regions) return { what: 'regions', limit: limits.regions };
    if (tasks.size > limits.tasks) return { what: 'tasks', limit: limits.tasks };
    return undefined;
  }

  /** Index of a string of the generation, or -1. */
  stringOf(id: number): number {
    const string = this.generation.strings.get(id);
    return string < 0 && this.isLenient ? 0 : string;
  }

  /** Writes the event under a cursor in the context its thread has now. */
  push(c: number, thread: number): number {
    const { out, cursors } = this;
    const row = out.rows;
    const code = cursors.code[c];
    out.code[row] = code;
    out.stack[row] = 0;
    const from = c * cursorWidth;
    const to = row * rowWidth;
    const read = cursors.num;
    const num = out.num;
    this.writeContext(to, thread);
    num[to] = this.nextTime(read[from]);
    num[to + offsetAt] = read[from + cursorOffsetAt];
    num[to + argsAt] = read[from + cursorArgsAt];
    num[to + argsAt + 1] = read[from + cursorArgsAt + 1];
    num[to + argsAt + 2] = read[from + cursorArgsAt + 2];
    num[to + argsAt + 3] = read[from + cursorArgsAt + 3];
    const stack = stackArg[code];
    if (stack >= 0 && !this.resolveStacks(c, row, stack, otherStackArg[code])) return impossible;
    const string = firstStringArg[code];
    if (string >= 0 && !this.resolveStrings(c, row, string, secondStringArg[code])) return impossible;
    out.rows = row + 1;
    return 1;
  }

  private writeContext(to: number, thread: number): void {
    const { threads } = this;
    const { num } = this.out;
    if (thread < 0) {
      num[to + threadAt] = -1;
      num[to + procAt] = -1;
      num[to + goroutineAt] = -1;
      return;
    }
    const from = thread * threadWidth;
    num[to + threadAt] = threads.num[from + threadIdAt];
    num[to + procAt] = threads.num[from + threadProcIdAt];
    num[to + goroutineAt] = threads.num[from + threadGoroutineAt];
  }

  /** Writes an event that the file says in one with the event under a cursor, in the thread's present context. */
  pushMade(c: number, thread: number, code: number, arg0: number, arg1 = 0, arg2 = 0): void {
    const { out, cursors } = this;
    const row = out.rows++;
    const to = row * rowWidth;
    out.code[row] = code;
    out.stack[row] = noStack;
    this.writeContext(to, thread);
    out.num[to + timeAt] = this.nextTime(cursors.num[c * cursorWidth + cursorTimeAt]);
    out.num[to + offsetAt] = cursors.num[c * cursorWidth + cursorOffsetAt];
    out.num.fill(0, to + argsAt, to + rowWidth);
    out.num[to + argsAt] = arg0;
    out.num[to + argsAt + 1] = arg1;
    out.num[to + argsAt + 2] = arg2;
  }

  /** Changes the context of the row written last, where it is not the cursor's own. */
  correctContext(thread: number, proc: number, goroutine: number): void {
    const to = (this.out.rows - 1) * rowWidth;
    this.out.num[to + threadAt] = thread;
    this.out.num[to + procAt] = proc;
    this.out.num[to + goroutineAt] = goroutine;
  }

  /** Puts into the row written last what the ordering knows. */
  complete(k: number, value: number): void {
    this.out.num[(this.out.rows - 1) * rowWidth + argsAt + k] = value;
  }

  /** No two events share a time: Go's reader moves the later one by a nanosecond. */
  private nextTime(timeNs: number): number {
    this.lastNs = timeNs <= this.lastNs ? this.lastNs + 1 : timeNs;
    return this.lastNs;
  }

  private resolveStacks(c: number, row: number, stackAt: number, otherAt: number): boolean {
    const { stacks } = this.generation;
    const id = this.arg(c, stackAt);
    let stack = stacks.get(id);
    if (stack < 0) {
      if (!this.isLenient) return this.misses('go_trace/stack_missing', c, id);
      stack = noStack;
    }
    this.out.stack[row] = stack;
    if (otherAt < 0) return true;
    const otherId = this.arg(c, otherAt);
    let other = stacks.get(otherId);
    if (other < 0) {
      if (!this.isLenient) return this.misses('go_trace/stack_missing', c, otherId);
      other = noStack;
    }
    this.out.num[row * rowWidth + argsAt + otherAt] = other;
    return true;
  }

  private resolveStrings(c: number, row: number, first: number, second: number): boolean {
    for (let k = first; k >= 0; k = k === first ? second : -1) {
      const string = this.stringOf(this.arg(c, k));
      if (string < 0) return this.misses('go_trace/string_missing', c, this.arg(c, k));
      this.out.num[row * rowWidth + argsAt + k] = string;
    }
    return true;
  }

  private misses(code: TraceProblemCode, c: number, id: number): false {
    this.fail(code, c, { id });
    return false;
  }

  /** Writes the CPU sample at place `i` of their order; false if its stack is missing. */
  pushSample(i: number): boolean {
    const { out } = this;
    const { samples, stacks } = this.generation;
    const sample = samples.order[i];
    const stack = stacks.get(samples.stack[sample]);
    if (stack < 0 && !this.isLenient) {
      const args = { id: samples.stack[sample], event: eventName(Ev.CPUSample) };
      this.problem = traceProblem('go_trace/stack_missing', samples.offset[sample], args);
      return false;
    }
    this.pushOutside(Ev.CPUSample, samples.time[sample], samples.offset[sample]);
    this.correctContext(samples.thread[sample], samples.proc[sample], samples.goroutine[sample]);
    out.stack[out.rows - 1] = Math.max(stack, noStack);
    return true;
  }

  /** Writes the start of a generation or the end of the trace. */
  sync(timeNs: number): void {
    this.pushOutside(Ev.SyncPoint, timeNs, this.generation.endOffset);
    this.complete(0, ++this.syncs);
  }

  /** Writes an event of no thread's stream. */
  private pushOutside(code: number, timeNs: number, offset: number): void {
    const { out } = this;
    const row = out.rows++;
    out.code[row] = code;
    out.stack[row] = noStack;
    this.writeContext(row * rowWidth, -1);
    out.num[row * rowWidth + timeAt] = this.nextTime(timeNs);
    out.num[row * rowWidth + offsetAt] = offset;
  }
}
