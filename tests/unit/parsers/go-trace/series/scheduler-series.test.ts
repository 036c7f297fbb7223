import { describe, expect, it } from 'vitest';
import type { Sink } from '../../../../../src-main/parsers/contract.ts';
import { SchedulerSeries } from '../../../../../src-main/parsers/go-trace/series/scheduler-series.ts';
import { procStates } from '../../../../../src-main/parsers/go-trace/trace-sink.ts';

const ms = 1e6;

/** Means of busy Ps as [end in ms, value], of Ps that start (+1) and stop (-1) at moments in ms. */
function means(...changes: readonly (readonly [t: number, change: 1 | -1])[]): [number, number][] {
  const rows: [number, number][] = [];
  const sink = {
    frame: (name: string) => ({
      column: () => 0,
      row: (t: number) => {
        if (name === 'go-trace processors') rows.push([t / ms, Number.NaN]);
      },
      set: (_: number, value: number) => {
        const last = rows.at(-1);
        if (name === 'go-trace processors' && last) last[1] = value;
      },
    }),
  } as unknown as Sink;
  const series = new SchedulerSeries(sink);
  const [idle, running] = [procStates.indexOf('Idle'), procStates.indexOf('Running')];
  const column = (value: (i: number) => number) => Float64Array.from(changes, (_, i) => value(i));
  const starts = (i: number) => changes[i]?.[1] === 1;
  series.add({
    rows: changes.length,
    timeNs: column((i) => (changes[i]?.[0] ?? 0) * ms),
    resource: column(() => 1),
    from: column((i) => (starts(i) ? idle : running)),
    to: column((i) => (starts(i) ? running : idle)),
    offset: column((i) => i),
  } as unknown as Parameters<SchedulerSeries['add']>[0]);
  series.finish();
  return rows;
}

describe('the use of processors', () => {
  it('is the time Ps ran, over stretches of a millisecond and more', () => {
    expect(means([0.25, 1], [0.5, 1], [0.75, -1], [1.5, -1])).toEqual([
      // 0.25 ms of one, 0.25 ms of two, 0.25 ms of one
      [1, 1],
      [1.5, 1],
    ]);
  });

  it('counts a P that runs for long in each stretch, and tells a quiet time in two values', () => {
    const rows = means([0, 1], [0.5, -1], [7.25, 1], [7.5, -1]);
    expect(rows.slice(0, 3)).toEqual([
      [1, 0.5],
      [2, 0],
      [7, 0],
    ]);
    expect(rows.at(-1)).toEqual([7.5, 0.5]);
    const busy = means([0, 1], [50, -1]);
    expect(busy.every(([, value]) => value === 1)).toBe(true);
    expect(busy.at(-1)?.[0]).toBe(50);
  });
});
