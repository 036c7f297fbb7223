/**
 * Of many bounds for one offset, each of which may be mistaken, the one place where most of them meet.
 *
 * A mark (a moment of the trace) gives one or more intervals that the offset may lie in: a message found on three lines of a log gives three. The place at
 * which the intervals of the most marks overlap is taken if more than half of all marks meet there and no place elsewhere has more than half as many:
 * words that come at equal distances fit in several places, and a wrong place is worse than none.
 */

/** An interval of the offset in which one mark would be right. */
export interface Bound {
  /** Which mark says it. */
  readonly mark: number;
  readonly lo: bigint;
  readonly hi: bigint;
}

export interface Agreement {
  readonly lo: bigint;
  readonly hi: bigint;
  /** Marks that meet here, of `marks`. */
  readonly agreeing: number;
  readonly marks: number;
}

/** Places nearer than this to the best one are that place, seen less sharply. */
const sameNs = 1_000_000_000n;

/** Undefined where the marks contradict each other, or several places fit. O(n log n). */
export function agreementOf(bounds: readonly Bound[]): Agreement | undefined {
  const marks = new Set(bounds.map((b) => b.mark)).size;
  const best = mostMet(bounds, () => true);
  if (!best || best.agreeing * 2 <= marks) return undefined;
  const widest = bounds.reduce((most, b) => (b.hi - b.lo > most ? b.hi - b.lo : most), 0n) + sameNs;
  const other = mostMet(bounds, (b) => b.hi < best.lo - widest || b.lo > best.hi + widest);
  if (other && other.agreeing * 2 > best.agreeing) return undefined;
  return { ...best, marks };
}

interface Edge {
  readonly at: bigint;
  readonly mark: number;
  readonly opens: boolean;
}

/** The first of the places where the most marks meet. */
function mostMet(bounds: readonly Bound[], counts: (bound: Bound) => boolean): Omit<Agreement, 'marks'> | undefined {
  const edges: Edge[] = [];
  for (const bound of bounds) {
    if (!counts(bound)) continue;
    edges.push({ at: bound.lo, mark: bound.mark, opens: true }, { at: bound.hi, mark: bound.mark, opens: false });
  }
  // at equal places intervals open first: bounds that touch meet
  edges.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : Number(b.opens) - Number(a.opens)));
  const open = new Map<number, number>();
  let best: { lo: bigint; hi: bigint; agreeing: number } | undefined;
  let isBestOpen = false;
  for (const { at, mark, opens } of edges) {
    const n = (open.get(mark) ?? 0) + (opens ? 1 : -1);
    if (!opens && isBestOpen && best) {
      best.hi = at;
      isBestOpen = false;
    }
    if (n > 0) open.set(mark, n);
    else open.delete(mark);
    if (opens && open.size > (best?.agreeing ?? 0)) {
      best = { lo: at, hi: at, agreeing: open.size };
      isBestOpen = true;
    }
  }
  return best;
}
