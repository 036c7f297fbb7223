/**
 * The one table of version 1 events: code, name as `go tool trace -d` of Go 1.21 prints it, the version whose format first has it, its arguments
 * behind the timestamp, and whether a stack id follows them. What differs between versions is in `argumentsOf`.
 *
 * @source Go 1.21 internal/trace/parser.go EventDescriptions, argNum
 */
import type { V1Rules } from '../format-version.ts';

export const V1 = {
  Batch: 1,
  Frequency: 2,
  Stack: 3,
  Gomaxprocs: 4,
  ProcStart: 5,
  ProcStop: 6,
  GCStart: 7,
  GCDone: 8,
  STWStart: 9,
  STWDone: 10,
  GCSweepStart: 11,
  GCSweepDone: 12,
  GoCreate: 13,
  GoStart: 14,
  GoEnd: 15,
  GoStop: 16,
  GoSched: 17,
  GoPreempt: 18,
  GoSleep: 19,
  GoBlock: 20,
  GoUnblock: 21,
  GoBlockSend: 22,
  GoBlockRecv: 23,
  GoBlockSelect: 24,
  GoBlockSync: 25,
  GoBlockCond: 26,
  GoBlockNet: 27,
  GoSysCall: 28,
  GoSysExit: 29,
  GoSysBlock: 30,
  GoWaiting: 31,
  GoInSyscall: 32,
  HeapAlloc: 33,
  HeapGoal: 34,
  TimerGoroutine: 35,
  FutileWakeup: 36,
  String: 37,
  GoStartLocal: 38,
  GoUnblockLocal: 39,
  GoSysExitLocal: 40,
  GoStartLabel: 41,
  GoBlockGC: 42,
  GCMarkAssistStart: 43,
  GCMarkAssistDone: 44,
  UserTaskCreate: 45,
  UserTaskEnd: 46,
  UserRegion: 47,
  UserLog: 48,
  CPUSample: 49,
} as const;

/** Codes are below this. */
export const v1Codes = 50;

type Row = readonly [code: number, name: string, since: number, hasStack: boolean, args: string];

const rows: readonly Row[] = [
  [V1.Batch, 'Batch', 5, false, 'p ticks'],
  [V1.Frequency, 'Frequency', 5, false, 'frequency'],
  [V1.Stack, 'Stack', 5, false, 'id depth'],
  [V1.Gomaxprocs, 'Gomaxprocs', 5, true, 'procs'],
  [V1.ProcStart, 'ProcStart', 5, false, 'thread'],
  [V1.ProcStop, 'ProcStop', 5, false, ''],
  [V1.GCStart, 'GCStart', 5, true, 'seq'],
  [V1.GCDone, 'GCDone', 5, false, ''],
  [V1.STWStart, 'STWStart', 5, false, 'reason'],
  [V1.STWDone, 'STWDone', 5, false, ''],
  [V1.GCSweepStart, 'GCSweepStart', 5, true, ''],
  [V1.GCSweepDone, 'GCSweepDone', 5, false, 'swept reclaimed'],
  [V1.GoCreate, 'GoCreate', 5, true, 'g newStack'],
  [V1.GoStart, 'GoStart', 5, false, 'g seq'],
  [V1.GoEnd, 'GoEnd', 5, false, ''],
  [V1.GoStop, 'GoStop', 5, true, ''],
  [V1.GoSched, 'GoSched', 5, true, ''],
  [V1.GoPreempt, 'GoPreempt', 5, true, ''],
  [V1.GoSleep, 'GoSleep', 5, true, ''],
  [V1.GoBlock, 'GoBlock', 5, true, ''],
  [V1.GoUnblock, 'GoUnblock', 5, true, 'g seq'],
  [V1.GoBlockSend, 'GoBlockSend', 5, true, ''],
  [V1.GoBlockRecv, 'GoBlockRecv', 5, true, ''],
  [V1.GoBlockSelect, 'GoBlockSelect', 5, true, ''],
  [V1.GoBlockSync, 'GoBlockSync', 5, true, ''],
  [V1.GoBlockCond, 'GoBlockCond', 5, true, ''],
  [V1.GoBlockNet, 'GoBlockNet', 5, true, ''],
  [V1.GoSysCall, 'GoSysCall', 5, true, ''],
  [V1.GoSysExit, 'GoSysExit', 5, false, 'g seq ticks'],
  [V1.GoSysBlock, 'GoSysBlock', 5, false, ''],
  [V1.GoWaiting, 'GoWaiting', 5, false, 'g'],
  [V1.GoInSyscall, 'GoInSyscall', 5, false, 'g'],
  [V1.HeapAlloc, 'HeapAlloc', 5, false, 'bytes'],
  [V1.HeapGoal, 'HeapGoal', 5, false, 'bytes'],
  [V1.TimerGoroutine, 'TimerGoroutine', 5, false, 'g'],
  [V1.FutileWakeup, 'FutileWakeup', 5, false, ''],
  [V1.String, 'String', 7, false, ''],
  [V1.GoStartLocal, 'GoStart', 7, false, 'g'],
  [V1.GoUnblockLocal, 'GoUnblock', 7, true, 'g'],
  [V1.GoSysExitLocal, 'GoSysExit', 7, false, 'g ticks'],
  [V1.GoStartLabel, 'GoStartLabel', 8, false, 'g seq label'],
  [V1.GoBlockGC, 'GoBlockGC', 8, true, ''],
  [V1.GCMarkAssistStart, 'GCMarkAssistStart', 9, true, ''],
  [V1.GCMarkAssistDone, 'GCMarkAssistDone', 9, false, ''],
  [V1.UserTaskCreate, 'UserTaskCreate', 11, true, 'task parent name'],
  [V1.UserTaskEnd, 'UserTaskEnd', 11, true, 'task'],
  [V1.UserRegion, 'UserRegion', 11, true, 'task mode name'],
  [V1.UserLog, 'UserLog', 11, true, 'task key'],
  [V1.CPUSample, 'CPUSample', 19, true, 'ticks p g'],
];

/** Events that carry tables, not moments: no timestamp, and no event for `go tool trace -d`. */
const tableEvents: readonly number[] = [V1.Batch, V1.Frequency, V1.Stack, V1.TimerGoroutine, V1.String];

const names: string[] = [];
for (const [code, name] of rows) names[code] = name;

/** Name of an event, the local forms under the name of the full one. */
export function v1EventName(code: number): string {
  return names[code] ?? `event ${code}`;
}

/** What a version's file says of each event, by code. */
export interface V1Arguments {
  /** Numbers in the file: delta of the sequence (1.5) and of the time, arguments, stack; -1 for an unknown code. */
  readonly count: Int8Array;
  /** How many of them come before the arguments. */
  readonly lead: number;
  /** 1 where the last one is a stack. */
  readonly hasStack: Uint8Array;
  /** 1 where the event carries a table. */
  readonly isTable: Uint8Array;
}

/** The events of one version of the format. */
export function argumentsOf(version: number, rules: V1Rules): V1Arguments {
  const count = new Int8Array(64).fill(-1);
  const hasStack = new Uint8Array(64);
  const isTable = new Uint8Array(64);
  const lead = rules.globalSequence ? 2 : 1;
  for (const [code, , since, stack, args] of rows) {
    if (since > version) continue;
    const list = args === '' ? 0 : args.split(' ').length;
    isTable[code] = tableEvents.includes(code) ? 1 : 0;
    hasStack[code] = stack ? 1 : 0;
    // Tables of 1.5 have one number more: the sequence of a batch, or nothing.
    count[code] = isTable[code] === 1 ? list + lead - 1 : list + lead + hasStack[code];
  }
  if (!rules.sweepBytes) count[V1.GCSweepDone] -= 2;
  if (!rules.stwReason) count[V1.STWStart] -= 1;
  if (rules.globalSequence) for (const code of [V1.GCStart, V1.GoStart, V1.GoUnblock]) count[code] -= 1;
  return { count, lead, hasStack, isTable };
}
