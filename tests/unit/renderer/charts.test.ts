import { describe, expect, it } from 'vitest';
import { isMeanBefore } from '../../../src-main/api/contract/metrics.ts';
import { axisText } from '../../../src-renderer/charts/axis-text.ts';
import { clusterMarks } from '../../../src-renderer/charts/clusters.ts';
import { type Curve, extremes, indexAt, readingAt, stepSample } from '../../../src-renderer/charts/curve.ts';
import { aloneIn, breakCurve, longestDrawn, longestPause, usualPace } from '../../../src-renderer/charts/gaps.ts';
import { highestIn, topOf } from '../../../src-renderer/charts/highest.ts';
import { clockStep, decades, timeTicks, valueTicks } from '../../../src-renderer/charts/ticks.ts';
import { centreSpan, clampSpan, fitSpan, orWhole, panSpan, zoomSpan } from '../../../src-renderer/charts/viewport.ts';

const f = (...values: number[]) => Float64Array.from(values);
const curve = (t: number[], v: number[], points = t.length): Curve => ({ id: 'x', t: f(...t), v: f(...v), points });

describe('gaps', () => {
  it('breaks a curve where nobody measured, not where a beat was missed', () => {
    const t = f(0, 1, 2, 4, 5, 20, 21);
    const longest = longestPause(usualPace(t), 0);
    expect(breakCurve(t, f(1, 1, 1, 1, 1, 1, 1), longest, []).v).toEqual([1, 1, 1, 1, 1, null, 1, 1]);
  });

  it('breaks every curve at a restart, also one without a pace', () => {
    const { t, v } = breakCurve(f(0, 1, 2), f(5, 6, 1), undefined, [1.5]);
    expect(v).toEqual([5, 6, null, 1]);
    expect(t[2]).toBe(1.5);
  });

  it('has no pace below four samples and none for thinned pixels', () => {
    expect(usualPace(f(0, 1, 9))).toBeUndefined();
    expect(longestPause(0.001, 1)).toBe(4);
  });

  it('takes what is no number for a gap', () => {
    expect(breakCurve(f(0, 1), f(Number.NaN, 2), undefined, []).v).toEqual([null, 2]);
  });

  it('has none in what is read off events: between two of them nothing changed', () => {
    expect(longestDrawn('heap_alloc_bytes', false, 1, 0)).toBe(6);
    expect(longestDrawn('next_gc_bytes', true, 1, 0)).toBeUndefined();
    expect(longestDrawn('replay_heap_alloc_bytes', false, 1, 0)).toBeUndefined();
    expect(longestDrawn('trace_procs_busy', false, 1, 0)).toBeUndefined();
  });

  it('tells means over what came before from values of a moment', () => {
    expect([
      isMeanBefore('trace_procs_busy', false),
      isMeanBefore('replay_frees_total', true),
      isMeanBefore('replay_heap_alloc_bytes', false),
      isMeanBefore('frees_total', true),
    ]).toEqual([true, true, false, false]);
  });

  it('finds samples that no line would reach', () => {
    const data = [
      [0, 1, 2, 3, 4, 5],
      [7, undefined, null, 8, undefined, 9],
    ];
    expect(aloneIn({ data }, 1)).toEqual([0]);
    expect(aloneIn({ data: [[0], [3]] }, 1)).toEqual([0]);
  });
});

describe('curves', () => {
  it('reads the value that held at a moment, with its age', () => {
    const c = curve([0, 10, 20], [1, 2, 3]);
    expect(readingAt(c, 14)).toEqual({ value: 2, age: 4 });
    expect(readingAt(c, -1)).toBeUndefined();
    expect(indexAt(c.t, 20)).toBe(2);
  });

  it('steps over the samples of several curves, ten at a time too', () => {
    const curves = [curve([0, 2, 4], [0, 0, 0]), curve([1, 2, 3], [0, 0, 0])];
    expect(stepSample(curves, 1, 1)).toBe(2);
    expect(stepSample(curves, 2, -1)).toBe(1);
    expect(stepSample(curves, 0, 10)).toBe(4);
    expect(stepSample([], 0, 1)).toBeUndefined();
  });

  it('finds a spike of one sample', () => {
    expect(extremes(curve([0, 1, 2, 3], [5, 5, 900, 5]), 0, 3)).toEqual({ min: 5, max: 900 });
  });
});

describe('the value axis', () => {
  it('has room for lines that leave the view at its sides', () => {
    const line = { t: [0, 10, 20], v: [0, 0, 100] };
    expect(highestIn([line], { from: 8, to: 15 })).toBe(50);
    expect(highestIn([{ t: [0, 10, 20], v: [0, null, 100] }], { from: 8, to: 15 })).toBe(0);
  });

  it('shows a limit that is near and names one that is far', () => {
    expect(topOf(100, 200)).toBeCloseTo(212);
    expect(topOf(100, 10_000)).toBeCloseTo(106);
    expect(topOf(0, null)).toBe(1);
  });

  it('is round in powers of two for bytes, in tens for the rest', () => {
    expect(valueTicks(400 * 2 ** 20, 'bytes', 4)).toEqual([0, 100, 200, 300, 400].map((m) => m * 2 ** 20));
    expect(valueTicks(3.1 * 2 ** 30, 'bytes', 4)).toEqual([0, 1, 2, 3].map((g) => g * 2 ** 30));
    expect(valueTicks(8632, 'count', 4)).toEqual([0, 5000]);
    expect(axisText(1.5 * 2 ** 30, 'bytes')).toBe('1.5 GiB');
    expect(axisText(200 * 2 ** 20, 'bytes')).toBe('200 MiB');
  });

  it('spans whole decades on a log axis', () => {
    expect(decades(29e-6, 274e-6).map((d) => Math.round(Math.log10(d)))).toEqual([-5, -4, -3]);
  });
});

describe('the time axis', () => {
  it('steps as clocks do', () => {
    expect(clockStep(64, 8)).toBe(10);
    expect(clockStep(3_600, 6)).toBe(600);
    expect(clockStep(0.004, 8)).toBeCloseTo(0.0005);
  });

  it('is round on the wall, not at the first sample', () => {
    const { step, at } = timeTicks({ from: 0, to: 30 }, 4, 4.255);
    expect(step).toBe(10);
    expect(at.map((x) => (x + 4.255) % 10)).toEqual([0, 0, 0]);
  });
});

describe('the viewport', () => {
  const whole = { from: 0, to: 100 };

  it('keeps the point under the cursor while zooming', () => {
    const next = zoomSpan({ from: 20, to: 60 }, 30, 0.5, whole);
    expect(next).toEqual({ from: 25, to: 45 });
  });

  it('stays inside the case and never gets longer than it', () => {
    expect(panSpan({ from: 80, to: 100 }, 0.5, whole)).toEqual({ from: 80, to: 100 });
    expect(zoomSpan({ from: 10, to: 90 }, 50, 10, whole)).toEqual(whole);
    expect(clampSpan({ from: -50, to: -10 }, whole)).toEqual({ from: 0, to: 40 });
    expect(centreSpan({ from: 0, to: 10 }, 3, whole)).toEqual({ from: 0, to: 10 });
  });

  it('leaves some air around what it fits', () => {
    const fit = fitSpan({ from: 40, to: 50 }, whole);
    expect(fit.from).toBeCloseTo(39.4);
    expect(fit.to).toBeCloseTo(50.6);
  });

  it('says null for the whole', () => {
    expect(orWhole(whole, whole)).toBeNull();
    expect(orWhole({ from: 0, to: 99 }, whole)).toEqual({ from: 0, to: 99 });
  });
});

describe('marks', () => {
  it('shows the gravest of a crowd and counts the others', () => {
    const marks = [
      { t: 1, severity: 2 },
      { t: 2, severity: 5 },
      { t: 50, severity: 2 },
      { t: 500, severity: 5 },
    ];
    const placed = clusterMarks(marks, (t) => t, 100, 10);
    expect(placed.map((p) => [p.mark.t, p.more])).toEqual([
      [2, 1],
      [50, 0],
    ]);
  });
});
