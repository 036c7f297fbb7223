/** When a cause began to show: the knee of the curve that the cause moves first. */
import { ends, maximum, rate, riseBegins, valueAt } from './curve.ts';
import type { Scored } from './hypotheses/score.ts';
import type { Scene } from './signals/signal.ts';
import type { Track } from './timeline.ts';

export interface Onset {
  /** Seconds since the case's origin. */
  readonly t: number;
  /** Seconds: the uncertainty of the clock and half the distance of the points around it. */
  readonly uncertainty: number;
  readonly metric: string;
  readonly evidence: number;
  readonly position: number;
}

/** Cycles that make it a state and no accident. */
const fewestCycles = 4;
/** Seconds: rounds up to the cycle that stands at the same time. */
const betweenCycles = 1e-9;

export function onsetOf(scene: Scene, finding: Scored): Onset | undefined {
  const met = finding.hypothesis.onsetAt === 'goal_meets_live' ? goalMeetsLive(scene) : undefined;
  if (met) return met;
  for (const metric of finding.hypothesis.onsetOf) {
    for (const track of scene.timeline.tracks(metric)) {
      const found = kneeOf(track);
      if (found) return found;
    }
  }
  return undefined;
}

/** The cycle from which on the goal leaves no more room above the live heap than the signal `goal_at_live` asks for. */
function goalMeetsLive(scene: Scene): Onset | undefined {
  const live = scene.timeline.track('gc_heap_live_bytes');
  const goal = scene.timeline.tracks('next_gc_bytes').find((t) => t.series[0]?.frameName === 'gctrace');
  if (!live || !goal) return undefined;
  const room = scene.thresholds.goal_at_live.value;
  let last = goal.t.length;
  while (last > 1 && (goal.v[last - 1] as number) <= room * valueAt(live, (goal.t[last - 2] as number) + betweenCycles))
    last--;
  return goal.t.length - last < fewestCycles ? undefined : placed(goal, goal.t[last] as number, last);
}

function kneeOf(track: Track): Onset | undefined {
  if (track.t.length < 2) return undefined;
  const isCounter = track.metric.endsWith('_total');
  const curve = isCounter ? rate(track) : track;
  const { first } = ends(curve);
  const top = maximum(curve);
  // a quantity that hardly moves has no onset
  if (!top || !(top.v > first * 1.15)) return undefined;
  const t = riseBegins(curve);
  if (t === undefined) return undefined;
  let i = 0;
  while (i + 1 < track.t.length && (track.t[i + 1] as number) <= t) i++;
  return placed(track, t, i);
}

/** @param i the last point at or before `t` */
function placed(track: Track, t: number, i: number): Onset {
  const gap = i + 1 < track.t.length ? (track.t[i + 1] as number) - (track.t[i] as number) : 0;
  return {
    t,
    uncertainty: track.uncertainty + gap / 2,
    metric: track.metric,
    evidence: track.evidence[i] as number,
    position: track.position[i] as number,
  };
}
