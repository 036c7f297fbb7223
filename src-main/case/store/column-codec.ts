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

/** The column in its shortest form. Cost: two passes. */
export function encodeColumn(values: NumberColumn): Uint8Array<ArrayBuffer> {
  const n = values.length;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let stepMin = Number.POSITIVE_INFINITY;
  let stepMax = Number.NEGATIVE_INFINITY;
  let integers = true;
  let last = n > 0 ? (values[0] as number) : 0;
  for (let i = 0; i < n; i++) {
    const v = values[i] as number;
    if (!Number.isSafeInteger(v) || Object.is(v, -0)) {
      integers = false;
      break;
    }
    if (v < min) min = v;
    if (v > max) max = v;
    const step = v - last;
    if (i > 0) {
      if (step < stepMin) stepMin = step;
      if (step > stepMax) stepMax = step;
    }
    last = v;
  }
  if (!integers) {
    if (n > 0 && isOneValue(values)) return new Uint8Array(start(kindConstant, values[0] as number, 0, 0));
    const buffer = start(kindRaw, 0, 0, n * 8);
    new Float64Array(buffer, headBytes, n).set(values);
    return new Uint8Array(buffer);
  }
  if (n === 0 || min === max) return new Uint8Array(start(kindConstant, n === 0 ? 0 : min, 0, 0));
  const plain = widthFor(max - min);
  // a difference beyond the safe integers is rounded
  const exact = Number.isSafeInteger(stepMin) && Number.isSafeInteger(stepMax);
  const step = n < 2 || !exact ? 8 : stepMin === stepMax ? 0 : widthFor(stepMax - stepMin);
  if (step !== 8 && step < plain) return steps(values, step, stepMin);
  if (plain === 8) {
    const buffer = start(kindRaw, 0, 0, n * 8);
    new Float64Array(buffer, headBytes, n).set(values);
    return new Uint8Array(buffer);
  }
  const buffer = start(kindOffset[plain], min, 0, n * plain);
  const out = offsets(plain, buffer, n);
  for (let i = 0; i < n; i++) out[i] = (values[i] as number) - min;
  return new Uint8Array(buffer);
}

function isOneValue(values: NumberColumn): boolean {
  const first = values[0];
  for (let i = 1; i < values.length; i++) if (!Object.is(values[i], first)) return false;
  return true;
}

function steps(values: NumberColumn, width: 0 | Width, base: number): Uint8Array<ArrayBuffer> {
  const n = values.length;
  const buffer = start(kindStep[width], base, values[0] as number, n * width);
  if (width !== 0) {
    const out = offsets(width, buffer, n);
    for (let i = 1; i < n; i++) out[i] = (values[i] as number) - (values[i - 1] as number) - base;
  }
  return new Uint8Array(buffer);
}

/** The column as it was. `rows` is kept beside the blob. */
export function decodeColumn(blob: Uint8Array, rows: number): Float64Array<ArrayBuffer> {
  // blobs from SQLite are not aligned
  const bytes = blob.byteOffset % 8 === 0 ? blob : new Uint8Array(blob);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kind = view.getUint8(0);
  const base = view.getFloat64(8, true);
  const out = new Float64Array(rows);
  if (kind === kindConstant) return out.fill(base);
  const at = bytes.byteOffset + headBytes;
  if (kind === kindRaw) {
    out.set(new Float64Array(bytes.buffer, at, rows));
    return out;
  }
  if (kind === kindStep[0]) {
    const first = view.getFloat64(16, true);
    for (let i = 0; i < rows; i++) out[i] = first + i * base;
    return out;
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
    for (let i = 0; i < rows; i++) out[i] = base + (from[i] as number);
    return out;
  }
  let value = view.getFloat64(16, true);
  out[0] = value;
  for (let i = 1; i < rows; i++) {
    value += base + (from[i] as number);
    out[i] = value;
  }
  return out;
}
