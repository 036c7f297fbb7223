import type { Timeline } from '../analysis/timeline.ts';
import { formatRfc3339 } from './contract/format.ts';

/** When: time of day to the microsecond, or seconds since the start of what has no wall time. */
export function momentText(timeline: Timeline, t: number): string {
  const ns = timeline.wallNs(t);
  return ns === undefined ? `+${t.toFixed(6)} s` : formatRfc3339(ns).slice(11, 26);
}
