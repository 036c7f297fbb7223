/**
 * Growing typed arrays. Half as much again, so that a full array costs at most 1.5 times what it holds and, while it is copied, 2.5 times.
 */
const floor = 64;

function roomFor(length: number, need: number): number {
  return Math.max(floor, need, Math.ceil(length * 1.5));
}

/** The array itself, or a longer copy with at least `need` elements. */
export function grownF64(array: Float64Array<ArrayBuffer>, need: number): Float64Array<ArrayBuffer> {
  if (need <= array.length) return array;
  const longer = new Float64Array(roomFor(array.length, need));
  longer.set(array);
  return longer;
}

/** @see grownF64 */
export function grownU32(array: Uint32Array<ArrayBuffer>, need: number): Uint32Array<ArrayBuffer> {
  if (need <= array.length) return array;
  const longer = new Uint32Array(roomFor(array.length, need));
  longer.set(array);
  return longer;
}

/** @see grownF64 */
export function grownI32(array: Int32Array<ArrayBuffer>, need: number): Int32Array<ArrayBuffer> {
  if (need <= array.length) return array;
  const longer = new Int32Array(roomFor(array.length, need));
  longer.set(array);
  return longer;
}

/** @see grownF64 */
export function grownU8(array: Uint8Array<ArrayBuffer>, need: number): Uint8Array<ArrayBuffer> {
  if (need <= array.length) return array;
  const longer = new Uint8Array(roomFor(array.length, need));
  longer.set(array);
  return longer;
}
