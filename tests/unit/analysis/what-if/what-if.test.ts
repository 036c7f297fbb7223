/** What-if against the same program really run under the other settings (tests/fixtures/what-if/two-workers). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CaseData } from '../../../../src-main/analysis/case-data.ts';
import { type WhatIfAsk, whatIf } from '../../../../src-main/analysis/what-if/what-if.ts';
import { Case } from '../../../../src-main/case/case.ts';
import { parseHere } from '../../case/parse-here.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'what-if', 'two-workers');
const MiB = 2 ** 20;

interface Measured {
  readonly ask: { readonly gogc: string; readonly memlimit: number | null; readonly procs: number };
  readonly measured: {
    readonly gc_cycles: number;
    readonly peak_heap_bytes: number;
    readonly peak_total_bytes: number;
    readonly peak_rss_bytes: number;
    readonly outcome: string;
  };
  readonly spread_pct: { readonly gc_cycles: number; readonly peak_heap_bytes: number };
  readonly is_borderline: boolean;
}
const measured = JSON.parse(readFileSync(join(folder, 'measured.json'), 'utf8')) as readonly Measured[];

const opened: Case[] = [];
async function caseOf(...inputs: { name: string; text: string }[]): Promise<CaseData> {
  const made = Case.temporary('what-if');
  opened.push(made);
  const { writeFileSync } = await import('node:fs');
  const { temporaryFolder } = await import('../../case/temporary-folder.ts');
  const at = temporaryFolder();
  for (const { name, text } of inputs) writeFileSync(join(at, name), text);
  await made.import([at], { parse: parseHere });
  return new CaseData(made);
}
afterAll(() => {
  for (const c of opened) c.close();
});

const gctrace = readFileSync(join(folder, 'gctrace.log'), 'utf8');
const series = readFileSync(join(folder, 'series.jsonl'), 'utf8');
let data: CaseData;
beforeAll(async () => {
  data = await caseOf({ name: 'gctrace.log', text: gctrace }, { name: 'series.jsonl', text: series });
});

function askOf({ ask }: Measured): WhatIfAsk {
  return {
    gogc: ask.gogc === 'off' ? -1 : Number(ask.gogc),
    memoryLimit: ask.memlimit === null ? undefined : BigInt(ask.memlimit),
    procs: ask.procs,
  };
}

describe('whatIf', () => {
  it('replays the recorded run: goals and triggers within 1 %, figures within 5 %', () => {
    const { replayError, settings } = whatIf(data, {});
    expect(settings).toMatchObject({ gogc: 100, gogcFrom: 'goals', cyclesFrom: 'gctrace', procs: 2 });
    expect(Math.abs(replayError.goal ?? 1)).toBeLessThan(0.01);
    expect(Math.abs(replayError.trigger ?? 1)).toBeLessThan(0.01);
    for (const error of [replayError.gcCycles, replayError.peakHeapBytes, replayError.peakTotalBytes])
      expect(Math.abs(error ?? 1)).toBeLessThan(0.05);
  });

  it('predicts what was measured: four figures in five within 15 % or the spread of real runs, outcome right', () => {
    let right = 0;
    let all = 0;
    for (const m of measured) {
      const { predicted, outcome } = whatIf(data, askOf(m));
      const name = `GOGC=${m.ask.gogc} GOMEMLIMIT=${m.ask.memlimit} GOMAXPROCS=${m.ask.procs}`;
      if (!m.is_borderline) expect(outcome?.word, name).toBe(m.measured.outcome);
      const near = (a: number | undefined, b: number, spread: number) => {
        all++;
        if (Math.abs((a ?? 0) / b - 1) <= Math.max(0.15, (1.5 * spread) / 100)) right++;
      };
      near(predicted?.gcCycles, m.measured.gc_cycles, m.spread_pct.gc_cycles);
      near(predicted?.peakHeapBytes, m.measured.peak_heap_bytes, m.spread_pct.peak_heap_bytes);
      near(predicted?.peakTotalBytes, m.measured.peak_total_bytes, m.spread_pct.peak_heap_bytes);
      near(predicted?.peakRssBytes, m.measured.peak_rss_bytes, m.spread_pct.peak_heap_bytes);
    }
    expect(all).toBe(4 * measured.length);
    expect(right / all).toBeGreaterThanOrEqual(0.8);
  });

  it('states intervals that hold four measured figures in five and are no wider than half the figure on average', () => {
    const widths: number[] = [];
    let inside = 0;
    for (const m of measured) {
      const { intervals } = whatIf(data, askOf(m));
      for (const [interval, value] of [
        [intervals.gcCycles, m.measured.gc_cycles],
        [intervals.peakHeapBytes, m.measured.peak_heap_bytes],
        [intervals.peakTotalBytes, m.measured.peak_total_bytes],
        [intervals.peakRssBytes, m.measured.peak_rss_bytes],
      ] as const) {
        const [low, high] = interval ?? [0, 0];
        widths.push((high - low) / value);
        if (low <= value && value <= high) inside++;
      }
    }
    expect(inside / widths.length).toBeGreaterThanOrEqual(0.8);
    expect(widths.reduce((a, b) => a + b, 0) / widths.length).toBeLessThan(0.5);
  });

  it('is not the plain formula: more live heap at a larger GOGC, since what is allocated while marking counts as live', () => {
    const base = whatIf(data, {}).baseline?.figures.peakHeapBytes ?? 0;
    const predicted = whatIf(data, { gogc: 400 }).predicted?.peakHeapBytes ?? 0;
    expect(predicted).toBeGreaterThan(base * 2.6);
  });

  it('answers the same question alike', () => {
    expect(whatIf(data, { gogc: 50 })).toEqual(whatIf(data, { gogc: 50 }));
  });

  it('predicts cycles and heap without MemStats, and leaves out what only they tell', async () => {
    const bare = await caseOf({ name: 'gctrace.log', text: gctrace });
    const { predicted, refused } = whatIf(bare, { gogc: 200 });
    expect(refused).toBeUndefined();
    expect(predicted).toMatchObject({ peakTotalBytes: undefined, peakRssBytes: undefined });
    expect((predicted?.peakHeapBytes ?? 0) / (401 * MiB)).toBeCloseTo(1, 0.7);
  });

  it('says killed where the container limit is below the predicted RSS', async () => {
    const bundle = await caseOf(
      { name: 'gctrace.log', text: gctrace },
      { name: 'series.jsonl', text: series },
      { name: 'memory.max', text: `${300 * MiB}\n` },
    );
    expect(whatIf(bundle, {}).outcome).toMatchObject({ word: 'completed', killedShare: 0, killedAtS: undefined });
    const killed = whatIf(bundle, { gogc: 400 }).outcome;
    expect(killed).toMatchObject({ word: 'killed', killedShare: 1 });
    const [low, high] = killed?.killedAtInterval ?? [0, 0];
    expect(low).toBeGreaterThan(0);
    expect(killed?.killedAtS).toBeGreaterThanOrEqual(low);
    expect(high).toBeLessThan(3.5);
  });

  it('holds RSS against the limit that is typed, before the one in the evidence', async () => {
    expect(whatIf(data, { gogc: 200 }).outcome).toMatchObject({ word: 'completed', killedShare: undefined });
    const typed = whatIf(data, { gogc: 200, containerLimit: BigInt(300 * MiB) });
    expect(typed).toMatchObject({ containerLimit: { bytes: 300 * MiB, from: 'asked' }, outcome: { word: 'killed' } });
    const bundle = await caseOf(
      { name: 'gctrace.log', text: gctrace },
      { name: 'series.jsonl', text: series },
      { name: 'memory.max', text: `${300 * MiB}\n` },
    );
    expect(whatIf(bundle, { gogc: 200, containerLimit: BigInt(900 * MiB) }).outcome?.word).toBe('completed');
  });

  it('does not say whether a limit kills where nothing tells RSS', async () => {
    const bare = await caseOf({ name: 'gctrace.log', text: gctrace });
    expect(whatIf(bare, { containerLimit: BigInt(MiB) }).outcome).toMatchObject({
      word: 'completed',
      killedShare: undefined,
    });
  });

  it('gives twice the cycles under twice the load with the live heap kept, and twice the heap with it grown too', () => {
    const as = whatIf(data, {}).predicted;
    const kept = whatIf(data, { load: { k: 2, isLiveScaled: false } }).predicted;
    const grown = whatIf(data, { load: { k: 2, isLiveScaled: true } }).predicted;
    expect((kept?.gcCycles ?? 0) / (as?.gcCycles ?? 1)).toBeCloseTo(2, 0);
    expect((kept?.peakHeapBytes ?? 0) / (as?.peakHeapBytes ?? 1)).toBeCloseTo(1, 0);
    expect((grown?.gcCycles ?? 0) / (as?.gcCycles ?? 1)).toBeCloseTo(1, 0);
    expect((grown?.peakHeapBytes ?? 0) / (as?.peakHeapBytes ?? 1)).toBeGreaterThan(1.8);
  });

  it('refuses by name of what is missing', async () => {
    expect(whatIf(await caseOf({ name: 'x.log', text: 'hello\n' }), {}).refused).toEqual({ reason: 'no_cycles' });
    const few = gctrace.split('\n').slice(0, 3).join('\n');
    expect(whatIf(await caseOf({ name: 'gctrace.log', text: few }), {}).refused).toMatchObject({
      reason: 'few_cycles',
      cycles: 3,
    });
    expect(whatIf(data, { goMinor: 12 }).refused).toEqual({ reason: 'go_unsupported', minor: 12 });
  });

  it('refuses where the replay of the recorded settings misses the recording', async () => {
    let n = 0;
    // every third cycle ends at three times the heap that the goal allows: no pacer of Go does that
    const odd = gctrace.replace(/->(\d+)->(\d+) MB, /g, (whole, end: string, live: string) =>
      n++ % 3 === 0 ? `->${3 * Number(end)}->${live} MB, ` : whole,
    );
    const { refused, predicted } = whatIf(await caseOf({ name: 'gctrace.log', text: odd }), { gogc: 200 });
    expect(refused).toMatchObject({ reason: 'replay_error', most: 0.2 });
    expect(predicted).toBeUndefined();
  });
});
