/**
 * profile.proto into columns, in three walks over the top level: the first finds counts, so that every column is allocated once; the second
 * reads the tables, the third the samples, which refer to them.
 *
 * The inner loops read varints by hand: a profile of 200,000 stacks holds millions of them.
 *
 * @source github.com/google/pprof proto/profile.proto
 */
import { FaultCounter, type LabelColumns, type ProfileModel, wideIfNeeded } from '../profile-model.ts';
import { Floats, Uints } from './growing.ts';
import { layOut, type ProfileLayout, valueTypeOf } from './profile-layout.ts';
import { readTables, StringTable, type Tables, tolerant, WideIds } from './profile-tables.ts';
import { ProtoError, ProtoReader } from './proto-reader.ts';

export interface DecodeLimits {
  readonly strings: number;
  readonly framesPerStack: number;
}

/** @source security.md section 6 */
export const defaultDecodeLimits: DecodeLimits = { strings: 10_000_000, framesPerStack: 1_024 };

/** What was read and, where the bytes end or break before their time, why. */
export interface Decoded {
  readonly profile: ProfileModel;
  readonly broken: ProtoError | undefined;
}

/**
 * @throws ProtoError where not even a first message can be read
 * @throws ProfileLimitError where a bound of security.md section 6 is passed
 */
export function decodeProfile(bytes: Uint8Array, limits: DecodeLimits = defaultDecodeLimits): Decoded {
  const faults = new FaultCounter();
  const layout = layOut(bytes, limits.strings, faults);
  if (layout.broken && layout.sampleTypes.length + layout.samples + layout.stringStart.length === 0)
    throw layout.broken;
  const strings = new StringTable(bytes, layout, faults);
  const ids = new WideIds();
  const tables = readTables(bytes, layout, strings, ids, faults);
  const samples = new SampleColumns(bytes, layout, tables, strings, ids, limits, faults);
  const { locationRow: _, ...columns } = tables;
  const sampleTypes = layout.sampleTypes.map((span) => {
    let type = { type: '', unit: '' };
    tolerant(() => {
      type = valueTypeOf(bytes, span, strings.at);
    }, faults);
    return type;
  });
  if (sampleTypes.length === 0 && layout.samples > 0) faults.add('sample_type', 0);
  let periodType = { type: '', unit: '' };
  tolerant(() => {
    periodType = valueTypeOf(bytes, layout.periodType, strings.at);
  }, faults);
  return {
    broken: layout.broken,
    profile: {
      ...columns,
      sampleTypes,
      defaultType: strings.at(layout.defaultType),
      sampleCount: samples.count,
      values: samples.values,
      wideValues: wideIfNeeded(samples.values, samples.types, samples.exact),
      stackStart: samples.stackStart,
      stackLocations: samples.stack.done(),
      labels: samples.labels(),
      timeNs: layout.timeNs,
      durationNs: layout.durationNs,
      periodType,
      period: layout.period,
      dropFrames: strings.at(layout.dropFrames),
      keepFrames: strings.at(layout.keepFrames),
      comments: layout.comments.map(strings.at),
      faults: faults.list(),
      string: strings.at,
    },
  };
}

class SampleColumns {
  readonly types: number;
  readonly values: Float64Array;
  /** Values beyond 2^53-1, by their place in `values`. */
  readonly exact = new Map<number, bigint>();
  readonly stackStart: Uint32Array;
  readonly stack = new Uints();
  count = 0;
  private readonly labelSample = new Uints();
  private readonly labelKey = new Uints();
  private readonly labelText = new Uints();
  private readonly labelNumber = new Floats();
  private readonly labelUnit = new Uints();
  private readonly bytes: Uint8Array;
  private readonly tables: Tables;
  private readonly strings: StringTable;
  private readonly ids: WideIds;
  private readonly faults: FaultCounter;
  private readonly framesPerStack: number;
  private readonly labelReader: ProtoReader;

  constructor(
    bytes: Uint8Array,
    layout: ProfileLayout,
    tables: Tables,
    strings: StringTable,
    ids: WideIds,
    limits: DecodeLimits,
    faults: FaultCounter,
  ) {
    this.bytes = bytes;
    this.tables = tables;
    this.strings = strings;
    this.ids = ids;
    this.faults = faults;
    this.framesPerStack = limits.framesPerStack;
    this.labelReader = new ProtoReader(bytes);
    this.types = Math.max(1, layout.sampleTypes.length);
    this.values = new Float64Array(layout.samples * this.types);
    this.stackStart = new Uint32Array(layout.samples + 1);
    const expected = layout.sampleTypes.length;
    const top = new ProtoReader(bytes, 0, layout.end);
    const inner = new ProtoReader(bytes);
    while (top.next()) {
      if (top.wire !== 2) {
        top.skip();
        continue;
      }
      const n = top.length();
      if (top.field === 2) {
        const at = top.at;
        tolerant(() => {
          const seen = this.read(inner.over(at, at + n));
          if (seen !== expected && expected > 0) this.faults.add('sample_values', at);
        }, faults);
        this.count++;
        this.stackStart[this.count] = this.stack.length;
      }
      top.at += n;
    }
  }

  labels(): LabelColumns {
    return {
      count: this.labelKey.length,
      sample: this.labelSample.done(),
      key: this.labelKey.done(),
      text: this.labelText.done(),
      number: this.labelNumber.done(),
      unit: this.labelUnit.done(),
    };
  }

  /** @returns how many values the sample has */
  private read(r: ProtoReader): number {
    let value = 0;
    while (r.next()) {
      if (r.wire === 2) {
        const n = r.length();
        const end = r.at + n;
        if (r.field === 1) this.packedStack(r.at, end);
        else if (r.field === 2) value = this.packedValues(r, end, value);
        else if (r.field === 3) this.label(this.labelReader.over(r.at, end));
        r.at = end;
      } else if (r.wire === 0 && r.field === 1) this.frame(this.ids.read(r));
      else if (r.wire === 0 && r.field === 2) this.value(r, value++);
      else r.skip();
    }
    const first = this.stackStart[this.count] as number;
    const over = this.stack.length - first - this.framesPerStack;
    if (over > 0) {
      this.stack.length -= over;
      this.faults.add('stack', r.at);
    }
    return value;
  }

  private packedStack(from: number, end: number): void {
    const bytes = this.bytes;
    let at = from;
    while (at < end) {
      const first = bytes[at] as number;
      if (first < 0x80) {
        at++;
        this.frame(first);
        continue;
      }
      const second = at + 1 < end ? (bytes[at + 1] as number) : 0x80;
      if (second < 0x80) {
        at += 2;
        this.frame(first - 0x80 + second * 0x80);
        continue;
      }
      const r = this.labelReader.over(at, end);
      this.frame(this.ids.read(r));
      at = r.at;
    }
  }

  private packedValues(r: ProtoReader, end: number, from: number): number {
    let index = from;
    while (r.at < end) this.value(r, index++);
    if (r.at > end) throw new ProtoError('length', end);
    return index;
  }

  private value(r: ProtoReader, index: number): void {
    const at = r.at;
    const value = r.varint();
    if (index >= this.types) return;
    const place = this.count * this.types + index;
    if (value <= Number.MAX_SAFE_INTEGER) {
      this.values[place] = value;
      return;
    }
    const big = BigInt.asIntN(64, r.exact(at));
    this.values[place] = Number(big);
    if (!Number.isSafeInteger(Number(big))) this.exact.set(place, big);
  }

  private frame(id: number): void {
    const row = this.tables.locationRow(id);
    if (row < 0) this.faults.add('location', 0);
    else this.stack.push(row);
  }

  private label(r: ProtoReader): void {
    let key = 0;
    let text = 0;
    let number = 0;
    let unit = 0;
    while (r.next()) {
      if (r.wire !== 0) r.skip();
      else if (r.field === 1) key = r.int64();
      else if (r.field === 2) text = r.int64();
      else if (r.field === 3) number = r.int64();
      else if (r.field === 4) unit = r.int64();
      else r.skip();
    }
    this.labelSample.push(this.count);
    this.labelKey.push(this.strings.checked(key, r.at));
    this.labelText.push(this.strings.checked(text, r.at));
    this.labelNumber.push(number);
    this.labelUnit.push(this.strings.checked(unit, r.at));
  }
}
