/** Zooming and panning of a stretch of time within the whole of the case. Seconds since the case's origin. */
import type { Span } from '../state/view.ts';

const narrowest = 1e-6;

export function lengthOf(span: Span): number {
  return span.to - span.from;
}

/** Keeps a stretch inside the whole, its length where that is possible. */
export function clampSpan(span: Span, whole: Span): Span {
  const length = Math.min(Math.max(lengthOf(span), narrowest), lengthOf(whole));
  const from = Math.min(Math.max(span.from, whole.from), whole.to - length);
  return { from, to: from + length };
}

/** @param factor below 1 shows less, above 1 more; `around` keeps its place on the screen */
export function zoomSpan(span: Span, around: number, factor: number, whole: Span): Span {
  const length = Math.min(Math.max(lengthOf(span) * factor, narrowest), lengthOf(whole));
  const share = (around - span.from) / lengthOf(span);
  const from = around - share * length;
  return clampSpan({ from, to: from + length }, whole);
}

/** @param share of what is shown; negative goes back */
export function panSpan(span: Span, share: number, whole: Span): Span {
  const by = lengthOf(span) * share;
  return clampSpan({ from: span.from + by, to: span.to + by }, whole);
}

export function centreSpan(span: Span, at: number, whole: Span): Span {
  const half = lengthOf(span) / 2;
  return clampSpan({ from: at - half, to: at + half }, whole);
}

/** A stretch in view with some air at both sides. */
export function fitSpan(inner: Span, whole: Span): Span {
  const air = Math.max(lengthOf(inner) * 0.06, lengthOf(whole) * 1e-6);
  return clampSpan({ from: inner.from - air, to: inner.to + air }, whole);
}

/** Null where it is the whole: a view that shows everything keeps showing everything when the case grows. */
export function orWhole(span: Span, whole: Span): Span | null {
  const slack = lengthOf(whole) * 1e-9;
  return span.from <= whole.from + slack && span.to >= whole.to - slack ? null : span;
}

export function spanOf(a: number, b: number): Span {
  return a < b ? { from: a, to: b } : { from: b, to: a };
}
