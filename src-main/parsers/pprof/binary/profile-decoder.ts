/**
 * profile.proto into columns, in two passes over the top level: the first finds counts, so that every column is allocated once; the second
 * fills them. Ids in the file are arbitrary; they are mapped to row numbers. A reference to a row that is not there becomes -1.
 *
 * @source github.com/google/pprof proto/profile.proto
 */
import type { LabelRow, MappingRow, ProfileModel, ValueType } from '../profile-model.ts';
import { ProtoError, ProtoReader } from './proto-reader.ts';

export interface DecodeLimits {
  readonly strings: number;
  readonly framesPerStack: number;
}

export const defaultDecodeLimits: DecodeLimits = { strings: 10_000_000, framesPerStack: 1_024 };

export class ProfileLimitError extends Error {
  readonly what: string;
  constructor(what: string) {
    super(`profile exceeds the limit of ${what}`);
    this.name = 'ProfileLimitError';
    this.what = what;
  }
}

interface Span {
  readonly at: number;
  readonly end: number;
}

/** Growing column of unsigned integers. */
class Uints {
  data = new Uint32Array(1_024);
  length = 0;
  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = new Uint32Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
  }
  done(): Uint32Array {
    return this.data.slice(0, this.length);
  }
}

interface TopLevel {
  sampleTypes: Span[];
  samples: number;
  locations: number;
  functions: number;
  mappings: Span[];
  stringStart: Uints;
  stringEnd: Uints;
  dropFrames: number;
  keepFrames: number;
  timeNs: bigint;
  durationNs: bigint;
  periodType: Span | undefined;
  period: number;
  comments: number[];
  defaultType: number;
}

/**
 * @throws ProtoError where the bytes are no message (with the offset)
 * @throws ProfileLimitError where a bound of security.md section 6 is passed
 */
export function decodeProfile(bytes: Uint8Array, limits: DecodeLimits = defaultDecodeLimits): ProfileModel {
  const top = scan(bytes, limits);
  return fill(bytes, top, limits);
}

function scan(bytes: Uint8Array, limits: DecodeLimits): TopLevel {
  const r = new ProtoReader(bytes);
  const top: TopLevel = {
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
  while (r.next()) {
    if (r.wire === 2) {
      const n = r.length();
      const span = { at: r.at, end: r.at + n };
      switch (r.field) {
        case 1:
          top.sampleTypes.push(span);
          break;
        case 2:
          top.samples++;
          break;
        case 3:
          top.mappings.push(span);
          break;
        case 4:
          top.locations++;
          break;
        case 5:
          top.functions++;
          break;
        case 6:
          if (top.stringStart.length >= limits.strings) throw new ProfileLimitError('strings');
          top.stringStart.push(span.at);
          top.stringEnd.push(span.end);
          break;
        case 11:
          top.periodType = span;
          break;
        case 13: {
          const inner = new ProtoReader(bytes, span.at, span.end);
          while (inner.at < inner.end) top.comments.push(inner.int64());
          break;
        }
        default:
          break;
      }
      r.at = span.end;
    } else if (r.wire === 0) {
      const at = r.at;
      const value = r.int64();
      switch (r.field) {
        case 7:
          top.dropFrames = value;
          break;
        case 8:
          top.keepFrames = value;
          break;
        case 9:
          top.timeNs = exact(bytes, at, r.at);
          break;
        case 10:
          top.durationNs = exact(bytes, at, r.at);
          break;
        case 12:
          top.period = value;
          break;
        case 13:
          top.comments.push(value);
          break;
        case 14:
          top.defaultType = value;
          break;
        default:
          break;
      }
    } else r.skip();
  }
  return top;
}

function exact(bytes: Uint8Array, at: number, end: number): bigint {
  let big = 0n;
  for (let i = at, shift = 0n; i < end; i++, shift += 7n) big |= BigInt((bytes[i] as number) & 0x7f) << shift;
  return BigInt.asIntN(64, big);
}

function fill(bytes: Uint8Array, top: TopLevel, limits: DecodeLimits): ProfileModel {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = top.stringStart.done();
  const ends = top.stringEnd.done();
  const cache = new Map<number, string>();
  const string = (index: number): string => {
    if (!(index >= 0) || index >= starts.length) return '';
    let s = cache.get(index);
    if (s === undefined) {
      s = text.toString('utf8', starts[index], ends[index]);
      cache.set(index, s);
    }
    return s;
  };
  const valueType = (span: Span | undefined): ValueType => {
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
  };

  const types = Math.max(1, top.sampleTypes.length);
  const values = new Float64Array(top.samples * types);
  const stackStart = new Uint32Array(top.samples + 1);
  const stackIds = new Float64List();
  const lineStart = new Uint32Array(top.locations + 1);
  const locationIds = new Float64Array(top.locations);
  const locationMappingIds = new Float64Array(top.locations);
  const locationAddress = new Float64Array(top.locations);
  const lineFunctionIds = new Float64List();
  const lineNumbers = new Float64List();
  const functionIds = new Float64Array(top.functions);
  const functionName = new Uint32Array(top.functions);
  const functionFile = new Uint32Array(top.functions);
  const functionStartLine = new Float64Array(top.functions);
  const labels: LabelRow[] = [];
  let sample = 0;
  let location = 0;
  let fn = 0;

  const readSample = (r: ProtoReader): void => {
    let value = 0;
    const first = stackIds.length;
    while (r.next()) {
      if (r.field === 1 && r.wire === 2) {
        const n = r.length();
        const end = r.at + n;
        while (r.at < end) stackIds.push(r.varint());
      } else if (r.field === 1 && r.wire === 0) stackIds.push(r.varint());
      else if (r.field === 2 && r.wire === 2) {
        const n = r.length();
        const end = r.at + n;
        while (r.at < end) {
          const v = r.int64();
          if (value < types) values[sample * types + value++] = v;
        }
      } else if (r.field === 2 && r.wire === 0) {
        const v = r.int64();
        if (value < types) values[sample * types + value++] = v;
      } else if (r.field === 3 && r.wire === 2) {
        const n = r.length();
        const label = readLabel(new ProtoReader(bytes, r.at, r.at + n));
        if (label) labels.push(label);
        r.at += n;
      } else r.skip();
    }
    if (stackIds.length - first > limits.framesPerStack) throw new ProfileLimitError('frames per stack');
    sample++;
    stackStart[sample] = stackIds.length;
  };

  const readLabel = (r: ProtoReader): LabelRow | undefined => {
    let key = 0;
    let str = 0;
    let num = 0;
    let unit = 0;
    while (r.next()) {
      if (r.wire !== 0) r.skip();
      else if (r.field === 1) key = r.int64();
      else if (r.field === 2) str = r.int64();
      else if (r.field === 3) num = r.int64();
      else if (r.field === 4) unit = r.int64();
      else r.skip();
    }
    return key === 0
      ? undefined
      : { sample, key: string(key), value: str !== 0 ? string(str) : num, unit: string(unit) };
  };

  const readLine = (r: ProtoReader): void => {
    let f = 0;
    let line = 0;
    while (r.next()) {
      if (r.wire !== 0) r.skip();
      else if (r.field === 1) f = r.varint();
      else if (r.field === 2) line = r.int64();
      else r.skip();
    }
    lineFunctionIds.push(f);
    lineNumbers.push(line);
  };

  const readLocation = (r: ProtoReader): void => {
    while (r.next()) {
      if (r.field === 4 && r.wire === 2) {
        const n = r.length();
        readLine(new ProtoReader(bytes, r.at, r.at + n));
        r.at += n;
      } else if (r.wire !== 0) r.skip();
      else if (r.field === 1) locationIds[location] = r.varint();
      else if (r.field === 2) locationMappingIds[location] = r.varint();
      else if (r.field === 3) locationAddress[location] = r.varint();
      else r.skip();
    }
    location++;
    lineStart[location] = lineFunctionIds.length;
  };

  const readFunction = (r: ProtoReader): void => {
    while (r.next()) {
      if (r.wire !== 0) r.skip();
      else if (r.field === 1) functionIds[fn] = r.varint();
      else if (r.field === 2) functionName[fn] = r.int64();
      else if (r.field === 4) functionFile[fn] = r.int64();
      else if (r.field === 5) functionStartLine[fn] = r.int64();
      else r.skip();
    }
    fn++;
  };

  const r = new ProtoReader(bytes);
  while (r.next()) {
    if (r.wire !== 2) {
      r.skip();
      continue;
    }
    const n = r.length();
    const inner = new ProtoReader(bytes, r.at, r.at + n);
    if (r.field === 2) readSample(inner);
    else if (r.field === 4) readLocation(inner);
    else if (r.field === 5) readFunction(inner);
    r.at += n;
  }

  const mappings: MappingRow[] = [];
  const mappingIds: number[] = [];
  for (const span of top.mappings) mappings.push(readMapping(bytes, span, string, mappingIds));

  return {
    sampleTypes: top.sampleTypes.map(valueType),
    defaultType: string(top.defaultType),
    sampleCount: top.samples,
    values,
    stackStart,
    stackLocations: toRows(stackIds, locationIds),
    lineStart,
    lineFunction: Int32Array.from(toSignedRows(lineFunctionIds.done(), functionIds)),
    lineNumber: lineNumbers.done(),
    locationMapping: Int32Array.from(toSignedRows(locationMappingIds, Float64Array.from(mappingIds))),
    locationAddress,
    functionName,
    functionFile,
    functionStartLine,
    mappings,
    labels,
    timeNs: top.timeNs,
    durationNs: top.durationNs,
    periodType: valueType(top.periodType),
    period: top.period,
    dropFrames: string(top.dropFrames),
    keepFrames: string(top.keepFrames),
    comments: top.comments.map(string),
    string,
  };
}

class Float64List {
  private data = new Float64Array(1_024);
  length = 0;
  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = new Float64Array(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
  }
  done(): Float64Array {
    return this.data.slice(0, this.length);
  }
}

/** Ids to row numbers. Ids mostly are 1, 2, 3 ...: then no table is needed. */
function rowOf(ids: Float64Array): (id: number) => number {
  let sequential = true;
  for (let i = 0; i < ids.length && sequential; i++) sequential = ids[i] === i + 1;
  if (sequential) return (id) => (id >= 1 && id <= ids.length ? id - 1 : -1);
  const rows = new Map<number, number>();
  ids.forEach((id, i) => {
    rows.set(id, i);
  });
  return (id) => rows.get(id) ?? -1;
}

function toSignedRows(from: Float64Array, ids: Float64Array): Int32Array {
  const row = rowOf(ids);
  const out = new Int32Array(from.length);
  for (let i = 0; i < from.length; i++) out[i] = row(from[i] as number);
  return out;
}

/** A stack that names a location which is not there cannot be read: the profile is refused, as the reference reader does. */
function toRows(from: Float64List, ids: Float64Array): Uint32Array {
  const rows = toSignedRows(from.done(), ids);
  if (rows.some((row) => row < 0)) throw new ProtoError('field', 0);
  return Uint32Array.from(rows);
}

function readMapping(bytes: Uint8Array, span: Span, string: (i: number) => string, ids: number[]): MappingRow {
  const r = new ProtoReader(bytes, span.at, span.end);
  let id = 0;
  let start = 0n;
  let limit = 0n;
  let file = 0;
  let buildId = 0;
  while (r.next()) {
    if (r.wire !== 0) {
      r.skip();
      continue;
    }
    const at = r.at;
    const value = r.varint();
    if (r.field === 1) id = value;
    else if (r.field === 2) start = exact(bytes, at, r.at);
    else if (r.field === 3) limit = exact(bytes, at, r.at);
    else if (r.field === 5) file = value;
    else if (r.field === 6) buildId = value;
  }
  ids.push(id);
  return {
    start: BigInt.asUintN(64, start),
    limit: BigInt.asUintN(64, limit),
    file: string(file),
    buildId: string(buildId),
  };
}
