/**
 * `profile` against `go tool pprof -top` (the Go on this machine, 1.26.8 when written): flat and cumulative value of every row, and the total, for
 * sample types, filters, granularities and bases. Skipped, and said so, where there is no Go.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Granularity } from '../../src-main/parsers/pprof/nodes.ts';
import { Pattern } from '../../src-main/parsers/pprof/pattern/pattern.ts';
import type { ProfileModel } from '../../src-main/parsers/pprof/profile-model.ts';
import { queryProfile } from '../../src-main/parsers/pprof/profile-query.ts';
import { readProfile } from '../../src-main/parsers/pprof/read-profile.ts';

const fixtures = join(import.meta.dirname, '..', 'fixtures', 'pprof');
const hasGo = spawnSync('go', ['version']).status === 0;
if (!hasGo) process.stderr.write('pprof oracle: no `go` on this machine, comparison SKIPPED\n');

interface Case {
  readonly file: string;
  readonly base?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly granularity?: Granularity;
}

const cases: readonly Case[] = [
  ...['cppbench.contention', 'cppbench.heap', 'gobench.cpu', 'java.cpu'].map((file) => ({ file })),
  ...['heapage.in.pprof', 'labelframes.in.pprof', 'json.in.pprof', 'go1.26-mutex.pb.gz'].flatMap((file) => [
    { file },
    { file, granularity: 'lines' as const },
    { file, granularity: 'filefunctions' as const },
  ]),
  { file: 'go1.26-goroutineleak.pb.gz' },
  ...['alloc_objects', 'alloc_space', 'inuse_objects', 'inuse_space'].map((sample_index) => ({
    file: 'heapage.in.pprof',
    options: { sample_index },
  })),
  ...[
    { focus: 'fmt' },
    { focus: '^runtime\\.' },
    { ignore: 'runtime' },
    { hide: '^runtime\\..*' },
    { show: '(?i)FMT|cpuhog' },
    { focus: 'main', ignore: 'gc[A-Z]', hide: 'runtime\\.m' },
    { show_from: 'main\\.' },
    { focus: 'no such function' },
  ].flatMap((options) => [
    { file: 'labelframes.in.pprof', options },
    { file: 'labelframes.in.pprof', options, granularity: 'lines' as const },
  ]),
  { file: 'go1.26-mutex.pb.gz', options: { sample_index: 'contentions', focus: 'sync' } },
  { file: 'labelframes.in.pprof', base: 'json.in.pprof' },
  { file: 'labelframes.in.pprof', base: 'json.in.pprof', options: { kind: 'diff_base' } },
  { file: 'labelframes.in.pprof', base: 'labelframes.in.pprof' },
  { file: 'labelframes.in.pprof', base: 'json.in.pprof', options: { focus: 'main' } },
];

function load(name: string): ProfileModel {
  const bytes = readFileSync(join(fixtures, name));
  return readProfile(bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).profile;
}

/** Rows as `flat cum name`, sorted; the total. */
function ours(c: Case): { total: string; rows: string[] } {
  const { kind, sample_index, ...filters } = c.options ?? {};
  const pattern = (key: string) => (filters[key] === undefined ? undefined : new Pattern(filters[key] as string));
  const answer = queryProfile(load(c.file), c.base === undefined ? undefined : load(c.base), {
    sample: sample_index,
    granularity: c.granularity,
    totalOfBase: kind === 'diff_base',
    focus: pattern('focus'),
    ignore: pattern('ignore'),
    hide: pattern('hide'),
    show: pattern('show'),
    showFrom: pattern('show_from'),
  });
  if (!answer) throw new Error('no such sample type');
  const rows = answer.rows.map((r) => {
    const place =
      c.granularity === 'lines' && r.line > 0 ? ` ${r.file}:${r.line}` : c.granularity && r.file ? ` ${r.file}` : '';
    return `${r.flat} ${r.cum} ${r.function}${place}`;
  });
  return { total: String(answer.total), rows: rows.sort() };
}

function theirs(c: Case): { total: string; rows: string[] } {
  const { kind, ...options } = c.options ?? {};
  const profile = load(c.file);
  const index = profile.sampleTypes.findIndex((t) => t.type === (options.sample_index ?? ''));
  const named = profile.sampleTypes.findIndex((t) => t.type === profile.defaultType);
  const { unit } = profile.sampleTypes.at(index >= 0 ? index : named >= 0 ? named : -1) ?? { unit: '' };
  const args = ['-top', '-nodefraction=0', '-symbolize=none', `-unit=${unit}`];
  if (c.granularity) args.push(`-${c.granularity}`);
  for (const [key, value] of Object.entries(options)) args.push(`-${key}=${value}`);
  if (c.base) args.push(`-${kind ?? 'base'}=${join(fixtures, c.base)}`);
  const run = spawnSync('go', ['tool', 'pprof', ...args, join(fixtures, c.file)], { encoding: 'utf8' });
  expect(run.status, run.stderr).toBe(0);
  const total = /of (-?[\d.]+)\w* total/.exec(run.stdout)?.[1] ?? '0';
  const rows: string[] = [];
  for (const line of run.stdout.split('\n')) {
    const m =
      /^ *(-?[\d.]+)[a-z*]* +[\d.e-]+% +[\d.e-]+% +(-?[\d.]+)[a-z*]* +[\d.e-]+% {2}(.*?)(?: \((?:partial-)?inline\))?$/i.exec(
        line,
      );
    if (m) rows.push(`${Number(m[1])} ${Number(m[2])} ${m[3]}`);
  }
  return { total, rows: rows.sort() };
}

describe.skipIf(!hasGo)('profile equals go tool pprof -top', () => {
  for (const c of cases) {
    if (!existsSync(join(fixtures, c.file))) throw new Error(`no fixture ${c.file}`);
    const title = [c.file, c.granularity, c.base, ...Object.entries(c.options ?? {}).map(([k, v]) => `${k}=${v}`)];
    it(`counts ${title.filter((t) => t !== undefined).join(' ')}`, () => {
      const want = theirs(c);
      if (c.options?.focus !== 'no such function' && c.base !== c.file) expect(want.rows.length).toBeGreaterThan(0);
      expect(ours(c)).toEqual(want);
    });
  }
});
