import { describe, expect, it } from 'vitest';
import { goHypotheses } from '../../../src-main/analysis/hypotheses/go-hypotheses.ts';
import type { Hypothesis } from '../../../src-main/analysis/hypotheses/hypothesis.ts';
import { scoreHypothesis } from '../../../src-main/analysis/hypotheses/score.ts';
import type { Signal } from '../../../src-main/analysis/signals/signal.ts';
import type { SignalId } from '../../../src-main/analysis/signals/thresholds.ts';

function signal(id: SignalId, strength: number, evidence = 1): Signal {
  return {
    id,
    strength,
    met: strength > 0,
    evidence,
    value: strength,
    unit: 'ratio',
    threshold: 0.5,
    basis: 'measured',
    position: 1,
    subject: '',
  };
}

const leak: Hypothesis = {
  cause: 'go.unbounded_cache',
  needs: [['live_heap_growth', 'rss_growth']],
  supports: [
    { share: 0.6, anyOf: ['live_heap_growth', 'rss_growth'] },
    { share: 0.4, anyOf: ['top_owner_share'] },
  ],
  opposes: [{ signal: 'bound_reached', share: 0.5 }],
  onsetOf: [],
  culprit: 'none',
};

function score(...signals: Signal[]) {
  return scoreHypothesis(leak, new Map(signals.map((s) => [s.id, s])), (evidence) => `kind ${evidence}`);
}

describe('scoreHypothesis', () => {
  it('takes the strongest of the signals that show one fact', () => {
    const scored = score(signal('live_heap_growth', 0.4), signal('rss_growth', 0.5), signal('top_owner_share', 0));
    expect(scored.score).toBeCloseTo(0.3);
    expect(scored.support.map((s) => s.id)).toEqual(['live_heap_growth', 'rss_growth']);
  });

  it('counts a fact that no evidence shows half, and one that is measured and not so in full', () => {
    expect(score(signal('live_heap_growth', 1)).score).toBeCloseTo(0.6 / 0.8);
    expect(score(signal('live_heap_growth', 1)).missing).toEqual(['top_owner_share']);
    expect(score(signal('live_heap_growth', 1), signal('top_owner_share', 0)).score).toBeCloseTo(0.6);
  });

  it('is never nearly certain while a rival that looks just the same is in play', () => {
    const rivalled: Hypothesis = { ...leak, rivals: [['timers_on_heap'], ['finalizer_blocked']] };
    const sure = [signal('live_heap_growth', 1, 1), signal('top_owner_share', 1, 2)];
    const confidence = (...more: Signal[]) =>
      scoreHypothesis(rivalled, new Map([...sure, ...more].map((s) => [s.id, s])), (evidence) => `kind ${evidence}`)
        .confidence;
    expect(confidence(signal('timers_on_heap', 0), signal('finalizer_blocked', 0))).toBe('high');
    expect(confidence(signal('timers_on_heap', 0))).toBe('medium');
    expect(confidence()).toBe('low');
  });

  it('takes off what speaks against it', () => {
    const scored = score(signal('live_heap_growth', 1), signal('top_owner_share', 1), signal('bound_reached', 0.5));
    expect(scored.score).toBeCloseTo(0.75);
    expect(scored.against.map((s) => s.id)).toEqual(['bound_reached']);
  });

  it('is ruled out by a need that is measured and not met, and stays a guess where the need cannot be measured', () => {
    expect(score(signal('live_heap_growth', 0), signal('top_owner_share', 1))).toMatchObject({
      score: 0,
      ruledOutBy: 'live_heap_growth',
    });
    expect(score(signal('top_owner_share', 1)).confidence).toBe('low');
  });

  it('is never sure of what a single kind of evidence says', () => {
    const all = [signal('live_heap_growth', 1), signal('top_owner_share', 1)];
    expect(score(...all).confidence).toBe('medium');
    expect(score(all[0] as Signal, signal('top_owner_share', 1, 2)).confidence).toBe('high');
  });
});

describe('the causes of Go services', () => {
  it.each(goHypotheses.map((h) => [h.cause, h] as const))('%s has shares that sum to 1', (_, h) => {
    expect(h.supports.reduce((sum, s) => sum + s.share, 0)).toBeCloseTo(1);
  });
});
