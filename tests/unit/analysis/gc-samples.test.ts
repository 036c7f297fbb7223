import { describe, expect, it } from 'vitest';
import { gcSamples } from '../../../src-main/analysis/gc-samples.ts';
import { rangeKinds } from '../../../src-main/parsers/go-trace/trace-sink.ts';
import { MadeTables } from './made-tables.ts';

const stop = rangeKinds.indexOf('stop-the-world');
const mark = rangeKinds.indexOf('GC concurrent mark phase');

function made(): MadeTables {
  const tables = new MadeTables(
    ['', 'GC mark termination', 'read mem stats'],
    ['runtime.scanobject', 'runtime.markrootFreeGStacks', 'runtime.(*pageAlloc).find', 'main.work'],
  );
  tables.rows('ranges', {
    kind: [mark, stop, stop],
    beginNs: [100, 490, 900],
    endNs: [500, 600, 950],
    reasonString: [0, 1, 2],
  });
  return tables;
}

describe('CPU samples of the collector', () => {
  it('fall into pauses and marking, by function', () => {
    const tables = made();
    tables.rows('cpuSamples', { timeNs: [50, 150, 200, 210, 495, 550, 920], stack: [4, 1, 1, 2, 4, 3, 1] });
    expect(gcSamples(tables.tables, 1, tables.names, 0, 1_000)).toEqual({
      isProfiled: true,
      all: 7,
      inStops: 2,
      inMark: 3,
      markingRoots: 1,
      pageAllocator: 1,
      functions: [
        { function: 'runtime.scanobject', inStops: 0, inMark: 2 },
        { function: 'main.work', inStops: 1, inMark: 0 },
        { function: 'runtime.(*pageAlloc).find', inStops: 1, inMark: 0 },
        { function: 'runtime.markrootFreeGStacks', inStops: 0, inMark: 1 },
      ],
    });
    expect(gcSamples(tables.tables, 1, tables.names, 160, 205)).toMatchObject({ all: 1, inMark: 1 });
  });

  it('are none where the profiler was off', () => {
    const tables = made();
    expect(gcSamples(tables.tables, 1, tables.names, 0, 1_000)).toMatchObject({
      isProfiled: false,
      all: 0,
      functions: [],
    });
  });
});
