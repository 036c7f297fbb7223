/** What-if where there is no gctrace: the series of a recorded run alone, against the same program really run under other settings. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaseData } from '../../../../src-main/analysis/case-data.ts';
import { runWithGctrace } from '../../../../src-main/analysis/what-if/recorded-run.ts';
import { runOfSamples, sampledRun } from '../../../../src-main/analysis/what-if/sampled-run.ts';
import { whatIf } from '../../../../src-main/analysis/what-if/what-if.ts';
import { Case } from '../../../../src-main/case/case.ts';
import { parseHere } from '../../case/parse-here.ts';
import { temporaryFolder } from '../../case/temporary-folder.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'what-if', 'two-workers');
const MiB = 2 ** 20;
const series = readFileSync(join(folder, 'series.jsonl'), 'utf8');
const gctrace = readFileSync(join(folder, 'gctrace.log'), 'utf8');
const measured = JSON.parse(readFileSync(join(folder, 'measured.json'), 'utf8'));

const opened: Case[] = [];
async function caseOf(files: Readonly<Record<string, string>>): Promise<CaseData> {
  const made = Case.temporary('what-if-samples');
  opened.push(made);
  const at = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(at, name), text);
  await made.import([at], { parse: parseHere });
  return new CaseData(made);
}
afterAll(() => {
  for (const c of opened) c.close();
});

/** Each line of the series, changed. */
function changed(change: (row: Record<string, unknown>, index: number) => Record<string, unknown> | undefined): string {
  const rows = series
    .trim()
    .split('\n')
    .map((line, i) => change(JSON.parse(line), i))
    .filter((row) => row !== undefined);
  return `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
}

const started = Date.parse('2026-11-24T06:00:00Z');
const without = (...names: string[]) =>
  changed((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name))));

/** As Prometheus would have scraped it, a file a scrape. */
function scrapes(): Record<string, string> {
  const names: Readonly<Record<string, string>> = {
    HeapAlloc: 'go_memstats_heap_alloc_bytes',
    HeapInuse: 'go_memstats_heap_inuse_bytes',
    HeapReleased: 'go_memstats_heap_released_bytes',
    HeapSys: 'go_memstats_heap_sys_bytes',
    Sys: 'go_memstats_sys_bytes',
    NextGC: 'go_memstats_next_gc_bytes',
    TotalAlloc: 'go_memstats_alloc_bytes_total',
    Mallocs: 'go_memstats_mallocs_total',
    Frees: 'go_memstats_frees_total',
    NumGC: 'go_gc_duration_seconds_count',
    VmRSS: 'process_resident_memory_bytes',
  };
  const rows = series
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, number>);
  return Object.fromEntries(
    rows.map((row, i) => {
      const lines = Object.entries(names).map(
        ([field, name]) => `${name} ${row[field]} ${started + Math.round(row.t_ms as number)}`,
      );
      const pause = `go_gc_duration_seconds_sum ${(row.PauseTotalNs as number) / 1e9} ${started + Math.round(row.t_ms as number)}`;
      return [
        `scrape-${String(i).padStart(3, '0')}.prom`,
        `${lines.join('\n')}\n${pause}\ngo_sched_gomaxprocs_threads 2\n`,
      ];
    }),
  );
}

let data: CaseData;
beforeAll(async () => {
  data = await caseOf({ 'series.jsonl': series });
});

describe('whatIf without gctrace', () => {
  it('replays the run within 10 % and says of each figure where it is from', () => {
    const { settings, baseline, replayError, refused } = whatIf(data, {});
    expect(refused).toBeUndefined();
    expect(settings).toMatchObject({ gogc: 100, gogcFrom: 'allocation', cyclesFrom: 'samples', isProcsAssumed: true });
    for (const error of [replayError.gcCycles, replayError.peakHeapBytes, replayError.peakTotalBytes])
      expect(Math.abs(error ?? 1)).toBeLessThan(0.1);
    expect(replayError).not.toHaveProperty('goal');
    expect(baseline?.figures).toMatchObject({ gcCycles: 57, gcCpuFraction: undefined });
    expect(baseline?.basis).toEqual({
      gcCycles: 'measured',
      peakHeapBytes: 'estimated',
      peakTotalBytes: 'measured',
      peakRssBytes: 'measured',
      totalPauseS: 'measured',
    });
    expect(baseline?.figures.totalPauseS).toBeCloseTo(0.00819, 4);
  });

  it('predicts no share of CPU where nothing tells one, and one where GCCPUFraction does', async () => {
    expect(whatIf(data, { gogc: 200 }).predicted).toMatchObject({ gcCpuFraction: undefined });
    expect(whatIf(data, { gogc: 200 }).intervals).not.toHaveProperty('gcCpuFraction');
    const told = await caseOf({ 'series.jsonl': changed((row) => ({ ...row, GCCPUFraction: 0.17 })) });
    const { baseline, predicted } = whatIf(told, { gogc: 200, procs: 2 });
    expect(baseline).toMatchObject({ figures: { gcCpuFraction: 0.17 }, basis: { gcCpuFraction: 'measured' } });
    expect(predicted?.gcCpuFraction).toBeGreaterThan(0.05);
    expect(predicted?.gcCpuFraction).toBeLessThan(0.15);
  });

  it('calls the share of CPU estimated where the samples begin in the middle of the process', async () => {
    const late = changed((row, i) => (i < 16 ? undefined : { ...row, GCCPUFraction: 0.17 }));
    const { baseline, refused } = whatIf(await caseOf({ 'series.jsonl': late }), {});
    expect(refused).toBeUndefined();
    expect(baseline?.basis.gcCpuFraction).toBe('estimated');
    expect(baseline?.figures.gcCycles).toBeLessThan(57);
  });

  it('calls pauses unknown where no sample holds their sum', async () => {
    const { baseline, predicted } = whatIf(await caseOf({ 'series.jsonl': without('PauseTotalNs') }), { gogc: 200 });
    expect(baseline?.basis).not.toHaveProperty('totalPauseS');
    expect(predicted?.totalPauseS).toBeUndefined();
  });

  it('states intervals that hold four measured figures in five, and gets four outcomes in five right', () => {
    let inside = 0;
    let all = 0;
    let outcomes = 0;
    for (const m of measured) {
      const { intervals, outcome } = whatIf(data, {
        gogc: m.ask.gogc === 'off' ? -1 : Number(m.ask.gogc),
        memoryLimit: m.ask.memlimit === null ? undefined : BigInt(m.ask.memlimit),
        procs: m.ask.procs,
      });
      if (m.is_borderline || outcome?.word === m.measured.outcome) outcomes++;
      for (const [interval, value] of [
        [intervals.gcCycles, m.measured.gc_cycles],
        [intervals.peakHeapBytes, m.measured.peak_heap_bytes],
        [intervals.peakTotalBytes, m.measured.peak_total_bytes],
        [intervals.peakRssBytes, m.measured.peak_rss_bytes],
      ] as const) {
        all++;
        const [low, high] = interval ?? [0, 0];
        if (low <= value && value <= high) inside++;
      }
    }
    expect(inside / all).toBeGreaterThanOrEqual(0.8);
    expect(outcomes / measured.length).toBeGreaterThanOrEqual(0.8);
  });

  it('rebuilds what the hidden gctrace tells: live heaps within 15 %, ends of cycles within a fifth of a cycle', async () => {
    const traced = runWithGctrace(await caseOf({ 'gctrace.log': gctrace, 'series.jsonl': series }));
    const found = sampledRun(data);
    if (!traced || 'missing' in found) throw new Error('no run');
    const rebuilt = runOfSamples(data, found, 100, 2);
    const apart = (traced.cycles.at(-1)?.allocEnd ?? 0) / traced.cycles.length;
    const errors = (rebuilt?.cycles ?? []).slice(6).map((c) => {
      const real = traced.cycles.find((r) => r.number === c.number);
      return {
        live: Math.abs(c.heapMarked / (real?.heapMarked ?? 1) - 1),
        end: Math.abs(c.allocEnd - (real?.allocEnd ?? 0)) / apart,
      };
    });
    const middle = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
    expect(errors.length).toBeGreaterThan(45);
    expect(middle(errors.map((e) => e.live))).toBeLessThan(0.15);
    expect(middle(errors.map((e) => e.end))).toBeLessThan(0.2);
  });

  it('reads the same from scrapes, one a file, and takes GOMAXPROCS from them', async () => {
    const { settings, baseline, predicted } = whatIf(await caseOf(scrapes()), { gogc: 200 });
    const own = whatIf(data, { gogc: 200, procs: 2 });
    expect(settings).toMatchObject({ procs: 2, isProcsAssumed: false });
    expect(baseline?.figures.gcCycles).toBe(own.baseline?.figures.gcCycles);
    expect((predicted?.peakHeapBytes ?? 0) / (own.predicted?.peakHeapBytes ?? 1)).toBeCloseTo(1, 1);
  });

  it('takes the longer run where the counters fall', async () => {
    const twice = changed((row, i) => (i < 8 ? row : undefined)) + series;
    const { baseline } = whatIf(await caseOf({ 'series.jsonl': twice }), {});
    expect(baseline?.figures.gcCycles).toBe(57);
  });

  it.each([
    ['TotalAlloc', ['TotalAlloc']],
    ['NextGC', ['NextGC']],
    ['t_ms', ['time']],
  ])('names %s where it is missing', async (name, missing) => {
    expect(whatIf(await caseOf({ 'series.jsonl': without(name) }), {}).refused).toEqual({
      reason: 'samples_lack',
      missing,
    });
  });

  it('refuses samples of a run at its memory limit', async () => {
    const env = 'name: app\nGOMEMLIMIT=250MiB\n';
    const limited = await caseOf({
      ...scrapes(),
      'limit.prom': `go_gc_gomemlimit_bytes ${250 * MiB}\n`,
      'env.txt': env,
    });
    expect(whatIf(limited, {}).refused).toMatchObject({ reason: 'limit_hides_live' });
  });

  it('refuses where the GOGC that is told does not explain the samples', async () => {
    const files = Object.entries(scrapes()).map(([name, text]) => [name, `${text}go_gc_gogc_percent 25\n`]);
    expect(whatIf(await caseOf(Object.fromEntries(files)), {}).refused).toMatchObject({ reason: 'replay_error' });
  });
});
