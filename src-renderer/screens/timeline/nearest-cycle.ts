import type { Cycles } from '../../../src-main/api/contract/calls.ts';

/** Beginning of the cycle at a moment, or of the nearest one within `reach` seconds. */
export function nearestCycle(cycles: Cycles | null, at: number, reach: number): number | undefined {
  let best: number | undefined;
  let distance = reach;
  for (let i = 0; i < (cycles?.t.length ?? 0); i++) {
    const from = cycles?.t[i] as number;
    const to = cycles?.end[i] as number;
    const away = at < from ? from - at : at > to ? at - to : 0;
    if (away <= distance) {
      distance = away;
      best = from;
    }
  }
  return best;
}
