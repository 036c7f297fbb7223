import { describe, expect, it } from 'vitest';
import type { WhatIfDocument } from '../../../src-main/api/contract/documents.ts';
import {
  askText,
  fieldsOf,
  isFit,
  readAsk,
  settingText,
  toAsk,
} from '../../../src-renderer/screens/whatif/ask-text.ts';
import { figureRows, outcomeText, signedPercent } from '../../../src-renderer/screens/whatif/figure-rows.ts';
import { heapPaths } from '../../../src-renderer/screens/whatif/heap-paths.ts';

describe('what is asked', () => {
  it('comes back from the address as it went in', () => {
    const fields = { gogc: 'off', mem: '512', procs: '4', madv: '0', go: '22', cont: '600', load: '1.5', live: '1' };
    expect(readAsk(askText(fields))).toEqual(fields);
    expect(toAsk(fields)).toEqual({
      gogc: -1,
      memoryLimitBytes: 512 * 2 ** 20,
      procs: 4,
      madvdontneed: false,
      goMinor: 22,
      containerLimitBytes: 600 * 2 ** 20,
      scale: 1.5,
      isLiveScaled: true,
    });
    expect(toAsk({ mem: 'off' })).toEqual({ memoryLimitBytes: -1 });
    expect(toAsk({})).toEqual({});
  });

  it('leaves out what cannot be asked', () => {
    expect(readAsk('gogc=0,mem=-1,procs=9999,go=12,x=1,madv,=,gogc')).toEqual({});
    expect(isFit('mem', '4294967297')).toBe(false);
    expect(isFit('procs', 'off')).toBe(false);
    expect(['0', '101', '1e3', '1.', 'NaN'].filter((value) => isFit('load', value))).toEqual([]);
  });
});

describe('a preset from a finding', () => {
  it('becomes fields, and is written as the variables are', () => {
    const preset = {
      cause: 'go.gogc_too_high',
      gogc: null,
      memlimit: String(288 * 2 ** 20),
      procs: null,
      madvdontneed: 1,
      go: null,
      container_limit: null,
      scale: null,
      scale_live: null,
    } as const;
    expect(fieldsOf(preset)).toEqual({ mem: '288', madv: '1' });
    expect(settingText(fieldsOf(preset))).toBe('GOMEMLIMIT=288MiB madvdontneed=1');
    expect(settingText({ gogc: 'off', mem: 'off' })).toBe('GOGC=off GOMEMLIMIT=off');
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
  baseline: { ...base, basis: { gc_cycles: 'measured', peak_heap_bytes: 'estimated' } },
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
      isEstimated: false,
      simulated: '25',
      low: '20',
      high: '31',
      change: '−56.1 %',
      replay: '−5.00 %',
    });
    expect(rows[1]).toMatchObject({ measured: '256 MiB', isEstimated: true, change: '±0 %', replay: null });
    expect(rows[2]).toMatchObject({ measured: null, simulated: null, low: null, change: null });
  });

  it('gives a difference its sign', () => {
    expect([0.123, -0.5, 0].map(signedPercent)).toEqual(['+12.3 %', '−50.0 %', '±0 %']);
  });
});

describe('the outcome', () => {
  const ended = (predicted: object, container_limit: object | null = null) =>
    outcomeText({ ...answer, predicted, container_limit } as unknown as WhatIfDocument);

  it('says when a run is killed, and how sure that is', () => {
    expect(ended({ outcome: 'killed', killed_at_s: 12, killed_at_s_interval: [10, 15], killed_share: 1 })).toEqual({
      key: 'killed_at',
      args: { at: '12.0 s', low: '10.0 s', high: '15.0 s' },
    });
  });

  it('says that it survives only where there is a limit to be held against', () => {
    const alive = { outcome: 'completed', killed_at_s: null, killed_at_s_interval: null };
    expect(ended({ ...alive, killed_share: 0.25 }, { bytes: 2 ** 28 })).toEqual({
      key: 'survives',
      args: { limit: '256 MiB', share: 75 },
    });
    expect(ended({ ...alive, killed_share: null }, { bytes: 2 ** 28 })?.key).toBe('completed');
    expect(ended({ ...alive, outcome: 'thrashing', killed_share: 0 }, { bytes: 2 ** 28 })?.key).toBe('thrashing');
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
