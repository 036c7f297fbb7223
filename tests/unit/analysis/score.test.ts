import { describe, expect, it } from 'vitest';
import type { Hypothesis } from '../../../src-main/analysis/hypotheses/hypothesis.ts';
import { scoreHypothesis } from '../../../src-main/analysis/hypotheses/score.ts';
import type { Signal } from '../../../src-main/analysis/signals/signal.ts';
import type { SignalId } from '../../../src-main/analysis/signals/thresholds.ts';

const hypothesis: Hypothesis = {
  cause: 'go.unbounded_cache',
  needs: [['live_heap_growth'], ['rss_still_growing', 'killed_by_oom']],
  supports: [
    { signal: 'live_heap_growth', weight: 0.5 },
    { signal: 'objects_growth', weight: 0.3 },
  ],
  opposes: [{ signal: 'goroutines_growth', weight: 0.4 }],
  onsetOf: ['rss_bytes'],
  culprit: 'owner',
};

function signal(id: SignalId, met: boolean, evidence = 1, strength = met ? 1 : 0): Signal {
  return {
    id,
    value: 1,
    unit: 'ratio',
    threshold: 1,
    strength,
    met,
    basis: 'measured',
    evidence,
    position: 1,
    subject: '',
  };
}

const score = (...signals: Signal[]) =>
  scoreHypothesis(hypothesis, new Map(signals.map((s) => [s.id, s])) as never, (evidence) => `kind ${evidence}`);

describe('scoreHypothesis', () => {
  it('adds what speaks for it and takes off what speaks against it', () => {
    const grown = signal('live_heap_growth', true);
    const rest = [signal('rss_still_growing', true), signal('objects_growth', true, 2)];
    expect(score(grown, ...rest)).toMatchObject({ score: 0.8, confidence: 'high', missing: [] });
    expect(score(grown, ...rest, signal('goroutines_growth', true)).score).toBeCloseTo(0.4);
    expect(score(grown, ...rest, signal('goroutines_growth', false)).score).toBeCloseTo(0.8);
  });

  it('is never nearly certain from one kind of evidence', () => {
    const one = [signal('live_heap_growth', true), signal('rss_still_growing', true), signal('objects_growth', true)];
    expect(score(...one)).toMatchObject({ confidence: 'medium' });
  });

  it('is ruled out by a need that was measured and is not met', () => {
    expect(score(signal('live_heap_growth', false), signal('rss_still_growing', true))).toMatchObject({
      score: 0,
      ruledOutBy: 'live_heap_growth',
    });
  });

  it('stays a guess, and says what is missing, where a need cannot be measured', () => {
    const open = score(signal('live_heap_growth', true), signal('objects_growth', true, 2));
    expect(open.ruledOutBy).toBeUndefined();
    expect(open.confidence).toBe('low');
    expect(open.missing).toEqual(['rss_still_growing', 'killed_by_oom']);
  });

  it('needs only one of a group', () => {
    const met = score(
      signal('live_heap_growth', true),
      signal('rss_still_growing', false),
      signal('killed_by_oom', true),
    );
    expect(met.ruledOutBy).toBeUndefined();
    expect(met.score).toBeCloseTo(0.5);
  });
});
