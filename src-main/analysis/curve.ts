/**
 * Plain questions about a curve of (time, value): how much it grew, whether it goes on, when it began, whether it is flat. Robust against single
 * spikes: levels are medians. Times in seconds, rising; values in any unit.
 */
export interface Curve {
  readonly t: ArrayLike<number>;
  readonly v: ArrayLike<number>;
}

/** Of any length: `Math.max(...values)` ends at some hundred thousand arguments. */
export function largest(values: readonly number[]): number {
  return values.reduce((a, b) => (b > a ? b : a), Number.NEGATIVE_INFINITY);
}

export function smallest(values: readonly number[]): number {
  return values.reduce((a, b) => (b < a ? b : a), Number.POSITIVE_INFINITY);
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const mid = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[mid] as number)
    : ((sorted[mid - 1] as number) + (sorted[mid] as number)) / 2;
}

export function maximum(curve: Curve): { readonly t: number; readonly v: number; readonly index: number } | undefined {
  let index = -1;
  for (let i = 0; i < curve.v.length; i++)
    if (index < 0 || (curve.v[i] as number) > (curve.v[index] as number)) index = i;
  return index < 0 ? undefined : { t: curve.t[index] as number, v: curve.v[index] as number, index };
}

/** Median of the values between two times, or NaN. */
export function level(curve: Curve, from: number, to: number): number {
  const inside: number[] = [];
  for (let i = 0; i < curve.t.length; i++) {
    const t = curve.t[i] as number;
    if (t >= from && t <= to) inside.push(curve.v[i] as number);
  }
  return median(inside);
}

/** The value at a time: that of the nearest point at or before it, else of the first. By bisection: times rise. */
export function valueAt(curve: Curve, t: number): number {
  let lo = 0;
  let hi = curve.t.length;
  while (lo < hi) {
    const middle = Math.floor((lo + hi) / 2);
    if ((curve.t[middle] as number) <= t) lo = middle + 1;
    else hi = middle;
  }
  return curve.v.length === 0 ? Number.NaN : (curve.v[Math.max(0, lo - 1)] as number);
}

/**
 * First and last level. The first is taken behind the start-up (8 to 20 % of the time; a service loads what it needs and that is no leak), the last over
 * the last 12 %. Medians, of at least one point each.
 */
export function ends(curve: Curve): { readonly first: number; readonly last: number } {
  const n = curve.t.length;
  if (n === 0) return { first: Number.NaN, last: Number.NaN };
  const from = curve.t[0] as number;
  const to = curve.t[n - 1] as number;
  const span = to - from;
  const settled = level(curve, from + span * 0.08, from + span * 0.2);
  const first = Number.isNaN(settled) ? valueAt(curve, from + span * 0.15) : settled;
  return { first, last: level(curve, to - span * 0.12, to) };
}

/** Least-squares slope per second between two times, or NaN with fewer than three points. */
export function slope(curve: Curve, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY): number {
  let n = 0;
  let st = 0;
  let sv = 0;
  let stt = 0;
  let stv = 0;
  const t0 = curve.t.length > 0 ? (curve.t[0] as number) : 0;
  for (let i = 0; i < curve.t.length; i++) {
    const t = curve.t[i] as number;
    if (t < from || t > to) continue;
    const x = t - t0;
    const v = curve.v[i] as number;
    n++;
    st += x;
    sv += v;
    stt += x * x;
    stv += x * v;
  }
  const d = n * stt - st * st;
  return n < 3 || d === 0 ? Number.NaN : (n * stv - st * sv) / d;
}

/**
 * Growth in the last third of the curve relative to its whole growth: near 1 where it rises to the end as it did before, near 0 where it has levelled off,
 * below 0 where it falls. From the slope where there are points enough, else from the values at the third's two ends.
 */
export function stillGrowing(curve: Curve): number {
  const n = curve.t.length;
  if (n < 2) return Number.NaN;
  const from = curve.t[0] as number;
  const to = curve.t[n - 1] as number;
  const { first } = ends(curve);
  const peak = maximum(curve)?.v ?? Number.NaN;
  if (!(peak > first)) return 0;
  const begin = to - (to - from) / 3;
  const late = slope(curve, begin, to);
  const perSecond = Number.isNaN(late)
    ? ((curve.v[n - 1] as number) - valueAt(curve, begin)) / Math.max(1e-9, to - begin)
    : late;
  return (perSecond * (to - from)) / (peak - first);
}

/** When the curve reached `high`, each time after it had been at or below `low`; its beginning counts as low. */
export function excursions(curve: Curve, low: number, high: number): number[] {
  const out: number[] = [];
  let isLow = true;
  for (let i = 0; i < curve.t.length; i++) {
    const v = curve.v[i] as number;
    if (isLow && v >= high) {
      out.push(curve.t[i] as number);
      isLow = false;
    } else if (v <= low) isLow = true;
  }
  return out;
}

/** Share of steps between thinned points that do not fall. */
export function risingShare(curve: Curve, steps = 12): number {
  const n = curve.t.length;
  if (n < 3) return Number.NaN;
  const from = curve.t[0] as number;
  const to = curve.t[n - 1] as number;
  let rising = 0;
  let counted = 0;
  let last = Number.NaN;
  for (let k = 0; k < steps; k++) {
    const now = level(curve, from + ((to - from) * k) / steps, from + ((to - from) * (k + 1)) / steps);
    if (Number.isNaN(now)) continue;
    if (!Number.isNaN(last)) {
      counted++;
      if (now >= last) rising++;
    }
    last = now;
  }
  return counted === 0 ? Number.NaN : rising / counted;
}

/** At most `count` points, each the median of an equal stretch of time. */
export function thin(curve: Curve, count: number): { t: number[]; v: number[] } {
  const n = curve.t.length;
  if (n <= count) return { t: Array.from(curve.t), v: Array.from(curve.v) };
  const from = curve.t[0] as number;
  const to = curve.t[n - 1] as number;
  const t: number[] = [];
  const v: number[] = [];
  let i = 0;
  for (let k = 0; k < count; k++) {
    const end = from + ((to - from) * (k + 1)) / count;
    const values: number[] = [];
    const times: number[] = [];
    while (i < n && ((curve.t[i] as number) <= end || k === count - 1)) {
      values.push(curve.v[i] as number);
      times.push(curve.t[i] as number);
      i++;
    }
    if (values.length > 0) {
      t.push(median(times));
      v.push(median(values));
    }
  }
  return { t, v };
}

/**
 * When a curve began to rise: the knee of the best fit by two straight lines that meet, over the part up to four fifths of its whole rise. Undefined
 * where it does not rise or the points are too few.
 */
export function riseBegins(curve: Curve): number | undefined {
  const all = thin(curve, 240);
  const n = all.t.length;
  if (n < 4) return n >= 2 ? firstStep(all) : undefined;
  const base = median(all.v.slice(0, Math.max(1, Math.floor(n * 0.08))));
  const peak = Math.max(...all.v);
  if (!(peak > base)) return undefined;
  const until = all.v.findIndex((v) => v >= base + (peak - base) * 0.8);
  const end = Math.max(until + 1, Math.min(4, n));
  const t = all.t.slice(0, end);
  const v = all.v.slice(0, end);
  let best = Number.POSITIVE_INFINITY;
  let knee: number | undefined;
  const consider = (k: number) => {
    const error = kneeError(t, v, k);
    if (error < best) {
      best = error;
      knee = k;
    }
  };
  for (let i = 0; i + 1 < t.length; i++) {
    consider(t[i] as number);
    consider(((t[i] as number) + (t[i + 1] as number)) / 2);
  }
  return knee;
}

/** With very few points: the first before a step that is about as steep as the steepest. */
function firstStep(curve: { t: number[]; v: number[] }): number | undefined {
  const steep: number[] = [];
  for (let i = 1; i < curve.t.length; i++)
    steep.push(
      ((curve.v[i] as number) - (curve.v[i - 1] as number)) /
        Math.max(1e-9, (curve.t[i] as number) - (curve.t[i - 1] as number)),
    );
  const steepest = largest(steep);
  return steepest > 0 ? curve.t[steep.findIndex((s) => s >= steepest / 2)] : undefined;
}

/** Squared error of the best flat line up to `knee` and rising line from there; infinite where it would fall. */
function kneeError(t: readonly number[], v: readonly number[], knee: number): number {
  // v = a + c * max(0, t - knee)
  let n = 0;
  let sx = 0;
  let sv = 0;
  let sxx = 0;
  let sxv = 0;
  for (let i = 0; i < t.length; i++) {
    const x = Math.max(0, (t[i] as number) - knee);
    n++;
    sx += x;
    sv += v[i] as number;
    sxx += x * x;
    sxv += x * (v[i] as number);
  }
  const d = n * sxx - sx * sx;
  if (d === 0) return Number.POSITIVE_INFINITY;
  const c = (n * sxv - sx * sv) / d;
  if (c <= 0) return Number.POSITIVE_INFINITY;
  const a = (sv - c * sx) / n;
  let error = 0;
  for (let i = 0; i < t.length; i++) error += ((v[i] as number) - a - c * Math.max(0, (t[i] as number) - knee)) ** 2;
  return error;
}

/** Change per second of a counter between its points; a fall (restart) gives no value. */
export function rate(curve: Curve): { t: number[]; v: number[] } {
  const t: number[] = [];
  const v: number[] = [];
  for (let i = 1; i < curve.t.length; i++) {
    const dt = (curve.t[i] as number) - (curve.t[i - 1] as number);
    const dv = (curve.v[i] as number) - (curve.v[i - 1] as number);
    if (dt <= 0 || dv < 0) continue;
    t.push(curve.t[i] as number);
    v.push(dv / dt);
  }
  return { t, v };
}

/** The curve between two times. */
export function between(curve: Curve, from: number, to: number): { t: number[]; v: number[] } {
  const t: number[] = [];
  const v: number[] = [];
  for (let i = 0; i < curve.t.length; i++) {
    const x = curve.t[i] as number;
    if (x < from || x > to) continue;
    t.push(x);
    v.push(curve.v[i] as number);
  }
  return { t, v };
}
