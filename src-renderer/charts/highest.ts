/** The largest value that will be seen in a stretch of time, lines that enter and leave it at the sides included. */
import type { Span } from '../state/view.ts';

/** A limit farther away than this many times the largest value would flatten the curves: the legend names it instead. */
const limitInView = 4;

export interface Drawn {
  readonly t: readonly number[];
  readonly v: readonly (number | null)[];
}

/** @returns 0 where nothing is seen */
export function highestIn(lines: readonly Drawn[], { from, to }: Span): number {
  let top = 0;
  for (const { t, v } of lines) {
    for (let i = firstFrom(t, from); i < t.length; i++) {
      const value = v[i];
      const at = t[i] as number;
      if (value !== null && value !== undefined && at >= from && at <= to) top = Math.max(top, value);
      if (i > 0) {
        for (const edge of [from, to]) {
          const crossed = crossing(t[i - 1] as number, v[i - 1], at, value, edge);
          if (crossed !== undefined) top = Math.max(top, crossed);
        }
      }
      if (at > to) break;
    }
  }
  return top;
}

/** Height of the line between two samples where it crosses a moment. */
function crossing(
  t0: number,
  v0: number | null | undefined,
  t1: number,
  v1: number | null | undefined,
  at: number,
): number | undefined {
  if (typeof v0 !== 'number' || typeof v1 !== 'number' || t0 >= at || t1 <= at) return undefined;
  return v0 + ((v1 - v0) * (at - t0)) / (t1 - t0);
}

function firstFrom(t: readonly number[], from: number): number {
  let lo = 0;
  let hi = t.length;
  while (lo < hi) {
    const mid = Math.floor((lo + hi) / 2);
    if ((t[mid] as number) < from) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

export function isLimitNear(max: number, limit: number): boolean {
  return limit <= max * limitInView;
}

/** Top of a value axis that begins at zero: room above what is seen, and the limit where it is near. */
export function topOf(max: number, limit: number | null): number {
  const highest = limit !== null && isLimitNear(max, limit) ? Math.max(max, limit) : max;
  return highest > 0 ? highest * 1.06 : 1;
}
