import { describe, expect, it } from 'vitest';
import type { WhatIfDocument } from '../../../src-main/api/contract/documents.ts';
import { askText, isFit, readAsk, toAsk } from '../../../src-renderer/screens/whatif/ask-text.ts';
import { figureRows, signedPercent } from '../../../src-renderer/screens/whatif/figure-rows.ts';
import { heapPaths } from '../../../src-renderer/screens/whatif/heap-paths.ts';

describe('what is asked', () => {
  it('comes back from the address as it went in', () => {
    const fields = { gogc: 'off', mem: '512', procs: '4', madv: '0', go: '22' };
    expect(readAsk(askText(fields))).toEqual(fields);
    expect(toAsk(fields)).toEqual({
      gogc: -1,
      memoryLimitBytes: 512 * 2 ** 20,
      procs: 4,
      madvdontneed: false,
      goMinor: 22,
    });
    expect(toAsk({})).toEqual({});
  });

  it('leaves out what cannot be asked', () => {
    expect(readAsk('gogc=0,mem=-1,procs=9999,go=12,x=1,madv,=,gogc')).toEqual({});
    expect(isFit('mem', '4294967297')).toBe(false);
    expect(isFit('procs', 'off')).toBe(false);
  });
});

const base = {
  gc_cycles: 57,
  peak_heap_bytes: 2 ** 28,
  peak_total_bytes: null,
  peak_rss_bytes: null,
  gc_cpu_fraction: 0.17,
  total_pause_s: 0.008,
};
const answer = {
  baseline: base,
  predicted: {
    ...base,
    gc_cycles: 25,
    gc_cycles_interval: [20, 31],
    peak_heap_bytes_interval: [2 ** 27, 2 ** 29],
    peak_total_bytes_interval: null,
    peak_rss_bytes_interval: null,
    gc_cpu_fraction_interval: [0.1, 0.2],
    total_pause_s_interval: [0.001, 0.01],
  },
  replay_error: { gc_cycles: -0.05 },
} as unknown as WhatIfDocument;

describe('the table', () => {
  it('has a row for each figure, and says what is not known', () => {
    const rows = figureRows(answer);
    expect(rows[0]).toEqual({
      figure: 'gc_cycles',
      measured: '57',
      simulated: '25',
      low: '20',
      high: '31',
      change: '−56.1 %',
      replay: '−5.00 %',
    });
    expect(rows[1]).toMatchObject({ measured: '256 MiB', change: '±0 %', replay: null });
    expect(rows[2]).toMatchObject({ measured: null, simulated: null, low: null, change: null });
  });

  it('gives a difference its sign', () => {
    expect([0.123, -0.5, 0].map(signedPercent)).toEqual(['+12.3 %', '−50.0 %', '±0 %']);
  });
});

describe('the picture', () => {
  it('has both heaps on one scale, the origin at the lower left', () => {
    const paths = heapPaths(
      [
        [0, 0],
        [10, 100],
      ],
      [
        [0, 0],
        [20, 200],
      ],
      1000,
      100,
    );
    expect(paths).toEqual({ measured: 'M0 100L500 50', predicted: 'M0 100L1000 0', seconds: 20, bytes: 200 });
  });

  it('is empty without points', () => {
    expect(heapPaths([], [], 10, 10)).toMatchObject({ measured: '', predicted: '' });
  });
});
