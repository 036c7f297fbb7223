import { describe, expect, it } from 'vitest';
import { ownSpan, secondDigits } from '../../../../src-main/report/drawing/chart-span.ts';

const run = { from: 0, to: 3_600 };

describe('the axis of a chart', () => {
  it('is its own where the values cover a small part of the run', () => {
    const own = ownSpan([[100, 101, 105], [102, 110], []], run);
    expect(own?.from).toBeCloseTo(99.8, 6);
    expect(own?.to).toBeCloseTo(110.2, 6);
  });

  it("is the run's where they cover more, or are one moment", () => {
    expect(ownSpan([[100, 101], [900]], run)).toBeUndefined();
    expect(ownSpan([[100]], run)).toBeUndefined();
    expect(ownSpan([], run)).toBeUndefined();
  });

  it('has as many decimals as its marks need', () => {
    expect(secondDigits({ from: 0, to: 3_600 })).toBe(0);
    expect(secondDigits({ from: 5, to: 9 })).toBe(0);
    expect(secondDigits({ from: 5, to: 7 })).toBe(1);
    expect(secondDigits({ from: 5, to: 5.04 })).toBe(2);
  });
});
