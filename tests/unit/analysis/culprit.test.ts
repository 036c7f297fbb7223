import { describe, expect, it } from 'vitest';
import { culpritsOf } from '../../../src-main/analysis/culprit.ts';
import { goHypotheses } from '../../../src-main/analysis/hypotheses/go-hypotheses.ts';
import type { Scored } from '../../../src-main/analysis/hypotheses/score.ts';
import { growingMapping } from '../../../src-main/analysis/signals/limits.ts';
import { culpritText } from '../../../src-main/report/culprit-text.ts';
import { type MadeFile, madeScene, profile } from './made-case.ts';

const mebi = 2 ** 20;

function finding(cause: string): Scored {
  const hypothesis = goHypotheses.find((h) => h.cause === cause);
  if (!hypothesis) throw new Error(cause);
  return { hypothesis, score: 1, confidence: 'high', support: [], against: [], missing: [], ruledOutBy: undefined };
}

describe('the culprit of a goal above the limit', () => {
  it('is the setting, and who holds the heap that it multiplies', () => {
    const heap: MadeFile = {
      kind: 'pprof',
      profile: profile({
        what: 'heap',
        types: ['inuse_objects', 'inuse_space'],
        totals: [10, 50 * mebi],
        owners: [{ function: 'main.load', values: [10, 50 * mebi], line: 7 }],
      }),
    };
    const [first] = culpritsOf(
      madeScene([heap, { kind: 'kubectl', facts: { 'setting.gogc': '400' } }]),
      finding('go.gogc_too_high'),
    );
    expect(first).toEqual({ function: 'main.load', file: 'svc/main.go', line: 7, setting: 'GOGC=400' });
    expect(first && culpritText(first)).toBe('main.load (svc/main.go:7), GOGC=400');
  });
});

describe('the mapping that grew', () => {
  const mapping = (path: string, bytes: number, rss: number | null, start: string) => ({
    kind: 'mapping' as const,
    data: { class: path === '' ? 'anonymous' : 'file', path, bytes, rss, start },
  });

  it('is the path most of them share, its digits set apart', () => {
    const events = [
      mapping('/data/seg-1.bin', 4 * mebi, 4 * mebi, '0x1'),
      mapping('/data/seg-2.bin', 4 * mebi, 4 * mebi, '0x2'),
      mapping('/lib/libc.so', 6 * mebi, 6 * mebi, '0x3'),
    ];
    expect(growingMapping(madeScene([{ events }]))).toBe('/data/seg-2.bin');
  });

  it('is told by size where maps say nothing of residence, an anonymous one by its address', () => {
    const events = [mapping('/lib/libc.so', 2 * mebi, null, '0x3'), mapping('', 16 * mebi, null, '0x7f00')];
    expect(growingMapping(madeScene([{ events }]))).toBe('[anon] 0x7f00');
  });
});
