// Conversions from floating point to 64-bit integers as Go on amd64 does them. The pacer computes with ratios and stores integers, and
// its edge cases (a ratio over nothing is infinite) end in these conversions.

const MIN_INT64 = -(2n ** 63n);
const TWO_TO_63 = 2 ** 63;

/** int64(x): truncates; what does not fit, infinities and NaN give the least int64. */
export function toInt64(x: number): bigint {
  return x >= -TWO_TO_63 && x < TWO_TO_63 ? BigInt(Math.trunc(x)) : MIN_INT64;
}

/** uint64(x): truncates; the upper half is converted through x - 2^63. */
export function toUint64(x: number): bigint {
  return BigInt.asUintN(64, x < TWO_TO_63 ? toInt64(x) : toInt64(x - TWO_TO_63) ^ MIN_INT64);
}
