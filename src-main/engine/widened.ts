type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/** How much room a full typed array gets next: an eighth more, at least `needed` elements. */
export function widerLength(length: number, needed: number): number {
  return Math.max(needed, Math.ceil(length * 1.125));
}

/** Copies a column into a longer one of the same type, zero behind, and returns the longer one. */
export function widened<T extends Column>(from: T, to: T): T {
  to.set(from);
  return to;
}
