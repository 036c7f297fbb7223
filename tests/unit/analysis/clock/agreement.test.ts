import { describe, expect, it } from 'vitest';
import { agreementOf, type Bound } from '../../../../src-main/analysis/clock/agreement.ts';

const second = 1_000_000_000n;
const around = (mark: number, seconds: number): Bound => {
  const at = BigInt(Math.round(seconds * 1e9));
  return { mark, lo: at - 5_000_000n, hi: at + 5_000_000n };
};

describe('the agreement of marks', () => {
  it('is where the most meet, and only their common part', () => {
    const found = agreementOf([around(0, 100), around(1, 100.002), around(2, 99.999), around(3, 400)]);
    expect(found).toEqual({ lo: 99_997_000_000n, hi: 100_004_000_000n, agreeing: 3, marks: 4 });
  });

  it('is the shift at which all fit, where words stand in several lines', () => {
    // three messages, each on three lines; only one shift suits them all
    const bounds = [
      [10, 50, 90],
      [3, 50, 71],
      [50, 60, 99],
    ].flatMap((seconds, mark) => seconds.map((s) => around(mark, s)));
    expect(agreementOf(bounds)).toMatchObject({ agreeing: 3, marks: 3, lo: 50n * second - 5_000_000n });
  });

  it('is none where equal distances fit several shifts', () => {
    const ticks = [0, 1, 2].flatMap((mark) => [0, 10, 20, 30, 40].map((s) => around(mark, s - mark * 10)));
    expect(agreementOf(ticks)).toBeUndefined();
    expect(agreementOf([around(0, 10), around(0, 50)])).toBeUndefined();
  });

  it('is none where half or fewer meet', () => {
    expect(agreementOf([around(0, 10), around(1, 10), around(2, 50), around(3, 90)])).toBeUndefined();
    expect(agreementOf([])).toBeUndefined();
  });

  it('counts a mark once, however many of its lines lie near', () => {
    expect(agreementOf([around(0, 10), around(0, 10.001), around(1, 300)])).toBeUndefined();
  });
});
