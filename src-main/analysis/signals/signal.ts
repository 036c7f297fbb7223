/**
 * A signal is a named measurement with its threshold: what was measured, where it was read, how far beyond the threshold it lies. A signal that the
 * evidence does not allow to measure is not there; which evidence would allow it is said by its name in `wants`.
 */
import type { Basis } from '../../api/contract/evidence.ts';
import type { Unit } from '../../api/contract/metrics.ts';
import type { CaseData } from '../case-data.ts';
import type { Timeline, Track } from '../timeline.ts';
import type { SignalId, Thresholds } from './thresholds.ts';

export interface Signal {
  readonly id: SignalId;
  readonly value: number;
  readonly unit: Unit;
  readonly threshold: number;
  /** 0 just below the threshold, 1 far beyond. */
  readonly strength: number;
  readonly met: boolean;
  readonly basis: Basis;
  /** Where the value was read. */
  readonly evidence: number;
  readonly position: number;
  /** What the value speaks of, in the evidence's own words: a function, a mapping, a state. Empty where it needs none. */
  readonly subject: string;
}

/** What signals are measured on. */
export interface Scene {
  readonly data: CaseData;
  readonly timeline: Timeline;
  readonly thresholds: Thresholds;
}

export interface Place {
  readonly evidence: number;
  readonly position: number;
}

/** The place of a track's point nearest before a time; the last where none is given. */
export function placeOf(track: Track, t = Number.POSITIVE_INFINITY): Place {
  let i = track.t.length - 1;
  while (i > 0 && (track.t[i] as number) > t) i--;
  return { evidence: track.evidence[i] as number, position: track.position[i] as number };
}

export type Measured = Signal | undefined;

/** Makes a signal of a value that has to reach its threshold. `full`: the value at which its strength is 1. */
export function atLeast(
  scene: Scene,
  id: SignalId,
  value: number,
  unit: Unit,
  place: Place,
  full?: number,
  subject = '',
  basis: Basis = 'measured',
): Measured {
  if (!Number.isFinite(value)) return undefined;
  const threshold = scene.thresholds[id].value;
  const top = full ?? threshold * 2;
  const strength =
    value < threshold
      ? 0
      : value >= top
        ? 1
        : Math.min(1, 0.5 + (0.5 * (value - threshold)) / Math.max(1e-12, top - threshold));
  return { id, value, unit, threshold, strength, met: value >= threshold, basis, ...place, subject };
}

/** Makes a signal of a value that has to stay below its threshold. `full`: the value at which its strength is 1. */
export function atMost(
  scene: Scene,
  id: SignalId,
  value: number,
  unit: Unit,
  place: Place,
  full = 0,
  subject = '',
  basis: Basis = 'measured',
): Measured {
  if (!Number.isFinite(value)) return undefined;
  const threshold = scene.thresholds[id].value;
  const strength =
    value > threshold
      ? 0
      : value <= full
        ? 1
        : Math.min(1, 0.5 + (0.5 * (threshold - value)) / Math.max(1e-12, threshold - full));
  return { id, value, unit, threshold, strength, met: value <= threshold, basis, ...place, subject };
}
