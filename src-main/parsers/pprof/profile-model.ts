/**
 * A profile in columns: samples are rows of values and of location rows, locations rows of lines, functions rows of string indices. Strings
 * stay bytes until somebody asks for one.
 *
 * @source github.com/google/pprof proto/profile.proto
 */
export interface ValueType {
  readonly type: string;
  readonly unit: string;
}

export interface ProfileModel {
  readonly sampleTypes: readonly ValueType[];
  readonly defaultType: string;
  readonly sampleCount: number;
  /** sampleCount x sampleTypes.length, row by row; the nearest double where a value is beyond 2^53-1. */
  readonly values: Float64Array;
  /** The same values exactly. Only there where a value, or the sum of all absolute values of a type, is beyond 2^53-1. */
  readonly wideValues: BigInt64Array | undefined;
  /** Stack of sample i: stackLocations[stackStart[i] .. stackStart[i+1]), leaf first, as rows of locations. */
  readonly stackStart: Uint32Array;
  readonly stackLocations: Uint32Array;
  /** Lines of location i: [lineStart[i], lineStart[i+1]), the innermost inlined call first. */
  readonly lineStart: Uint32Array;
  /** Row of the function, -1 where the line names none. */
  readonly lineFunction: Int32Array;
  readonly lineNumber: Float64Array;
  /** Row of the mapping, -1 where the location has none. */
  readonly locationMapping: Int32Array;
  readonly locationAddress: BigUint64Array;
  readonly functionName: Uint32Array;
  readonly functionFile: Uint32Array;
  readonly functionStartLine: Float64Array;
  readonly mappings: readonly MappingRow[];
  readonly labels: LabelColumns;
  readonly timeNs: bigint;
  readonly durationNs: bigint;
  readonly periodType: ValueType;
  readonly period: number;
  /** Regular expressions of RE2 over function names, matched whole; empty for none. */
  readonly dropFrames: string;
  readonly keepFrames: string;
  readonly comments: readonly string[];
  readonly faults: readonly ProfileFault[];
  string(index: number): string;
}

export interface MappingRow {
  readonly start: bigint;
  readonly limit: bigint;
  readonly offset: bigint;
  readonly file: string;
  readonly buildId: string;
}

/** Labels of all samples, in the order of the samples. `text` is a string index, 0 where the label is a number. */
export interface LabelColumns {
  readonly count: number;
  readonly sample: Uint32Array;
  readonly key: Uint32Array;
  readonly text: Uint32Array;
  readonly number: Float64Array;
  readonly unit: Uint32Array;
}

export const noLabels: LabelColumns = {
  count: 0,
  sample: new Uint32Array(0),
  key: new Uint32Array(0),
  text: new Uint32Array(0),
  number: new Float64Array(0),
  unit: new Uint32Array(0),
};

/** What a profile says against itself; the reference reader refuses such a file, we read on without the part. */
export type FaultKind =
  | 'sample_values'
  | 'sample_type'
  | 'location'
  | 'function'
  | 'mapping'
  | 'duplicate_id'
  | 'zero_id'
  | 'string'
  | 'message'
  | 'record'
  | 'stack'
  | 'concatenated';

export interface ProfileFault {
  readonly kind: FaultKind;
  readonly count: number;
  /** Byte offset, or line of a text, where it was met first. */
  readonly first: number;
}

/** Counts faults by kind. */
export class FaultCounter {
  private readonly seen = new Map<FaultKind, { kind: FaultKind; count: number; first: number }>();

  add(kind: FaultKind, at: number): void {
    const fault = this.seen.get(kind);
    if (fault) fault.count++;
    else this.seen.set(kind, { kind, count: 1, first: at });
  }

  list(): readonly ProfileFault[] {
    return [...this.seen.values()];
  }
}

/** Name, file and line of one line of a location; an unsymbolized location has its address for a name. */
export interface FrameName {
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

export function frameName(profile: ProfileModel, lineIndex: number): FrameName {
  const f = profile.lineFunction[lineIndex] as number;
  const line = profile.lineNumber[lineIndex] as number;
  if (f < 0) return { function: '?', file: '', line };
  return {
    function: profile.string(profile.functionName[f] as number),
    file: profile.string(profile.functionFile[f] as number),
    line,
  };
}

/** How many values a sample has; a profile without sample types is read as if it had one. */
export function valuesPerSample(profile: ProfileModel): number {
  return Math.max(1, profile.sampleTypes.length);
}

/** The exact values where doubles cannot hold them or their sums. */
export function wideIfNeeded(
  values: Float64Array,
  types: number,
  exact: ReadonlyMap<number, bigint>,
): BigInt64Array | undefined {
  let needed = exact.size > 0;
  for (let t = 0; t < types && !needed; t++) {
    let sum = 0;
    for (let i = t; i < values.length; i += types) sum += Math.abs(values[i] as number);
    needed = sum > Number.MAX_SAFE_INTEGER;
  }
  if (!needed) return undefined;
  const wide = new BigInt64Array(values.length);
  for (let i = 0; i < values.length; i++) wide[i] = exact.get(i) ?? BigInt(values[i] as number);
  return wide;
}
