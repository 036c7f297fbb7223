// 64-bit masks as two 32-bit halves.
//
// The runtime works on uint64 words. JavaScript's bitwise operators see 32 bits, and a bigint per word would allocate on every
// operation, so a mask is a pair (lo, hi) of which lo holds bits 0 to 31. Halves may be signed or unsigned: only their bits count.

/** Index of the lowest set bit, 32 if there is none. @source internal/runtime/sys TrailingZeros32 */
export function trailingZeros32(x: number): number {
  return x === 0 ? 32 : 31 - Math.clz32(x & -x);
}

/** Index of the lowest set bit, 64 if there is none. @source internal/runtime/sys TrailingZeros64 */
export function trailingZeros64(lo: number, hi: number): number {
  return lo !== 0 ? 31 - Math.clz32(lo & -lo) : 32 + trailingZeros32(hi);
}

/** Number of set bits. @source internal/runtime/sys OnesCount64, for one half */
export function onesCount32(x: number): number {
  let n = x - ((x >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Low half of (lo, hi) >> n, for n from 0 to 64. */
export function shiftRightLo(lo: number, hi: number, n: number): number {
  if (n === 0) return lo;
  if (n < 32) return (lo >>> n) | (hi << (32 - n));
  return n === 64 ? 0 : hi >>> (n - 32);
}

/** High half of (lo, hi) >> n, for n from 0 to 64. */
export function shiftRightHi(hi: number, n: number): number {
  return n < 32 ? hi >>> n : 0;
}

/** Low half of a mask with bits [start, start+n) set; start + n <= 64. */
export function rangeMaskLo(start: number, n: number): number {
  return onesBelow32(start + n) & ~onesBelow32(start);
}

/** High half of a mask with bits [start, start+n) set; start + n <= 64. */
export function rangeMaskHi(start: number, n: number): number {
  return onesBelow32(start + n - 32) & ~onesBelow32(start - 32);
}

/** All bits below n within one half; n may be negative or above 32. */
export function onesBelow32(n: number): number {
  if (n <= 0) return 0;
  return n >= 32 ? -1 : ~(-1 << n);
}

/**
 * Index of the first run of n set bits (1 <= n <= 64), 64 if there is none. Runs are shortened from the top: after removing n-1 bits
 * from each, the lowest bit that is left begins a run that was long enough. The width that can be removed at once doubles.
 * @source mpallocbits.go findBitRange64
 */
export function findBitRange64(lo: number, hi: number, n: number): number {
  let remaining = n - 1;
  let width = 1;
  while (remaining > 0) {
    const step = Math.min(remaining, width);
    lo &= shiftRightLo(lo, hi, step);
    hi &= shiftRightHi(hi, step);
    remaining -= step;
    width *= 2;
  }
  return trailingZeros64(lo, hi);
}

/** Reads up to 16 hex digits, most significant first, into [lo, hi]. For vectors and tests, not for hot loops. */
export function parseHex64(text: string): [lo: number, hi: number] {
  const padded = text.padStart(16, '0');
  return [Number.parseInt(padded.slice(-8), 16) | 0, Number.parseInt(padded.slice(-16, -8), 16) | 0];
}

/** Sixteen hex digits, most significant first. */
export function formatHex64(lo: number, hi: number): string {
  return (hi >>> 0).toString(16).padStart(8, '0') + (lo >>> 0).toString(16).padStart(8, '0');
}
