/** When a cause began to show: the knee of the curve that the cause moves first. */
import { ends, maximum, rate, riseBegins } from './curve.ts';
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

export function onsetOf(scene: Scene, finding: Scored): Onset | undefined {
  for (const metric of finding.hypothesis.onsetOf) {
    for (const track of scene.timeline.tracks(metric)) {
      const found = kneeOf(track);
      if (found) return found;
    }
  }
  return undefined;
}

function kneeOf(track: Track): Onset | undefined {
  if (track.t.length < 4) return undefined;
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
  const gap = i + 1 < track.t.length ? (track.t[i + 1] as number) - (track.t[i] as number) : 0;
  return {
    t,
    uncertainty: track.uncertainty + gap / 2,
    metric: track.metric,
    evidence: track.evidence[i] as number,
    position: track.position[i] as number,
  };
}
