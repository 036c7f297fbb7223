/**
 * The one table of version 2 events: code, the Go version whose format first has it, the kind under which Go's reader hands it on, and the
 * arguments behind the timestamp delta. Everything that depends on the kind of an event is derived from here.
 *
 * Argument names carry their meaning: `stack` is the stack of the running context, `newStack` that of another goroutine, names in
 * `String` are ids of the string table. The rest are plain numbers.
 *
 * @source Go 1.26 internal/trace/tracev2/events.go (codes, arguments), internal/trace/event.go (kinds), internal/trace/version/version.go (versions)
 */

/** Kinds of `golang.org/x/exp/trace`: what its event counts are counted by. */
export type EventKind =
  | 'Sync'
  | 'Metric'
  | 'Label'
  | 'StackSample'
  | 'RangeBegin'
  | 'RangeActive'
  | 'RangeEnd'
  | 'TaskBegin'
  | 'TaskEnd'
  | 'RegionBegin'
  | 'RegionEnd'
  | 'Log'
  | 'StateTransition'
  | 'Experimental';

/** Codes of all events, by the names of the runtime. `Sync` is not in any file: the reader makes it at each generation. */
export const Ev = {
  EventBatch: 1,
  Stacks: 2,
  Stack: 3,
  Strings: 4,
  String: 5,
  CPUSamples: 6,
  CPUSample: 7,
  Frequency: 8,
  ProcsChange: 9,
  ProcStart: 10,
  ProcStop: 11,
  ProcSteal: 12,
  ProcStatus: 13,
  GoCreate: 14,
  GoCreateSyscall: 15,
  GoStart: 16,
  GoDestroy: 17,
  GoDestroySyscall: 18,
  GoStop: 19,
  GoBlock: 20,
  GoUnblock: 21,
  GoSyscallBegin: 22,
  GoSyscallEnd: 23,
  GoSyscallEndBlocked: 24,
  GoStatus: 25,
  STWBegin: 26,
  STWEnd: 27,
  GCActive: 28,
  GCBegin: 29,
  GCEnd: 30,
  GCSweepActive: 31,
  GCSweepBegin: 32,
  GCSweepEnd: 33,
  GCMarkAssistActive: 34,
  GCMarkAssistBegin: 35,
  GCMarkAssistEnd: 36,
  HeapAlloc: 37,
  HeapGoal: 38,
  GoLabel: 39,
  UserTaskBegin: 40,
  UserTaskEnd: 41,
  UserRegionBegin: 42,
  UserRegionEnd: 43,
  UserLog: 44,
  GoSwitch: 45,
  GoSwitchDestroy: 46,
  GoCreateBlocked: 47,
  GoStatusStack: 48,
  ExperimentalBatch: 49,
  Sync: 50,
  ClockSnapshot: 51,
  EndOfGeneration: 52,
  Span: 128,
  SpanAlloc: 129,
  SpanFree: 130,
  HeapObject: 131,
  HeapObjectAlloc: 132,
  HeapObjectFree: 133,
  GoroutineStack: 134,
  GoroutineStackAlloc: 135,
  GoroutineStackFree: 136,
  /** Not on the wire: the start of a generation and the end of the trace, as Go's reader reports them. */
  SyncPoint: 255,
} as const;

/** The experiment whose events begin at code 128. @source Go 1.26 internal/trace/tracev2/events.go AllocFree */
export const allocFreeExperiment = 1;

type Row = readonly [code: number, name: string, since: number, kind: EventKind, args: string];

const timedEvents: readonly Row[] = [
  [Ev.ProcsChange, 'ProcsChange', 22, 'Metric', 'procs stack'],
  [Ev.ProcStart, 'ProcStart', 22, 'StateTransition', 'p seq'],
  [Ev.ProcStop, 'ProcStop', 22, 'StateTransition', ''],
  [Ev.ProcSteal, 'ProcSteal', 22, 'StateTransition', 'p seq m'],
  [Ev.ProcStatus, 'ProcStatus', 22, 'StateTransition', 'p status'],
  [Ev.GoCreate, 'GoCreate', 22, 'StateTransition', 'newG newStack stack'],
  [Ev.GoCreateSyscall, 'GoCreateSyscall', 22, 'StateTransition', 'newG'],
  [Ev.GoStart, 'GoStart', 22, 'StateTransition', 'g seq'],
  [Ev.GoDestroy, 'GoDestroy', 22, 'StateTransition', ''],
  [Ev.GoDestroySyscall, 'GoDestroySyscall', 22, 'StateTransition', ''],
  [Ev.GoStop, 'GoStop', 22, 'StateTransition', 'reasonString stack'],
  [Ev.GoBlock, 'GoBlock', 22, 'StateTransition', 'reasonString stack'],
  [Ev.GoUnblock, 'GoUnblock', 22, 'StateTransition', 'g seq stack'],
  [Ev.GoSyscallBegin, 'GoSyscallBegin', 22, 'StateTransition', 'pSeq stack'],
  [Ev.GoSyscallEnd, 'GoSyscallEnd', 22, 'StateTransition', ''],
  [Ev.GoSyscallEndBlocked, 'GoSyscallEndBlocked', 22, 'StateTransition', ''],
  [Ev.GoStatus, 'GoStatus', 22, 'StateTransition', 'g m status'],
  [Ev.STWBegin, 'STWBegin', 22, 'RangeBegin', 'reasonString stack'],
  [Ev.STWEnd, 'STWEnd', 22, 'RangeEnd', ''],
  [Ev.GCActive, 'GCActive', 22, 'RangeActive', 'seq'],
  [Ev.GCBegin, 'GCBegin', 22, 'RangeBegin', 'seq stack'],
  [Ev.GCEnd, 'GCEnd', 22, 'RangeEnd', 'seq'],
  [Ev.GCSweepActive, 'GCSweepActive', 22, 'RangeActive', 'p'],
  [Ev.GCSweepBegin, 'GCSweepBegin', 22, 'RangeBegin', 'stack'],
  [Ev.GCSweepEnd, 'GCSweepEnd', 22, 'RangeEnd', 'swept reclaimed'],
  [Ev.GCMarkAssistActive, 'GCMarkAssistActive', 22, 'RangeActive', 'g'],
  [Ev.GCMarkAssistBegin, 'GCMarkAssistBegin', 22, 'RangeBegin', 'stack'],
  [Ev.GCMarkAssistEnd, 'GCMarkAssistEnd', 22, 'RangeEnd', ''],
  [Ev.HeapAlloc, 'HeapAlloc', 22, 'Metric', 'bytes'],
  [Ev.HeapGoal, 'HeapGoal', 22, 'Metric', 'bytes'],
  [Ev.GoLabel, 'GoLabel', 22, 'Label', 'labelString'],
  [Ev.UserTaskBegin, 'UserTaskBegin', 22, 'TaskBegin', 'task parent nameString stack'],
  [Ev.UserTaskEnd, 'UserTaskEnd', 22, 'TaskEnd', 'task stack'],
  [Ev.UserRegionBegin, 'UserRegionBegin', 22, 'RegionBegin', 'task nameString stack'],
  [Ev.UserRegionEnd, 'UserRegionEnd', 22, 'RegionEnd', 'task nameString stack'],
  [Ev.UserLog, 'UserLog', 22, 'Log', 'task keyString valueString stack'],
  [Ev.GoSwitch, 'GoSwitch', 23, 'StateTransition', 'g seq'],
  [Ev.GoSwitchDestroy, 'GoSwitchDestroy', 23, 'StateTransition', 'g seq'],
  [Ev.GoCreateBlocked, 'GoCreateBlocked', 23, 'StateTransition', 'newG newStack stack'],
  [Ev.GoStatusStack, 'GoStatusStack', 23, 'StateTransition', 'g m status stack'],
  [Ev.Span, 'Span', 23, 'Experimental', 'page npages kindClass'],
  [Ev.SpanAlloc, 'SpanAlloc', 23, 'Experimental', 'page npages kindClass'],
  [Ev.SpanFree, 'SpanFree', 23, 'Experimental', 'page'],
  [Ev.HeapObject, 'HeapObject', 23, 'Experimental', 'slot type'],
  [Ev.HeapObjectAlloc, 'HeapObjectAlloc', 23, 'Experimental', 'slot type'],
  [Ev.HeapObjectFree, 'HeapObjectFree', 23, 'Experimental', 'slot'],
  [Ev.GoroutineStack, 'GoroutineStack', 23, 'Experimental', 'slot order'],
  [Ev.GoroutineStackAlloc, 'GoroutineStackAlloc', 23, 'Experimental', 'slot order'],
  [Ev.GoroutineStackFree, 'GoroutineStackFree', 23, 'Experimental', 'slot'],
];

const madeEvents: readonly Row[] = [
  [Ev.CPUSample, 'CPUSample', 22, 'StackSample', ''],
  [Ev.SyncPoint, 'Sync', 22, 'Sync', ''],
];

/** Most arguments a timed event has behind its timestamp. */
export const maxArgs = 4;
const none = -1;

/** By code: arguments behind the timestamp delta, or -1 where the code is not a timed event of any version. */
export const argCount = new Int8Array(256).fill(none);
/** By code: index of the argument that is the stack of the running context, or -1. */
export const stackArg = new Int8Array(256).fill(none);
/** By code: index of a second stack argument, or -1. */
export const otherStackArg = new Int8Array(256).fill(none);
/** By code: indexes of the arguments that are string ids, or -1. */
export const firstStringArg = new Int8Array(256).fill(none);
export const secondStringArg = new Int8Array(256).fill(none);
/** By code: first format version that has the event; 0 for no event. */
export const sinceVersion = new Uint8Array(256);

const names: string[] = new Array<string>(256).fill('');
const kinds: (EventKind | undefined)[] = new Array<EventKind | undefined>(256).fill(undefined);

for (const [code, name, since, kind, args] of [...timedEvents, ...madeEvents]) {
  const list = args === '' ? [] : args.split(' ');
  const strings = list.flatMap((arg, i) => (arg.endsWith('String') ? [i] : []));
  argCount[code] = kind === 'StackSample' || kind === 'Sync' ? none : list.length;
  stackArg[code] = list.indexOf('stack');
  otherStackArg[code] = list.indexOf('newStack');
  firstStringArg[code] = strings[0] ?? none;
  secondStringArg[code] = strings[1] ?? none;
  sinceVersion[code] = since;
  names[code] = name;
  kinds[code] = kind;
}

/** Name of an event for counts and messages; `event 17` style for codes without one. */
export function eventName(code: number): string {
  return names[code] || `event ${code}`;
}

/** The kind under which Go's reader hands on an event, or undefined where the code is no event. */
export function eventKind(code: number): EventKind | undefined {
  return kinds[code];
}
