/** A drawn curve as it came from the service: points in time order, thinned to the width of the screen where there are many. */
export interface Curve {
  readonly id: string;
  readonly t: Float64Array;
  readonly v: Float64Array;
  /** Points of the series in the window; above `t.length` where each drawn one stands for many. */
  readonly points: number;
}

/** Index of the last sample at or before a moment; -1 where there is none. */
export function indexAt(t: Float64Array, at: number): number {
  let lo = 0;
  let hi = t.length;
  while (lo < hi) {
    const mid = Math.floor((lo + hi) / 2);
    if ((t[mid] as number) <= at) lo = mid + 1;
    else hi = mid;
  }
  return lo - 1;
}

export interface Reading {
  readonly value: number;
  /** Seconds from the moment back to the sample. */
  readonly age: number;
}

/** The value that held at a moment: the last one read before it. */
export function readingAt(curve: Curve, at: number): Reading | undefined {
  const i = indexAt(curve.t, at);
  if (i < 0) return undefined;
  const value = curve.v[i] as number;
  return Number.isFinite(value) ? { value, age: at - (curve.t[i] as number) } : undefined;
}

/** The moment `steps` samples further on (or back) from here, over all of the curves. */
export function stepSample(curves: readonly Curve[], from: number, steps: number): number | undefined {
  const times = [...new Set(curves.flatMap((c) => [...c.t]))].sort((a, b) => a - b);
  if (times.length === 0) return undefined;
  const ahead = times.findIndex((t) => t > from + 1e-9);
  const behind = times.findLastIndex((t) => t < from - 1e-9);
  const at = steps > 0 ? (ahead < 0 ? times.length - 1 : ahead + steps - 1) : behind < 0 ? 0 : behind + steps + 1;
  return times[Math.min(times.length - 1, Math.max(0, at))];
}

/** Smallest and largest within a stretch of time. */
export function extremes(curve: Curve, from: number, to: number): { min: number; max: number } | undefined {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = Math.max(0, indexAt(curve.t, from)); i < curve.t.length && (curve.t[i] as number) <= to; i++) {
    const v = curve.v[i] as number;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  return min <= max ? { min, max } : undefined;
}
