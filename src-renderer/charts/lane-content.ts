/** From what was fetched to what a lane draws: hidden series left out, gaps broken open. */
import type { Cycles, Lane, LaneSeries } from '../../src-main/api/contract/calls.ts';
import { isMeanBefore } from '../../src-main/api/contract/metrics.ts';
import type { Curve } from './curve.ts';
import { breakCurve, longestDrawn } from './gaps.ts';
import type { LaneContent, Line } from './lane-plot.ts';
import { pens } from './palette.ts';

export interface Fetched {
  readonly curves: ReadonlyMap<string, Curve>;
  readonly cycles: Cycles | null;
  readonly secondsPerPixel: number;
}

export interface Breaks {
  /** Usual distance of samples by series. */
  readonly paces: ReadonlyMap<string, number | undefined>;
  readonly restarts: readonly number[];
}

export function linesOf(series: readonly LaneSeries[], fetched: Fetched, breaks: Breaks): readonly Line[] {
  return series.flatMap(({ id, role, metric, unit }) => {
    const curve = fetched.curves.get(id);
    if (!curve) return [];
    const pace = breaks.paces.get(id);
    const longest = longestDrawn(metric, pens[role].isStepped, pace, fetched.secondsPerPixel);
    const isMean = isMeanBefore(metric, unit === 'per_second');
    return [{ id, role, isMean, ...breakCurve(curve.t, curve.v, longest, breaks.restarts) }];
  });
}

export function laneContent(
  lane: Lane,
  fetched: Fetched,
  breaks: Breaks,
  hidden: readonly string[],
  limit: number | null,
): LaneContent {
  const shown = lane.series.filter((s) => !hidden.includes(s.id));
  return {
    kind: lane.kind,
    unit: lane.unit,
    lines: linesOf(shown, fetched, breaks),
    cycles: fetched.cycles,
    limit: lane.key === 'memory' && !hidden.includes('limit') ? limit : null,
  };
}
