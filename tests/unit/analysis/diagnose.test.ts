import { describe, expect, it } from 'vitest';
import { withoutRivals } from '../../../src-main/analysis/diagnose.ts';
import type { Hypothesis } from '../../../src-main/analysis/hypotheses/hypothesis.ts';
import type { Scored } from '../../../src-main/analysis/hypotheses/score.ts';

function scored(score: number, onsetOf: readonly string[]): Scored {
  const hypothesis: Hypothesis = {
    cause: 'go.healthy',
    needs: [],
    supports: [],
    opposes: [],
    onsetOf,
    culprit: 'none',
  };
  return { hypothesis, score, confidence: 'high', support: [], against: [], missing: [], ruledOutBy: undefined };
}

const words = (...ranked: Scored[]) => withoutRivals(ranked).map((s) => s.confidence);

describe('two causes of one rise', () => {
  it('are not both nearly certain', () => {
    expect(words(scored(0.95, ['rss_bytes']), scored(0.8, ['rss_bytes']))).toEqual(['high', 'medium']);
  });

  it('are neither where chance decides which comes first', () => {
    expect(words(scored(0.9, ['rss_bytes']), scored(0.85, ['rss_bytes']))).toEqual(['medium', 'medium']);
  });

  it('stand side by side where they explain different things', () => {
    expect(words(scored(0.9, ['rss_bytes']), scored(0.85, ['goroutines']))).toEqual(['high', 'high']);
  });
});
