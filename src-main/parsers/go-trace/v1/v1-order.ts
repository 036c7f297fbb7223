/**
 * Merges the streams of the Ps into one.
 *
 * From 1.7 on an event about a goroutine carries the goroutine's own sequence number, or follows an event on the same P. The next events of
 * all Ps are looked at; those whose goroutine is in the right state are ready; the earliest ready one goes. Times must then rise.
 * In 1.5 every event has a number in one global sequence, and that is the order.
 *
 * The end of a system call is written when the goroutine has a P again, but says when the call ended. It takes part in the merge where it is
 * written, and is delivered where it happened. The file was walked before, so the ends are known and sorted; nothing has to be held.
 *
 * @source Go 1.21 internal/trace/order.go order1007, order1005, stateTransition; Go 1.26 internal/trace/internal/tracev1/order.go, parser.go
 */

import type { TraceTables } from '../binary/generation.ts';
import { grownF64, grownI32 } from '../binary/growth.ts';
import { KeyedRows } from '../binary/keyed-rows.ts';
import type { V1File } from '../binary/v1-file.ts';
import {
  V1Streams,
  v1ArgsAt,
  v1GoroutineAt,
  v1OffsetAt,
  v1SequenceAt,
  v1TicksAt,
  v1Width,
} from '../binary/v1-streams.ts';
import { type TraceProblem, traceProblem } from '../trace-problem.ts';
import { ReadyQueue } from './ready-queue.ts';
import type { V1Event } from './v1-event.ts';
import { V1, v1EventName } from './v1-event-table.ts';

/** States of a goroutine in the merge. */
const dead = 0;
const runnable = 1;
const running = 2;
const waiting = 3;

/** How an event follows in a goroutine's sequence. */
const SequenceRule = { unordered: 0, first: 1, second: 2, numbered: 3, local: 4, same: 5, collection: 6 } as const;

type Rule = readonly [codes: readonly number[], rule: number, from: number, to: number];

const blocks = [
  V1.GoBlock,
  V1.GoBlockSend,
  V1.GoBlockRecv,
  V1.GoBlockSelect,
  V1.GoBlockSync,
  V1.GoBlockCond,
  V1.GoBlockNet,
  V1.GoSleep,
  V1.GoSysBlock,
  V1.GoBlockGC,
];

const rules: readonly Rule[] = [
  [[V1.GoCreate], SequenceRule.first, dead, runnable],
  [[V1.GoWaiting, V1.GoInSyscall], SequenceRule.second, runnable, waiting],
  [[V1.GoStart, V1.GoStartLabel], SequenceRule.numbered, runnable, running],
  [[V1.GoStartLocal], SequenceRule.local, runnable, running],
  [blocks, SequenceRule.same, running, waiting],
  [[V1.GoSched, V1.GoPreempt], SequenceRule.same, running, runnable],
  [[V1.GoUnblock, V1.GoSysExit], SequenceRule.numbered, waiting, runnable],
  [[V1.GoUnblockLocal, V1.GoSysExitLocal], SequenceRule.local, waiting, runnable],
  [[V1.GCStart], SequenceRule.collection, dead, dead],
];

const ruleOf = new Uint8Array(64);
const fromOf = new Uint8Array(64);
const toOf = new Uint8Array(64);
for (const [codes, rule, from, to] of rules) {
  for (const code of codes) {
    ruleOf[code] = rule;
    fromOf[code] = from;
    toOf[code] = to;
  }
}

/** Events about the goroutine in their first argument rather than the one that runs. */
const aboutArgument = new Uint8Array(64);
for (const code of [V1.GoCreate, V1.GoUnblock, V1.GoUnblockLocal, V1.GoSysExit, V1.GoSysExitLocal])
  aboutArgument[code] = 1;

/** Full form of a local event. */
const fullForm = new Uint8Array(64);
for (let code = 0; code < 64; code++) fullForm[code] = code;
fullForm[V1.GoStartLocal] = V1.GoStart;
fullForm[V1.GoUnblockLocal] = V1.GoUnblock;
fullForm[V1.GoSysExitLocal] = V1.GoSysExit;

/** Key under which collections count: no goroutine has it. */
const collections = -1;

/** Whole numbers of a goroutine. Sequence numbers are kept in 31 bits: no goroutine starts that often within one trace. */
const rowWidth = 3;
const statusAt = 0;
const seqAt = 1;
/** First stream that waits for the goroutine, or -1. */
const waiterAt = 2;
const nobody = -1;

/** Vain looks at waiting streams: a real trace needs one now and then. */
const firstPatience = 1_000_000;
const patienceOfEvent = 64;

export class V1Order {
  problem: TraceProblem | undefined;

  private readonly streams: V1Streams;
  private readonly ready: ReadyQueue;
  /** Streams whose next event has to be looked at. The stream behind the last P is that of the CPU samples. */
  private readonly pending: Int32Array;
  private pendingCount = 0;
  /** Streams that wait for a goroutine: the first of each goroutine is in `num`, the others follow here. */
  private readonly nextWaiter: Int32Array;
  private waiters = 0;
  /** How many vain looks are still allowed; see `order/ordering.ts`. */
  private patience = firstPatience;
  private readonly sampleStream: number;
  private sampleAt = 0;

  private readonly goroutines = new KeyedRows();
  private num = new Int32Array(0);
  /** When a goroutine last blocked in a system call, by row; as far as any did. */
  private blockTicks = new Float64Array(0);

  private readonly late: Uint32Array;
  private lateAt = 0;
  private hasMerged = false;
  private merged = -1;
  private mergedKey = 0;
  private lastTicks = Number.NEGATIVE_INFINITY;
  private readonly file: V1File;
  /** 1.5: all events are numbered. */
  private readonly isNumbered: boolean;
  /** Events applied so far, and how many there were when a stream was found ready. */
  private applied = 0;
  private readonly readySince: Float64Array;

  constructor(file: V1File, tables: TraceTables) {
    this.file = file;
    this.isNumbered = file.rules.globalSequence;
    this.readySince = new Float64Array(file.procs + 1);
    this.streams = new V1Streams(file, tables);
    this.sampleStream = file.procs;
    this.late = file.lateExits.sorted();
    file.samples.sort((ticks) => ticks);
    this.ready = new ReadyQueue(file.procs + 1);
    this.pending = new Int32Array(file.procs + 1);
    this.nextWaiter = new Int32Array(file.procs + 1);
    for (let i = 0; i < file.procs; i++) if (this.streams.next(i)) this.pending[this.pendingCount++] = i;
    if (file.samples.count > 0) this.pending[this.pendingCount++] = this.sampleStream;
  }

  /** Stacks that events read so far name and the file lacks. */
  get stacksMissing(): number {
    return this.streams.stacksMissing;
  }

  /** Writes the next event into `event`; false at the end or, with `problem` set, where no order is possible. */
  next(event: V1Event): boolean {
    for (;;) {
      if (!this.hasMerged && !this.merge() && this.problem !== undefined) return false;
      const lateKey =
        this.lateAt < this.late.length ? this.file.lateExits.key[this.late[this.lateAt]] : Number.POSITIVE_INFINITY;
      if (!this.hasMerged || lateKey < this.mergedKey) {
        if (lateKey === Number.POSITIVE_INFINITY) return false;
        this.deliverLate(event);
        return this.isInTime(event);
      }
      this.hasMerged = false;
      const isDelivered = this.deliver(event);
      if (this.problem !== undefined) return false;
      if (isDelivered) return this.isNumbered ? this.isInTime(event) : true;
    }
  }

  /** Finds the next event of the merge. */
  private merge(): boolean {
    this.lookForReady();
    this.patience += patienceOfEvent;
    if (this.ready.length === 0 || this.patience < 0) {
      const left = this.waiters + this.ready.length;
      if (left > 0) this.fail('go_trace/order_impossible', this.lastWaiter, { waiting: left });
      return false;
    }
    this.merged = this.ready.take();
    this.mergedKey = this.keyOf(this.merged);
    this.hasMerged = true;
    return true;
  }

  /** The stream that began to wait last, for the message when none can go on. */
  private lastWaiter = 0;

  private lookForReady(): void {
    for (let i = 0; i < this.pendingCount; i++) {
      const stream = this.pending[i];
      if (this.isReady(stream)) {
        this.ready.put(stream, this.keyOf(stream));
        this.readySince[stream] = this.applied;
      } else {
        this.wait(stream);
      }
    }
    this.pendingCount = 0;
  }

  /** Lets a stream wait until its goroutine changes. */
  private wait(stream: number): void {
    const at = this.rowOf(this.subjectOf(stream, this.streams.code[stream])) * rowWidth;
    this.nextWaiter[stream] = this.num[at + waiterAt];
    this.num[at + waiterAt] = stream;
    this.lastWaiter = stream;
    this.waiters++;
    this.patience--;
  }

  /** A goroutine has changed: whoever waits for it is looked at again. */
  private wake(at: number): void {
    for (let stream = this.num[at + waiterAt]; stream !== nobody; stream = this.nextWaiter[stream]) {
      this.pending[this.pendingCount++] = stream;
      this.waiters--;
    }
    this.num[at + waiterAt] = nobody;
  }

  private keyOf(stream: number): number {
    if (stream === this.sampleStream) return this.file.samples.time[this.file.samples.order[this.sampleAt]];
    return this.streams.num[stream * v1Width + (this.isNumbered ? v1SequenceAt : v1TicksAt)];
  }

  private isReady(stream: number): boolean {
    if (stream === this.sampleStream || this.isNumbered) return true;
    const code = this.streams.code[stream];
    const rule = ruleOf[code];
    if (rule === SequenceRule.unordered) return true;
    const row = this.goroutines.find(this.subjectOf(stream, code));
    const status = row < 0 ? dead : this.num[row * rowWidth + statusAt];
    if (status !== fromOf[code]) return false;
    const seq = row < 0 ? 0 : this.num[row * rowWidth + seqAt];
    const args = stream * v1Width + v1ArgsAt;
    if (rule === SequenceRule.numbered) return this.streams.num[args + 1] === seq;
    if (rule === SequenceRule.collection) return this.streams.num[args] === seq;
    if (rule === SequenceRule.first) return seq === 0;
    return rule !== SequenceRule.second || seq === 1;
  }

  private subjectOf(stream: number, code: number): number {
    if (ruleOf[code] === SequenceRule.collection) return collections;
    const at = stream * v1Width;
    return this.streams.num[at + (aboutArgument[code] === 1 ? v1ArgsAt : v1GoroutineAt)];
  }

  /** Applies the event found by `merge` and moves its stream on; false if it is delivered elsewhere. */
  private deliver(event: V1Event): boolean {
    const stream = this.merged;
    if (stream === this.sampleStream) {
      this.deliverSample(event);
      return true;
    }
    const { streams, file } = this;
    const at = stream * v1Width;
    const code = streams.code[stream];
    event.ticks = streams.num[at + v1TicksAt];
    if (!this.isNumbered) {
      // Readiness was seen when the event joined the queue; since then another event may have changed the goroutine.
      const isStale = this.readySince[stream] !== this.applied;
      if (isStale && !this.isReady(stream)) return this.fail('go_trace/order_impossible', stream, { waiting: 1 });
      if (event.ticks < this.lastTicks) return this.fail('go_trace/time_order', stream, { event: v1EventName(code) });
      this.lastTicks = event.ticks;
      this.apply(stream, code, event.ticks);
    }
    event.code = fullForm[code];
    event.goroutine = streams.num[at + v1GoroutineAt];
    event.proc = file.procId[stream];
    event.arg0 = streams.num[at + v1ArgsAt];
    event.arg1 = streams.num[at + v1ArgsAt + 1];
    event.arg2 = streams.num[at + v1ArgsAt + 2];
    event.arg3 = streams.num[at + v1ArgsAt + 3];
    event.stack = streams.stack[stream];
    event.offset = streams.num[at + v1OffsetAt];
    const isLate = code === V1.GoSysExit && (this.isNumbered || event.arg2 !== 0);
    if (isLate && !this.isLateExitSound(event, stream)) return false;
    const hasNext = streams.next(stream);
    event.doesBlock = code === V1.GoSysCall && hasNext && streams.code[stream] === V1.GoSysBlock;
    if (hasNext) this.pending[this.pendingCount++] = stream;
    return !isLate;
  }

  private apply(stream: number, code: number, ticks: number): void {
    const rule = ruleOf[code];
    if (rule === SequenceRule.unordered) {
      if (code === V1.GoEnd) this.forget(this.subjectOf(stream, code));
      return;
    }
    this.applied++;
    const subject = this.subjectOf(stream, code);
    const row = this.rowOf(subject);
    const at = row * rowWidth;
    const args = stream * v1Width + v1ArgsAt;
    this.num[at + statusAt] = toOf[code];
    if (rule === SequenceRule.numbered) this.num[at + seqAt] = this.streams.num[args + 1] + 1;
    else if (rule !== SequenceRule.same) this.num[at + seqAt]++;
    if (code === V1.GoSysBlock || code === V1.GoInSyscall) {
      this.blockTicks = grownF64(this.blockTicks, row + 1);
      this.blockTicks[row] = ticks;
    }
    this.wake(at);
  }

  /** Row of a goroutine, new or known; may replace `num`. */
  private rowOf(goroutine: number): number {
    const known = this.goroutines.find(goroutine);
    if (known >= 0) return known;
    const row = this.goroutines.add(goroutine);
    this.num = grownI32(this.num, this.goroutines.length * rowWidth);
    this.num.fill(0, row * rowWidth, (row + 1) * rowWidth);
    if (row < this.blockTicks.length) this.blockTicks[row] = 0;
    this.num[row * rowWidth + waiterAt] = nobody;
    return row;
  }

  private forget(goroutine: number): void {
    const row = this.goroutines.find(goroutine);
    if (row < 0) return;
    this.wake(row * rowWidth);
    this.goroutines.remove(row);
  }

  /** A system call cannot end before it blocked. */
  private isLateExitSound(event: V1Event, stream: number): boolean {
    if (this.isNumbered) return true;
    const row = this.goroutines.find(event.arg0);
    const blocked = row < 0 || row >= this.blockTicks.length ? 0 : this.blockTicks[row];
    if (blocked === 0)
      return this.fail('go_trace/state_wrong', stream, { event: 'GoSysExit', what: 'goroutine', id: event.arg0 });
    return event.arg2 >= blocked || this.fail('go_trace/time_order', stream, { event: 'GoSysExit' });
  }

  private deliverSample(event: V1Event): void {
    const { samples, stacks } = this.file;
    const i = samples.order[this.sampleAt++];
    event.code = V1.CPUSample;
    event.ticks = samples.time[i];
    event.goroutine = Math.max(0, samples.goroutine[i]);
    event.proc = samples.proc[i];
    event.stack = Math.max(0, stacks.get(samples.stack[i]));
    event.offset = samples.offset[i];
    if (this.sampleAt < samples.count) this.pending[this.pendingCount++] = this.sampleStream;
    if (event.ticks < this.lastTicks)
      this.problem = traceProblem('go_trace/time_order', event.offset, { event: 'CPUSample' });
    this.lastTicks = event.ticks;
  }

  private deliverLate(event: V1Event): void {
    const { lateExits } = this.file;
    const i = this.late[this.lateAt++];
    event.code = V1.GoSysExit;
    event.ticks = lateExits.ticksOf(i) || this.lastTicks;
    event.goroutine = lateExits.goroutine[i];
    event.proc = -1;
    event.arg0 = lateExits.goroutine[i];
    event.stack = 0;
    event.offset = lateExits.offset[i];
  }

  /** In 1.5 the order comes from numbers, so that the times must be looked at. */
  private isInTime(event: V1Event): boolean {
    if (!this.isNumbered) return true;
    if (event.ticks < this.lastTicks) {
      this.problem = traceProblem('go_trace/time_order', event.offset, { event: v1EventName(event.code) });
      return false;
    }
    this.lastTicks = event.ticks;
    return true;
  }

  private fail(
    code: 'go_trace/order_impossible' | 'go_trace/time_order' | 'go_trace/state_wrong',
    stream: number,
    about: Readonly<Record<string, string | number>>,
  ): false {
    const offset = stream === this.sampleStream ? 0 : this.streams.num[stream * v1Width + v1OffsetAt];
    this.problem ??= traceProblem(code, offset, about);
    return false;
  }
}
