/**
 * The sample case as a user opens it. What is expected here was not read off the product: the cause is the line marked FAULT in the program, the onset
 * is the wall time the program logged when its setting was changed, the limit is what the recorder wrote into the control group.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DiagnoseDocument } from '../../src-main/api/contract/documents.ts';
import { type CaseSession, Service } from '../../src-main/api/service.ts';

const sample = join(import.meta.dirname, '../../resources/sample');
const bundle = join(sample, 'bundle');
const files = readdirSync(bundle).sort();
const limitBytes = 128 * 2 ** 20;

/** What each file is, by the first word of its name. */
const kinds: Readonly<Record<string, string>> = {
  cgroup: 'cgroup',
  cpu: 'pprof',
  goroutine: 'pprof',
  goroutines: 'goroutine-text',
  heap: 'pprof',
  mutex: 'pprof',
  proc: 'proc-status',
  smaps: 'smaps',
  stderr: 'gctrace',
  trace: 'go-trace',
  vars: 'expvar',
};

const service = new Service();
let session: CaseSession;
let report: DiagnoseDocument;

beforeAll(async () => {
  session = await service.open({ inputs: [bundle] });
  report = session.report('en');
});

afterAll(async () => {
  session?.close();
  await service.close();
});

describe('the sample case', () => {
  it('is an incident with the registry that only grows as its first cause', () => {
    expect(report.verdict).toBe('incident');
    expect(report.findings[0]).toMatchObject({ rank: 1, cause: 'go.unbounded_cache', confidence: 'high' });
  });

  it('names the function, and the line on which it allocates what stays', () => {
    const culprit = report.findings[0]?.culprit;
    expect(culprit).toMatchObject({
      function: 'main.(*Registry).Record',
      file: 'sample.example/parcel-tracker/registry.go',
    });
    const source = readFileSync(join(sample, 'program/registry.go'), 'utf8').split('\n');
    expect(source[(culprit?.line ?? 0) - 1]).toContain('&Thumbnail{');
  });

  it('puts the onset within 5 s of the change of the setting that the program logged', () => {
    const logged = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d\.\d{6}) settings: close_on=proof$/m.exec(
      readFileSync(join(bundle, 'stderr.log'), 'utf8'),
    );
    const changedAt = Date.parse(`${logged?.[1]}-${logged?.[2]}-${logged?.[3]}T${logged?.[4]}Z`);
    const onset = Date.parse(report.findings[0]?.onset ?? '');
    expect(Math.abs(onset - changedAt)).toBeLessThan(5_000);
  });

  it('lists every file of the bundle with what it is, and loses nothing of any', () => {
    expect(report.evidence.map((e) => e.path).sort()).toEqual(files);
    for (const e of report.evidence) {
      expect([e.path, e.kind]).toEqual([e.path, kinds[/^[a-z]+/.exec(e.path)?.[0] ?? '']]);
      expect(['parsed', 'recognised']).toContain(e.status);
      expect(e.warnings.filter((w) => w.severity !== 'info')).toEqual([]);
      expect(e.truncated_at).toBeNull();
      expect(e.unknown_lines ?? 0).toBe(0);
    }
  });

  it('has a ladder from the limit down whose leaves add up', () => {
    const ladder = report.ladder;
    expect(ladder?.limit?.bytes).toBe(limitBytes);
    const rows = ladder?.rows ?? [];
    expect(rows.map((r) => r.key)).toEqual(expect.arrayContaining(['rss', 'go', 'heap_in_use', 'heap_live', 'stacks']));
    const leaves = rows.filter((r) => r.parent !== null && !rows.some((other) => other.parent === r.key));
    expect(leaves.reduce((sum, r) => sum + r.bytes, 0) + (ladder?.unattributed ?? 0)).toBe(ladder?.total);
    expect(ladder?.total).toBeGreaterThan(limitBytes * 0.8);
    const live = rows.find((r) => r.key === 'heap_live')?.bytes ?? 0;
    expect(live / (ladder?.total ?? 1)).toBeGreaterThan(0.6);
  });

  it('has its highest HeapAlloc inside the seconds that the trace covers', () => {
    const samples = readFileSync(join(bundle, 'vars.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { ts: string; memstats: { HeapAlloc: number } });
    const highest = samples.reduce((a, b) => (b.memstats.HeapAlloc > a.memstats.HeapAlloc ? b : a));
    const highestMb = highest.memstats.HeapAlloc / 1e6;
    expect(highestMb).toBeGreaterThan(90);
    const [, h, m, s] = /^trace-(\d\d)(\d\d)(\d\d)\.out$/.exec(files.find((f) => f.startsWith('trace-')) ?? '') ?? [];
    const traceFrom = Date.parse(`${highest.ts.slice(0, 10)}T${h}:${m}:${s}Z`);
    const into = (Date.parse(highest.ts) - traceFrom) / 1000;
    expect(into).toBeGreaterThan(0);
    expect(into).toBeLessThan(4);
  });

  it('stays small enough to be shipped', () => {
    const bytes = files.map((f) => statSync(join(bundle, f)).size);
    expect(bytes.reduce((a, b) => a + b, 0)).toBeLessThan(2.5e6);
    expect(statSync(join(bundle, files.find((f) => f.startsWith('trace-')) ?? '')).size).toBeLessThan(1.2e6);
  });
});
