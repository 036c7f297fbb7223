/** A log without wall times is put on the wall clock by whatever else there is; the true start must lie within what is said. */
import { describe, expect, it } from 'vitest';
import type { Analysis } from '../../../src-main/analysis/diagnose.ts';
import { wallClock } from '../../../src-main/parsers/contract.ts';
import { analysisOf, gctraceLine } from './case-of-texts.ts';

const startMs = Date.UTC(2026, 10, 24, 11, 0, 0, 250);
const iso = (seconds: number) => new Date(startMs + seconds * 1e3).toISOString();
const cycles = Array.from({ length: 30 }, (_, i) => ({ n: i + 1, at: 0.4 + i * 1.3 }));
const bare = cycles.map((c) => gctraceLine(c.n, c.at, 4 + c.n)).join('');

function offsetOf(analysis: Analysis, name: string, instance = 0) {
  const evidence = analysis.data.evidence.find((e) => e.path === name);
  return analysis.clock.of(evidence?.id ?? 0, { domain: 'process', instance });
}

function expectWithin(analysis: Analysis, name: string, uncertaintyS: number, instance = 0, trueStartMs = startMs) {
  const offset = offsetOf(analysis, name, instance);
  expect(offset).toBeDefined();
  const error = Math.abs(Number((offset?.offsetNs ?? 0n) - BigInt(trueStartMs) * 1_000_000n)) / 1e9;
  const said = Number(offset?.uncertaintyNs) / 1e9;
  expect(error, `off by ${error} s, said ${said} s`).toBeLessThanOrEqual(said);
  expect(said).toBeLessThanOrEqual(uncertaintyS);
  return offset;
}

describe('the clock of a bare gctrace log', () => {
  it('is not known without anything else', async () => {
    expect(offsetOf(await analysisOf({ 'gc.log': bare }), 'gc.log')).toBeUndefined();
  });

  it('follows from the lines with a time between its own', async () => {
    const mixed = cycles
      .map((c) => `${iso(c.at - 0.05)} before\n${gctraceLine(c.n, c.at, 4 + c.n)}${iso(c.at + 0.05)} after\n`)
      .join('');
    expect(expectWithin(await analysisOf({ 'gc.log': mixed }), 'gc.log', 0.2)?.basis).toBe('log_marks');
  });

  it('is moved to the zone of the other evidence, with the lines beside it, where a journal was written in local time', async () => {
    const local = (seconds: number) =>
      `Nov 24 ${new Date(startMs + (7_200 + seconds) * 1e3).toISOString().slice(11, 19)} node1 api[7]: `;
    const journal = `${local(0)}ready\n${cycles.map((c) => local(c.at) + gctraceLine(c.n, c.at, 4 + c.n)).join('')}`;
    const prom = `process_start_time_seconds ${startMs / 1e3}\n`;
    const analysis = await analysisOf({ 'journal.txt': journal, 'metrics.txt': prom });
    expectWithin(analysis, 'journal.txt', 2);
    const id = analysis.data.evidence.find((e) => e.path === 'journal.txt')?.id ?? 0;
    expect(analysis.clock.of(id, wallClock)).toMatchObject({ offsetNs: -7_200_000_000_000n, basis: 'log_zone' });
  });

  it('follows from what a shipper stamped on each line', async () => {
    const stamped = cycles.map((c) => `${iso(c.at + 0.004)} stderr F ${gctraceLine(c.n, c.at, 4 + c.n)}`).join('');
    expect(expectWithin(await analysisOf({ 'gc.log': stamped }), 'gc.log', 0.3)?.basis).toBe('log_prefix');
  });

  it('follows from the start of the process as Prometheus has it', async () => {
    const scrape = `# scraped ${((startMs + 20_000) / 1e3).toFixed(3)}\nprocess_start_time_seconds ${(startMs / 1e3).toFixed(2)}\ngo_goroutines 7\n`;
    const analysis = await analysisOf({ 'gc.log': bare, 'metrics.prom': scrape });
    expect(expectWithin(analysis, 'gc.log', 1.5)?.basis).toBe('process_start');
  });

  it('follows from the ends of numbered cycles in MemStats', async () => {
    const numGc = 20;
    const pauseEnd = Array.from({ length: 256 }, () => 0n);
    for (const c of cycles.slice(0, numGc))
      pauseEnd[(c.n + 255) % 256] = BigInt(startMs) * 1_000_000n + BigInt(Math.round((c.at + 0.002) * 1e9));
    const memstats = `{"Alloc": 5000000, "TotalAlloc": 9000000, "Sys": 20000000, "Mallocs": 100, "Frees": 50, "HeapAlloc": 5000000, "HeapSys": 12000000, "HeapIdle": 1000000, "HeapInuse": 11000000, "HeapReleased": 0, "HeapObjects": 50, "NumGC": ${numGc}, "LastGC": ${pauseEnd[(numGc + 255) % 256]}, "PauseTotalNs": 4000000, "PauseNs": [${pauseEnd.map((e) => (e ? 200_000 : 0)).join(',')}], "PauseEnd": [${pauseEnd.join(',')}]}\n`;
    const analysis = await analysisOf({ 'gc.log': bare, 'memstats.json': memstats });
    expect(expectWithin(analysis, 'gc.log', 0.05)?.basis).toBe('last_gc');
  });

  it('names what contradicts the rest, here a log whose zone is off by an hour', async () => {
    const mixed = cycles
      .map(
        (c) =>
          `${iso(c.at - 0.05 + 3600).replace('Z', '')} before\n${gctraceLine(c.n, c.at, 4 + c.n)}${iso(c.at + 0.05 + 3600).replace('Z', '')} after\n`,
      )
      .join('');
    const scrape = `# scraped ${((startMs + 20_000) / 1e3).toFixed(3)}\nprocess_start_time_seconds ${(startMs / 1e3).toFixed(2)}\n`;
    const analysis = await analysisOf({ 'gc.log': mixed, 'metrics.prom': scrape });
    expect(offsetOf(analysis, 'gc.log')?.conflicts).toEqual(['process_start', 'file_time']);
  });

  it('tells two runs in one log apart', async () => {
    const secondMs = startMs + 60_000;
    const run = (fromMs: number) =>
      cycles
        .slice(0, 8)
        .map((c) => {
          const at = (s: number) => new Date(fromMs + s * 1e3).toISOString();
          return `${at(c.at - 0.05)} before\n${gctraceLine(c.n, c.at, 4 + c.n)}${at(c.at + 0.05)} after\n`;
        })
        .join('');
    const analysis = await analysisOf({ 'gc.log': run(startMs) + run(secondMs) });
    expectWithin(analysis, 'gc.log', 0.2, 0);
    expectWithin(analysis, 'gc.log', 0.2, 1, secondMs);
  });
});
