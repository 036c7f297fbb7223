/**
 * From signals to ranked causes. The score of a cause is what speaks for it as a share of what could have been measured, a fact that no evidence shows
 * counting half, less what speaks against it. Confidence also asks for independent kinds of evidence: two readings of one file, or a single source that
 * anybody who writes to the log could forge, never make more than medium.
 */

import type { Signals } from '../signals/all-signals.ts';
import type { Signal } from '../signals/signal.ts';
import type { SignalId } from '../signals/thresholds.ts';
import type { Hypothesis } from './hypothesis.ts';

export type Confidence = 'high' | 'medium' | 'low';
const steps: readonly Confidence[] = ['low', 'medium', 'high'];

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
/** What a fact counts that cannot be seen: it may be so or not. */
const unseenShare = 0.5;

/** @param kindOf kind of an evidence by id, to count independent sources */
export function scoreHypothesis(
  hypothesis: Hypothesis,
  signals: Signals,
  kindOf: (evidence: number) => string,
): Scored {
  const support: Signal[] = [];
  const against: Signal[] = [];
  const missing = new Set<SignalId>();
  let shown = 0;
  let possible = 0;
  for (const { share, anyOf } of hypothesis.supports) {
    const measured = anyOf.map((id) => signals.get(id)).filter((s): s is Signal => s !== undefined);
    const met = measured.filter((s) => s.met);
    if (measured.length === 0) for (const id of anyOf) missing.add(id);
    possible += measured.length === 0 ? share * unseenShare : share;
    shown += share * Math.max(0, ...met.map((s) => s.strength));
    for (const signal of met) if (!support.includes(signal)) support.push(signal);
  }
  let score = possible > 0 ? shown / possible : 0;
  for (const { signal: id, share } of hypothesis.opposes) {
    const signal = signals.get(id);
    if (signal?.met) {
      score -= share * signal.strength;
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
  if (open) score = Math.min(score * 0.45, mediumScore - 0.01);
  const kinds = new Set(support.map((s) => kindOf(s.evidence)));
  const inPlay = (hypothesis.rivals ?? []).filter((group) => !group.some((id) => signals.has(id)));
  for (const id of inPlay.flat()) missing.add(id);
  const step = score >= highScore && kinds.size >= 2 ? 2 : score >= mediumScore ? 1 : 0;
  const confidence = steps[Math.max(0, Math.min(step, 2 - inPlay.length))] as Confidence;
  return { hypothesis, score, confidence, support, against, missing: [...missing], ruledOutBy };
}
