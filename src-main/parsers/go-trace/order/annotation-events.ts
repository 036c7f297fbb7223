/**
 * Events that change no state of the scheduler: metrics, labels, user tasks, regions and logs, allocations. They only need a context, and
 * regions must nest.
 *
 * @source Go 1.26 internal/trace/order.go advanceAnnotation, advanceHeapMetric, advanceUser..., advanceAllocFree
 */
import { Ev } from '../events/event-table.ts';
import { advanced, type EventHandler, impossible, Needs, type OrderingState } from './ordering-state.ts';

const noTask = -1;

const annotation: EventHandler = (o, c, thread) => {
  return o.hasContext(c, thread, Needs.yes, Needs.yes) ? o.push(c, thread) : impossible;
};

const heapMetric: EventHandler = (o, c, thread) => {
  return o.hasContext(c, thread, Needs.yes, Needs.maybe) ? o.push(c, thread) : impossible;
};

export const allocFree: EventHandler = (o, c, thread) => {
  return o.hasContext(c, thread, Needs.maybe, Needs.maybe) ? o.push(c, thread) : impossible;
};

/** An object with a type: the id of the generation becomes an index of the trace's types, 0 where the table lacks it. */
export const typedObject: EventHandler = (o, c, thread) => {
  if (allocFree(o, c, thread) === impossible) return impossible;
  o.complete(1, Math.max(0, o.generation.types.get(o.arg(c, 1))));
  return advanced;
};

const taskBegin: EventHandler = (o, c, thread) => {
  const task = o.arg(c, 0);
  if (o.tasks.find(task) >= 0) return o.fail('go_trace/task_repeated', c, { task });
  // Parent 0 means that there is none: the background task is parent only of regions.
  const parent = o.arg(c, 1) === 0 ? noTask : o.arg(c, 1);
  o.setArg(c, 1, parent);
  const name = o.stringOf(o.arg(c, 2));
  if (name < 0) return o.fail('go_trace/string_missing', c, { id: o.arg(c, 2) });
  o.tasks.add(task, parent, name);
  return annotation(o, c, thread);
};

const taskEnd: EventHandler = (o, c, thread) => {
  const task = o.arg(c, 0);
  const row = o.tasks.find(task);
  if (annotation(o, c, thread) === impossible) return impossible;
  o.complete(1, row < 0 ? noTask : o.tasks.parent[row]);
  o.complete(2, row < 0 ? 0 : o.tasks.name[row]);
  if (row >= 0) o.tasks.remove(row);
  return advanced;
};

/** Row of the goroutine on the thread, or -1 with the problem noted. */
function runningRow(o: OrderingState, c: number, thread: number): number {
  if (!o.hasContext(c, thread, Needs.yes, Needs.yes)) return -1;
  const row = o.threads.rowOfGoroutine(thread, o.goroutines);
  if (row < 0) o.fail('go_trace/state_wrong', c, { what: 'goroutine', id: o.threads.goroutine(thread) });
  return row;
}

const regionBegin: EventHandler = (o, c, thread) => {
  const row = runningRow(o, c, thread);
  if (row < 0) return impossible;
  const name = o.stringOf(o.arg(c, 1));
  if (name < 0) return o.fail('go_trace/string_missing', c, { id: o.arg(c, 1) });
  o.goroutines.setRegion(row, o.regions.open(o.arg(c, 0), name, o.goroutines.region(row)));
  return o.push(c, thread);
};

const regionEnd: EventHandler = (o, c, thread) => {
  const row = runningRow(o, c, thread);
  if (row < 0) return impossible;
  const name = o.stringOf(o.arg(c, 1));
  if (name < 0) return o.fail('go_trace/string_missing', c, { id: o.arg(c, 1) });
  // A region without a begin was open before the trace began.
  const region = o.goroutines.region(row);
  if (region >= 0) {
    const isInnermost = o.regions.task[region] === o.arg(c, 0) && o.regions.name[region] === name;
    if (!isInnermost) return o.fail('go_trace/region_wrong', c, { goroutine: o.goroutines.idOf(row) });
    o.goroutines.setRegion(row, o.regions.close(region));
  }
  return o.push(c, thread);
};

export const annotationEvents: readonly (readonly [number, EventHandler])[] = [
  [Ev.HeapAlloc, heapMetric],
  [Ev.HeapGoal, heapMetric],
  [Ev.ProcsChange, annotation],
  [Ev.GoLabel, annotation],
  [Ev.UserLog, annotation],
  [Ev.UserTaskBegin, taskBegin],
  [Ev.UserTaskEnd, taskEnd],
  [Ev.UserRegionBegin, regionBegin],
  [Ev.UserRegionEnd, regionEnd],
  [Ev.Span, allocFree],
  [Ev.SpanAlloc, allocFree],
  [Ev.SpanFree, allocFree],
  [Ev.HeapObject, typedObject],
  [Ev.HeapObjectAlloc, typedObject],
  [Ev.HeapObjectFree, allocFree],
  [Ev.GoroutineStack, allocFree],
  [Ev.GoroutineStackAlloc, allocFree],
  [Ev.GoroutineStackFree, allocFree],
];
