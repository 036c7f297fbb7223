/**
 * Where things lie in a profile: one walk over the top level that counts messages and remembers the small ones. What cannot be walked ends
 * the profile there: the part before is kept.
 *
 * @source github.com/google/pprof proto/profile.proto; profile/encode.go (concatenated profiles)
 */
import type { FaultCounter, ValueType } from '../profile-model.ts';
import { Uints } from './growing.ts';
import { ProtoError, ProtoReader } from './proto-reader.ts';

export interface Span {
  readonly at: number;
  readonly end: number;
}

export interface ProfileLayout {
  /** Where the readable part ends. */
  end: number;
  /** Why it ends before the file does. */
  broken: ProtoError | undefined;
  readonly sampleTypes: Span[];
  samples: number;
  locations: number;
  functions: number;
  readonly mappings: Span[];
  readonly stringStart: Uints;
  readonly stringEnd: Uints;
  dropFrames: number;
  keepFrames: number;
  timeNs: bigint;
  durationNs: bigint;
  periodType: Span | undefined;
  period: number;
  readonly comments: number[];
  defaultType: number;
}

export class ProfileLimitError extends Error {
  readonly what: string;
  constructor(what: string) {
    super(`profile exceeds the limit of ${what}`);
    this.name = 'ProfileLimitError';
    this.what = what;
  }
}

export function layOut(bytes: Uint8Array, mostStrings: number, faults: FaultCounter): ProfileLayout {
  const layout: ProfileLayout = {
    end: bytes.length,
    broken: undefined,
    sampleTypes: [],
    samples: 0,
    locations: 0,
    functions: 0,
    mappings: [],
    stringStart: new Uints(),
    stringEnd: new Uints(),
    dropFrames: 0,
    keepFrames: 0,
    timeNs: 0n,
    durationNs: 0n,
    periodType: undefined,
    period: 0,
    comments: [],
    defaultType: 0,
  };
  const r = new ProtoReader(bytes);
  let start = 0;
  let again: number | undefined;
  try {
    while (r.next()) {
      // a second profile behind the first has a time again; it began there, or with its sample types behind the strings of the first
      if (r.field === 1 && layout.stringStart.length > 0) again ??= start;
      if (r.field === 9 && layout.timeNs !== 0n) {
        const end = again ?? start;
        const first = layOut(bytes.subarray(0, end), mostStrings, faults);
        faults.add('concatenated', end);
        return first;
      }
      if (r.wire === 2) takeMessage(layout, r, mostStrings);
      else if (r.wire === 0) takeNumber(layout, r);
      else r.skip();
      start = r.at;
    }
  } catch (error) {
    if (!(error instanceof ProtoError)) throw error;
    layout.end = start;
    layout.broken = error;
  }
  return layout;
}

function takeMessage(layout: ProfileLayout, r: ProtoReader, mostStrings: number): void {
  const n = r.length();
  const span = { at: r.at, end: r.at + n };
  switch (r.field) {
    case 1:
      layout.sampleTypes.push(span);
      break;
    case 2:
      layout.samples++;
      break;
    case 3:
      layout.mappings.push(span);
      break;
    case 4:
      layout.locations++;
      break;
    case 5:
      layout.functions++;
      break;
    case 6:
      if (layout.stringStart.length >= mostStrings) throw new ProfileLimitError('strings');
      layout.stringStart.push(span.at);
      layout.stringEnd.push(span.end);
      break;
    case 11:
      layout.periodType = span;
      break;
    case 13: {
      const inner = new ProtoReader(r.bytes, span.at, span.end);
      while (inner.at < inner.end) layout.comments.push(inner.int64());
      break;
    }
    default:
      break;
  }
  r.at = span.end;
}

function takeNumber(layout: ProfileLayout, r: ProtoReader): void {
  const at = r.at;
  const value = r.int64();
  switch (r.field) {
    case 7:
      layout.dropFrames = value;
      break;
    case 8:
      layout.keepFrames = value;
      break;
    case 9:
      layout.timeNs = BigInt.asIntN(64, r.exact(at));
      break;
    case 10:
      layout.durationNs = BigInt.asIntN(64, r.exact(at));
      break;
    case 12:
      layout.period = value;
      break;
    case 13:
      layout.comments.push(value);
      break;
    case 14:
      layout.defaultType = value;
      break;
    default:
      break;
  }
}

/** Two string indices of a `ValueType` message. */
export function valueTypeOf(bytes: Uint8Array, span: Span | undefined, string: (index: number) => string): ValueType {
  let type = 0;
  let unit = 0;
  if (span) {
    const r = new ProtoReader(bytes, span.at, span.end);
    while (r.next()) {
      if (r.wire === 0 && r.field === 1) type = r.int64();
      else if (r.wire === 0 && r.field === 2) unit = r.int64();
      else r.skip();
    }
  }
  return { type: string(type), unit: string(unit) };
}
