import { describe, expect, it } from 'vitest';
import { AddrRanges } from '../../../../src-main/engine/pages/addr-ranges.ts';

function rangesOf(ranges: AddrRanges): number[][] {
  return Array.from({ length: ranges.count }, (_, i) => [ranges.baseOf(i), ranges.limitOf(i)]);
}

describe('address ranges', () => {
  it('joins with the neighbour below, above, and both', () => {
    const ranges = new AddrRanges();
    ranges.add(10, 20);
    ranges.add(30, 40);
    ranges.add(20, 22);
    ranges.add(28, 30);
    expect(rangesOf(ranges)).toEqual([
      [10, 22],
      [28, 40],
    ]);
    ranges.add(22, 28);
    expect(rangesOf(ranges)).toEqual([[10, 40]]);
    expect(ranges.total).toBe(30);
  });

  it('finds the next covered address', () => {
    const ranges = new AddrRanges();
    ranges.add(10, 20);
    ranges.add(30, 40);
    expect([0, 10, 19, 20, 39, 40].map((at) => ranges.findAddrGreaterEqual(at))).toEqual([10, 10, 19, 30, 39, -1]);
    expect([9, 10, 20, 30].map((at) => ranges.contains(at))).toEqual([false, true, false, true]);
  });
});
