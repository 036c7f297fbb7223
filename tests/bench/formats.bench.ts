/**
 * How fast formats are read, beside a peer in the same run; ratios, since machines differ. Plain script: `node tests/bench/formats.bench.ts`.
 *
 * - pprof: parse and top of a generated profile of 200,000 stacks, against `go tool pprof -top`, as processes: wall time and peak memory
 * - Prometheus text and range JSON, against the pace of JSON.parse over the same amount of JSON
 * - smaps of 100,000 mappings
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readBytes } from '../golden/read-fixture.ts';
import { bytes, number, packed, text } from '../unit/parsers/pprof/wire.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'spanscope-bench-'));

/** A small generator with a fixed seed. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

function largeProfile(stacks: number): Uint8Array {
  const next = random(7);
  const functions = 20_000;
  const locations = 60_000;
  const parts: Uint8Array[] = [];
  const put = (of: readonly number[]) => parts.push(Uint8Array.from(of));
  put(bytes(1, [...number(1, 1), ...number(2, 2)]));
  put(bytes(1, [...number(1, 3), ...number(2, 4)]));
  for (let s = 0; s < stacks; s++) {
    const depth = 8 + next(40);
    const stack = Array.from({ length: depth }, () => 1 + next(locations));
    put(bytes(2, [...packed(1, stack), ...packed(2, [1 + next(50), 64 + next(100_000)])]));
  }
  put(bytes(3, [...number(1, 1), ...number(2, 0x40_0000), ...number(3, 0x400_0000), ...number(5, 0)]));
  for (let l = 1; l <= locations; l++)
    put(
      bytes(4, [
        ...number(1, l),
        ...number(2, 1),
        ...number(3, 0x40_0000 + l * 16),
        ...bytes(4, [...number(1, 1 + next(functions)), ...number(2, 1 + next(900))]),
      ]),
    );
  for (let f = 1; f <= functions; f++)
    put(bytes(5, [...number(1, f), ...number(2, 4 + f), ...number(3, 4 + f), ...number(4, 4 + functions + (f % 900))]));
  for (const s of ['', 'inuse_objects', 'count', 'inuse_space', 'bytes']) put(text(6, s));
  for (let f = 1; f <= functions; f++) put(text(6, `example.test/service/internal/part${f % 300}.(*Worker).step${f}`));
  for (let f = 0; f < 900; f++) put(text(6, `/srv/app/internal/part${f}/file.go`));
  put(number(9, 1_795_500_000_000_000_000n));
  return Buffer.concat(parts);
}

/** Wall seconds and peak RSS in MiB of a command. */
function timed(command: string, args: readonly string[]): { seconds: number; mib: number } {
  const before = performance.now();
  const run = spawnSync('/usr/bin/env', ['bash', '-c', 'exec "$0" "$@"', command, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const seconds = (performance.now() - before) / 1e3;
  if (run.status !== 0) throw new Error(`${command}: ${run.stderr.slice(0, 300)}`);
  return { seconds, mib: Number.NaN };
}

/** The same, with peak memory as the kernel counts it for the child. */
function measured(command: string, args: readonly string[]): { seconds: number; mib: number } {
  const probe = [
    'import resource,subprocess,sys,time',
    't=time.time()',
    'r=subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL)',
    'print(time.time()-t,resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss/1024)',
    'sys.exit(r.returncode)',
  ].join('\n');
  const run = spawnSync('python3', ['-c', probe, command, ...args], { encoding: 'utf8' });
  const [seconds, mib] = run.stdout.trim().split(' ').map(Number);
  if (run.status !== 0 || seconds === undefined || mib === undefined) return timed(command, args);
  return { seconds, mib };
}

function best(of: () => { seconds: number; mib: number }): { seconds: number; mib: number } {
  return [of(), of(), of()].reduce((a, b) => (b.seconds < a.seconds ? b : a));
}

const f = (n: number) => n.toFixed(2);

function benchPprof(): void {
  const path = join(folder, 'large.pb.gz');
  writeFileSync(path, gzipSync(largeProfile(200_000), { level: 1 }));
  const cli = join(root, 'out', 'main', 'cli.js');
  const ours = best(() => measured(process.execPath, [cli, 'profile', path, '--top', '20', '--json']));
  console.log(`pprof 200 k stacks: profile --top 20: ${f(ours.seconds)} s, ${f(ours.mib)} MiB`);
  if (spawnSync('go', ['version']).status !== 0) {
    console.log('pprof: no `go` on this machine, peer SKIPPED');
    return;
  }
  const tool = spawnSync('go', ['tool', '-n', 'pprof'], { encoding: 'utf8' }).stdout.trim();
  const args = ['-top', '-symbolize=none', path];
  // the tool itself, without the go command that finds or builds it
  const theirs = best(() => (tool === '' ? measured('go', ['tool', 'pprof', ...args]) : measured(tool, args)));
  console.log(`pprof 200 k stacks: go tool pprof -top: ${f(theirs.seconds)} s, ${f(theirs.mib)} MiB`);
  console.log(
    `pprof: ${f(theirs.seconds / ours.seconds)} times as fast as the peer, ${f(ours.mib / theirs.mib)} of its memory`,
  );
}

async function seconds(of: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3; i++) {
    const before = performance.now();
    await of();
    least = Math.min(least, (performance.now() - before) / 1e3);
  }
  return least;
}

function scrapes(times: number): Buffer {
  const one = readFileSync(join(root, 'tests', 'fixtures', 'prometheus', 'scrape.txt'), 'utf8');
  return Buffer.from(Array.from({ length: times }, (_, i) => `# scraped ${1_795_500_000 + i * 15}\n${one}`).join('\n'));
}

function range(series: number, points: number): Buffer {
  const next = random(11);
  const result = Array.from({ length: series }, (_, s) => ({
    metric: { __name__: `go_memstats_series_${s}`, instance: 'a:1', job: 'j' },
    values: Array.from({ length: points }, (_, i) => [1_795_500_000 + i * 15, String(next(2_000_000_000))]),
  }));
  return Buffer.from(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }));
}

async function benchPrometheus(): Promise<void> {
  for (const [name, input] of [
    ['Prometheus text', scrapes(2_000)],
    ['range JSON', range(60, 20_000)],
  ] as const) {
    const json = name === 'range JSON' ? input.toString('utf8') : range(60, 20_000).toString('utf8');
    const parse = json.length / (await seconds(() => JSON.parse(json)));
    const ours = input.length / (await seconds(() => readBytes(input, 'x')));
    console.log(
      `${name}: ${f(ours / 1e6)} MB/s; JSON.parse of range JSON: ${f(parse / 1e6)} MB/s; ratio ${f(ours / parse)}`,
    );
  }
}

async function benchSmaps(): Promise<void> {
  const parts: string[] = [];
  const base = 0x7f00_0000_0000;
  for (let i = 0; i < 100_000; i++) {
    const start = (base + i * 0x4000).toString(16);
    const end = (base + i * 0x4000 + 0x2000).toString(16);
    parts.push(
      `${start}-${end} rw-p 00000000 00:00 0 \nSize:                  8 kB\nKernelPageSize:        4 kB\nMMUPageSize:           4 kB\nRss:                   8 kB\nPss:                   8 kB\nShared_Clean:          0 kB\nShared_Dirty:          0 kB\nPrivate_Clean:         0 kB\nPrivate_Dirty:         8 kB\nReferenced:            8 kB\nAnonymous:             8 kB\nLazyFree:              0 kB\nAnonHugePages:         0 kB\nSwap:                  0 kB\nVmFlags: rd wr mr mw me ac sd \n`,
    );
  }
  const input = Buffer.from(parts.join(''));
  const s = await seconds(() => readBytes(input, 'smaps'));
  console.log(`smaps of 100,000 mappings (${f(input.length / 1e6)} MB): ${f(s)} s (goal < 1 s)`);
}

try {
  benchPprof();
  await benchPrometheus();
  await benchSmaps();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
