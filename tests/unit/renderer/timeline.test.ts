import { describe, expect, it } from 'vitest';
import type { Cycles, Lane } from '../../../src-main/api/contract/calls.ts';
import { laneAt, laneHeight } from '../../../src-renderer/screens/timeline/lane-heights.ts';
import { Latest } from '../../../src-renderer/screens/timeline/latest.ts';
import { nearestCycle } from '../../../src-renderer/screens/timeline/nearest-cycle.ts';
import { twinOf } from '../../../src-renderer/screens/timeline/table-twin.ts';

const f = (...values: number[]) => Float64Array.from(values);
const cycles: Cycles = {
  t: f(1, 5, 9),
  end: f(2, 5.5, 9.25),
  number: f(1, 2, 4),
  pause: f(0.001, 0.002, 0.003),
  count: f(1, 1, 3),
  evidence: 1,
  line: f(1, 2, 3),
};
const lines = {
  key: 'heap',
  kind: 'lines',
  unit: 'bytes',
  title: 'Heap',
  series: [
    { id: 'a', title: 'HeapAlloc', unit: 'bytes' },
    { id: 'b', title: 'goal', unit: 'bytes' },
  ],
} as unknown as Lane;

describe('lanes', () => {
  it('find the one under the pointer', () => {
    expect(laneAt([100, 50], 99)).toBe(0);
    expect(laneAt([100, 50], 100)).toBe(1);
    expect(laneAt([100, 50], 150)).toBe(-1);
    expect(laneAt([100, 50], -1)).toBe(-1);
  });

  it('are high enough for their legend', () => {
    const many = { ...lines, series: Array.from({ length: 9 }, () => lines.series[0]) } as Lane;
    expect(laneHeight(many, false)).toBe(32 + 9 * 24);
    expect(laneHeight({ ...lines, key: 'memory' }, true)).toBeGreaterThanOrEqual(32 + 3 * 24);
  });
});

describe('cycles', () => {
  it('are taken by their bar or the nearest one in reach', () => {
    expect(nearestCycle(cycles, 1.5, 0.1)).toBe(1);
    expect(nearestCycle(cycles, 5.6, 0.2)).toBe(5);
    expect(nearestCycle(cycles, 3.5, 0.2)).toBeUndefined();
    expect(nearestCycle(null, 1, 1)).toBeUndefined();
  });
});

describe('the table of a chart', () => {
  const curves = new Map([
    ['a', { id: 'a', t: f(0, 1, 2), v: f(1024, 2048, 4096), points: 3 }],
    ['b', { id: 'b', t: f(1, 9), v: f(8192, 1), points: 50 }],
  ]);

  it('has a row for each moment in view and a column for each series shown', () => {
    const twin = twinOf(lines, { curves, cycles: null }, { from: 0.5, to: 3 }, []);
    expect(twin.columns).toEqual(['HeapAlloc', 'goal']);
    expect(twin.rows).toEqual([
      { t: 1, cells: ['2.00 KiB', '8.00 KiB'] },
      { t: 2, cells: ['4.00 KiB', ''] },
    ]);
    expect(twin.isThinned).toBe(true);
  });

  it('leaves hidden series out', () => {
    const twin = twinOf(lines, { curves, cycles: null }, { from: 0, to: 3 }, ['b']);
    expect(twin.columns).toEqual(['HeapAlloc']);
    expect(twin.isThinned).toBe(false);
  });

  it('lists cycles, a stretch of several as one', () => {
    const twin = twinOf({ ...lines, kind: 'cycles' }, { curves, cycles }, { from: 4, to: 10 }, []);
    expect(twin.rows.map((r) => r.cells)).toEqual([
      ['gc 2', '500 ms', '2.00 ms'],
      ['gc 4+2', '250 ms', '3.00 ms'],
    ]);
    expect(twin.isThinned).toBe(true);
  });
});

describe('asks that overtake each other', () => {
  it('take only the answer to the last', async () => {
    const latest = new Latest(0);
    const taken: string[] = [];
    const ask = (name: string, ms: number) =>
      latest.run(
        () => new Promise<string>((resolve) => setTimeout(() => resolve(name), ms)),
        (answer) => taken.push(answer),
      );
    await Promise.all([ask('first', 20), ask('second', 1)]);
    expect(taken).toEqual(['second']);
  });
});
