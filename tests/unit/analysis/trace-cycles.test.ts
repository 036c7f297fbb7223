import { describe, expect, it } from 'vitest';
import { placeByCycles } from '../../../src-main/analysis/clock/trace-cycles.ts';

const second = 1_000_000_000;
const wall = 1_795_500_000n * BigInt(second);
/** Begins of cycles a run of gctrace tells, in seconds, rounded to milliseconds as gctrace does. */
const told = [0.012, 0.54, 1.207, 1.98, 2.331, 4.018, 4.75, 6.2].map((s) => wall + BigInt(Math.round(s * second)));

describe('a trace laid along the cycles of gctrace', () => {
  it('falls where all of its cycles do', () => {
    const start = wall + 1_100_000_000n;
    // 1.207, 1.98, 2.331 and 4.018, a fraction of a millisecond after gctrace's begin
    const cycles = [107_300_000, 880_400_000, 1_231_200_000, 2_918_100_000];
    const found = placeByCycles(cycles, told, undefined);
    expect(Math.abs(Number((found ?? 0n) - start))).toBeLessThan(5_000_000);
  });

  it('is not placed by cycles of another run, nor by too few', () => {
    expect(placeByCycles([100_000_000, 500_000_000, 700_000_000], told, undefined)).toBeUndefined();
    expect(placeByCycles([107_000_000, 880_000_000], told, undefined)).toBeUndefined();
  });

  it('is not placed where several places fit', () => {
    const steady = Array.from({ length: 20 }, (_, i) => wall + BigInt(i) * BigInt(second));
    expect(
      placeByCycles(
        [0.2, 1.2, 2.2].map((s) => s * second),
        steady,
        undefined,
      ),
    ).toBeUndefined();
    const within = { lo: wall + 4_000_000_000n, hi: wall + 5_000_000_000n };
    expect(
      placeByCycles(
        [0.2, 1.2, 2.2].map((s) => s * second),
        steady,
        within,
      ),
    ).toBe(wall + 4_800_000_000n);
  });
});
