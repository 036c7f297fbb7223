/**
 * Events that begin and end ranges of time: the mark phase of the whole program, sweeps of a P, mark assists and stops of the world of a
 * goroutine.
 *
 * @source Go 1.26 internal/trace/order.go advanceGC..., advanceGoRange..., rangeState
 */
import { Ev } from '../events/event-table.ts';
import { advanced, type EventHandler, impossible, Needs, waiting } from './ordering-state.ts';

const gcActive: EventHandler = (o, c, thread) => {
  const seq = o.arg(c, 0);
  if (o.isFirstGeneration) {
    if (o.isGcRunning !== undefined) return o.fail('go_trace/range_wrong', c, { what: 'not the first GC event' });
  } else {
    if (seq !== o.gcSeq + 1) return waiting;
    if (!o.isGcRunning) return o.fail('go_trace/range_wrong', c, { what: 'not begun' });
    if (!o.hasContext(c, thread, Needs.yes, Needs.yes)) return impossible;
  }
  o.gcSeq = seq;
  o.isGcRunning = true;
  return o.push(c, thread);
};

const gcBegin: EventHandler = (o, c, thread) => {
  const seq = o.arg(c, 0);
  if (o.isGcRunning !== undefined) {
    if (seq !== o.gcSeq + 1) return waiting;
    if (o.isGcRunning) return o.fail('go_trace/range_wrong', c, { what: 'begun already' });
    if (!o.hasContext(c, thread, Needs.yes, Needs.yes)) return impossible;
  }
  o.gcSeq = seq;
  o.isGcRunning = true;
  return o.push(c, thread);
};

const gcEnd: EventHandler = (o, c, thread) => {
  const seq = o.arg(c, 0);
  if (seq !== o.gcSeq + 1) return waiting;
  if (!o.isGcRunning) return o.fail('go_trace/range_wrong', c, { what: 'not begun' });
  if (!o.hasContext(c, thread, Needs.yes, Needs.yes)) return impossible;
  o.gcSeq = seq;
  o.isGcRunning = false;
  return o.push(c, thread);
};

const sweepBegin: EventHandler = (o, c, thread) => {
  if (!o.hasContext(c, thread, Needs.yes, Needs.maybe)) return impossible;
  const proc = o.threads.proc(thread);
  if (o.procs.isSweeping(proc)) return o.fail('go_trace/range_wrong', c, { what: 'begun already' });
  o.procs.setSweeping(proc, true);
  return o.push(c, thread);
};

const sweepActive: EventHandler = (o, c, thread) => {
  const proc = o.procs.find(o.arg(c, 0));
  if (proc < 0) return o.fail('go_trace/state_wrong', c, { what: 'proc', id: o.arg(c, 0) });
  const isOpen = o.procs.isSweeping(proc);
  if (isOpen === o.isFirstGeneration)
    return o.fail('go_trace/range_wrong', c, { what: isOpen ? 'begun already' : 'not begun' });
  o.procs.setSweeping(proc, true);
  return o.push(c, thread);
};

const sweepEnd: EventHandler = (o, c, thread) => {
  if (!o.hasContext(c, thread, Needs.yes, Needs.maybe)) return impossible;
  const proc = o.threads.proc(thread);
  if (!o.procs.isSweeping(proc)) return o.fail('go_trace/range_wrong', c, { what: 'not begun' });
  o.procs.setSweeping(proc, false);
  return o.push(c, thread);
};

const assistBegin: EventHandler = (o, c, thread) => {
  if (!o.hasContext(c, thread, Needs.yes, Needs.yes)) return impossible;
  const row = o.threads.rowOfGoroutine(thread, o.goroutines);
  if (row < 0) return o.fail('go_trace/state_wrong', c, { what: 'goroutine', id: o.threads.goroutine(thread) });
  if (o.goroutines.isAssisting(row)) return o.fail('go_trace/range_wrong', c, { what: 'begun already' });
  o.goroutines.setAssisting(row, true);
  return o.push(c, thread);
};

const assistActive: EventHandler = (o, c, thread) => {
  const row = o.goroutines.find(o.arg(c, 0));
  if (row < 0) return o.fail('go_trace/state_wrong', c, { what: 'goroutine', id: o.arg(c, 0) });
  const isOpen = o.goroutines.isAssisting(row);
  if (isOpen === o.isFirstGeneration)
    return o.fail('go_trace/range_wrong', c, { what: isOpen ? 'begun already' : 'not begun' });
  o.goroutines.setAssisting(row, true);
  return o.push(c, thread);
};

const assistEnd: EventHandler = (o, c, thread) => {
  if (!o.hasContext(c, thread, Needs.yes, Needs.yes)) return impossible;
  const row = o.threads.rowOfGoroutine(thread, o.goroutines);
  if (row < 0) return o.fail('go_trace/state_wrong', c, { what: 'goroutine', id: o.threads.goroutine(thread) });
  if (!o.goroutines.isAssisting(row)) return o.fail('go_trace/range_wrong', c, { what: 'not begun' });
  o.goroutines.setAssisting(row, false);
  return o.push(c, thread);
};

const stwBegin: EventHandler = (o, c, thread) => {
  if (!o.hasContext(c, thread, Needs.yes, Needs.yes)) return impossible;
  const id = o.threads.goroutine(thread);
  if (o.goroutines.find(id) < 0) return o.fail('go_trace/state_wrong', c, { what: 'goroutine', id });
  const reason = o.stringOf(o.arg(c, 0));
  const open = o.stopped.get(id) ?? new Set<number>();
  if (open.has(reason)) return o.fail('go_trace/range_wrong', c, { what: 'begun already' });
  o.stopped.set(id, open.add(reason));
  return o.push(c, thread);
};

const stwEnd: EventHandler = (o, c, thread) => {
  if (!o.hasContext(c, thread, Needs.yes, Needs.yes)) return impossible;
  const id = o.threads.goroutine(thread);
  const open = o.stopped.get(id);
  const first = open?.values().next();
  if (open === undefined || first === undefined || first.done)
    return o.fail('go_trace/range_wrong', c, { what: 'not begun' });
  open.delete(first.value);
  if (open.size === 0) o.stopped.delete(id);
  if (o.push(c, thread) === impossible) return impossible;
  o.complete(0, first.value);
  return advanced;
};

export const rangeEvents: readonly (readonly [number, EventHandler])[] = [
  [Ev.GCActive, gcActive],
  [Ev.GCBegin, gcBegin],
  [Ev.GCEnd, gcEnd],
  [Ev.GCSweepActive, sweepActive],
  [Ev.GCSweepBegin, sweepBegin],
  [Ev.GCSweepEnd, sweepEnd],
  [Ev.GCMarkAssistActive, assistActive],
  [Ev.GCMarkAssistBegin, assistBegin],
  [Ev.GCMarkAssistEnd, assistEnd],
  [Ev.STWBegin, stwBegin],
  [Ev.STWEnd, stwEnd],
];
