/**
 * Where a curve breaks off. Samples of one source come at a pace; a pause much longer than that means nobody measured, and a line across it would be
 * a statement nobody made. A restart of the process breaks every curve. Quantities that hold until the next event (a heap goal) have no pace and no gaps.
 */
import { isFromEvents } from '../../src-main/api/contract/metrics.ts';

/** Pauses longer than this many times the usual one are gaps. A scraper that misses a few beats is still one curve. */
const missedBeats = 6;

/** Middle of the distances between samples, seconds; undefined below four samples. */
export function usualPace(t: Float64Array): number | undefined {
  if (t.length < 4) return undefined;
  const steps = new Float64Array(t.length - 1);
  for (let i = 0; i < steps.length; i++) steps[i] = (t[i + 1] as number) - (t[i] as number);
  steps.sort();
  return steps[Math.floor(steps.length / 2)];
}

export interface Broken {
  readonly t: number[];
  /** Null: here the curve breaks. */
  readonly v: (number | null)[];
}

/**
 * @param longest pause that is still drawn across, seconds; undefined: any
 * @param breaks moments at which the curve breaks whatever the distance, ascending
 */
export function breakCurve(
  t: Float64Array,
  v: Float64Array,
  longest: number | undefined,
  breaks: readonly number[],
): Broken {
  const out: Broken = { t: [], v: [] };
  let next = 0;
  for (let i = 0; i < t.length; i++) {
    const at = t[i] as number;
    const before = t[i - 1];
    if (before !== undefined) {
      while (next < breaks.length && (breaks[next] as number) <= before) next++;
      const broken = breaks[next];
      const isRestart = broken !== undefined && broken > before && broken <= at;
      if (isRestart || (longest !== undefined && at - before > longest)) {
        out.t.push(before + (at - before) / 2);
        out.v.push(null);
      }
    }
    const value = v[i] as number;
    out.t.push(at);
    out.v.push(Number.isFinite(value) ? value : null);
  }
  return out;
}

export function longestPause(pace: number | undefined, secondsPerPixel: number): number | undefined {
  // thinned curves have a point or two a pixel: their own distances say nothing
  return pace === undefined ? undefined : Math.max(pace * missedBeats, secondsPerPixel * 4);
}

/** The pause that a series is still drawn across, seconds; undefined: any. What holds until the next event has no pace. */
export function longestDrawn(
  metric: string,
  isStepped: boolean,
  pace: number | undefined,
  secondsPerPixel: number,
): number | undefined {
  return isStepped || isFromEvents(metric) ? undefined : longestPause(pace, secondsPerPixel);
}

/** A sample with no neighbour to draw a line to is drawn as a dot, or it would not be seen. Undefined: another curve's moment; null: a gap. */
export function aloneIn(
  plot: { readonly data: readonly ArrayLike<number | null | undefined>[] },
  series: number,
): number[] {
  const out: number[] = [];
  let before: number | null = null;
  let at = -1;
  const values = plot.data[series] ?? [];
  for (let i = 0; i <= values.length; i++) {
    const value = i === values.length ? null : values[i];
    if (value === undefined) continue;
    if (at >= 0 && before === null && value === null) out.push(at);
    if (at >= 0) before = values[at] ?? null;
    at = value === null ? -1 : i;
    if (value === null) before = null;
  }
  return out;
}
