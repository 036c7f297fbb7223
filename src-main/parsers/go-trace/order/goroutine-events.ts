/**
 * Events of goroutines: created, started, stopped, blocked, woken, in a system call, gone.
 *
 * @source Go 1.26 internal/trace/order.go advanceGo...
 */
import { Ev } from '../events/event-table.ts';
import { advanced, type EventHandler, impossible, Needs, type OrderingState, waiting } from './ordering-state.ts';
import { GoStatus, ProcStatus } from './scheduler-tables.ts';

const none = -1;

/** State of a goroutine as the model counts it, by status. @source internal/trace/event.go tracev2GoStatus2GoState */
export const goStateOfStatus = [0, 2, 3, 5, 4] as const;
const undetermined = 0;

/** Row of the goroutine on the thread if it has the status; else the event is impossible and -1 is returned. */
function onThread(o: OrderingState, c: number, thread: number, status: number): number {
  const row = o.threads.rowOfGoroutine(thread, o.goroutines);
  if (row >= 0 && o.goroutines.status(row) === status) return row;
  o.fail('go_trace/state_wrong', c, { what: 'goroutine', id: o.threads.goroutine(thread) });
  return none;
}

const goStatus: EventHandler = (o, c, thread) => {
  const { goroutines, threads } = o;
  const id = o.arg(c, 0);
  const threadId = o.arg(c, 1);
  const status = o.arg(c, 2);
  const state = goStateOfStatus[status];
  if (state === undefined) return o.fail('go_trace/state_wrong', c, { what: 'status', id });
  let row = goroutines.find(id);
  let before: number = state;
  if (row >= 0) {
    if (goroutines.status(row) !== status) return o.fail('go_trace/state_wrong', c, { what: 'status', id });
    goroutines.restart(row, o.generationCount);
  } else if (o.isFirstGeneration) {
    row = goroutines.add(id, status, o.generationCount);
    before = undetermined;
  } else {
    return o.fail('go_trace/state_wrong', c, { what: 'new goroutine', id });
  }
  const isElsewhere = status === GoStatus.Syscall && (thread < 0 ? none : threads.idOf(thread)) !== threadId;
  if (status === GoStatus.Syscall && threadId === none)
    return o.fail('go_trace/state_wrong', c, { what: 'thread', id });
  if (isElsewhere) return sitsElsewhere(o, c, thread, row, threadId, before);
  if (status === GoStatus.Syscall && !o.isFirstGeneration && threads.goroutine(thread) !== id) {
    return o.fail('go_trace/state_wrong', c, { what: 'thread', id });
  }
  if (o.push(c, thread) === impossible) return impossible;
  o.complete(1, before);
  if (thread >= 0 && (status === GoStatus.Running || status === GoStatus.Syscall)) threads.bind(thread, id, row);
  return advanced;
};

/** A goroutine in a system call on another thread: the event is that thread's. */
function sitsElsewhere(
  o: OrderingState,
  c: number,
  thread: number,
  row: number,
  threadId: number,
  before: number,
): number {
  const { threads, goroutines } = o;
  const id = goroutines.idOf(row);
  const other = threads.findOrAdd(threadId);
  let goroutine = thread < 0 ? none : threads.goroutine(thread);
  if (threads.isSeen(other)) {
    if (threads.goroutine(other) !== id) return o.fail('go_trace/state_wrong', c, { what: 'thread', id });
    goroutine = id;
  } else {
    threads.setSeen(other);
    threads.bind(other, id, row);
  }
  if (o.push(c, thread) === impossible) return impossible;
  const proc = thread < 0 ? none : threads.proc(thread);
  o.correctContext(threadId, proc < 0 ? none : o.procs.idOf(proc), goroutine);
  o.complete(1, before);
  return advanced;
}

const goCreate: EventHandler = (o, c, thread) => {
  const { goroutines, threads } = o;
  if (!o.hasContext(c, thread, Needs.yes, Needs.maybe)) return impossible;
  const creator = threads.rowOfGoroutine(thread, goroutines);
  if (creator >= 0 && goroutines.status(creator) !== GoStatus.Running) {
    return o.fail('go_trace/state_wrong', c, { what: 'goroutine', id: threads.goroutine(thread) });
  }
  const id = o.arg(c, 0);
  if (goroutines.find(id) >= 0) return o.fail('go_trace/state_wrong', c, { what: 'new goroutine', id });
  const status = o.cursors.code[c] === Ev.GoCreateBlocked ? GoStatus.Waiting : GoStatus.Runnable;
  goroutines.add(id, status, o.generationCount);
  return o.push(c, thread);
};

/** A goroutine that leaves its thread: destroyed, stopped or blocked. */
export const goLeave: EventHandler = (o, c, thread) => {
  const { goroutines, threads } = o;
  if (!o.hasContext(c, thread, Needs.yes, Needs.yes)) return impossible;
  const row = onThread(o, c, thread, GoStatus.Running);
  if (row < 0 || o.push(c, thread) === impossible) return impossible;
  const code = o.cursors.code[c];
  if (code === Ev.GoDestroy) forget(o, row);
  else goroutines.setStatus(row, code === Ev.GoStop ? GoStatus.Runnable : GoStatus.Waiting);
  threads.unbind(thread);
  return advanced;
};

function forget(o: OrderingState, row: number): void {
  o.regions.closeAll(o.goroutines.region(row));
  if (o.stopped.size > 0) o.stopped.delete(o.goroutines.idOf(row));
  o.goroutines.remove(row);
}

export const goStart: EventHandler = (o, c, thread) => {
  const { goroutines } = o;
  const id = o.arg(c, 0);
  const seq = o.arg(c, 1);
  const row = goroutines.find(id);
  if (row < 0 || !goroutines.canFollow(row, GoStatus.Runnable, o.generationCount, seq)) return waiting;
  if (!o.hasContext(c, thread, Needs.yes, Needs.no) || o.push(c, thread) === impossible) return impossible;
  goroutines.follow(row, GoStatus.Running, seq);
  o.threads.bind(thread, id, row);
  return advanced;
};

export const goUnblock: EventHandler = (o, c, thread) => {
  const { goroutines } = o;
  const seq = o.arg(c, 1);
  const row = goroutines.find(o.arg(c, 0));
  if (row < 0 || !goroutines.canFollow(row, GoStatus.Waiting, o.generationCount, seq)) return waiting;
  goroutines.follow(row, GoStatus.Runnable, seq);
  return o.push(c, thread);
};

/** Three events in one: the next goroutine is woken, this one blocks or ends, the next one starts. */
const goSwitch: EventHandler = (o, c, thread) => {
  const { goroutines, threads } = o;
  if (!o.hasContext(c, thread, Needs.yes, Needs.yes)) return impossible;
  const row = onThread(o, c, thread, GoStatus.Running);
  if (row < 0) return impossible;
  const nextId = o.arg(c, 0);
  const seq = o.arg(c, 1);
  const next = goroutines.find(nextId);
  if (next < 0 || !goroutines.canFollow(next, GoStatus.Waiting, o.generationCount, seq)) return waiting;
  if (o.push(c, thread) === impossible) return impossible;
  if (o.cursors.code[c] === Ev.GoSwitch) {
    goroutines.setStatus(row, GoStatus.Waiting);
    o.pushMade(c, thread, Ev.GoBlock, 0);
  } else {
    o.pushMade(c, thread, Ev.GoDestroy, 0);
    forget(o, row);
  }
  threads.unbind(thread);
  o.pushMade(c, thread, Ev.GoStart, nextId, seq);
  goroutines.follow(next, GoStatus.Running, seq);
  threads.bind(thread, nextId, next);
  return advanced;
};

const goSyscallBegin: EventHandler = (o, c, thread) => {
  const { procs } = o;
  if (!o.hasContext(c, thread, Needs.yes, Needs.yes)) return impossible;
  const row = onThread(o, c, thread, GoStatus.Running);
  if (row < 0) return impossible;
  const proc = o.threads.proc(thread);
  const seq = o.arg(c, 0);
  if (!procs.canFollow(proc, o.generationCount, seq)) {
    return o.fail('go_trace/state_wrong', c, { what: 'proc sequence', id: procs.idOf(proc) });
  }
  o.goroutines.setStatus(row, GoStatus.Syscall);
  procs.follow(proc, ProcStatus.Syscall, seq);
  return o.push(c, thread);
};

const goSyscallEnd: EventHandler = (o, c, thread) => {
  if (!o.hasContext(c, thread, Needs.yes, Needs.yes)) return impossible;
  const row = onThread(o, c, thread, GoStatus.Syscall);
  if (row < 0) return impossible;
  const proc = o.threads.proc(thread);
  if (o.procs.status(proc) !== ProcStatus.Syscall) {
    return o.fail('go_trace/state_wrong', c, { what: 'proc', id: o.procs.idOf(proc) });
  }
  o.goroutines.setStatus(row, GoStatus.Running);
  o.procs.setStatus(proc, ProcStatus.Running);
  return o.push(c, thread);
};

/** The end of a system call during which the P was lost: it waits until the P is gone. */
const goSyscallEndBlocked: EventHandler = (o, c, thread) => {
  if (thread >= 0) {
    const proc = o.threads.proc(thread);
    if (proc >= 0 && o.procs.status(proc) === ProcStatus.Syscall) return waiting;
  }
  if (!o.hasContext(c, thread, Needs.maybe, Needs.yes)) return impossible;
  const row = onThread(o, c, thread, GoStatus.Syscall);
  if (row < 0 || o.push(c, thread) === impossible) return impossible;
  o.goroutines.setStatus(row, GoStatus.Runnable);
  o.threads.unbind(thread);
  return advanced;
};

/** A goroutine made for a call from C: it appears in a system call. */
const goCreateSyscall: EventHandler = (o, c, thread) => {
  if (!o.hasContext(c, thread, Needs.maybe, Needs.no)) return impossible;
  const id = o.arg(c, 0);
  if (o.goroutines.find(id) >= 0) return o.fail('go_trace/state_wrong', c, { what: 'new goroutine', id });
  const row = o.goroutines.add(id, GoStatus.Syscall, o.generationCount);
  if (o.push(c, thread) === impossible) return impossible;
  o.threads.bind(thread, id, row);
  return advanced;
};

/** Its end. The thread's number may be used again at once, so a P still on it counts as stolen. */
const goDestroySyscall: EventHandler = (o, c, thread) => {
  const { threads, procs } = o;
  if (!o.hasContext(c, thread, Needs.maybe, Needs.yes)) return impossible;
  const row = onThread(o, c, thread, GoStatus.Syscall);
  if (row < 0) return impossible;
  const proc = threads.proc(thread);
  if (proc >= 0) {
    if (procs.status(proc) !== ProcStatus.Syscall) {
      return o.fail('go_trace/state_wrong', c, { what: 'proc', id: procs.idOf(proc) });
    }
    procs.setStatus(proc, ProcStatus.SyscallAbandoned);
    o.pushMade(c, thread, Ev.ProcSteal, procs.idOf(proc), 0, ProcStatus.Syscall);
  }
  if (o.push(c, thread) === impossible) return impossible;
  forget(o, row);
  threads.unbind(thread);
  threads.setProc(thread, none, none);
  return advanced;
};

export const goroutineEvents: readonly (readonly [number, EventHandler])[] = [
  [Ev.GoStart, goStart],
  [Ev.GoUnblock, goUnblock],
  [Ev.GoBlock, goLeave],
  [Ev.GoStop, goLeave],
  [Ev.GoDestroy, goLeave],
  [Ev.GoCreate, goCreate],
  [Ev.GoCreateBlocked, goCreate],
  [Ev.GoSyscallBegin, goSyscallBegin],
  [Ev.GoSyscallEnd, goSyscallEnd],
  [Ev.GoSyscallEndBlocked, goSyscallEndBlocked],
  [Ev.GoStatus, goStatus],
  [Ev.GoStatusStack, goStatus],
  [Ev.GoSwitch, goSwitch],
  [Ev.GoSwitchDestroy, goSwitch],
  [Ev.GoCreateSyscall, goCreateSyscall],
  [Ev.GoDestroySyscall, goDestroySyscall],
];
