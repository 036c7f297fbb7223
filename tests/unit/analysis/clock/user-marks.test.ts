/** Traces of Go before 1.25, placed by what the program wrote into them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { placeByTimes, type UserMark } from '../../../../src-main/analysis/clock/user-marks.ts';
import { traceClock } from '../../../../src-main/parsers/contract.ts';
import { analysisOf } from '../case-of-texts.ts';

const folder = join(import.meta.dirname, '../../../fixtures/bundle-trace-marks');
const file = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
const truths = new Map(
  [...readFileSync(`${folder}.origin.md`, 'utf8').matchAll(/^\| (go\S+) \| (\d+) \|$/gm)].map(
    ([, run, ns]) => [run as string, BigInt(ns as string)] as const,
  ),
);
const ms = 1_000_000;

/** The place of the only trace of a bundle. */
async function placeOf(files: Record<string, string | Uint8Array>) {
  const { data, clock } = await analysisOf(files);
  const trace = data.evidence.find((e) => e.kind === 'go-trace')?.id as number;
  return { offset: clock.of(trace, traceClock), unplaced: clock.unplaced, data };
}

describe('a trace without wall time', () => {
  it.each(['go1.21-times', 'go1.23-times'])('is placed by the times in its messages: %s', async (run) => {
    const { offset } = await placeOf({ 'app.trace': file(`${run}.trace`) });
    expect(offset?.basis).toBe('user_log_time');
    expect(Math.abs(Number((offset?.offsetNs ?? 0n) - (truths.get(run) ?? 0n)))).toBeLessThan(6 * ms);
    expect(Number(offset?.uncertaintyNs)).toBeLessThanOrEqual(5 * ms);
  });

  it.each(['go1.21-lines', 'go1.23-lines'])('is placed by messages that the log has too: %s', async (run) => {
    const { offset } = await placeOf({ 'app.trace': file(`${run}.trace`), 'app.log': file(`${run}.log`) });
    expect(offset?.basis).toBe('user_log_line');
    expect(Math.abs(Number((offset?.offsetNs ?? 0n) - (truths.get(run) ?? 0n)))).toBeLessThan(6 * ms);
    expect(Number(offset?.uncertaintyNs)).toBeLessThanOrEqual(6 * ms);
  });

  it('is placed by a log in JSON, to the second of its stamps', async () => {
    const lines = Buffer.from(file('go1.21-lines.log'))
      .toString()
      .trimEnd()
      .split('\n')
      .map(
        (line) => `{"time":"${line.slice(0, 19).replaceAll('/', '-').replace(' ', 'T')}Z","msg":"${line.slice(27)}"}`,
      );
    const { offset } = await placeOf({ 'app.trace': file('go1.21-lines.trace'), 'app.log': lines.join('\n') });
    expect(offset?.basis).toBe('user_log_line');
    const away = Math.abs(Number((offset?.offsetNs ?? 0n) - (truths.get('go1.21-lines') ?? 0n)));
    expect(away).toBeLessThanOrEqual(Number(offset?.uncertaintyNs) + ms);
    expect(Number(offset?.uncertaintyNs)).toBeLessThan(600 * ms);
  });

  it('is not placed by the log of another run, and that is said', async () => {
    const log = Buffer.from(file('go1.21-lines.log')).toString().trimEnd().split('\n');
    // the same words at other distances
    const other = log.map((line, i) => `2026/11/23 0${i}:1${i}:02.000001 ${line.slice(27)}`);
    const { offset, unplaced, data } = await placeOf({
      'app.trace': file('go1.21-lines.trace'),
      'app.log': other.join('\n'),
    });
    const row = data.evidence.find((e) => e.kind === 'go-trace');
    expect(offset?.basis).not.toBe('user_log_line');
    const said = offset ? offset.conflicts : unplaced.find((u) => u.evidence === row?.id)?.contradicting;
    expect(said).toContain('user_log_line');
  });
});

describe('times in the messages of a trace', () => {
  const epochMs = 1_795_500_000_000;
  const at = (t: number, text: string): UserMark => ({ timeNs: t * ms, text });
  const iso = (t: number) => new Date(epochMs + t).toISOString();

  it('agree to the step of their digits', () => {
    const placed = placeByTimes([0, 400, 900, 1_300].map((t) => at(t, `sync ${iso(t + 700).slice(0, 19)}Z`)));
    if (placed === undefined || placed === 'contradicts') throw new Error(String(placed));
    const truth = BigInt(epochMs + 700) * BigInt(ms);
    expect(placed.lo).toBeLessThanOrEqual(truth);
    expect(placed.hi).toBeGreaterThanOrEqual(truth);
    // four seconds, each begun at another moment of the trace, leave less than one second
    expect(Number(placed.hi - placed.lo)).toBeLessThan(900 * ms);
  });

  it('outvote one that speaks of another moment', () => {
    const marks = [at(5, `job of ${iso(-90_000)}`), ...[10, 20, 30].map((t) => at(t, iso(t)))];
    expect(placeByTimes(marks)).toMatchObject({ agreeing: 3 });
  });

  it('are not used where they scatter', () => {
    expect(placeByTimes([at(1, iso(0)), at(2, iso(90_000)), at(3, iso(250_000))])).toBe('contradicts');
  });

  it('are worth a second when alone, and nothing when a bare number', () => {
    const placed = placeByTimes([at(1, `started ${iso(1)}`)]);
    if (placed === undefined || placed === 'contradicts') throw new Error(String(placed));
    expect(Number(placed.hi - placed.lo)).toBeGreaterThanOrEqual(2_000 * ms);
    expect(placeByTimes([at(1, `user ${epochMs}`)])).toBeUndefined();
    expect(placeByTimes([at(1, `t=${epochMs + 1}`), at(90, `t=${epochMs + 90}`)])).toMatchObject({ agreeing: 2 });
  });
});
