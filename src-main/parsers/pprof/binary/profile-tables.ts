/**
 * The tables that samples refer to: strings, functions, locations with their lines, mappings. Ids in the file are arbitrary; they become row
 * numbers. What refers to nothing becomes -1 and is counted as a fault.
 *
 * @source github.com/google/pprof proto/profile.proto; profile/profile.go CheckValid (what the reference reader refuses)
 */
import type { FaultCounter, MappingRow } from '../profile-model.ts';
import { Floats } from './growing.ts';
import type { ProfileLayout, Span } from './profile-layout.ts';
import { ProtoError, ProtoReader } from './proto-reader.ts';

const exactLimit = 2 ** 53;

/** Ids beyond 2^53 (addresses, hashes) get a negative number of their own each: doubles could not tell them apart. */
export class WideIds {
  private readonly known = new Map<bigint, number>();

  read(r: ProtoReader): number {
    const at = r.at;
    const value = r.varint();
    if (value < exactLimit) return value;
    const big = r.exact(at);
    let id = this.known.get(big);
    if (id === undefined) {
      id = -1 - this.known.size;
      this.known.set(big, id);
    }
    return id;
  }
}

export class StringTable {
  private readonly text: Buffer;
  private readonly starts: Uint32Array;
  private readonly ends: Uint32Array;
  private readonly cache = new Map<number, string>();
  private readonly faults: FaultCounter;

  constructor(bytes: Uint8Array, layout: ProfileLayout, faults: FaultCounter) {
    this.text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.starts = layout.stringStart.done();
    this.ends = layout.stringEnd.done();
    this.faults = faults;
    if (this.starts.length > 0 && this.starts[0] !== this.ends[0]) faults.add('string', this.starts[0] as number);
  }

  readonly at = (index: number): string => {
    if (!(index >= 0) || index >= this.starts.length) return '';
    let s = this.cache.get(index);
    if (s === undefined) {
      s = this.text.toString('utf8', this.starts[index], this.ends[index]);
      this.cache.set(index, s);
    }
    return s;
  };

  /** An index as read from the file, or 0 (the empty string) where the table has no such row. */
  checked(index: number, at: number): number {
    if (index >= 0 && index < this.starts.length) return index;
    if (index !== 0) this.faults.add('string', at);
    return 0;
  }
}

export interface Tables {
  readonly lineStart: Uint32Array;
  readonly lineFunction: Int32Array;
  readonly lineNumber: Float64Array;
  readonly locationMapping: Int32Array;
  readonly locationAddress: BigUint64Array;
  readonly functionName: Uint32Array;
  readonly functionFile: Uint32Array;
  readonly functionStartLine: Float64Array;
  readonly mappings: readonly MappingRow[];
  /** Row of the location with this id, -1 where there is none. */
  readonly locationRow: (id: number) => number;
}

export function readTables(
  bytes: Uint8Array,
  layout: ProfileLayout,
  strings: StringTable,
  ids: WideIds,
  faults: FaultCounter,
): Tables {
  const locationIds = new Float64Array(layout.locations);
  const locationMappingIds = new Float64Array(layout.locations);
  const locationAddress = new BigUint64Array(layout.locations);
  const lineStart = new Uint32Array(layout.locations + 1);
  const lineFunctionIds = new Floats();
  const lineNumbers = new Floats();
  const functionIds = new Float64Array(layout.functions);
  const functionName = new Uint32Array(layout.functions);
  const functionFile = new Uint32Array(layout.functions);
  const functionStartLine = new Float64Array(layout.functions);
  let location = 0;
  let fn = 0;
  const inner = new ProtoReader(bytes);
  const lineReader = new ProtoReader(bytes);

  const readLine = (r: ProtoReader): void => {
    let f = 0;
    let line = 0;
    while (r.next()) {
      if (r.wire !== 0) r.skip();
      else if (r.field === 1) f = ids.read(r);
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
        readLine(lineReader.over(r.at, r.at + n));
        r.at += n;
      } else if (r.wire !== 0) r.skip();
      else if (r.field === 1) locationIds[location] = ids.read(r);
      else if (r.field === 2) locationMappingIds[location] = ids.read(r);
      else if (r.field === 3) locationAddress[location] = r.uint64();
      else r.skip();
    }
  };
  const readFunction = (r: ProtoReader): void => {
    while (r.next()) {
      if (r.wire !== 0) r.skip();
      else if (r.field === 1) functionIds[fn] = ids.read(r);
      else if (r.field === 2) functionName[fn] = strings.checked(r.int64(), r.at);
      else if (r.field === 4) functionFile[fn] = strings.checked(r.int64(), r.at);
      else if (r.field === 5) functionStartLine[fn] = r.int64();
      else r.skip();
    }
  };

  const top = new ProtoReader(bytes, 0, layout.end);
  while (top.next()) {
    if (top.wire !== 2) {
      top.skip();
      continue;
    }
    const n = top.length();
    if (top.field === 4) {
      tolerant(() => readLocation(inner.over(top.at, top.at + n)), faults);
      location++;
      lineStart[location] = lineFunctionIds.length;
    } else if (top.field === 5) {
      tolerant(() => readFunction(inner.over(top.at, top.at + n)), faults);
      fn++;
    }
    top.at += n;
  }

  const mappings: MappingRow[] = [];
  const mappingIds: number[] = [];
  for (const span of layout.mappings)
    tolerant(() => mappings.push(readMapping(bytes, span, strings, ids, mappingIds)), faults);

  const functionRow = rowOf(functionIds, faults);
  const mappingRow = rowOf(Float64Array.from(mappingIds), faults);
  return {
    lineStart,
    lineFunction: toRows(lineFunctionIds.done(), functionRow, () => faults.add('function', 0), false),
    lineNumber: lineNumbers.done(),
    locationMapping: toRows(locationMappingIds, mappingRow, () => faults.add('mapping', 0), true),
    locationAddress,
    functionName,
    functionFile,
    functionStartLine,
    mappings,
    locationRow: rowOf(locationIds, faults),
  };
}

/** One damaged message costs itself only. */
export function tolerant(read: () => void, faults: FaultCounter): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ProtoError)) throw error;
    faults.add('message', error.offset);
  }
}

/** Ids to row numbers. Ids mostly are 1, 2, 3 ...: then no table is needed. Of two rows with one id the first counts. */
function rowOf(ids: Float64Array, faults: FaultCounter): (id: number) => number {
  let sequential = true;
  for (let i = 0; i < ids.length && sequential; i++) sequential = ids[i] === i + 1;
  const n = ids.length;
  if (sequential) return (id) => (id >= 1 && id <= n ? id - 1 : -1);
  const rows = new Map<number, number>();
  ids.forEach((id, i) => {
    if (id === 0) faults.add('zero_id', 0);
    else if (rows.has(id)) faults.add('duplicate_id', 0);
    else rows.set(id, i);
  });
  return (id) => rows.get(id) ?? -1;
}

function toRows(from: Float64Array, row: (id: number) => number, missing: () => void, zeroIsNone: boolean): Int32Array {
  const out = new Int32Array(from.length);
  for (let i = 0; i < from.length; i++) {
    const id = from[i] as number;
    out[i] = row(id);
    if (out[i] === -1 && !(zeroIsNone && id === 0)) missing();
  }
  return out;
}

function readMapping(bytes: Uint8Array, span: Span, strings: StringTable, wide: WideIds, ids: number[]): MappingRow {
  const r = new ProtoReader(bytes, span.at, span.end);
  let id = 0;
  let start = 0n;
  let limit = 0n;
  let offset = 0n;
  let file = 0;
  let buildId = 0;
  while (r.next()) {
    if (r.wire !== 0) r.skip();
    else if (r.field === 1) id = wide.read(r);
    else if (r.field === 2) start = r.uint64();
    else if (r.field === 3) limit = r.uint64();
    else if (r.field === 4) offset = r.uint64();
    else if (r.field === 5) file = strings.checked(r.int64(), r.at);
    else if (r.field === 6) buildId = strings.checked(r.int64(), r.at);
    else r.skip();
  }
  ids.push(id);
  return { start, limit, offset, file: strings.at(file), buildId: strings.at(buildId) };
}
