import { describe, expect, it } from 'vitest';
import { drawLiveCurve, valueAt } from '../../../../src-main/analysis/what-if/live-curve.ts';
import { SeededRandom } from '../../../../src-main/analysis/what-if/seeded-random.ts';

const points = [
  { alloc: 0, value: 0 },
  { alloc: 100, value: 50 },
  { alloc: 200, value: 10 },
];

describe('valueAt', () => {
  it.each([
    [-5, 0],
    [50, 25],
    [100, 50],
    [150, 30],
    [999, 10],
  ])('is linear between points and constant outside: %d', (alloc, value) => {
    expect(valueAt(points, alloc)).toBe(value);
  });

  it('is 0 where nothing is known', () => {
    expect(valueAt([], 7)).toBe(0);
  });
});

describe('drawLiveCurve', () => {
  it('rises evenly and falls in one step at a moment that differs between draws', () => {
    const live = points.map((p) => ({ alloc: p.alloc, bytes: p.value }));
    const steps = [1, 2, 3].map((seed) => {
      const curve = drawLiveCurve({ live }, new SeededRandom(seed));
      expect(valueAt(curve, 50)).toBe(25);
      expect(valueAt(curve, 200)).toBe(10);
      const at = Array.from({ length: 99 }, (_, i) => 101 + i).findIndex((alloc) => valueAt(curve, alloc) === 10);
      expect(valueAt(curve, 100 + at), 'before the step').toBe(50);
      return at;
    });
    expect(new Set(steps).size).toBe(3);
  });

  it('falls no earlier than what has risen since the fall allows', () => {
    // from 100 on every allocated byte stays; 10 bytes are live at 100, so the fall was within the 10 bytes before
    const live = [
      { alloc: 0, bytes: 80 },
      { alloc: 100, bytes: 10 },
      { alloc: 150, bytes: 60 },
    ];
    for (let seed = 0; seed < 40; seed++) {
      const curve = drawLiveCurve({ live }, new SeededRandom(seed));
      expect(valueAt(curve, 89.9)).toBe(80);
      const late = Array.from({ length: 10 }, (_, i) => 90.5 + i).filter((alloc) => valueAt(curve, alloc) !== 80);
      for (const alloc of late) expect(valueAt(curve, alloc)).toBeCloseTo(alloc - 90);
    }
  });

  it('finds at a place what a cycle before or after found, where the live set keeps its level', () => {
    const live = [100, 110, 95, 300].map((bytes, i) => ({ alloc: 100 * i, bytes }));
    const drawn = (alloc: number) =>
      new Set(Array.from({ length: 40 }, (_, seed) => valueAt(drawLiveCurve({ live }, new SeededRandom(seed)), alloc)));
    expect([...drawn(100)].sort()).toEqual([100, 110, 95]);
    expect([...drawn(300)], 'a step is no movement').toEqual([300]);
  });
});
