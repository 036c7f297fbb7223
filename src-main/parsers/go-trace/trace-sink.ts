/**
 * What reading a trace gives, and who takes it. All bulk is in columns (see `model/column-table.ts`); ids stand in the columns as the
 * trace has them, -1 for none; strings, stacks and types are indexes into tables that are handed on first, each row once, before
 * any row that names it.
 *
 * Times are Float64 nanoseconds since the start of the trace; `clock` ties that start to the trace's own clock and, from Go 1.25 on, to the
 * wall clock. `offset` is the byte of the file where the event stands (for a span of time: the event that closed the row).
 */
import type { AllocInfo, NewTypes } from './binary/alloc-experiment.ts';
import type { NewFrames, NewStacks } from './binary/stack-table.ts';
import type { ChunkTaker } from './model/column-table.ts';
import type { TraceProblem } from './trace-problem.ts';

/** @source Go 1.26 internal/trace/resources.go GoState */
export const goStates = ['Undetermined', 'NotExist', 'Runnable', 'Running', 'Waiting', 'Syscall'] as const;

/** @source Go 1.26 internal/trace/resources.go ProcState */
export const procStates = ['Undetermined', 'NotExist', 'Running', 'Idle'] as const;

/** State transitions of goroutines (`resource` 0, states of `goStates`) and Ps (1, `procStates`). */
export const transitionColumns = {
  timeNs: 'f64',
  resource: 'u8',
  id: 'f64',
  from: 'u8',
  to: 'u8',
  /** Why a goroutine stopped or blocked. */
  reasonString: 'u32',
  /** Stack of the context: of the goroutine that blocks, of the one that wakes or creates another. */
  stack: 'u32',
  /** Context before the event. */
  thread: 'f64',
  proc: 'i32',
  goroutine: 'f64',
  offset: 'f64',
} as const;

/** Values of `metric`: live heap as the pacer counts it, heap goal, GOMAXPROCS. */
export const traceMetrics = ['heap_live_bytes', 'heap_goal_bytes', 'gomaxprocs'] as const;

/** Metrics. Exact below 2^53; the only larger ones are goals that mean "none". */
export const metricColumns = {
  timeNs: 'f64',
  metric: 'u8',
  value: 'f64',
  proc: 'i32',
  goroutine: 'f64',
  offset: 'f64',
} as const;

/** Values of `kind`. @source Go 1.26 internal/trace/event.go Range for the names in Go's reader */
export const rangeKinds = [
  'stop-the-world',
  'GC concurrent mark phase',
  'GC incremental sweep',
  'GC mark assist',
] as const;

/** Ranges, in the order of their ends. */
export const rangeColumns = {
  kind: 'u8',
  /** Reason of a stop of the world. */
  reasonString: 'u32',
  /** When the range began, or was first seen where it began before the trace (`hasBegin` 0). */
  beginNs: 'f64',
  /** When it ended, or the end of the trace where it was still open (`hasEnd` 0). */
  endNs: 'f64',
  hasBegin: 'u8',
  hasEnd: 'u8',
  /** Context of the begin; a sweep belongs to `proc`, the others to `goroutine`. */
  thread: 'f64',
  proc: 'i32',
  goroutine: 'f64',
  stack: 'u32',
  /** Of a sweep. */
  sweptBytes: 'f64',
  reclaimedBytes: 'f64',
  offset: 'f64',
} as const;

/** GC cycles with their phases; NaN where a moment is not in the trace. See `model/gc-cycles.ts`. */
export const gcCycleColumns = {
  beginNs: 'f64',
  /** Stop of the world for sweep termination. */
  sweepTerminationBeginNs: 'f64',
  sweepTerminationEndNs: 'f64',
  /** Concurrent mark: from the end of the first stop to the begin of the last. */
  markBeginNs: 'f64',
  markEndNs: 'f64',
  /** Stop of the world for mark termination, the last one where there were several. */
  markTerminationBeginNs: 'f64',
  markTerminationEndNs: 'f64',
  /** Stops for mark termination: more than 1 means that marking had to go on. */
  markTerminations: 'u32',
  /** End of the mark phase as the trace says it (inside mark termination). */
  endNs: 'f64',
  assists: 'u32',
  assistNs: 'f64',
  heapLiveBeginBytes: 'f64',
  heapLiveEndBytes: 'f64',
  heapGoalBytes: 'f64',
  offset: 'f64',
} as const;

/** Samples of the CPU profiler. */
export const cpuSampleColumns = {
  timeNs: 'f64',
  thread: 'f64',
  proc: 'i32',
  goroutine: 'f64',
  stack: 'u32',
  offset: 'f64',
} as const;

/** Labels that goroutines give themselves: what a GC worker does. */
export const labelColumns = { timeNs: 'f64', goroutine: 'f64', labelString: 'u32', offset: 'f64' } as const;

/** User tasks, in the order of their ends. */
export const taskColumns = {
  task: 'f64',
  parent: 'f64',
  nameString: 'u32',
  beginNs: 'f64',
  endNs: 'f64',
  hasBegin: 'u8',
  hasEnd: 'u8',
  /** Goroutine and stack of the begin. */
  goroutine: 'f64',
  stack: 'u32',
  offset: 'f64',
} as const;

/** User regions, in the order of their ends. A goroutine that ends closes its regions: `hasEnd` 0, `endNs` its end. */
export const regionColumns = {
  task: 'f64',
  nameString: 'u32',
  beginNs: 'f64',
  endNs: 'f64',
  hasBegin: 'u8',
  hasEnd: 'u8',
  goroutine: 'f64',
  /** Stack of the begin. */
  stack: 'u32',
  offset: 'f64',
} as const;

/** User logs. */
export const logColumns = {
  timeNs: 'f64',
  task: 'f64',
  categoryString: 'u32',
  messageString: 'u32',
  goroutine: 'f64',
  stack: 'u32',
  offset: 'f64',
} as const;

/** Goroutines, in the order of their begins. The end of one is its transition to NotExist. */
export const goroutineColumns = {
  id: 'f64',
  /** When it was created, or first seen where it is older than the trace (`hasBegin` 0). */
  beginNs: 'f64',
  hasBegin: 'u8',
  creator: 'f64',
  creatorStack: 'u32',
  /** Stack at the start; for a goroutine older than the trace the stack it was seen with, if any. */
  startStack: 'u32',
  offset: 'f64',
} as const;

/** Values of `kind`. @source Go 1.26 internal/trace/tracev2/events.go, experimental events */
export const allocFreeKinds = [
  'Span',
  'SpanAlloc',
  'SpanFree',
  'HeapObject',
  'HeapObjectAlloc',
  'HeapObjectFree',
  'GoroutineStack',
  'GoroutineStackAlloc',
  'GoroutineStackFree',
] as const;

/** Events of the AllocFree experiment. */
export const allocFreeColumns = {
  timeNs: 'f64',
  kind: 'u8',
  /** Bytes from the lowest heap address. Of an object with a malloc header an alloc says slot + 8, everything else the slot. */
  address: 'f64',
  /** Of a span. */
  npages: 'u32',
  /** Of a span: sizeClass * 2 + noscan; -1 for spans managed by hand (stacks, GC work) and all other rows. */
  spanClass: 'i32',
  /** Of an object: index of the type table, 0 for none. */
  type: 'u32',
  /** Of a goroutine stack. */
  stackBytes: 'u32',
  proc: 'i32',
  goroutine: 'f64',
  offset: 'f64',
} as const;

/** The clock of one generation. */
export interface TraceClock {
  /** 1 for the first generation of the file. */
  readonly generation: number;
  readonly offset: number;
  /** Start of the generation. */
  readonly timeNs: number;
  /** Start of the trace on its own clock (time since boot on most systems). */
  readonly traceStartNs: bigint;
  readonly nsPerTick: number;
  /** The wall clock and the monotonic clock at `atNs`; undefined before Go 1.25. */
  readonly snapshot: { readonly atNs: number; readonly wallNs: bigint; readonly monoNs: bigint } | undefined;
}

/** Strings added: `values[i]` is string `first + i`. String 0 is the empty one. */
export interface NewStrings {
  readonly first: number;
  readonly values: readonly string[];
}

/** What a file says of itself before its first event. */
export interface TraceHeader {
  /** Minor version in the header: 23 for "go 1.23 trace". */
  readonly formatVersion: number;
  /** Versions of Go that write it, as "1.23-1.24". */
  readonly writers: string;
  readonly layout: 'v1' | 'v2';
}

/** Takes a trace. Methods that take chunks say whether they keep the arrays (see `ChunkTaker`); a missing one costs nothing. */
export interface TraceSink {
  header?(header: TraceHeader): void;
  strings?(strings: NewStrings): void;
  frames?(frames: NewFrames): void;
  stacks?(stacks: NewStacks): void;
  types?(types: NewTypes): void;
  clock?(clock: TraceClock): void;
  /** Once at most, before the first row of `allocFree`; never for a window of the flight recorder, which lacks it. */
  allocInfo?(info: AllocInfo): void;
  transitions?: ChunkTaker<typeof transitionColumns>;
  metrics?: ChunkTaker<typeof metricColumns>;
  ranges?: ChunkTaker<typeof rangeColumns>;
  gcCycles?: ChunkTaker<typeof gcCycleColumns>;
  cpuSamples?: ChunkTaker<typeof cpuSampleColumns>;
  labels?: ChunkTaker<typeof labelColumns>;
  tasks?: ChunkTaker<typeof taskColumns>;
  regions?: ChunkTaker<typeof regionColumns>;
  logs?: ChunkTaker<typeof logColumns>;
  goroutines?: ChunkTaker<typeof goroutineColumns>;
  allocFree?: ChunkTaker<typeof allocFreeColumns>;
  warning(problem: TraceProblem): void;
}
