import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../src-main/report/report-model.ts';
import { analysisOf, gctraceLine } from '../analysis/case-of-texts.ts';

const rising = Array.from({ length: 30 }, (_, i) => gctraceLine(i + 1, 1 + i, 8 + i * 9)).join('');
const kill =
  'Nov 24 12:01:02 node1 kernel: Memory cgroup out of memory: Killed process 7 (x) total-vm:900000kB, anon-rss:480000kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:80kB oom_score_adj:0\n';
const status = (kb: (i: number) => number) =>
  `goroutine 1 [running]:\nmain.main()\n\t/src/main.go:3 +0x1d\n\n${Array.from(
    { length: 12 },
    (_, i) =>
      `=== 2026-11-24T12:00:${String(i * 5).padStart(2, '0')}Z /proc/7/status\nName:\tx\nPid:\t7\nVmRSS:\t${kb(i)} kB\n`,
  ).join('')}`;

async function verdictOf(files: Record<string, string>, language: 'en' | 'zh-CN' = 'en'): Promise<string> {
  return buildReport(await analysisOf(files), { language, version: '0' }).verdict_text;
}

describe('the verdict in words', () => {
  it('says what would make a finding sure that is not', async () => {
    expect(await verdictOf({ 'gc.log': rising })).toMatch(
      /^Incident: Live heap grows .+\(low confidence\)\..* To be sure it needs: .*(?:heap profiles|goroutine dump)/,
    );
    expect(await verdictOf({ 'gc.log': rising }, 'zh-CN')).toContain('要确认还需要：');
  });

  it('does not speak of an end where there was none', async () => {
    expect(await verdictOf({ 'gc.log': rising })).not.toContain('OOM');
    const ended = await verdictOf({ 'status.txt': status(() => 40_000), 'dmesg.txt': kill });
    expect(ended).toMatch(/^Incident: the process was ended for memory; the cause is not determined\.$/);
  });

  it('tells the rise that it leaves open', async () => {
    expect(await verdictOf({ 'status.txt': status((i) => 40_000 + 20_000 * i) })).toMatch(
      /^Undetermined: .+ RSS rose from .+ to 254 MiB\.$/,
    );
    expect(await verdictOf({ 'status.txt': status(() => 40_000) })).not.toContain('rose');
  });
});
