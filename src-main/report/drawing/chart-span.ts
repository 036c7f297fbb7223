/** Which stretch of time a chart of the report shows. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A chart whose values cover less of the run than this stands on an axis of its own: on the common one it would be a mark at one place. */
const ownAxisShare = 0.1;
/** Beside the first and the last value. */
const airShare = 0.02;
const axisParts = 4;

/**
 * The stretch of the values with a little air, where it is a small part of the run; undefined where the chart belongs on the axis of the run.
 *
 * @param times of each series, rising
 */
export function ownSpan(times: readonly ArrayLike<number>[], run: Span): Span | undefined {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const t of times) {
    if (t.length === 0) continue;
    from = Math.min(from, t[0] as number);
    to = Math.max(to, t[t.length - 1] as number);
  }
  const length = to - from;
  if (!(length > 0) || length >= ownAxisShare * (run.to - run.from)) return undefined;
  return { from: from - length * airShare, to: to + length * airShare };
}

/** Decimals of a second that tell the marks of an axis apart. */
export function secondDigits({ from, to }: Span): number {
  return Math.min(9, Math.max(0, Math.ceil(-Math.log10((to - from) / axisParts))));
}
