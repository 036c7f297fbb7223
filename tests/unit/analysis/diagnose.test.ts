import { describe, expect, it } from 'vitest';
import { verdictOf, withoutRivals } from '../../../src-main/analysis/diagnose.ts';
import type { Hypothesis } from '../../../src-main/analysis/hypotheses/hypothesis.ts';
import type { Scored } from '../../../src-main/analysis/hypotheses/score.ts';
import { measureSignals } from '../../../src-main/analysis/signals/all-signals.ts';
import { line, type MadeFile, madeScene } from './made-case.ts';

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

describe('the verdict without a cause', () => {
  const mebi = 2 ** 20;
  const verdict = (series: NonNullable<MadeFile['series']>) => {
    const scene = madeScene([{ series }]);
    return verdictOf([], scene.timeline, measureSignals(scene));
  };

  it('is an incident where the live heap or the goroutines grow to the end, whoever makes them', () => {
    expect(verdict({ heap_alloc_bytes: line(0, 40, 20 * mebi, 200 * mebi) })).toBe('incident');
    expect(verdict({ rss_bytes: line(0, 40, 90 * mebi, 99 * mebi), goroutines: line(0, 40, 10, 5_000) })).toBe(
      'incident',
    );
  });

  it('stays open where resident memory grew and nothing tells why', () => {
    expect(verdict({ rss_bytes: line(0, 40, 90 * mebi, 400 * mebi) })).toBe('undetermined');
  });

  it('is none where all is flat', () => {
    expect(verdict({ rss_bytes: line(0, 40, 90 * mebi, 99 * mebi) })).toBe('no_incident');
  });
});
