/**
 * A profile in columns: samples are rows of values and of location ids, locations rows of lines, functions rows of string indices. Strings
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
  /** sampleCount x sampleTypes.length, row by row. */
  readonly values: Float64Array;
  /** Stack of sample i: stackLocations[stackStart[i] .. stackStart[i+1]), leaf first, as indices of locations. */
  readonly stackStart: Uint32Array;
  readonly stackLocations: Uint32Array;
  /** Lines of location i: [lineStart[i], lineStart[i+1]), the innermost inlined call first. */
  readonly lineStart: Uint32Array;
  readonly lineFunction: Int32Array;
  readonly lineNumber: Float64Array;
  readonly locationMapping: Int32Array;
  readonly locationAddress: Float64Array;
  readonly functionName: Uint32Array;
  readonly functionFile: Uint32Array;
  readonly functionStartLine: Float64Array;
  readonly mappings: readonly MappingRow[];
  readonly labels: readonly LabelRow[];
  readonly timeNs: bigint;
  readonly durationNs: bigint;
  readonly periodType: ValueType;
  readonly period: number;
  readonly dropFrames: string;
  readonly keepFrames: string;
  readonly comments: readonly string[];
  string(index: number): string;
}

export interface MappingRow {
  readonly start: bigint;
  readonly limit: bigint;
  readonly file: string;
  readonly buildId: string;
}

export interface LabelRow {
  readonly sample: number;
  readonly key: string;
  /** Text, or a number with its unit. */
  readonly value: string | number;
  readonly unit: string;
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
