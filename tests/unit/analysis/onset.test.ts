import { describe, expect, it } from 'vitest';
import { goHypotheses } from '../../../src-main/analysis/hypotheses/go-hypotheses.ts';
import type { Scored } from '../../../src-main/analysis/hypotheses/score.ts';
import { onsetOf } from '../../../src-main/analysis/onset.ts';
import { line, type MadeFile, madeScene } from './made-case.ts';

const mebi = 2 ** 20;

function finding(cause: string): Scored {
  const hypothesis = goHypotheses.find((h) => h.cause === cause);
  if (!hypothesis) throw new Error(cause);
  return { hypothesis, score: 1, confidence: 'high', support: [], against: [], missing: [], ruledOutBy: undefined };
}

describe('the onset of a limit that is too tight', () => {
  it('is the cycle from which on the goal leaves no room, not when the heap began to grow', () => {
    const alive = line(0, 40, 0, 0, 0.5).map(([t]) => [t, Math.min(124, 20 + t * 6) * mebi] as const);
    const file: MadeFile = {
      kind: 'gctrace',
      frame: 'gctrace',
      series: {
        gc_heap_live_bytes: alive,
        next_gc_bytes: alive.map(([t, v]) => [t, Math.min(129 * mebi, v * 2)] as const),
      },
    };
    const onset = onsetOf(madeScene([file]), finding('go.memlimit_death_spiral'));
    // 129 / 1.12 MiB are alive from 15.9 s on
    expect(onset?.t).toBeGreaterThan(15);
    expect(onset?.t).toBeLessThan(17);
    expect(onset?.metric).toBe('next_gc_bytes');
  });
});

describe('the onset in a few samples', () => {
  const leak = (points: MadeFile['series']) =>
    onsetOf(madeScene([{ series: points ?? {} }]), finding('go.offheap_native_leak'))?.t;

  it('is the first sample where it rises as fast from there as later', () => {
    expect(
      leak({
        rss_bytes: [
          [0, 40 * mebi],
          [20, 90 * mebi],
          [40, 145 * mebi],
        ],
      }),
    ).toBe(0);
  });

  it('is the one before the steep step', () => {
    expect(
      leak({
        rss_bytes: [
          [0, 40 * mebi],
          [20, 45 * mebi],
          [40, 145 * mebi],
        ],
      }),
    ).toBe(20);
  });
});
