/**
 * Version 1 events to the events of version 2, so that the model knows one shape. Most have an equal. The others:
 *   - Goroutines older than the trace are said to be created; what they do before the first Gomaxprocs tells their state.
 *   - The first sight of a P is its status.
 *   - A system call is a moment; it becomes a begin and an end one nanosecond apart, or, where it blocked, a begin only.
 *   - Reasons are in the event's code; they become strings.
 *
 * @source Go 1.26 internal/trace/tracev1.go convertEvent, next
 */
import { KeyedRows } from '../binary/keyed-rows.ts';
import type { StringTable } from '../binary/string-table.ts';
import {
  argsAt,
  blockRows,
  EventBlock,
  eventColumns,
  goroutineAt,
  offsetAt,
  procAt,
  rowWidth,
  threadAt,
  timeAt,
} from '../events/event-block.ts';
import { Ev } from '../events/event-table.ts';
import { TaskTable } from '../order/scheduler-tables.ts';
import { readV1, syncRow, type V1Basis } from './v1-block.ts';
import { V1Event } from './v1-event.ts';
import { V1 } from './v1-event-table.ts';

/** @source Go 1.21 runtime/proc.go stwReasonStrings */
const stwReasons121 = [
  '',
  'GC mark termination',
  'GC sweep termination',
  'write heap dump',
  'goroutine profile',
  'goroutine profile cleanup',
  'all goroutine stack trace',
  'read mem stats',
  'AllThreadsSyscall',
  'GOMAXPROCS',
  'start trace',
  'stop trace',
  'CountPagesInUse (test)',
  'ReadMetricsSlow (test)',
  'ReadMemStatsSlow (test)',
  'PageCachePagesLeaked (test)',
  'ResetDebugLog (test)',
];

/** Reasons of the events that block or stop a goroutine. @source tracev1.go init */
const stopReasons: readonly (readonly [code: number, to: number, reason: string])[] = [
  [V1.GoStop, Ev.GoBlock, 'forever'],
  [V1.GoSched, Ev.GoStop, 'runtime.Gosched'],
  [V1.GoPreempt, Ev.GoStop, 'preempted'],
  [V1.GoSleep, Ev.GoBlock, 'sleep'],
  [V1.GoBlock, Ev.GoBlock, ''],
  [V1.GoBlockSend, Ev.GoBlock, 'chan send'],
  [V1.GoBlockRecv, Ev.GoBlock, 'chan receive'],
  [V1.GoBlockSelect, Ev.GoBlock, 'select'],
  [V1.GoBlockSync, Ev.GoBlock, 'sync'],
  [V1.GoBlockCond, Ev.GoBlock, 'sync.(*Cond).Wait'],
  [V1.GoBlockNet, Ev.GoBlock, 'network'],
  [V1.GoBlockGC, Ev.GoBlock, 'GC mark assist wait for work'],
];

/** Events with the same arguments in both versions. */
const equals: readonly (readonly [code: number, to: number])[] = [
  [V1.Gomaxprocs, Ev.ProcsChange],
  [V1.GCStart, Ev.GCBegin],
  [V1.GCDone, Ev.GCEnd],
  [V1.GCSweepStart, Ev.GCSweepBegin],
  [V1.GCSweepDone, Ev.GCSweepEnd],
  [V1.GoCreate, Ev.GoCreate],
  [V1.GoStart, Ev.GoStart],
  [V1.GoStartLabel, Ev.GoStart],
  [V1.GoEnd, Ev.GoDestroy],
  [V1.GoUnblock, Ev.GoUnblock],
  [V1.GoSysExit, Ev.GoSyscallEndBlocked],
  [V1.HeapAlloc, Ev.HeapAlloc],
  [V1.HeapGoal, Ev.HeapGoal],
  [V1.GCMarkAssistStart, Ev.GCMarkAssistBegin],
  [V1.GCMarkAssistDone, Ev.GCMarkAssistEnd],
  [V1.CPUSample, Ev.CPUSample],
];

const codeOf = new Uint8Array(64);
for (const [code, to] of equals) codeOf[code] = to;
for (const [code, to] of stopReasons) codeOf[code] = to;

/** The reasons as strings of the trace. */
export function v1Reasons(strings: StringTable): Pick<V1Basis, 'stopReasons' | 'stwReasons'> {
  const byCode = new Uint32Array(64);
  for (const [code, , reason] of stopReasons) byCode[code] = strings.internText(reason);
  return { stopReasons: byCode, stwReasons: stwReasons121.map((reason) => strings.internText(reason)) };
}

const statusRunnable = 1;
const statusRunning = 2;
const statusSyscall = 3;
const statusWaiting = 4;
const procIsRunning = 1;
const procIsIdle = 2;
/** State before, of a goroutine or P seen for the first time. */
const undetermined = 0;
const none = -1;

export class V1Convert {
  /** Time of the row written last. */
  private lastNs = none;
  private readonly block = new EventBlock(eventColumns(false));
  private readonly event = new V1Event();
  private readonly take: (block: EventBlock) => void;
  private readonly basis: V1Basis;
  /** Goroutines said to be created before the trace was on, whose state is not yet known; undefined once it is on. */
  private older: KeyedRows | undefined = new KeyedRows();
  private readonly threadOfProc = new Map<number, number>();
  private readonly seenProcs = new Set<number>();
  private readonly tasks = new TaskTable();
  private stwReason = 0;
  private syncs = 0;

  /** `take` gets each block of version 2 events; it is emptied afterwards. */
  constructor(basis: V1Basis, take: (block: EventBlock) => void) {
    this.basis = basis;
    this.take = take;
  }

  /** Turns a block of version 1 rows into events of version 2 and hands them on. */
  addAll(block: EventBlock): void {
    const { event } = this;
    for (let r = 0; r < block.rows; r++) {
      readV1(block, r, event);
      this.add(event);
    }
    this.flush();
  }

  private flush(): void {
    this.take(this.block);
    this.block.rows = 0;
  }

  /** Sync points stand before the first event and behind the last. */
  private sync(): void {
    this.row(Ev.SyncPoint, this.syncs === 0 ? -1 : this.lastNs + 1, none, none, none, 0);
    this.set(0, ++this.syncs);
  }

  /** Nanoseconds since the first event. */
  private toNs(ticks: number): number {
    const { basis } = this;
    return Math.trunc((ticks - basis.firstTicks) * basis.nsPerTick);
  }

  /** Writes what the event is in version 2: nothing, one row or more. */
  private add(event: V1Event): void {
    switch (event.code) {
      case syncRow:
        this.sync();
        return;
      case V1.GoSysBlock:
      case V1.FutileWakeup:
        return;
      case V1.Gomaxprocs:
        if (this.older === undefined) this.same(event);
        else this.traceIsOn(event, this.older);
        return;
      case V1.ProcStart:
      case V1.ProcStop:
        this.proc(event);
        return;
      case V1.GoCreate:
        if (this.older === undefined) this.same(event);
        else if (this.older.find(event.arg0) < 0) this.older.add(event.arg0);
        return;
      case V1.GoStart:
      case V1.GoStartLabel:
        this.start(event);
        return;
      case V1.GoWaiting:
        this.status(event, event.arg0, statusWaiting);
        return;
      case V1.GoInSyscall:
        this.status(event, event.arg0, statusSyscall);
        return;
      case V1.GoSysCall:
        this.systemCall(event);
        return;
      case V1.STWStart:
      case V1.STWDone:
        this.stop(event);
        return;
      case V1.UserTaskCreate:
      case V1.UserTaskEnd:
      case V1.UserRegion:
      case V1.UserLog:
        this.annotation(event);
        return;
      default:
        this.same(event);
    }
  }

  /** An event with an equal in version 2. */
  private same(event: V1Event): void {
    const { code } = event;
    this.write(codeOf[code], event);
    const reason = this.basis.stopReasons[code];
    if (reason !== 0) this.set(0, reason);
  }

  private start(event: V1Event): void {
    if (this.older !== undefined && event.code === V1.GoStart) {
      this.status(event, event.arg0, statusRunning);
      return;
    }
    this.write(Ev.GoStart, event);
    this.setGoroutine(none);
    if (event.code !== V1.GoStartLabel) return;
    this.write(Ev.GoLabel, event);
    this.set(0, event.arg2);
  }

  private status(event: V1Event, goroutine: number, status: number): void {
    const row = this.older === undefined ? none : this.older.find(goroutine);
    if (row >= 0) this.older?.remove(row);
    this.write(Ev.GoStatus, event);
    if (status === statusRunning) this.setGoroutine(none);
    this.setStatus(goroutine, status);
  }

  private setStatus(goroutine: number, status: number): void {
    this.set(0, goroutine);
    this.set(1, undetermined);
    this.set(2, status);
  }

  /** The first Gomaxprocs: whoever has shown no state by now was runnable. */
  private traceIsOn(event: V1Event, older: KeyedRows): void {
    this.older = undefined;
    for (const row of older.inUse()) {
      this.row(Ev.GoStatus, this.toNs(event.ticks), none, none, none, event.offset);
      this.setStatus(older.key[row], statusRunnable);
    }
  }

  private proc(event: V1Event): void {
    const { proc } = event;
    const isStart = event.code === V1.ProcStart;
    if (isStart) this.threadOfProc.set(proc, event.arg0);
    const isKnown = this.seenProcs.has(proc);
    this.seenProcs.add(proc);
    this.write(isKnown ? (isStart ? Ev.ProcStart : Ev.ProcStop) : Ev.ProcStatus, event);
    if (isStart || !isKnown) this.block.num[(this.block.rows - 1) * rowWidth + procAt] = none;
    this.set(0, proc);
    if (!isKnown) {
      this.set(1, isStart ? procIsRunning : procIsIdle);
      this.set(2, undetermined);
    }
    if (!isStart) this.threadOfProc.delete(proc);
  }

  private systemCall(event: V1Event): void {
    this.write(Ev.GoSyscallBegin, event);
    if (event.doesBlock) return;
    this.write(Ev.GoSyscallEnd, event);
    this.block.stack[this.block.rows - 1] = 0;
  }

  private stop(event: V1Event): void {
    if (event.code === V1.STWStart) this.stwReason = this.reasonOfStop(event.arg0);
    this.write(event.code === V1.STWStart ? Ev.STWBegin : Ev.STWEnd, event);
    if (!this.basis.rules.stwReason) this.setGoroutine(none);
    this.set(0, this.stwReason);
  }

  private reasonOfStop(kind: number): number {
    const { rules, stwReasons } = this.basis;
    if (!rules.stwReason) return 0;
    if (rules.stwReasons121) return stwReasons[kind] ?? 0;
    return kind === 0 || kind === 1 ? stwReasons[kind + 1] : 0;
  }

  private annotation(event: V1Event): void {
    switch (event.code) {
      case V1.UserTaskCreate: {
        const name = event.arg2;
        const parent = event.arg1 === 0 ? none : event.arg1;
        if (this.tasks.find(event.arg0) < 0) this.tasks.add(event.arg0, parent, name);
        this.write(Ev.UserTaskBegin, event);
        this.set(1, parent);
        this.set(2, name);
        return;
      }
      case V1.UserTaskEnd: {
        const task = this.tasks.find(event.arg0);
        this.write(Ev.UserTaskEnd, event);
        this.set(1, task < 0 ? none : this.tasks.parent[task]);
        this.set(2, task < 0 ? 0 : this.tasks.name[task]);
        if (task >= 0) this.tasks.remove(task);
        return;
      }
      case V1.UserRegion:
        this.write(event.arg1 === 0 ? Ev.UserRegionBegin : Ev.UserRegionEnd, event);
        this.set(1, event.arg2);
        return;
      default:
        this.write(Ev.UserLog, event);
        this.set(1, event.arg1);
    }
  }

  /** A row in the event's context, with its arguments and stack. */
  private write(code: number, event: V1Event): void {
    const isSample = event.code === V1.CPUSample;
    const thread = event.proc === none || isSample ? none : (this.threadOfProc.get(event.proc) ?? none);
    this.row(
      code,
      this.toNs(event.ticks),
      thread,
      event.proc,
      event.goroutine === 0 ? none : event.goroutine,
      event.offset,
    );
    this.block.stack[this.block.rows - 1] = event.stack;
    this.set(0, event.arg0);
    this.set(1, event.arg1);
    this.set(2, event.arg2);
  }

  private row(code: number, timeNs: number, thread: number, proc: number, goroutine: number, offset: number): void {
    const { block } = this;
    if (block.rows === blockRows) this.flush();
    const row = block.rows++;
    const at = row * rowWidth;
    if (code === Ev.SyncPoint && this.syncs === 0) this.lastNs = timeNs;
    else this.lastNs = timeNs <= this.lastNs ? this.lastNs + 1 : timeNs;
    block.code[row] = code;
    block.stack[row] = 0;
    block.num[at + timeAt] = this.lastNs;
    block.num[at + threadAt] = thread;
    block.num[at + procAt] = proc;
    block.num[at + goroutineAt] = goroutine;
    block.num[at + offsetAt] = offset;
  }

  /** Argument `k` of the row written last. */
  private set(k: number, value: number): void {
    this.block.num[(this.block.rows - 1) * rowWidth + argsAt + k] = value;
  }

  /** Changes the goroutine of the row written last: of an event that starts one, the context before is none. */
  private setGoroutine(goroutine: number): void {
    this.block.num[(this.block.rows - 1) * rowWidth + goroutineAt] = goroutine;
  }
}
