/**
 * State transitions, from one table: for each event the resource, the states before and after, and where in the block's row its id and reason
 * stand. Of the few events whose states are not fixed, the ordering or the caller says them.
 *
 * @source Go 1.26 internal/trace/event.go StateTransition
 */
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
import { Ev } from '../events/event-table.ts';
import type { transitionColumns } from '../trace-sink.ts';
import type { ColumnTable } from './column-table.ts';

const goroutineResource = 0;
const procResource = 1;

/** Goroutine states; see `goStates` of the sink. */
const Go = { Undetermined: 0, NotExist: 1, Runnable: 2, Running: 3, Waiting: 4, Syscall: 5 } as const;
/** States of a P; see `procStates` of the sink. */
const Proc = { Undetermined: 0, NotExist: 1, Running: 2, Idle: 3 } as const;
/** States by the status on the wire. */
const goStateOfStatus = [Go.Undetermined, Go.Runnable, Go.Running, Go.Syscall, Go.Waiting];
const procStateOfStatus = [Proc.Undetermined, Proc.Running, Proc.Idle, Proc.Running, Proc.Idle];
const syscallAbandoned = 4;

const arg0 = argsAt;
type Rule = readonly [code: number, resource: number, idAt: number, from: number, to: number];

const rules: readonly Rule[] = [
  [Ev.GoCreate, goroutineResource, arg0, Go.NotExist, Go.Runnable],
  [Ev.GoCreateBlocked, goroutineResource, arg0, Go.NotExist, Go.Waiting],
  [Ev.GoCreateSyscall, goroutineResource, arg0, Go.NotExist, Go.Syscall],
  [Ev.GoStart, goroutineResource, arg0, Go.Runnable, Go.Running],
  [Ev.GoUnblock, goroutineResource, arg0, Go.Waiting, Go.Runnable],
  // The ordering writes the block or end of the one goroutine and the start of the other as events of their own.
  [Ev.GoSwitch, goroutineResource, arg0, Go.Waiting, Go.Runnable],
  [Ev.GoSwitchDestroy, goroutineResource, arg0, Go.Waiting, Go.Runnable],
  [Ev.GoStop, goroutineResource, goroutineAt, Go.Running, Go.Runnable],
  [Ev.GoBlock, goroutineResource, goroutineAt, Go.Running, Go.Waiting],
  [Ev.GoDestroy, goroutineResource, goroutineAt, Go.Running, Go.NotExist],
  [Ev.GoDestroySyscall, goroutineResource, goroutineAt, Go.Syscall, Go.NotExist],
  [Ev.GoSyscallBegin, goroutineResource, goroutineAt, Go.Running, Go.Syscall],
  [Ev.GoSyscallEnd, goroutineResource, goroutineAt, Go.Syscall, Go.Running],
  [Ev.GoSyscallEndBlocked, goroutineResource, goroutineAt, Go.Syscall, Go.Runnable],
  [Ev.ProcStart, procResource, arg0, Proc.Idle, Proc.Running],
  [Ev.ProcStop, procResource, procAt, Proc.Running, Proc.Idle],
  // States of these are in their arguments.
  [Ev.ProcSteal, procResource, arg0, Proc.Running, Proc.Idle],
  [Ev.ProcStatus, procResource, arg0, Proc.Undetermined, Proc.Undetermined],
  [Ev.GoStatus, goroutineResource, arg0, Go.Undetermined, Go.Undetermined],
  [Ev.GoStatusStack, goroutineResource, arg0, Go.Undetermined, Go.Undetermined],
];

/** By code: column of the id in a row of the block, 0 for an event that is no transition. */
export const transitionIdAt = new Uint8Array(256);
const resourceOf = new Uint8Array(256);
const beforeOf = new Uint8Array(256);
const afterOf = new Uint8Array(256);
/** By code: 1 where the first argument is the reason. */
const hasReason = new Uint8Array(256);
for (const [code, resource, idAt, from, to] of rules) {
  transitionIdAt[code] = idAt;
  resourceOf[code] = resource;
  beforeOf[code] = from;
  afterOf[code] = to;
}
hasReason[Ev.GoStop] = 1;
hasReason[Ev.GoBlock] = 1;

export class TransitionRows {
  private readonly table: ColumnTable<typeof transitionColumns>;

  constructor(table: ColumnTable<typeof transitionColumns>) {
    this.table = table;
  }

  /** The first `n` rows of the block that `picked` names: events with a `transitionIdAt`. */
  addAll(block: EventBlock, picked: Uint16Array, n: number): void {
    this.table.addAll(n, (at, from, to) => this.write(block, picked, at, from, to));
  }

  private write(block: EventBlock, picked: Uint16Array, first: number, from: number, to: number): void {
    const { num, code, stack } = block;
    const c = this.table.columns;
    const { timeNs, resource, id, from: before, to: after, reasonString, thread, proc, goroutine, offset } = c;
    const stacks = c.stack;
    let at = first;
    for (let k = from; k < to; k++, at++) {
      const r = picked[k];
      const row = r * rowWidth;
      const kind = code[r];
      const stateBefore = beforeOf[kind];
      const stateAfter = afterOf[kind];
      timeNs[at] = num[row + timeAt];
      resource[at] = resourceOf[kind];
      id[at] = num[row + transitionIdAt[kind]];
      before[at] = stateBefore;
      after[at] = stateAfter;
      reasonString[at] = hasReason[kind] === 0 ? 0 : num[row + argsAt];
      stacks[at] = stack[r];
      thread[at] = num[row + threadAt];
      proc[at] = num[row + procAt];
      goroutine[at] = num[row + goroutineAt];
      offset[at] = num[row + offsetAt];
      if (stateBefore === stateAfter || kind === Ev.ProcSteal)
        this.correct(kind, at, num[row + argsAt + 1], num[row + argsAt + 2]);
    }
  }

  private correct(code: number, at: number, second: number, third: number): void {
    const c = this.table.columns;
    if (code === Ev.ProcSteal) {
      if (third === syscallAbandoned) c.from[at] = Proc.Idle;
    } else if (code === Ev.ProcStatus) {
      c.from[at] = third;
      c.to[at] = procStateOfStatus[second];
    } else {
      c.from[at] = second;
      c.to[at] = goStateOfStatus[third];
    }
  }
}
