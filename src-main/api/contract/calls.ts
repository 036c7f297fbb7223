/**
 * Every call and every event between a window and the service: names, argument schemas, result types. The shells check arguments against the
 * schemas; results are ours. Times are seconds since the case's origin (`origin_ns`), since a Float64 tells nanoseconds apart over months.
 */
import * as v from 'valibot';
import type { DiagnoseDocument, WhatIfDocument } from './documents.ts';
import type { Basis, EvidenceKind } from './evidence.ts';
import type { HeapAllocation, HeapCounts, HeapEstimate, HeapMoment, HeapSource, HeapSpan } from './heap.ts';
import type { LessonView } from './lesson.ts';
import { languages, type MessageArgs } from './messages.ts';
import type { Unit } from './metrics.ts';
import type { TraceRange } from './trace-range.ts';

const byteLimit = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(Number.MAX_SAFE_INTEGER));
const id = v.pipe(v.string(), v.maxLength(64), v.regex(/^[\w-]{1,64}$/));
/** Series carry the names programs give them: dots and colons too. */
const seriesId = v.pipe(v.string(), v.maxLength(64), v.regex(/^[\w.:-]{1,64}$/));
const seconds = v.pipe(v.number(), v.finite());
const language = v.picklist(languages);
const width = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000));
const line = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const evidenceId = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000_000));
const address = v.pipe(v.string(), v.regex(/^0x[0-9a-f]{1,16}$/));
const nothing = v.strictObject({});
const ofCase = { case: id };

/** Argument schemas by call. */
export const callSchemas = {
  'app.info': nothing,
  /** Opens what the shell was given: paths of a dialog or a drop (Electron), an upload (loopback), a recent case, the sample. Gives a job. */
  'case.open': v.strictObject({
    source: v.variant('kind', [
      v.strictObject({
        kind: v.literal('paths'),
        paths: v.pipe(v.array(v.pipe(v.string(), v.maxLength(4_096))), v.minLength(1), v.maxLength(64)),
      }),
      v.strictObject({ kind: v.literal('upload'), upload: id }),
      v.strictObject({ kind: v.literal('recent'), id }),
      v.strictObject({ kind: v.literal('sample') }),
    ]),
    /** Import the other members of an archive in which a name tries to leave it. */
    skipUnsafe: v.optional(v.boolean()),
  }),
  'job.cancel': v.strictObject({ job: id }),
  'case.report': v.strictObject({ ...ofCase, language, ladderAt: v.optional(seconds) }),
  'case.verify': v.strictObject(ofCase),
  'case.close': v.strictObject(ofCase),
  'case.pdf': v.strictObject({ ...ofCase, language }),
  'case.forget': v.strictObject({ id }),
  'timeline.lanes': v.strictObject({ ...ofCase, language }),
  'timeline.window': v.strictObject({
    ...ofCase,
    series: v.pipe(v.array(seriesId), v.minLength(1), v.maxLength(64)),
    from: seconds,
    to: seconds,
    width,
  }),
  'timeline.cycles': v.strictObject({ ...ofCase, from: seconds, to: seconds, width }),
  'timeline.range': v.strictObject({ ...ofCase, from: seconds, to: seconds, language }),
  'timeline.trace_range': v.strictObject({ ...ofCase, from: seconds, to: seconds, language }),
  'timeline.at': v.strictObject({ ...ofCase, t: seconds, language }),
  'heap.sources': v.strictObject(ofCase),
  'heap.moment': v.strictObject({ ...ofCase, t: seconds, since: v.optional(seconds) }),
  'heap.span': v.strictObject({ ...ofCase, t: seconds, address }),
  /** The counts nearest to a time, of an index, or (neither) with most bytes live. */
  'heap.estimate': v.strictObject({
    ...ofCase,
    t: v.optional(seconds),
    index: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000_000))),
  }),
  'heap.allocation': v.strictObject({ ...ofCase, from: seconds, to: seconds }),
  'whatif.ask': v.strictObject({
    ...ofCase,
    language,
    ask: v.strictObject({
      /** Per cent; -1 for off. */
      gogc: v.optional(v.pipe(v.number(), v.integer(), v.minValue(-1), v.maxValue(100_000))),
      /** -1 for off. */
      memoryLimitBytes: v.optional(v.union([v.literal(-1), byteLimit])),
      procs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4_096))),
      madvdontneed: v.optional(v.boolean()),
      goMinor: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(999))),
      containerLimitBytes: v.optional(byteLimit),
      /** Allocation rate against the recorded one, and whether the live heap grows with it. */
      scale: v.optional(v.pipe(v.number(), v.minValue(0.01), v.maxValue(100))),
      isLiveScaled: v.optional(v.boolean()),
    }),
  }),
  /** One step of the lesson on the allocator; needs no case. */
  'lesson.step': v.strictObject({
    step: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000)),
    goMinor: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(999)),
    language,
  }),
  /** One step through what a trace recorded, from a moment on. */
  'lesson.recorded': v.strictObject({
    ...ofCase,
    from: seconds,
    step: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000)),
    language,
  }),
  'evidence.lines': v.strictObject({
    ...ofCase,
    evidence: evidenceId,
    from: line,
    count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2_000)),
  }),
  'evidence.bytes': v.strictObject({
    ...ofCase,
    evidence: evidenceId,
    offset: line,
    count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_536)),
  }),
  'evidence.search': v.strictObject({
    ...ofCase,
    evidence: evidenceId,
    text: v.pipe(v.string(), v.minLength(1), v.maxLength(500)),
    from: line,
    /** Towards the beginning of the file: the last line before `from`. */
    backwards: v.optional(v.boolean()),
  }),
} as const;

export type CallName = keyof typeof callSchemas;
export type CallArgs<N extends CallName> = v.InferInput<(typeof callSchemas)[N]>;

export interface RecentCase {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  /** RFC 3339. */
  readonly opened: string;
  readonly isThere: boolean;
}

export interface AppInfo {
  readonly version: string;
  readonly shell: 'electron' | 'loopback';
  readonly recent: readonly RecentCase[];
  readonly hasSample: boolean;
  /** Case to show at once, where the shell was started with one. */
  readonly initialCase: string | null;
  readonly initialJob: string | null;
}

export interface LaneSeries {
  /** For `timeline.window`. */
  readonly id: string;
  readonly metric: string;
  /** What hue and dash it has: the same on every screen. */
  readonly role: SeriesRole;
  readonly title: string;
  readonly unit: Unit;
  readonly basis: Basis;
  readonly source: string;
  readonly points: number;
  readonly min: number;
  readonly max: number;
  /** Uncertainty of its clock, seconds. */
  readonly uncertainty: number;
}

export const seriesRoles = [
  'rss',
  'cgroup',
  'limit',
  'sys',
  'heap_alloc',
  'heap_inuse',
  'heap_idle',
  'heap_released',
  'heap_live',
  'goal',
  'stacks',
  'mallocs',
  'frees',
  'objects',
  'trace_live',
  'running',
  'runnable',
  'waiting',
  'syscall',
  'procs',
  'gomaxprocs',
  'goroutines',
  'threads',
  'files',
  'other',
] as const;
export type SeriesRole = (typeof seriesRoles)[number];

export type LaneKey =
  | 'memory'
  | 'heap'
  | 'allocation'
  | 'trace_heap'
  | 'trace_allocation'
  | 'trace_goroutines'
  | 'trace_processors'
  | 'gc'
  | 'pauses'
  | 'goroutines'
  | 'files'
  | 'own';

export interface Lane {
  readonly key: LaneKey;
  readonly title: string;
  readonly unit: Unit;
  readonly kind: 'lines' | 'cycles' | 'pauses';
  readonly series: readonly LaneSeries[];
}

export interface Mark {
  readonly t: number;
  readonly kind: 'onset' | 'oom_kill' | 'crash' | 'restart' | 'container_terminated' | 'log' | 'capture';
  readonly title: string;
  readonly evidence: number;
  readonly path: string;
  readonly line: number;
  readonly severity: number;
}

export interface Lanes {
  /** Nanoseconds since 1970 as decimal digits; "0" where the case has no wall time. */
  readonly origin_ns: string;
  readonly has_wall: boolean;
  readonly from: number;
  readonly to: number;
  readonly process_start: number | null;
  readonly lanes: readonly Lane[];
  readonly marks: readonly Mark[];
  /** Horizontal line of the container's limit, where it is known. */
  readonly limit_bytes: number | null;
}

export interface WindowSeries {
  readonly id: string;
  readonly t: Float64Array;
  readonly values: Float64Array;
  /** Points of the series in the window; where it is more than there are values, each stands for many. */
  readonly points: number;
}

export interface Cycles {
  /** One entry a cycle, or a stretch of cycles where there are too many to draw. */
  readonly t: Float64Array;
  readonly end: Float64Array;
  readonly number: Float64Array;
  /** Seconds; the longest of the stretch. */
  readonly pause: Float64Array;
  readonly count: Float64Array;
  readonly evidence: number;
  readonly line: Float64Array;
}

/** A value and where it was read. `age`: seconds from the moment asked for to the sample, negative before it. */
export interface ValueAt {
  readonly id: string;
  readonly metric: string;
  readonly title: string;
  readonly role: SeriesRole;
  readonly unit: Unit;
  readonly basis: Basis;
  readonly value: number;
  readonly text: string;
  readonly age: number;
  readonly evidence: number;
  readonly path: string;
  readonly line: number;
}

export interface RangeRow {
  readonly id: string;
  readonly title: string;
  readonly role: SeriesRole;
  readonly unit: Unit;
  readonly from: number;
  readonly to: number;
  readonly difference: number;
  readonly per_second: number;
  readonly from_text: string;
  readonly to_text: string;
  readonly difference_text: string;
  readonly rate_text: string;
}

export interface CycleDetail {
  readonly number: number;
  readonly t: number;
  readonly fields: readonly { readonly title: string; readonly text: string }[];
  readonly evidence: number;
  readonly path: string;
  readonly line: number;
  /** The line as it stands in the file. */
  readonly raw: string;
}

export interface RawLine {
  readonly n: number;
  readonly text: string;
  /** Cut because it is longer than can be shown. */
  readonly cut: boolean;
}

export interface RawLines {
  readonly path: string;
  readonly kind: EvidenceKind;
  readonly from: number;
  readonly total: number | null;
  readonly is_binary: boolean;
  readonly lines: readonly RawLine[];
}

export interface RawBytes {
  readonly path: string;
  readonly offset: number;
  /** Length of the decoded bytes: offsets of warnings and findings count in these. */
  readonly total: number;
  /** Hexadecimal, two digits a byte. */
  readonly hex: string;
}

/** Results by call. */
export interface CallResults {
  'app.info': AppInfo;
  'case.open': { readonly job: string };
  'job.cancel': { readonly cancelled: boolean };
  'case.report': DiagnoseDocument;
  'case.verify': {
    readonly ok: boolean;
    readonly evidence: readonly {
      readonly path: string;
      readonly sha256: string;
      readonly ok: boolean;
      readonly fault: string | null;
    }[];
    readonly journal: { readonly entries: number; readonly chain_ok: boolean; readonly head: string };
  };
  'case.close': Record<string, never>;
  'case.pdf': { readonly name: string; readonly base64: string };
  'case.forget': Record<string, never>;
  'whatif.ask': WhatIfDocument;
  'lesson.step': LessonView;
  'lesson.recorded': LessonView;
  'timeline.lanes': Lanes;
  'timeline.window': { readonly series: readonly WindowSeries[] };
  'timeline.cycles': { readonly cycles: Cycles | null };
  'timeline.range': {
    readonly rows: readonly RangeRow[];
    readonly cycles: number;
    readonly cycles_per_second: number;
    readonly pause_total: number;
  };
  /** Null where no trace touches the stretch. */
  'timeline.trace_range': { readonly trace: TraceRange | null };
  'timeline.at': {
    readonly t: number;
    readonly when: string;
    readonly values: readonly ValueAt[];
    readonly cycle: CycleDetail | null;
  };
  /** Traces from which the heap can be replayed, by their begin; and moments at which it can be estimated. */
  'heap.sources': { readonly sources: readonly HeapSource[]; readonly counts: readonly HeapCounts[] };
  'heap.estimate': HeapEstimate;
  'heap.moment': HeapMoment;
  'heap.span': HeapSpan;
  'heap.allocation': HeapAllocation;
  'evidence.lines': RawLines;
  'evidence.bytes': RawBytes;
  'evidence.search': { readonly line: number | null };
}

/** What goes wrong, in the words of the catalogue: English in `message`, any language from `code` and `args`. `unsafe`: refused for safety. */
export interface CallError {
  readonly code: string;
  readonly args: MessageArgs;
  readonly message: string;
  readonly unsafe: boolean;
}

export type JobEvent =
  | {
      readonly topic: 'job';
      readonly job: string;
      readonly state: 'running';
      readonly phase: 'open' | 'parse';
      readonly done_bytes: number;
      readonly total_bytes: number;
      readonly file: string;
    }
  | {
      readonly topic: 'job';
      readonly job: string;
      readonly state: 'done';
      readonly case: string;
      readonly name: string;
    }
  | { readonly topic: 'job'; readonly job: string; readonly state: 'failed'; readonly error: CallError }
  | { readonly topic: 'job'; readonly job: string; readonly state: 'cancelled' };

export type ServiceEvent = JobEvent;

/** What a window needs from its shell. */
export interface Bridge {
  call<N extends CallName>(name: N, args: CallArgs<N>): Promise<CallResults[N]>;
  /** Events from now on; the function returned ends it. */
  subscribe(listener: (event: ServiceEvent) => void): () => void;
}
