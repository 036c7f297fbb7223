/**
 * Growing typed arrays. Half as much again, so that a full array costs at most 1.5 times what it holds. The memory is moved on, not copied where the
 * system can do without: the array given is empty afterwards, and so are views of it.
 */
const floor = 64;

function grownBuffer(array: ArrayBufferView<ArrayBuffer>, length: number, need: number, width: number): ArrayBuffer {
  const bytes = Math.max(floor, need, Math.ceil(length * 1.5)) * width;
  if (array.byteLength === array.buffer.byteLength) return array.buffer.transfer(bytes);
  const longer = new Uint8Array(bytes);
  longer.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return longer.buffer;
}

/** The array itself, or a longer one with the same content and at least `need` elements. */
export function grownF64(array: Float64Array<ArrayBuffer>, need: number): Float64Array<ArrayBuffer> {
  return need <= array.length ? array : new Float64Array(grownBuffer(array, array.length, need, 8));
}

/** @see grownF64 */
export function grownU32(array: Uint32Array<ArrayBuffer>, need: number): Uint32Array<ArrayBuffer> {
  return need <= array.length ? array : new Uint32Array(grownBuffer(array, array.length, need, 4));
}

/** @see grownF64 */
export function grownI32(array: Int32Array<ArrayBuffer>, need: number): Int32Array<ArrayBuffer> {
  return need <= array.length ? array : new Int32Array(grownBuffer(array, array.length, need, 4));
}

/** @see grownF64 */
export function grownU8(array: Uint8Array<ArrayBuffer>, need: number): Uint8Array<ArrayBuffer> {
  return need <= array.length ? array : new Uint8Array(grownBuffer(array, array.length, need, 1));
}
