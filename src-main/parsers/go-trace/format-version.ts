/**
 * The header and, in one table, what each version of the format has. A file says only the version of its *format*: Go 1.24 writes
 * "go 1.23 trace", Go 1.12 to 1.18 write "go 1.11 trace".
 *
 * @source Go 1.26 internal/trace/version/version.go; Go 1.21 internal/trace/parser.go (parseHeader, readTrace, argNum) for 1.5 to 1.10
 */

interface VersionRules {
  /** Versions of Go that write this format. */
  readonly writers: string;
  readonly layout: 'v1' | 'v2';
}

/** Version 1: one stream of events for each P, merged by sequence numbers. */
export interface V1Rules extends VersionRules {
  readonly layout: 'v1';
  /** 1.5: every event carries a global sequence number, stacks are bare program counters. */
  readonly globalSequence: boolean;
  /** Sweep events say bytes swept and reclaimed (1.9). */
  readonly sweepBytes: boolean;
  /** STW events say their reason (1.10); before, each P has its own. */
  readonly stwReason: boolean;
  /** Reasons are the list of Go 1.21; before, 0 is mark termination and 1 sweep termination. */
  readonly stwReasons121: boolean;
  /** A futile wake-up may be told; Go's current reader knows no such event. */
  readonly futileWakeups: boolean;
}

/** Version 2: one stream for each M, in generations. */
export interface V2Rules extends VersionRules {
  readonly layout: 'v2';
  /** The clock comes in a Sync batch with a wall clock snapshot (1.25); before, as a lone Frequency event. */
  readonly syncBatch: boolean;
  /** A generation ends with a mark (1.26); before, with the first batch of the next one. */
  readonly endMark: boolean;
}

export type FormatRules = V1Rules | V2Rules;

const v1 = (writers: string, rules: Omit<V1Rules, 'layout' | 'writers'>): V1Rules => ({
  layout: 'v1',
  writers,
  ...rules,
});
const v2 = (writers: string, rules: Omit<V2Rules, 'layout' | 'writers'>): V2Rules => ({
  layout: 'v2',
  writers,
  ...rules,
});

/** Minor version in the header -> rules. */
export const formatVersions: ReadonlyMap<number, FormatRules> = new Map<number, FormatRules>([
  [
    5,
    v1('1.5-1.6', {
      globalSequence: true,
      sweepBytes: false,
      stwReason: false,
      stwReasons121: false,
      futileWakeups: true,
    }),
  ],
  [
    7,
    v1('1.7', {
      globalSequence: false,
      sweepBytes: false,
      stwReason: false,
      stwReasons121: false,
      futileWakeups: true,
    }),
  ],
  [
    8,
    v1('1.8', {
      globalSequence: false,
      sweepBytes: false,
      stwReason: false,
      stwReasons121: false,
      futileWakeups: true,
    }),
  ],
  [
    9,
    v1('1.9', { globalSequence: false, sweepBytes: true, stwReason: false, stwReasons121: false, futileWakeups: true }),
  ],
  [
    10,
    v1('1.10', { globalSequence: false, sweepBytes: true, stwReason: true, stwReasons121: false, futileWakeups: true }),
  ],
  [
    11,
    v1('1.11-1.18', {
      globalSequence: false,
      sweepBytes: true,
      stwReason: true,
      stwReasons121: false,
      futileWakeups: false,
    }),
  ],
  [
    19,
    v1('1.19-1.20', {
      globalSequence: false,
      sweepBytes: true,
      stwReason: true,
      stwReasons121: false,
      futileWakeups: false,
    }),
  ],
  [
    21,
    v1('1.21', { globalSequence: false, sweepBytes: true, stwReason: true, stwReasons121: true, futileWakeups: false }),
  ],
  [22, v2('1.22', { syncBatch: false, endMark: false })],
  [23, v2('1.23-1.24', { syncBatch: false, endMark: false })],
  [25, v2('1.25', { syncBatch: true, endMark: false })],
  [26, v2('1.26', { syncBatch: true, endMark: true })],
]);

/** Bytes of the header, the same in all versions. */
export const headerBytes = 16;

/** The minor version a header names, known or not; undefined where it is not the header of a Go trace. */
export function headerVersion(head: Uint8Array): number | undefined {
  if (head.length < headerBytes) return undefined;
  const text = String.fromCharCode(...head.subarray(0, headerBytes));
  const found = /^go 1\.([1-9][0-9]{0,2}) trace(\0+)$/.exec(text);
  return found ? Number(found[1]) : undefined;
}
