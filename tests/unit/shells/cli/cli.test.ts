/** The command line as a script sees it: a process, its two streams and its exit code. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { zip } from '../../case/archive/make-archives.ts';
import { temporaryFolder } from '../../case/temporary-folder.ts';
import { entry, spanscope } from './run-spanscope.ts';

const sample = join(import.meta.dirname, '..', '..', '..', '..', 'resources', 'sample', 'bundle');
const gctrace = 'gc 1 @0.1s 1%: 0.1+1+0.1 ms clock, 0.1+0/1/0+0.1 ms cpu, 4->5->3 MB, 8 MB goal, 2 P\n'.repeat(2);

function file(name: string, content: string | Buffer): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

describe('exit codes', () => {
  it.each<[string, string[], number, RegExp]>([
    ['no command', [], 2, /no command/],
    ['an unknown command', ['frobnicate'], 2, /frobnicate: no such command/],
    ['a command of a later version', ['compare', 'x'], 2, /not yet/],
    ['an unknown option', ['inspect', '--frob'], 2, /Usage: spanscope inspect/],
    ['an argument that is missing', ['diagnose'], 2, /Usage|needs/],
    ['a number that is none', ['serve', '--port', 'x'], 2, /--port/],
    ['another host', ['serve', '--host', '0.0.0.0'], 2, /ssh -L/],
    ['a bundle that is not there', ['diagnose', '/nowhere/x.zip'], 3, /nowhere/],
  ])('%s', (_, args, code, err) => {
    const run = spanscope(...args);
    expect(run).toMatchObject({ code, out: '' });
    expect(run.err).toMatch(err);
    expect(run.err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('help lists every command', () => {
    const run = spanscope('help');
    expect(run.code).toBe(0);
    for (const name of ['inspect', 'diagnose', 'verify', 'serve']) expect(run.out).toContain(`spanscope ${name} `);
  });

  it('refused for safety', () => {
    const path = file('x.zip', zip([{ name: '../x.log', data: Buffer.from(gctrace) }]));
    for (const command of ['inspect', 'diagnose']) {
      const run = spanscope(command, path, '--json');
      expect(run.code, command).toBe(4);
      expect(run.err).toMatch(/archive\/path_escape/);
    }
  });

  it('done, with a part that could not be read', () => {
    const path = file(
      'x.zip',
      zip([
        { name: 'a.log', data: Buffer.from(gctrace) },
        { name: 'b.log', data: Buffer.from(gctrace), statedCrc: 1 },
      ]),
    );
    const run = spanscope('inspect', path, '--json');
    expect(run.code).toBe(1);
    expect(JSON.parse(run.out).files.map((f: { path: string }) => f.path)).toEqual([path, `${path}!/a.log`]);
  });
});

describe('inspect', () => {
  it('answers for each argument in order, as it was given', () => {
    const log = file('a.log', gctrace);
    const packed = file('b.log.gz', gzipSync(gctrace));
    const odd = file('c.bin', Buffer.from([0, 1, 2, 3]));
    const run = spanscope('inspect', log, '/nowhere', packed, odd, '--json');
    const { files } = JSON.parse(run.out);
    expect(files.map((f: { path: string; kind: string | null }) => [f.path, f.kind])).toEqual([
      [log, 'gctrace'],
      ['/nowhere', null],
      [packed, 'gctrace'],
      [odd, 'unknown'],
    ]);
    expect(run.code).toBe(1);
    expect(files[0]).toMatchObject({ readings: { gctrace: { counts: { gc_lines: 2 } } }, unknown_lines: 0 });
  });

  it('writes names so that they move no terminal', () => {
    const run = spanscope('inspect', file('a\u001b[31m\u202egol', gctrace));
    expect(run.out).toContain('\\u001b[31m\\u202egol');
    for (const c of ['\u001b', '\u202e']) expect(run.out).not.toContain(c);
  });
});

describe('diagnose', () => {
  it('prints the document of the contract and nothing else', () => {
    const run = spanscope('diagnose', sample, '--json');
    expect(run.code).toBe(0);
    const d = JSON.parse(run.out);
    expect(Object.keys(d)).toEqual(
      expect.arrayContaining(['spanscope', 'case', 'coverage', 'evidence', 'clock', 'ladder', 'findings', 'verdict']),
    );
    const leaves = d.ladder.rows.filter(
      (r: { key: string }) => !d.ladder.rows.some((c: { parent: string | null }) => c.parent === r.key),
    );
    const sum = leaves.reduce((s: number, r: { bytes: number }) => s + r.bytes, 0) + d.ladder.unattributed;
    expect(sum).toBe(d.ladder.total);
  });

  it('writes a PDF, and a case that stays when one is named', () => {
    const folder = temporaryFolder();
    const pdf = join(folder, 'out.pdf');
    const run = spanscope('diagnose', sample, '--pdf', pdf, '--case', join(folder, 'case'), '--lang', 'zh-CN');
    expect(run.code).toBe(0);
    expect(readFileSync(pdf).subarray(0, 5).toString()).toBe('%PDF-');
    expect(existsSync(join(folder, 'case', 'journal.jsonl'))).toBe(true);
    expect(existsSync(join(folder, 'case', 'lock'))).toBe(false);
    const verified = spanscope('verify', join(folder, 'case'), '--json');
    expect(JSON.parse(verified.out)).toMatchObject({ ok: true, journal: { chain_ok: true } });
    const again = spanscope('diagnose', join(folder, 'case'), '--json');
    expect(JSON.parse(again.out).findings[0].cause).toBe('go.unbounded_cache');
  });

  it('ends quietly when its reader does', () => {
    const run = spawnSync('sh', ['-c', `"${process.execPath}" "${entry}" diagnose "${sample}" --json | head -c 10`], {
      encoding: 'utf8',
    });
    expect(run.stderr).toBe('');
    expect(run.stdout).toHaveLength(10);
  });
});

describe('series', () => {
  it('lists, and gives the points of a metric as JSON and CSV', () => {
    const list = JSON.parse(spanscope('series', sample, '--list', '--json').out);
    const rss = list.series.find((s: { metric: string }) => s.metric === 'rss_bytes');
    expect(rss).toMatchObject({ unit: 'bytes', min: expect.any(Number), points: expect.any(Number) });
    const { series } = JSON.parse(spanscope('series', sample, '--metric', 'rss_bytes', '--json').out);
    expect(series[0].points).toHaveLength(series[0].points.length);
    const values = series.flatMap((s: { points: [string, number][] }) => s.points.map((p) => p[1]));
    expect(Math.max(...values)).toBeGreaterThan(80 * 2 ** 20);
    const csv = spanscope('series', sample, '--metric', 'rss_bytes', '--csv').out.trimEnd().split('\n');
    expect(csv).toHaveLength(values.length + 1);
    expect(spanscope('series', sample, '--metric', 'no_such', '--json').code).not.toBe(0);
  });
});
