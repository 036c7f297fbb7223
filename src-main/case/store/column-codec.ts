/**
 * A column of Float64 in as few bytes as its content allows, without loss: all equal; integers as an offset from the smallest in 1, 2 or 4
 * bytes; integers of even steps as such offsets of their differences; else the doubles themselves.
 *
 * Layout: one byte kind, seven bytes zero, then (kinds but `raw`) base and, for differences, the first value as Float64, then the array.
 * Eight-byte alignment lets the arrays be read in place.
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

function widthFor(range: number): Width | 8 {
  return range < 256 ? 1 : range < 65_536 ? 2 : range < 2 ** 32 ? 4 : 8;
}

function offsets(width: Width, buffer: ArrayBuffer, rows: number): Uint8Array | Uint16Array | Uint32Array {
  if (width === 1) return new Uint8Array(buffer, headBytes, rows);
  return width === 2 ? new Uint16Array(buffer, headBytes, rows) : new Uint32Array(buffer, headBytes, rows);
}

function start(kind: number, base: number, first: number, dataBytes: number): ArrayBuffer {
  const buffer = new ArrayBuffer(headBytes + dataBytes);
  const view = new DataView(buffer);
  view.setUint8(0, kind);
  view.setFloat64(8, base, true);
  view.setFloat64(16, first, true);
  return buffer;
}

/** What a column holds, from one pass over it. */
interface Survey {
  readonly isInteger: boolean;
  readonly min: number;
  readonly max: number;
  readonly stepMin: number;
  readonly stepMax: number;
}

/** The column in its shortest form. Cost: two passes. */
export function encodeColumn(values: NumberColumn): Uint8Array<ArrayBuffer> {
  const doubles = values instanceof Float64Array ? values : asDoubles(values);
  const n = doubles.length;
  const { isInteger, min, max, stepMin, stepMax } = survey(doubles);
  if (!isInteger) return isOneValue(doubles) ? constant(doubles[0] as number) : raw(doubles);
  if (n === 0 || min === max) return constant(n === 0 ? 0 : min);
  const plain = widthFor(max - min);
  // a difference beyond the safe integers is rounded
  const exact = Number.isSafeInteger(stepMin) && Number.isSafeInteger(stepMax);
  const step = n < 2 || !exact ? 8 : stepMin === stepMax ? 0 : widthFor(stepMax - stepMin);
  if (step !== 8 && step < plain) return steps(doubles, step, stepMin);
  if (plain === 8) return raw(doubles);
  const buffer = start(kindOffset[plain], min, 0, n * plain);
  fillOffsets(offsets(plain, buffer, n), doubles, min);
  return new Uint8Array(buffer);
}

/** Loops over one kind of array run several times as fast as over four. Used before the next call. */
let scratch = new Float64Array(65_536);

function asDoubles(values: Exclude<NumberColumn, Float64Array>): Float64Array<ArrayBuffer> {
  if (values.length > scratch.length) scratch = new Float64Array(values.length);
  scratch.set(values);
  return scratch.subarray(0, values.length);
}

function survey(values: Float64Array): Survey {
  const first = values.length > 0 ? (values[0] as number) : 0;
  let min = first;
  let max = first;
  let stepMin = Number.POSITIVE_INFINITY;
  let stepMax = Number.NEGATIVE_INFINITY;
  let last = first;
  let isInteger = isWhole(first);
  for (let i = 1; i < values.length; i++) {
    const v = values[i] as number;
    if (!isWhole(v)) {
      isInteger = false;
      break;
    }
    if (v < min) min = v;
    else if (v > max) max = v;
    const step = v - last;
    if (step < stepMin) stepMin = step;
    if (step > stepMax) stepMax = step;
    last = v;
  }
  isInteger &&= max <= Number.MAX_SAFE_INTEGER && min >= Number.MIN_SAFE_INTEGER;
  return { isInteger, min, max, stepMin, stepMax };
}

/** Not NaN, and not -0, which is no offset from anything. */
function isWhole(v: number): boolean {
  return Math.floor(v) === v && (v !== 0 || 1 / v > 0);
}

function isOneValue(values: Float64Array): boolean {
  const first = values[0];
  for (let i = 1; i < values.length; i++) if (!Object.is(values[i], first)) return false;
  return true;
}

function constant(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(start(kindConstant, value, 0, 0));
}

function raw(values: Float64Array): Uint8Array<ArrayBuffer> {
  const buffer = start(kindRaw, 0, 0, values.length * 8);
  new Float64Array(buffer, headBytes, values.length).set(values);
  return new Uint8Array(buffer);
}

function fillOffsets(out: Uint8Array | Uint16Array | Uint32Array, values: Float64Array, base: number): void {
  for (let i = 0; i < out.length; i++) out[i] = (values[i] as number) - base;
}

function steps(values: Float64Array, width: 0 | Width, base: number): Uint8Array<ArrayBuffer> {
  const n = values.length;
  const buffer = start(kindStep[width], base, values[0] as number, n * width);
  if (width !== 0) {
    const out = offsets(width, buffer, n);
    for (let i = 1; i < n; i++) out[i] = (values[i] as number) - (values[i - 1] as number) - base;
  }
  return new Uint8Array(buffer);
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
