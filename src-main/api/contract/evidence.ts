/**
 * What a file can be and what is said about it. The ids of `kind` are fixed by the command line contract: scripts compare them.
 */
export const evidenceKinds = [
  'go-trace',
  'pprof',
  'heap-debug-text',
  'goroutine-text',
  'gctrace',
  'memstats',
  'expvar',
  'runtime-metrics',
  'prometheus',
  'prom-range',
  'smaps',
  'smaps-rollup',
  'maps',
  'pmap',
  'proc-status',
  'proc-stat',
  'statm',
  'meminfo',
  'cgroup',
  'perf-script',
  'strace',
  'folded-stacks',
  'go-crash',
  'go-escape',
  'go-heapdump',
  'elf-core',
  'git-log',
  'jvm-nmt',
  'jvm-gc',
  'jvm-threads',
  'jvm-histogram',
  'jvm-info',
  'jvm-oom',
  'hs-err',
  'hprof',
  'jfr',
  'malloc-info',
  'kubectl',
  'dmesg',
  'app-log',
  'unknown',
] as const;

export type EvidenceKind = (typeof evidenceKinds)[number];

/** How a value came to be. Shown beside every figure; never dropped on the way. */
export type Basis = 'measured' | 'replayed' | 'simulated' | 'estimated';

/** Where in a file something stands: a line (from 1) of the decoded text, or a byte offset (from 0) of the decoded bytes. */
export type Position = { readonly line: number } | { readonly offset: number };

/**
 * How a file ended. `parsed`: read by its parser, perhaps with warnings. `recognised`: we know what it is and do not read it yet.
 * `unknown`: kept, not read. `failed`: its parser was stopped by a limit.
 */
export type EvidenceStatus = 'parsed' | 'recognised' | 'unknown' | 'failed';

export type Severity = 'info' | 'data_loss' | 'error';

/** One reading of a file: a log can be gctrace, schedtrace and application lines at once. */
export interface ReadingReport {
  readonly kind: EvidenceKind;
  /** The variant that was met, in the words of its owner: `go1.19+`, `v2`, `openmetrics`. Empty where a format has only one. */
  readonly dialect: string;
  /** Lines (text) or records (binary) this reading took. */
  readonly taken: number;
  /** Named figures in base units (bytes, seconds, counts); integers above 2^53-1 as strings of digits. */
  readonly counts: Readonly<Record<string, number | string>>;
}
