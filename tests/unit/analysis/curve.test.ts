import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rate, riseBegins, stillGrowing, thin } from '../../../src-main/analysis/curve.ts';

const seconds = Array.from({ length: 120 }, (_, i) => i);
const curve = (at: (t: number) => number) => ({ t: seconds, v: seconds.map(at) });

describe('riseBegins', () => {
  it('finds the knee between flat and rising, with noise, wherever it lies', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 90 }), fc.integer({ min: 1, max: 1_000_000 }), (knee, seed) => {
        let state = seed;
        const noise = () => {
          state = (state * 48_271) % 2_147_483_647;
          return state / 2_147_483_647 - 0.5;
        };
        const found = riseBegins(curve((t) => 100 + Math.max(0, t - knee) * 5 + noise() * 4));
        expect(Math.abs((found ?? -1_000) - knee)).toBeLessThanOrEqual(3);
      }),
    );
  });

  it('begins at the beginning where the whole rises', () => {
    expect(riseBegins(curve((t) => t))).toBeLessThanOrEqual(1);
  });

  it.each<[string, (t: number) => number]>([
    ['flat', () => 5],
    ['falling', (t) => -t],
  ])('is nothing where it is %s', (_, at) => {
    expect(riseBegins(curve(at))).toBeUndefined();
  });

  it('takes the last point before the largest step where there are only a few', () => {
    expect(riseBegins({ t: [0, 10, 20], v: [1, 1, 9] })).toBe(10);
    expect(riseBegins({ t: [0], v: [1] })).toBeUndefined();
  });
});

describe('stillGrowing', () => {
  it.each<[string, (t: number) => number, number, number]>([
    ['a straight line', (t) => t, 0.9, 1.2],
    ['a plateau', (t) => Math.min(t, 40), -0.05, 0.05],
    ['a rise that ends in a fall', (t) => (t < 80 ? t : 160 - t), -2, -0.5],
    ['a rise that quickens', (t) => t * t, 1.4, 2],
    ['no rise at all', () => 3, 0, 0],
  ])('of %s', (_, at, low, high) => {
    const value = stillGrowing(curve(at));
    expect(value).toBeGreaterThanOrEqual(low);
    expect(value).toBeLessThanOrEqual(high);
  });
});

describe('rate', () => {
  it('has no value across a restart', () => {
    expect(rate({ t: [0, 1, 2, 3], v: [0, 10, 2, 6] })).toEqual({ t: [1, 3], v: [10, 4] });
  });
});

describe('thin', () => {
  it('keeps order and range with at most as many points', () => {
    const { t, v } = thin(
      curve((x) => x),
      7,
    );
    expect(t.length).toBeLessThanOrEqual(7);
    expect(t).toEqual([...t].sort((a, b) => a - b));
    expect(v).toEqual(t);
  });
});
