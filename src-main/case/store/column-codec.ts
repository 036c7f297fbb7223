/**
 * A column in as few bytes as its content allows, without loss: all equal; integers as an offset from the smallest in 1, 2 or 4
 * bytes; integers of even steps as such offsets of their differences; else the doubles themselves.
 *
 * Layout: one byte kind, seven bytes zero, then (kinds but `raw`) base and, for differences, the first value as Float64, then the array.
 * Eight-byte alignment lets the arrays be read in place.
 *
 * Each loop here sees one kind of array only: over several it would run at a third of the speed.
 */
const kindConstant = 0;
const kindRaw = 1;
/** Offsets from base in 1, 2 or 4 bytes. */
const kindOffset = { 1: 2, 2: 3, 4: 4 } as const;
/** Differences as offsets from base in 0, 1, 2 or 4 bytes. */
const kindStep = { 0: 5, 1: 6, 2: 7, 4: 8 } as const;

const headBytes = 24;

type Width = 1 | 2 | 4;
/** What can be packed: it comes back as doubles. */
type NumberColumn = Float64Array | Uint32Array | Int32Array | Uint8Array;

/** How a column will be written, and in how many bytes. */
export interface ColumnPlan {
  readonly kind: number;
  readonly base: number;
  readonly first: number;
  readonly width: 0 | Width | 8;
  readonly bytes: number;
}

/** Decides how a column is written. Cost: a pass or two over it. */
export function planColumn(values: NumberColumn): ColumnPlan {
  if (values.length === 0) return constant(0);
  if (values instanceof Float64Array) return planDoubles(values);
  return planIntegers(values) ?? planDoubles(asDoubles(values));
}

/** Writes the column as planned to `out` at byte `at`, a multiple of 8; the bytes there are zero. */
export function writeColumn(plan: ColumnPlan, values: NumberColumn, out: ArrayBuffer, at: number): void {
  const { kind, base, first, width } = plan;
  const head = new DataView(out, at, headBytes);
  head.setUint8(0, kind);
  head.setFloat64(8, base, true);
  head.setFloat64(16, first, true);
  if (width === 0) return;
  const n = values.length;
  const from = at + headBytes;
  if (width === 8) new Float64Array(out, from, n).set(values);
  else if (base === 0 && !(values instanceof Float64Array)) arrayOf(width, out, from, n).set(values);
  else fill(plan, width, values instanceof Float64Array ? values : asDoubles(values), out, from);
}

function fill(plan: ColumnPlan, width: Width, values: Float64Array, out: ArrayBuffer, at: number): void {
  const n = values.length;
  if (plan.kind > kindStep[0]) fillSteps(arrayOf(width, out, at, n), values, plan.base);
  else if (width === 1) fill8(new Uint8Array(out, at, n), values, plan.base);
  else if (width === 2) fill16(new Uint16Array(out, at, n), values, plan.base);
  else fill32(new Uint32Array(out, at, n), values, plan.base);
}

/**
 * Small integers from 0 or -1 on, as most columns of integers are, are known by the bits that any of them has: then the engine's own copy between
 * arrays writes them, at a tenth of the time of a loop. Undefined for others.
 */
function planIntegers(values: Uint32Array | Int32Array | Uint8Array): ColumnPlan | undefined {
  if (values instanceof Uint8Array) return undefined;
  const n = values.length;
  const { bits, bitsOfNext, differences } = bitsOf(new Int32Array(values.buffer, values.byteOffset, n));
  if (differences === 0) return constant(values[0] as number);
  if (bits >= 0) return offsetPlan(0, narrow(bits), n);
  if (values instanceof Uint32Array) return offsetPlan(0, 4, n);
  return bitsOfNext >= 0 ? offsetPlan(-1, narrow(bitsOfNext), n) : undefined;
}

function bitsOf(values: Int32Array): {
  readonly bits: number;
  /** Of each value + 1. */
  readonly bitsOfNext: number;
  readonly differences: number;
} {
  const first = values[0] as number;
  let bits = 0;
  let bitsOfNext = 0;
  let differences = 0;
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number;
    bits |= v;
    bitsOfNext |= v + 1;
    differences |= v ^ first;
  }
  return { bits, bitsOfNext, differences };
}

function narrow(bits: number): Width {
  return bits < 256 ? 1 : bits < 65_536 ? 2 : 4;
}

function planDoubles(values: Float64Array): ColumnPlan {
  const n = values.length;
  const { isInteger, min, max } = boundsOf(values);
  if (!isInteger) return isOneValue(values) ? constant(values[0] as number) : raw(n);
  if (min === max) return constant(min);
  const plain = widthFor(max - min);
  const step = plain > 1 ? stepPlan(values, plain) : undefined;
  if (step !== undefined) return step;
  return plain === 8 ? raw(n) : offsetPlan(min, plain, n);
}

/** The column in its shortest form. */
export function encodeColumn(values: NumberColumn): Uint8Array<ArrayBuffer> {
  const plan = planColumn(values);
  const out = new ArrayBuffer(plan.bytes);
  writeColumn(plan, values, out, 0);
  return new Uint8Array(out);
}

function widthFor(range: number): Width | 8 {
  return range < 256 ? 1 : range < 65_536 ? 2 : range < 2 ** 32 ? 4 : 8;
}

function constant(value: number): ColumnPlan {
  return { kind: kindConstant, base: value, first: 0, width: 0, bytes: headBytes };
}

function offsetPlan(base: number, width: Width, n: number): ColumnPlan {
  return { kind: kindOffset[width], base, first: 0, width, bytes: headBytes + n * width };
}

function raw(n: number): ColumnPlan {
  return { kind: kindRaw, base: 0, first: 0, width: 8, bytes: headBytes + n * 8 };
}

interface Bounds {
  readonly isInteger: boolean;
  readonly min: number;
  readonly max: number;
}

/** NaN and the infinities are no integers, nor is -0, which is no offset from anything. */
function boundsOf(values: Float64Array): Bounds {
  let min = values[0] as number;
  let max = min;
  let rest = 0;
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number;
    // NaN once something is none
    rest += v - Math.floor(v);
    if (v < min) min = v;
    else if (v > max) max = v;
  }
  const isSafe = max <= Number.MAX_SAFE_INTEGER && min >= Number.MIN_SAFE_INTEGER;
  return { isInteger: rest === 0 && isSafe && !(min <= 0 && max >= 0 && hasNegativeZero(values)), min, max };
}

function hasNegativeZero(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] === 0 && 1 / (values[i] as number) < 0) return true;
  return false;
}

function isOneValue(values: Float64Array): boolean {
  const first = values[0];
  for (let i = 1; i < values.length; i++) if (!Object.is(values[i], first)) return false;
  return true;
}

/** So many differences tell that the others will not do either. */
const sampledSteps = 256;

/** Differences, where they take fewer bytes than the offsets would. Integers only. */
function stepPlan(values: Float64Array, plain: Width | 8): ColumnPlan | undefined {
  const sample = stepsOf(values, Math.min(values.length, sampledSteps));
  if (widthFor(sample.max - sample.min) >= plain) return undefined;
  const { min, max } = values.length > sampledSteps ? stepsOf(values, values.length) : sample;
  // a difference beyond the safe integers is rounded
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max)) return undefined;
  const width = min === max ? 0 : widthFor(max - min);
  if (width === 8 || width >= plain) return undefined;
  const first = values[0] as number;
  return { kind: kindStep[width], base: min, first, width, bytes: headBytes + values.length * width };
}

/** Least and greatest difference among the first `n` values, two or more. */
function stepsOf(values: Float64Array, n: number): { readonly min: number; readonly max: number } {
  let last = values[1] as number;
  let min = last - (values[0] as number);
  let max = min;
  for (let i = 2; i < n; i++) {
    const v = values[i] as number;
    const step = v - last;
    last = v;
    if (step < min) min = step;
    else if (step > max) max = step;
  }
  return { min, max };
}

/** Used before the next call. */
let scratch = new Float64Array(65_536);

function asDoubles(values: Exclude<NumberColumn, Float64Array>): Float64Array<ArrayBuffer> {
  if (values.length > scratch.length) scratch = new Float64Array(values.length);
  scratch.set(values);
  return scratch.subarray(0, values.length);
}

function fill8(out: Uint8Array, values: Float64Array, base: number): void {
  for (let i = 0; i < out.length; i++) out[i] = (values[i] as number) - base;
}

function fill16(out: Uint16Array, values: Float64Array, base: number): void {
  for (let i = 0; i < out.length; i++) out[i] = (values[i] as number) - base;
}

function fill32(out: Uint32Array, values: Float64Array, base: number): void {
  for (let i = 0; i < out.length; i++) out[i] = (values[i] as number) - base;
}

type Offsets = Uint8Array | Uint16Array | Uint32Array;

function arrayOf(width: Width, buffer: ArrayBuffer, at: number, rows: number): Offsets {
  if (width === 1) return new Uint8Array(buffer, at, rows);
  return width === 2 ? new Uint16Array(buffer, at, rows) : new Uint32Array(buffer, at, rows);
}

function fillSteps(out: Offsets, values: Float64Array, base: number): void {
  let last = values[0] as number;
  for (let i = 1; i < out.length; i++) {
    const v = values[i] as number;
    out[i] = v - last - base;
    last = v;
  }
}

/** The column as it was, as doubles. `rows` is kept beside the blob. */
export function decodeColumn(blob: Uint8Array, rows: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(rows);
  decodeInto(blob, out);
  return out;
}

/** Fills `out`, which is as long as the column was and can hold its values. */
export function decodeInto(blob: Uint8Array, out: NumberColumn): void {
  // blobs from SQLite are not aligned
  const bytes = blob.byteOffset % 8 === 0 ? blob : new Uint8Array(blob);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = view.getUint8(0);
  const base = view.getFloat64(8, true);
  const rows = out.length;
  const at = bytes.byteOffset + headBytes;
  if (kind === kindConstant) {
    out.fill(base);
    return;
  }
  if (kind === kindRaw) {
    out.set(new Float64Array(bytes.buffer, at, rows));
    return;
  }
  if (kind === kindStep[0]) {
    const first = view.getFloat64(16, true);
    for (let i = 0; i < rows; i++) out[i] = first + i * base;
    return;
  }
  const isStep = kind > kindStep[0];
  const width = kind === 2 || kind === 6 ? 1 : kind === 3 || kind === 7 ? 2 : 4;
  const from =
    width === 1
      ? new Uint8Array(bytes.buffer, at, rows)
      : width === 2
        ? new Uint16Array(bytes.buffer, at, rows)
        : new Uint32Array(bytes.buffer, at, rows);
  if (!isStep) {
    // where nothing is added the engine's own copy does it
    if (base === 0) out.set(from);
    else for (let i = 0; i < rows; i++) out[i] = base + (from[i] as number);
    return;
  }
  let value = view.getFloat64(16, true);
  out[0] = value;
  for (let i = 1; i < rows; i++) {
    value += base + (from[i] as number);
    out[i] = value;
  }
}
