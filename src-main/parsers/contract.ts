/**
 * What a parser is and what it may say. A parser turns the bytes of one evidence into rows of frames, events, facts, anchors and
 * profiles; it knows no case, no store and no other file. Everything it says names the place it was read from.
 */
import type { EvidenceKind, Position, ReadingReport, Severity } from '../api/contract/evidence.ts';
import type { MessageCode } from '../api/contract/messages.ts';

/** The bytes of one evidence, with one layer of gzip or zstd already taken off. */
export interface Source {
  /** The name in the bundle: a hint for sniffing and messages, never a path to open. */
  readonly name: string;
  /** Size before decompression, the measure of progress. */
  readonly sizeBytes: number;
  /** When the file was last written, as the archive or file system says; tells the year where a log leaves it out. */
  readonly modifiedNs: bigint | undefined;
  /** The bytes in order. A chunk is valid until the next one is asked for. */
  chunks(): AsyncIterable<Uint8Array>;
}

/**
 * The clock a time belongs to. `wall`: nanoseconds since 1970 UTC. `process`: since the start of the process, numbered by
 * `instance` where one log holds several runs. `boot`: since the kernel booted. `trace`: since the start of an execution trace.
 * `capture`: no time inside; the moment the file was made.
 */
export interface Clock {
  readonly domain: 'wall' | 'process' | 'boot' | 'trace' | 'capture';
  readonly instance: number;
}

export const wallClock: Clock = { domain: 'wall', instance: 0 };
export const captureClock: Clock = { domain: 'capture', instance: 0 };
export const bootClock: Clock = { domain: 'boot', instance: 0 };
export const traceClock: Clock = { domain: 'trace', instance: 0 };

/** JSON as it is stored and sent: what facts and events carry. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One quantity of a frame. */
export interface ColumnSpec {
  /** The name of `metrics.ts`, or the file's own where there is none. */
  readonly metric: string;
  /** The name in the file, as its owner spells it: `VmRSS`, `HeapAlloc`, `go_goroutines`. */
  readonly sourceName: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Something that happened or was found at one place, too various or too rare for a frame. */
export interface EventSpec {
  readonly kind: EventKind;
  readonly clock: Clock;
  /** Nanoseconds in `clock`; undefined where the time is not known. */
  readonly tNs: bigint | undefined;
  readonly at: Position;
  readonly data: { readonly [key: string]: Json };
}

export type EventKind =
  | 'oom_kill'
  | 'container_terminated'
  | 'crash'
  | 'restart'
  | 'log'
  | 'mapping'
  | 'goroutine_group'
  | 'mutex_contention'
  /** The kernel refused address space: `call`, `bytes`, `errno`. */
  | 'map_failed'
  /** What the compiler said of one place in the source: `file`, `line`, `what`, and why it escapes. */
  | 'allocation_site'
  /** What a binary was made of: `go`, `path`, `modules`, `settings`. */
  | 'build'
  /** A change of the program's source: `id`, `author`, `subject`, `files`. */
  | 'change';

/**
 * A relation between two clocks of one evidence: `wall` minus `clock` lies in [loNs, hiNs]. Analysis intersects all anchors.
 * `basis` is the reason in words of a message code.
 */
export interface Anchor {
  readonly clock: Clock;
  readonly loNs: bigint;
  readonly hiNs: bigint;
  readonly basis: AnchorBasis;
  readonly at: Position;
}

export type AnchorBasis =
  /** Lines with a wall time before and after runtime lines. */
  | 'log_marks'
  /** Only before: the process started no earlier. */
  | 'log_line_before'
  /** Only after: the process started no later. */
  | 'log_line_after'
  | 'log_prefix'
  | 'process_start'
  | 'last_gc'
  | 'gc_number'
  | 'time_in_file'
  /** Times that the program wrote into messages of its trace. */
  | 'user_log_time'
  /** Messages, tasks and regions of a trace whose words stand in a log with stamps. */
  | 'user_log_line'
  | 'file_name'
  | 'file_time';

/** Facts by name. A fact may be said more than once; the reader decides which counts. */
export interface Facts {
  'runtime.go': string;
  'runtime.jvm': string;
  'process.pid': number;
  'process.name': string;
  'process.start_wall_ns': string;
  'process.command': string;
  'setting.gogc': string;
  'setting.gomemlimit': string;
  'setting.godebug': string;
  /** Import path of the program's main package. */
  'build.path': string;
  /** Commit the program was built from, and when that was made, nanoseconds since 1970. */
  'build.revision': string;
  'build.revision_wall_ns': string;
  /** BySize of a MemStats at the fact's line: lines of slot size, objects allocated, objects freed. Of a long series some samples, the last among them. */
  'memstats.by_size': string;
  'container.limit_bytes': number;
  'container.name': string;
  'kernel.thp': string;
  /** When the machine was booted, nanoseconds since 1970. */
  'system.boot_wall_ns': string;
  'limit.address_space_bytes': number;
  'limit.processes': number;
  'limit.open_files': number;
  /** Memory of the whole machine or node. */
  'host.memory_bytes': number;
}

/** Columns of one time base. Rows are opened in file order and filled column by column; a column not set in a row is NaN there. */
export interface Frame {
  /** Adds or finds a column; cheap enough to be called once per name, not once per row. */
  column(spec: ColumnSpec): number;
  /** Opens a row at `tNs` of the frame's clock. `position` is the line or offset it was read from. */
  row(tNs: bigint | number, position: number): void;
  set(column: number, value: number): void;
}

/** A profile read whole: what `go tool pprof` would total. Bulk stays in the evidence; this is what the case is asked for. */
export interface ProfileSummary {
  /** What the profile is of, told from its sample types: heap, allocs, cpu, goroutine, contention, ... */
  readonly what: string;
  readonly sampleTypes: readonly { readonly type: string; readonly unit: string }[];
  readonly defaultType: string;
  /** Nanoseconds since 1970; undefined where the profile does not say. */
  readonly timeNs: bigint | undefined;
  readonly durationNs: bigint | undefined;
  readonly periodType: string;
  readonly period: number;
  readonly samples: number;
  /** One total per sample type, in its unit. */
  readonly totals: readonly number[];
  /** Per sample type the functions with the largest flat or cumulative value. */
  readonly top: readonly ProfileRow[];
  /** The program's own functions that the values are charged to. */
  readonly owners: readonly ProfileOwner[];
  readonly comments?: readonly string[];
  readonly labels?: readonly ProfileLabelSummary[];
}

/** The values of one label key that carry most of the default sample type. */
export interface ProfileLabelSummary {
  readonly key: string;
  /** How many values the key has. */
  readonly distinct: number;
  readonly values: readonly { readonly value: string; readonly samples: number; readonly total: number }[];
}

export interface ProfileRow {
  /** Index into `sampleTypes`. */
  readonly sampleType: number;
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly flat: number;
  readonly cum: number;
}

export interface ProfileOwner {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  /** One value per sample type. */
  readonly values: readonly number[];
  readonly leaf: string;
  readonly callers: readonly string[];
}

/** Rows that are neither points of a series nor events a person reads, kept in columns; the parser says which tables there are. */
export interface TableChunk {
  readonly table: string;
  readonly rows: number;
  /** Smallest and largest time of the rows in the clock of the evidence; 0 for rows without a time. */
  readonly fromNs: number;
  readonly toNs: number;
  readonly columns: Readonly<Record<string, TableColumn>>;
}

export type TableColumn =
  | Float64Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

export interface WarningSpec {
  readonly code: MessageCode;
  readonly severity: Severity;
  readonly phase: 'open' | 'sniff' | 'read' | 'model';
  readonly at?: Position;
  readonly args?: { readonly [name: string]: string | number };
}

export interface Sink {
  frame(name: string, clock: Clock): Frame;
  event(event: EventSpec): void;
  fact<K extends keyof Facts>(key: K, value: Facts[K], at: Position): void;
  anchor(anchor: Anchor): void;
  profile(profile: ProfileSummary): void;
  /** Takes the chunk before it returns: the arrays are the caller's again. */
  table(chunk: TableChunk): void;
  warn(warning: WarningSpec): void;
  reading(report: ReadingReport): void;
  /** Text: how many lines there were and how many no reading took. */
  lines(total: number, unknown: number): void;
  /** The file ends before it should; `offset` is where the whole part ends. */
  truncated(at: Position): void;
}

/** How sure a parser is that a file is its own, and what it would call it. */
export interface Sniff {
  /** 0..1. Two parsers with the same highest confidence for one file are a defect. */
  readonly confidence: number;
  readonly kind: EvidenceKind;
}

export interface ParseOptions {
  readonly signal: AbortSignal;
  /**
   * To be awaited now and then by a parser that says much between two chunks of its source: other work has its turn, and what was said before
   * is taken first.
   */
  readonly rest?: () => Promise<void>;
  /**
   * Where it is given, `readAhead` of the same parser runs on the same bytes in another thread: hands on what that posts, in order, and ends when
   * that ends. The source is then not to be read here.
   */
  readonly ahead?: (take: (message: unknown) => void) => Promise<void>;
}

/** The way from the first stage of a parser, in a thread of its own, to the second. */
export interface Ahead {
  /** Sends a message. It is copied, except memory that is shared. */
  post(message: unknown): void;
  /** How many messages, from the first on, have been taken: memory shared by them may be used again. */
  readonly taken: number;
  /** Waits while many messages have not been taken. */
  room(): Promise<void> | undefined;
}

export interface Parser {
  readonly id: string;
  /** Raised whenever the parser would say something else about the same bytes. */
  readonly version: number;
  /** `head`: the first 64 KiB or less; `name`: breaks ties only. */
  sniff(head: Uint8Array, name: string): Sniff;
  /** Ends early, without an error, once `signal` is aborted. Never throws for what the bytes hold. */
  parse(source: Source, sink: Sink, options: ParseOptions): Promise<void>;
  /** Of a parser that can work in two stages: the first one, for `ParseOptions.ahead`. */
  readAhead?(source: Source, ahead: Ahead, options: ParseOptions): Promise<void>;
}
