/**
 * From signals to ranked causes. The score of a cause is the sum of weight times strength of the signals for it, less those against it, between 0 and
 * 1. Confidence also asks for independent kinds of evidence: two readings of one file, or a single source that anybody who writes to the log could
 * forge, never make more than medium.
 */

import type { Signals } from '../signals/all-signals.ts';
import type { Signal } from '../signals/signal.ts';
import type { SignalId } from '../signals/thresholds.ts';
import type { Hypothesis } from './hypothesis.ts';

export type Confidence = 'high' | 'medium' | 'low';

export interface Scored {
  readonly hypothesis: Hypothesis;
  readonly score: number;
  readonly confidence: Confidence;
  readonly support: readonly Signal[];
  readonly against: readonly Signal[];
  /** Signals that would speak for or against it and could not be measured. */
  readonly missing: readonly SignalId[];
  /** The first need that is measured and not met: the cause is ruled out by it. */
  readonly ruledOutBy: SignalId | undefined;
}

export const highScore = 0.7;
export const mediumScore = 0.45;
export const lowScore = 0.28;

/** @param kindOf kind of an evidence by id, to count independent sources */
export function scoreHypothesis(
  hypothesis: Hypothesis,
  signals: Signals,
  kindOf: (evidence: number) => string,
): Scored {
  const support: Signal[] = [];
  const against: Signal[] = [];
  const missing = new Set<SignalId>();
  let score = 0;
  for (const { signal: id, weight } of hypothesis.supports) {
    const signal = signals.get(id);
    if (!signal) missing.add(id);
    else if (signal.met) {
      score += weight * signal.strength;
      support.push(signal);
    }
  }
  for (const { signal: id, weight } of hypothesis.opposes) {
    const signal = signals.get(id);
    if (signal?.met) {
      score -= weight * signal.strength;
      against.push(signal);
    }
  }
  let ruledOutBy: SignalId | undefined;
  let open = false;
  for (const group of hypothesis.needs) {
    if (group.some((id) => signals.get(id)?.met)) continue;
    const measured = group.find((id) => signals.has(id));
    if (measured) ruledOutBy ??= measured;
    else open = true;
    for (const id of group) if (!signals.has(id)) missing.add(id);
  }
  score = Math.max(0, Math.min(1, score));
  if (ruledOutBy !== undefined) score = 0;
  // what defines the cause could not be seen: it stays a guess
  if (open) score = Math.min(score * 0.6, mediumScore - 0.01);
  const kinds = new Set(support.map((s) => kindOf(s.evidence)));
  const confidence: Confidence =
    score >= highScore && kinds.size >= 2 ? 'high' : score >= mediumScore ? 'medium' : 'low';
  return { hypothesis, score, confidence, support, against, missing: [...missing], ruledOutBy };
}
