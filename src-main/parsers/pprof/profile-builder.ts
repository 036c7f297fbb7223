/**
 * Builds a profile sample by sample, for forms that are not protobuf: legacy texts, folded stacks, stacks of other tools. Locations are either
 * addresses, perhaps with names told later, or plain frames.
 */
import { Floats, Uints } from './binary/growing.ts';
import { legacyFrameInfo } from './legacy/frame-info.ts';
import { arrangeMappings, mappingFinder } from './legacy/memory-map.ts';
import {
  FaultCounter,
  type FrameName,
  type LabelColumns,
  type MappingRow,
  type ProfileModel,
  type ValueType,
  wideIfNeeded,
} from './profile-model.ts';

export interface SampleLabel {
  readonly key: string;
  readonly value: string | number;
  readonly unit?: string;
}

interface Location {
  address: bigint;
  lines: readonly { readonly fn: number; readonly line: number }[];
}

/** @source security.md section 6, names and samples of one profile */
const mostSamples = 20_000_000;

export class ProfileBuilder {
  sampleTypes: readonly ValueType[];
  periodType: ValueType;
  period: number;
  durationNs = 0n;
  timeNs = 0n;
  defaultType = '';
  readonly comments: string[] = [];
  readonly faults = new FaultCounter();
  readonly mappings: MappingRow[] = [];
  samples = 0;
  private readonly strings: string[] = [''];
  private readonly stringIndex = new Map<string, number>([['', 0]]);
  private readonly functions: { name: number; file: number }[] = [];
  private readonly functionIndex = new Map<string, number>();
  private readonly locations: Location[] = [];
  private readonly byAddress = new Map<bigint, number>();
  private readonly byFrame = new Map<string, number>();
  private readonly values = new Floats();
  private readonly exact = new Map<number, bigint>();
  private readonly stackStart = new Uints();
  private readonly stack = new Uints();
  private readonly labelColumns = {
    sample: new Uints(),
    key: new Uints(),
    text: new Uints(),
    number: new Floats(),
    unit: new Uints(),
  };

  constructor(sampleTypes: readonly ValueType[], periodType: ValueType, period: number) {
    this.sampleTypes = sampleTypes;
    this.periodType = periodType;
    this.period = period;
    this.stackStart.push(0);
  }

  /** @param values one for each sample type; @param stack rows of locations, leaf first */
  add(values: readonly (number | bigint)[], stack: readonly number[], labels: readonly SampleLabel[] = []): void {
    if (this.samples === mostSamples) {
      this.faults.add('record', 0);
      return;
    }
    for (const value of values) {
      const plain = Number(value);
      if (typeof value === 'bigint' && !Number.isSafeInteger(plain)) this.exact.set(this.values.length, value);
      this.values.push(plain);
    }
    for (const row of stack) this.stack.push(row);
    for (const label of labels) {
      const c = this.labelColumns;
      c.sample.push(this.samples);
      c.key.push(this.string(label.key));
      c.text.push(typeof label.value === 'string' ? this.string(label.value) : 0);
      c.number.push(typeof label.value === 'number' ? label.value : 0);
      c.unit.push(this.string(label.unit ?? ''));
    }
    this.samples++;
    this.stackStart.push(this.stack.length);
  }

  /** Adds to the first value of the sample added last. */
  addToLast(value: number): void {
    const at = this.values.length - this.sampleTypes.length;
    if (at >= 0) this.values.raise(at, value);
  }

  /** Row of the location at an address. */
  address(address: bigint): number {
    let row = this.byAddress.get(address);
    if (row === undefined) {
      row = this.locations.length;
      this.locations.push({ address, lines: [] });
      this.byAddress.set(address, row);
    }
    return row;
  }

  /** Row of a frame without address. */
  frame(frame: FrameName): number {
    const key = `${frame.function}\n${frame.file}\n${frame.line}`;
    let row = this.byFrame.get(key);
    if (row === undefined) {
      row = this.locations.length;
      this.locations.push({ address: 0n, lines: [this.lineOf(frame)] });
      this.byFrame.set(key, row);
    }
    return row;
  }

  /** Names the location at an address, innermost inlined call first; a longer list replaces a shorter one. */
  name(address: bigint, frames: readonly FrameName[]): void {
    const row = this.byAddress.get(address);
    const location = row === undefined ? undefined : this.locations[row];
    if (location && frames.length > location.lines.length) location.lines = frames.map((f) => this.lineOf(f));
  }

  /** Takes the addresses away: names are all that is left of the locations (Java). */
  forgetAddresses(): void {
    for (const location of this.locations) location.address = 0n;
  }

  build(): ProfileModel {
    const values = this.values.done();
    const types = Math.max(1, this.sampleTypes.length);
    const mappings = arrangeMappings(this.mappings);
    const find = mappingFinder(mappings);
    const lineStart = new Uint32Array(this.locations.length + 1);
    const lineFunction: number[] = [];
    const lineNumber: number[] = [];
    const locationMapping = new Int32Array(this.locations.length);
    const locationAddress = new BigUint64Array(this.locations.length);
    this.locations.forEach((location, i) => {
      for (const { fn, line } of location.lines) {
        lineFunction.push(fn);
        lineNumber.push(line);
      }
      lineStart[i + 1] = lineFunction.length;
      locationAddress[i] = location.address;
      locationMapping[i] = location.address === 0n ? -1 : find(location.address);
    });
    const c = this.labelColumns;
    const labels: LabelColumns = {
      count: c.key.length,
      sample: c.sample.done(),
      key: c.key.done(),
      text: c.text.done(),
      number: c.number.done(),
      unit: c.unit.done(),
    };
    const strings = this.strings;
    return {
      sampleTypes: this.sampleTypes,
      defaultType: this.defaultType,
      sampleCount: this.samples,
      values,
      wideValues: wideIfNeeded(values, types, this.exact),
      stackStart: this.stackStart.done(),
      stackLocations: this.stack.done(),
      lineStart,
      lineFunction: Int32Array.from(lineFunction),
      lineNumber: Float64Array.from(lineNumber),
      locationMapping,
      locationAddress,
      functionName: Uint32Array.from(this.functions, (f) => f.name),
      functionFile: Uint32Array.from(this.functions, (f) => f.file),
      functionStartLine: new Float64Array(this.functions.length),
      mappings,
      labels,
      timeNs: this.timeNs,
      durationNs: this.durationNs,
      periodType: this.periodType,
      period: this.period,
      ...legacyFrameInfo(this.sampleTypes),
      comments: this.comments,
      faults: this.faults.list(),
      string: (index) => strings[index] ?? '',
    };
  }

  private string(text: string): number {
    let index = this.stringIndex.get(text);
    if (index === undefined) {
      index = this.strings.length;
      this.strings.push(text);
      this.stringIndex.set(text, index);
    }
    return index;
  }

  private lineOf(frame: FrameName): { fn: number; line: number } {
    const key = `${frame.function}\n${frame.file}`;
    let fn = this.functionIndex.get(key);
    if (fn === undefined) {
      fn = this.functions.length;
      this.functions.push({ name: this.string(frame.function), file: this.string(frame.file) });
      this.functionIndex.set(key, fn);
    }
    return { fn, line: frame.line };
  }
}
