import { describe, expect, it } from 'vitest';
import { verdictOf, withoutRivals } from '../../../src-main/analysis/diagnose.ts';
import type { Hypothesis } from '../../../src-main/analysis/hypotheses/hypothesis.ts';
import type { Scored } from '../../../src-main/analysis/hypotheses/score.ts';
import { measureSignals } from '../../../src-main/analysis/signals/all-signals.ts';
import { analysisOf } from './case-of-texts.ts';
import { line, type MadeFile, madeScene } from './made-case.ts';

function scored(score: number, onsetOf: readonly string[]): Scored {
  const hypothesis: Hypothesis = {
    cause: 'go.healthy',
    needs: [],
    supports: [],
    opposes: [],
    onsetOf,
    culprit: 'none',
  };
  return { hypothesis, score, confidence: 'high', support: [], against: [], missing: [], ruledOutBy: undefined };
}

const words = (...ranked: Scored[]) => withoutRivals(ranked).map((s) => s.confidence);

describe('two causes of one rise', () => {
  it('are not both nearly certain', () => {
    expect(words(scored(0.95, ['rss_bytes']), scored(0.8, ['rss_bytes']))).toEqual(['high', 'medium']);
  });

  it('are neither where chance decides which comes first', () => {
    expect(words(scored(0.9, ['rss_bytes']), scored(0.85, ['rss_bytes']))).toEqual(['medium', 'medium']);
  });

  it('stand side by side where they explain different things', () => {
    expect(words(scored(0.9, ['rss_bytes']), scored(0.85, ['goroutines']))).toEqual(['high', 'high']);
  });
});

describe('the verdict without a cause', () => {
  const mebi = 2 ** 20;
  const verdict = (series: NonNullable<MadeFile['series']>) => {
    const scene = madeScene([{ series }]);
    return verdictOf({ name: 'go', version: '' }, [], scene.timeline, measureSignals(scene));
  };

  it('is an incident where the live heap or the goroutines grow to the end, whoever makes them', () => {
    expect(verdict({ heap_alloc_bytes: line(0, 40, 20 * mebi, 200 * mebi) })).toBe('incident');
    expect(verdict({ rss_bytes: line(0, 40, 90 * mebi, 99 * mebi), goroutines: line(0, 40, 10, 5_000) })).toBe(
      'incident',
    );
  });

  it('stays open where resident memory grew and nothing tells why', () => {
    expect(verdict({ rss_bytes: line(0, 40, 90 * mebi, 400 * mebi) })).toBe('undetermined');
  });

  it('is none where all is flat', () => {
    expect(verdict({ rss_bytes: line(0, 40, 90 * mebi, 99 * mebi) })).toBe('no_incident');
  });
});

const rising = Array.from(
  { length: 12 },
  (_, i) =>
    `=== 2026-11-24T12:00:${String(i * 5).padStart(2, '0')}Z /proc/7/status\nName:\tx\nPid:\t7\nVmRSS:\t${40_000 * (i + 1)} kB\n`,
).join('');

describe('a process of which no runtime is known', () => {
  it('gets no cause of a runtime, however its memory grows', async () => {
    const { findings, verdict, runtime } = await analysisOf({ 'status.txt': rising });
    expect([runtime, findings, verdict]).toEqual([undefined, [], 'undetermined']);
  });

  it('was killed: an incident, and no cause is made up', async () => {
    const kill =
      'Nov 24 12:01:02 node1 kernel: Memory cgroup out of memory: Killed process 7 (x) total-vm:900000kB, anon-rss:480000kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:80kB oom_score_adj:0\n';
    const { findings, verdict } = await analysisOf({ 'status.txt': rising, 'dmesg.txt': kill });
    expect([findings, verdict]).toEqual([[], 'incident']);
  });

  it('is Go where the mappings show its first arena', async () => {
    const smaps = (start: string) =>
      `=== 2026-11-24T12:00:00Z /proc/7/smaps\n${start}-${(BigInt(`0x${start}`) + 0x400000n).toString(16)} rw-p 00000000 00:00 0\nSize: 4096 kB\nRss: 4096 kB\n`;
    expect((await analysisOf({ smaps: smaps('c000000000') })).runtime).toEqual({ name: 'go', version: '' });
    expect((await analysisOf({ smaps: smaps('7f0000000000') })).runtime).toBe(undefined);
  });
});
