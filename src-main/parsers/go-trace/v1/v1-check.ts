/**
 * Whether the merged events tell a possible story: a P runs one goroutine at a time, a goroutine is blocked before it is woken, ranges do not
 * overlap. An event that is not a P's own (a wake-up by a timer or the network, the end of a system call) loses its P here.
 *
 * @source Go 1.21 internal/trace/parser.go postProcessTrace; Go 1.26 internal/trace/internal/tracev1/parser.go postProcessTrace
 */
import { ChainedRows } from '../binary/chained-rows.ts';
import { grownF64, grownI32 } from '../binary/growth.ts';
import { HashIndex } from '../binary/hash-index.ts';
import { KeyedRows } from '../binary/keyed-rows.ts';
import type { V1File } from '../binary/v1-file.ts';
import { limits } from '../limits.ts';
import { type TraceProblem, type TraceProblemCode, traceProblem } from '../trace-problem.ts';
import type { V1Event } from './v1-event.ts';
import { V1, v1EventName } from './v1-event-table.ts';

const dead = 0;
const runnable = 1;
const running = 2;
const waiting = 3;

/** Numbers of a goroutine. */
const goroutineWidth = 4;
const stateAt = 0;
const assistAt = 1;
const regionAt = 2;
/** 1 while the goroutine waits for the network. */
const networkAt = 3;

/** Numbers of a P. */
const procWidth = 4;
const isRunningAt = 0;
const onProcAt = 1;
const sweepAt = 2;
const stoppedAt = 3;

const noProc = -1;

export class V1Check {
  problem: TraceProblem | undefined;
  private readonly goroutines = new KeyedRows();
  private g = new Int32Array(0);
  private readonly procs = new KeyedRows();
  private p = new Float64Array(0);
  private readonly regions = new ChainedRows();
  private regionTask = new Float64Array(0);
  private regionName = new Float64Array(0);
  private readonly tasks = new HashIndex();
  private isCollecting = false;
  private isStopped = false;
  private readonly file: V1File;

  constructor(file: V1File) {
    this.file = file;
    this.setState(this.rowOf(0), running);
  }

  /** Takes the next event; false, with `problem` set, where it cannot be. May take the P off the event. */
  accepts(event: V1Event): boolean {
    switch (event.code) {
      case V1.GoStart:
      case V1.GoStartLabel:
        return this.start(event);
      case V1.GoSched:
      case V1.GoPreempt:
        return this.leave(event, runnable);
      case V1.GoEnd:
      case V1.GoStop:
        return this.leave(event, dead);
      case V1.GoBlock:
      case V1.GoBlockSend:
      case V1.GoBlockRecv:
      case V1.GoBlockSelect:
      case V1.GoBlockSync:
      case V1.GoBlockCond:
      case V1.GoBlockNet:
      case V1.GoBlockGC:
      case V1.GoSleep:
      case V1.GoSysBlock:
        return this.leave(event, waiting);
      case V1.GoUnblock:
        return this.unblock(event);
      case V1.GoSysCall:
        return this.runs(event, false);
      case V1.GoSysExit:
        event.proc = noProc;
        return this.becomes(event, event.goroutine, waiting, runnable);
      case V1.GoCreate:
        return this.create(event);
      case V1.GoWaiting:
      case V1.GoInSyscall:
        return this.becomes(event, event.goroutine, runnable, waiting);
      case V1.ProcStart:
      case V1.ProcStop:
        return this.proc(event);
      default:
        return this.range(event);
    }
  }

  /** Notes what there is too much of by now, if anything; see `limits.ts`. To be asked now and then. */
  hasExcess(event: V1Event): boolean {
    const { goroutines, regions, tasks } = this;
    if (goroutines.length > limits.goroutines) return this.tooMany('goroutines', limits.goroutines, event);
    if (regions.length > limits.regions) return this.tooMany('regions', limits.regions, event);
    return tasks.size > limits.tasks && this.tooMany('tasks', limits.tasks, event);
  }

  private tooMany(what: string, limit: number, event: V1Event): true {
    this.problem = traceProblem('go_trace/too_many', event.offset, { what, limit });
    return true;
  }

  private start(event: V1Event): boolean {
    if (!this.becomes(event, event.goroutine, runnable, running)) return false;
    const at = this.procAt(event.proc);
    if (this.p[at + onProcAt] !== 0) return this.fail('go_trace/state_wrong', event, 'proc', event.proc);
    this.p[at + onProcAt] = event.goroutine;
    return true;
  }

  private leave(event: V1Event, state: number): boolean {
    if (!this.runs(event, false)) return false;
    const row = this.rowOf(event.goroutine);
    const at = this.procAt(event.proc);
    this.p[at + onProcAt] = 0;
    this.setState(row, state);
    this.g[row * goroutineWidth + networkAt] = event.code === V1.GoBlockNet ? 1 : 0;
    if (event.code === V1.GoEnd) {
      for (let region = this.g[row * goroutineWidth + regionAt]; region >= 0; ) region = this.regions.pop(region);
      this.goroutines.remove(row);
    }
    return true;
  }

  private unblock(event: V1Event): boolean {
    const isTimer = this.file.timerGoroutines.get(event.goroutine) >= 0;
    if (this.stateOf(event.goroutine) !== running)
      return this.fail('go_trace/state_wrong', event, 'goroutine', event.goroutine);
    if (!isTimer && this.onProc(event.proc) !== event.goroutine) {
      return this.fail('go_trace/state_wrong', event, 'proc', event.proc);
    }
    if (!this.becomes(event, event.arg0, waiting, runnable)) return false;
    const woken = this.rowOf(event.arg0);
    if (isTimer || this.g[woken * goroutineWidth + networkAt] === 1) event.proc = noProc;
    return true;
  }

  private create(event: V1Event): boolean {
    if (!this.runs(event, true)) return false;
    if (this.goroutines.find(event.arg0) >= 0)
      return this.fail('go_trace/state_wrong', event, 'new goroutine', event.arg0);
    this.setState(this.rowOf(event.arg0), runnable);
    return true;
  }

  private proc(event: V1Event): boolean {
    const at = this.procAt(event.proc);
    const isStart = event.code === V1.ProcStart;
    const isIdle = this.p[at + isRunningAt] === 0;
    if (isIdle !== isStart || (!isStart && this.p[at + onProcAt] !== 0)) {
      return this.fail('go_trace/state_wrong', event, 'proc', event.proc);
    }
    this.p[at + isRunningAt] = isStart ? 1 : 0;
    return true;
  }

  private range(event: V1Event): boolean {
    switch (event.code) {
      case V1.GCStart:
      case V1.GCDone: {
        const isStart = event.code === V1.GCStart;
        if (this.isCollecting === isStart)
          return this.fail('go_trace/range_wrong', event, isStart ? 'begun already' : 'not begun');
        this.isCollecting = isStart;
        // The mark phase is the whole program's.
        if (isStart) event.proc = noProc;
        return true;
      }
      case V1.STWStart:
      case V1.STWDone:
        return this.stop(event, event.code === V1.STWStart);
      case V1.GCSweepStart:
      case V1.GCSweepDone: {
        const at = this.procAt(event.proc) + sweepAt;
        const isStart = event.code === V1.GCSweepStart;
        if ((this.p[at] === 1) === isStart)
          return this.fail('go_trace/range_wrong', event, isStart ? 'begun already' : 'not begun');
        this.p[at] = isStart ? 1 : 0;
        return true;
      }
      case V1.GCMarkAssistStart: {
        const at = this.rowOf(event.goroutine) * goroutineWidth + assistAt;
        if (this.g[at] === 1) return this.fail('go_trace/range_wrong', event, 'begun already');
        this.g[at] = 1;
        return true;
      }
      case V1.GCMarkAssistDone: {
        // An assist may have begun before the trace.
        const row = this.rowOf(event.goroutine);
        this.g[row * goroutineWidth + assistAt] = 0;
        return true;
      }
      default:
        return this.annotation(event);
    }
  }

  private stop(event: V1Event, isStart: boolean): boolean {
    const isPerProc = !this.file.rules.stwReason;
    const at = isPerProc ? this.procAt(event.proc) + stoppedAt : 0;
    const isOpen = isPerProc ? this.p[at] === 1 : this.isStopped;
    if (isOpen === isStart) return this.fail('go_trace/range_wrong', event, isStart ? 'begun already' : 'not begun');
    if (isPerProc) this.p[at] = isStart ? 1 : 0;
    else this.isStopped = isStart;
    return true;
  }

  private annotation(event: V1Event): boolean {
    switch (event.code) {
      case V1.UserTaskCreate:
        if (this.tasks.get(event.arg0) >= 0) return this.fail('go_trace/task_repeated', event, 'task', event.arg0);
        this.tasks.set(event.arg0, 0);
        return true;
      case V1.UserTaskEnd:
        this.tasks.delete(event.arg0);
        return true;
      case V1.UserRegion:
        return this.region(event);
      default:
        return true;
    }
  }

  private region(event: V1Event): boolean {
    const at = this.rowOf(event.goroutine) * goroutineWidth + regionAt;
    if (event.arg1 === 0) {
      const region = this.regions.push(this.g[at]);
      this.regionTask = grownF64(this.regionTask, this.regions.length);
      this.regionName = grownF64(this.regionName, this.regions.length);
      this.regionTask[region] = event.arg0;
      this.regionName[region] = event.arg2;
      this.g[at] = region;
      return true;
    }
    const region = this.g[at];
    const isInnermost =
      region < 0 || (this.regionTask[region] === event.arg0 && this.regionName[region] === event.arg2);
    if (event.arg1 !== 1 || !isInnermost) return this.fail('go_trace/region_wrong', event, 'region', event.goroutine);
    if (region >= 0) this.g[at] = this.regions.pop(region);
    return true;
  }

  /** Whether the event's goroutine runs on the event's P. */
  private runs(event: V1Event, mayBeNone: boolean): boolean {
    const isRunning = this.stateOf(event.goroutine) === running;
    if (!isRunning) return this.fail('go_trace/state_wrong', event, 'goroutine', event.goroutine);
    if (this.onProc(event.proc) !== event.goroutine) {
      return this.fail('go_trace/state_wrong', event, 'proc', event.proc);
    }
    if (!mayBeNone && event.goroutine === 0) return this.fail('go_trace/context_wrong', event, 'goroutine', 0);
    return true;
  }

  private becomes(event: V1Event, goroutine: number, from: number, to: number): boolean {
    const row = this.rowOf(goroutine);
    if (this.g[row * goroutineWidth + stateAt] !== from)
      return this.fail('go_trace/state_wrong', event, 'goroutine', goroutine);
    this.setState(row, to);
    return true;
  }

  private stateOf(goroutine: number): number {
    const row = this.rowOf(goroutine);
    return this.g[row * goroutineWidth + stateAt];
  }

  private setState(row: number, state: number): void {
    this.g[row * goroutineWidth + stateAt] = state;
  }

  /** Row of a goroutine, new or known; may replace `g`. */
  private rowOf(goroutine: number): number {
    const known = this.goroutines.find(goroutine);
    if (known >= 0) return known;
    const row = this.goroutines.add(goroutine);
    this.g = grownI32(this.g, this.goroutines.length * goroutineWidth);
    this.g.fill(0, row * goroutineWidth, (row + 1) * goroutineWidth);
    this.g[row * goroutineWidth + regionAt] = -1;
    return row;
  }

  private onProc(proc: number): number {
    const at = this.procAt(proc);
    return this.p[at + onProcAt];
  }

  /** Where the numbers of a P begin; may replace `p`. */
  private procAt(proc: number): number {
    const known = this.procs.find(proc);
    if (known >= 0) return known * procWidth;
    const row = this.procs.add(proc);
    this.p = grownF64(this.p, this.procs.length * procWidth);
    return row * procWidth;
  }

  private fail(code: TraceProblemCode, event: V1Event, what: string, id = 0): false {
    this.problem = traceProblem(code, event.offset, {
      event: v1EventName(event.code),
      what,
      id,
      goroutine: event.goroutine,
      task: event.arg0,
    });
    return false;
  }
}
