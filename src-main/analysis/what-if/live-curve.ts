/**
 * Curves over allocated bytes, read forwards. The live set of one simulated run: between two recorded cycles a rise is even. A fall happened at a
 * moment that nobody saw, so it is one step at a place drawn for this run; where the live set rises again after it, no earlier than that rise began.
 * Where the live set keeps its level it still moves between the cycles that sampled it: a simulated cycle at about the same place may as well find
 * what the recorded one before or after did.
 */
import type { ProgramModel } from './program-model.ts';
import type { SeededRandom } from './seeded-random.ts';

interface Point {
  readonly alloc: number;
  readonly value: number;
}

type LivePoint = ProgramModel['live'][number];

/** Piecewise linear; constant outside. O(log points). */
export function valueAt(points: readonly Point[], alloc: number): number {
  let low = 0;
  let high = points.length - 1;
  if (high < 0) return 0;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((points[middle] as Point).alloc <= alloc) low = middle;
    else high = middle - 1;
  }
  const a = points[low] as Point;
  const b = points[low + 1];
  if (!b || alloc <= a.alloc || b.alloc === a.alloc) return a.value;
  return a.value + ((b.value - a.value) * (alloc - a.alloc)) / (b.alloc - a.alloc);
}

/** The live set of one simulated run. */
export function drawLiveCurve(model: Pick<ProgramModel, 'live'>, random: SeededRandom): readonly Point[] {
  const out: Point[] = [];
  const live = model.live.map((point, i) => ({ ...point, bytes: drawnNear(model.live, i, random) }));
  live.forEach(({ alloc, bytes }, i) => {
    const before = live[i - 1];
    if (before && bytes < before.bytes) {
      const rise = isSameLevel(before.bytes, bytes) ? 0 : riseOf({ alloc, bytes }, live[i + 1]);
      const at = random.between(Math.max(before.alloc, alloc - bytes / rise), alloc);
      out.push({ alloc: at, value: before.bytes }, { alloc: at, value: bytes - rise * (alloc - at) });
    }
    out.push({ alloc, value: bytes });
  });
  return out;
}

/** Live bytes for each byte allocated, from one point to the next; 0 where there is no rise. */
function riseOf({ alloc, bytes }: LivePoint, next: LivePoint | undefined): number {
  if (next === undefined || next.alloc <= alloc) return 0;
  return Math.min(1, Math.max(0, (next.bytes - bytes) / (next.alloc - alloc)));
}

/** A change by more than this share is a step of the program, not the movement of a live set that keeps its level. */
const sameLevel = 0.2;

function isSameLevel(a: number, b: number): boolean {
  return Math.abs(a - b) < sameLevel * b;
}

function drawnNear(live: ProgramModel['live'], index: number, random: SeededRandom): number {
  const { bytes } = live[index] as LivePoint;
  const near = live[index + Math.floor(random.between(-1, 2))];
  return near && isSameLevel(near.bytes, bytes) ? near.bytes : bytes;
}
