/** Marks that would stand on each other are shown as one: the gravest, and how many more. */
export interface Placed<T> {
  readonly x: number;
  readonly mark: T;
  readonly more: number;
}

/** @param nearest marks closer than this many pixels join; marks come in time order */
export function clusterMarks<T extends { readonly t: number; readonly severity: number }>(
  marks: readonly T[],
  toX: (t: number) => number,
  width: number,
  nearest: number,
): readonly Placed<T>[] {
  const out: { x: number; mark: T; more: number }[] = [];
  for (const mark of marks) {
    const x = toX(mark.t);
    if (x < 0 || x > width) continue;
    const last = out.at(-1);
    if (!last || x - last.x >= nearest) {
      out.push({ x, mark, more: 0 });
      continue;
    }
    last.more++;
    if (mark.severity > last.mark.severity) {
      last.mark = mark;
      last.x = x;
    }
  }
  return out;
}
