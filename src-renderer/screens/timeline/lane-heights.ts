/** How high lanes are, and which one lies under a point. */
import type { Lane, LaneKey } from '../../../src-main/api/contract/calls.ts';

const base: Readonly<Record<LaneKey, number>> = {
  memory: 132,
  heap: 150,
  allocation: 84,
  trace_heap: 130,
  trace_allocation: 84,
  trace_goroutines: 140,
  trace_processors: 84,
  gc: 50,
  pauses: 86,
  goroutines: 92,
  files: 68,
  own: 66,
};

/** Room for the title and one line a series in the gutter. */
export function laneHeight(lane: Lane, hasLimit: boolean): number {
  const lines = lane.series.length + (hasLimit && lane.key === 'memory' ? 1 : 0);
  return Math.max(base[lane.key], 32 + lines * 24);
}

/** Index of the lane at a distance from the top; -1 below the last. */
export function laneAt(heights: readonly number[], y: number): number {
  let top = 0;
  for (const [i, height] of heights.entries()) {
    if (y < top + height) return y < 0 ? -1 : i;
    top += height;
  }
  return -1;
}
