/**
 * Events of Ps: taken by a thread, given back, stolen from a thread in a system call.
 *
 * @source Go 1.26 internal/trace/order.go advanceProc...
 */
import { Ev } from '../events/event-table.ts';
import { advanced, type EventHandler, impossible, Needs, waiting } from './ordering-state.ts';
import { ProcStatus } from './scheduler-tables.ts';

const none = -1;

/** States of a P as the model counts them. @source internal/trace/resources.go ProcState */
const procUndetermined = 0;
const procNotExist = 1;
const procRunning = 2;
const procIdle = 3;

/** State by status. @source internal/trace/event.go tracev2ProcStatus2ProcState */
export const procStateOfStatus = [procUndetermined, procRunning, procIdle, procRunning, procIdle] as const;

const procStatus: EventHandler = (o, c, thread) => {
  const { procs, threads } = o;
  const id = o.arg(c, 0);
  const status = o.arg(c, 1);
  let before: number | undefined = procStateOfStatus[status];
  if (before === undefined) return o.fail('go_trace/state_wrong', c, { what: 'status', id });
  let proc = procs.find(id);
  let shown = status;
  if (proc >= 0) {
    if (status === ProcStatus.SyscallAbandoned && procs.status(proc) === ProcStatus.Syscall) {
      // Nothing was lost after all: the call during which the P will be stolen is known.
      before = procRunning;
      shown = ProcStatus.Syscall;
    } else if (procs.status(proc) !== status) {
      return o.fail('go_trace/state_wrong', c, { what: 'status', id });
    }
    procs.restart(proc, o.generationCount);
  } else {
    proc = procs.add(id, status, o.generationCount);
    before = o.isFirstGeneration ? procUndetermined : procNotExist;
  }
  let owner = thread;
  if (shown !== status) {
    // Such a status is seldom said by the thread that has the P; the event belongs to the one that has.
    owner = threads.holderOf(proc);
    if (owner < 0) return o.fail('go_trace/state_wrong', c, { what: 'thread of proc', id });
  }
  o.setArg(c, 1, shown);
  if (o.push(c, owner) === impossible) return impossible;
  o.complete(2, before);
  if (thread >= 0 && (status === ProcStatus.Running || status === ProcStatus.Syscall))
    threads.setProc(thread, proc, id);
  return advanced;
};

const procStart: EventHandler = (o, c, thread) => {
  const { procs, threads } = o;
  const id = o.arg(c, 0);
  const seq = o.arg(c, 1);
  const proc = procs.find(id);
  if (proc < 0 || procs.status(proc) !== ProcStatus.Idle || !procs.canFollow(proc, o.generationCount, seq))
    return waiting;
  // A thread that still has a P is in a system call from which the P has yet to be stolen.
  if (thread >= 0 && threads.proc(thread) >= 0) return waiting;
  if (!o.hasContext(c, thread, Needs.no, Needs.maybe) || o.push(c, thread) === impossible) return impossible;
  procs.follow(proc, ProcStatus.Running, seq);
  threads.setProc(thread, proc, id);
  return advanced;
};

const procStop: EventHandler = (o, c, thread) => {
  const { procs, threads } = o;
  if (!o.hasContext(c, thread, Needs.yes, Needs.maybe)) return impossible;
  const proc = threads.proc(thread);
  if (procs.status(proc) !== ProcStatus.Running && procs.status(proc) !== ProcStatus.Syscall) {
    return o.fail('go_trace/state_wrong', c, { what: 'proc', id: procs.idOf(proc) });
  }
  if (o.push(c, thread) === impossible) return impossible;
  procs.setStatus(proc, ProcStatus.Idle);
  threads.setProc(thread, none, none);
  return advanced;
};

const procSteal: EventHandler = (o, c, thread) => {
  const { procs, threads } = o;
  const id = o.arg(c, 0);
  const seq = o.arg(c, 1);
  const proc = procs.find(id);
  if (proc < 0 || !procs.canFollow(proc, o.generationCount, seq)) return waiting;
  const before = procs.status(proc);
  if (before !== ProcStatus.Syscall && before !== ProcStatus.SyscallAbandoned) return waiting;
  if (!o.hasContext(c, thread, Needs.maybe, Needs.maybe)) return impossible;
  procs.follow(proc, ProcStatus.Idle, seq);
  let victim = none;
  if (before === ProcStatus.Syscall) {
    victim = threads.find(o.arg(c, 2));
    const isKnown = victim >= 0 && threads.isSeen(victim);
    if (!isKnown || threads.proc(victim) !== proc)
      return o.fail('go_trace/state_wrong', c, { what: 'thread of proc', id });
  }
  if (o.push(c, thread) === impossible) return impossible;
  o.complete(2, before);
  if (victim >= 0) threads.setProc(victim, none, none);
  return advanced;
};

export const procEvents: readonly (readonly [number, EventHandler])[] = [
  [Ev.ProcStart, procStart],
  [Ev.ProcStop, procStop],
  [Ev.ProcSteal, procSteal],
  [Ev.ProcStatus, procStatus],
];
