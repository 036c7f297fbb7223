/**
 * How long a whole model of a trace takes, read and stored, beside what Go's own reader takes only to count the events, and what
 * `go tool trace -d=parsed` takes to print them to nowhere. Same files, same run, whole processes, in turns; the best of three (of the tool: one).
 * Processor time stands beside wall time, for machines that have other work to do.
 *
 *   node tests/bench/go-trace.bench.ts [--mb 50] [--check]
 *
 * Needs bash, Go and its module proxy; makes its inputs with `go-trace/load.go`: version 2, version 2 with alloc/free events, and version 1 (through Go
 * 1.21.13). `the product` is `spanscope inspect` of the build (`npm run -s bench -- go-trace` makes it): the complete model in the store of a case, hashed, and listed.
 * `the reader alone` is bundled and hands its tables to a sink that drops them. `--check` ends with 1 where a goal is missed.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { buildLoad, buildPeer, hasGo, traceTool } from './go-trace/programs.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const reader = join(here, 'go-trace/read.ts');
const store = join(here, 'go-trace/store.ts');
const product = join(here, '../../out/main/cli.js');
const megabytes = process.argv.includes('--mb') ? process.argv[process.argv.indexOf('--mb') + 1] : '50';
const isCheck = process.argv.includes('--check');
const runs = 3;

/** Time over the peer's, peak memory over the size of the file, longest seek of 95 in 100. @source issue C */
const goals = { v2: 1.25, v1: 0.8, rssPerByte: 4, seekMs: 100 };

/** What `go-trace/read.ts` prints. */
interface Reading {
  readonly events: number;
  readonly peakRssBytes: number;
}

/** What `go-trace/store.ts` prints. */
interface Stored {
  readonly allocEvents: number;
  readonly liveObjects: number;
  readonly keyframes: number;
  readonly storeBytes: number;
  readonly seekP95Ms: number | null;
}

interface Input {
  readonly name: string;
  readonly path: string;
  readonly goal: number;
  readonly hasAllocFree: boolean;
}

interface Tools {
  readonly peer: string;
  readonly tool: string;
  /** The reader, bundled. */
  readonly bundled: string;
}

function makeInputs(work: string): Input[] {
  const load = buildLoad(work, false);
  const path = (name: string) => join(work, name);
  const write = (program: string, name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    execFileSync(program, [...args, '-mb', megabytes, '-o', path(name)], { env: { ...process.env, ...env } });
  write(load, 'v2', []);
  write(load, 'alloc', ['-alloc', '-live', '1000'], { GODEBUG: 'traceallocfree=1' });
  write(buildLoad(work, true), 'v1', []);
  return [
    { name: 'v2', path: path('v2'), goal: goals.v2, hasAllocFree: false },
    { name: 'v2 alloc/free', path: path('alloc'), goal: goals.v2, hasAllocFree: true },
    { name: 'v1', path: path('v1'), goal: goals.v1, hasAllocFree: false },
  ];
}

async function bundle(folder: string): Promise<string> {
  const options = { ssr: reader, outDir: folder, minify: false, target: 'node22', emptyOutDir: false };
  await build({ configFile: false, logLevel: 'error', build: options });
  const module = join(folder, 'read.mjs');
  return existsSync(module) ? module : join(folder, 'read.js');
}

interface Timing {
  readonly wallMs: number;
  /** Of all threads, user and system. */
  readonly cpuMs: number;
  readonly out: string;
}

/** Runs a process; what a `isLoud` one prints goes nowhere. */
function timed(command: string, args: readonly string[], isLoud = false): Timing {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@"';
  const stdio = ['ignore', isLoud ? 'ignore' : 'pipe', 'pipe'] as const;
  const run = spawnSync('bash', ['-c', script, 'bash', command, ...args], { encoding: 'utf8', stdio: [...stdio] });
  if (run.status !== 0) throw new Error(`${command}: ${run.stderr}`);
  const [wall, user, system] = (run.stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { wallMs: wall * 1e3, cpuMs: (user + system) * 1e3, out: run.stdout ?? '' };
}

function best(timings: readonly Timing[]): { wallMs: number; cpuMs: number } {
  return {
    wallMs: Math.min(...timings.map(({ wallMs }) => wallMs)),
    cpuMs: Math.min(...timings.map(({ cpuMs }) => cpuMs)),
  };
}

interface ProductRun extends Timing {
  readonly peakRssBytes: number;
}

/** `spanscope inspect` as it ships; its highest resident size is read off /proc while it runs. */
async function productRun(path: string): Promise<ProductRun> {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@"';
  const args = ['-c', script, 'bash', process.execPath, product, 'inspect', path, '--json', '--quiet'];
  const child = spawn('bash', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk;
  });
  let peakRssBytes = 0;
  const watch = setInterval(() => {
    peakRssBytes = Math.max(peakRssBytes, highWater(child.pid));
  }, 20);
  await new Promise((resolve) => child.on('close', resolve));
  clearInterval(watch);
  const [wall, user, system] = (err.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { wallMs: wall * 1e3, cpuMs: (user + system) * 1e3, out, peakRssBytes };
}

/** Highest resident size of the child of a shell, in bytes; 0 where it is gone. */
function highWater(shell: number | undefined): number {
  try {
    const pid = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim();
    const line = /VmHWM:\s{1,20}(\d{1,15}) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(line?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Reads one input with all readers and prints a line for each; how many goals it misses. */
async function measure({ name, path, goal, hasAllocFree }: Input, { peer, tool, bundled }: Tools): Promise<number> {
  const { size } = statSync(path);
  const peers: Timing[] = [];
  const readers: Timing[] = [];
  const products: ProductRun[] = [];
  for (let run = 0; run < runs; run++) {
    peers.push(timed(peer, [path]));
    products.push(await productRun(path));
    readers.push(timed(process.execPath, [bundled, path]));
  }
  const events = Number(peers[0].out);
  const readings: Reading[] = readers.map(({ out }) => JSON.parse(out));
  const rate = (label: string, { wallMs, cpuMs }: { wallMs: number; cpuMs: number }) =>
    console.log(
      `  ${label.padEnd(25)} ${seconds(wallMs)} s (processor ${seconds(cpuMs)} s) ${(events / wallMs / 1e3).toFixed(2).padStart(6)} M events/s ${(size / wallMs / 1e3).toFixed(1).padStart(6)} MB/s`,
    );
  console.log(`${name}: ${(size / 1e6).toFixed(1)} MB, ${events} events`);
  rate('x/exp/trace, count only', best(peers));
  rate('go tool trace -d=parsed', timed(tool, ['-d=parsed', path], true));
  rate('the reader alone', best(readers));
  rate('the product, stored', best(products));
  const ratioOf = (of: readonly Timing[]) => best(of).wallMs / best(peers).wallMs;
  const cpuRatioOf = (of: readonly Timing[]) => best(of).cpuMs / best(peers).cpuMs;
  const rss = Math.max(...products.map(({ peakRssBytes }) => peakRssBytes)) / size;
  console.log(
    `  stored: ratio ${ratioOf(products).toFixed(2)} (goal ${goal}; of processor time ${cpuRatioOf(products).toFixed(2)}), peak RSS ${rss.toFixed(2)} bytes a byte (goal ${goals.rssPerByte})`,
  );
  console.log(`  reader: ratio ${ratioOf(readers).toFixed(2)} (of processor time ${cpuRatioOf(readers).toFixed(2)})`);
  const said: unknown = JSON.parse(products[0].out).files[0].counts.events;
  const isWrong = readings[0].events !== events || said !== events;
  if (isWrong) console.log(`  WRONG: ${readings[0].events} and ${String(said)} events`);
  const missed = [ratioOf(products) > goal, rss > goals.rssPerByte, isWrong].filter(Boolean).length;
  return missed + (hasAllocFree ? measureSeeks(path) : 0);
}

function seconds(ms: number): string {
  return (ms / 1e3).toFixed(2).padStart(6);
}

function measureSeeks(path: string): number {
  const seek: Stored = JSON.parse(timed(process.execPath, [store, path]).out);
  const p95 = seek.seekP95Ms ?? Number.POSITIVE_INFINITY;
  console.log(
    `  seek from the store among ${seek.allocEvents} alloc/free events, ${seek.liveObjects} objects alive at the end: p95 ${p95.toFixed(1)} ms (goal ${goals.seekMs}); ${seek.keyframes} keyframes, store ${(seek.storeBytes / 1e6).toFixed(0)} MB`,
  );
  return p95 > goals.seekMs ? 1 : 0;
}

async function main(): Promise<number> {
  if (!hasGo()) {
    console.log('SKIPPED: no Go here to make the inputs and to compare with');
    return 0;
  }
  if (!existsSync(product)) {
    console.log('SKIPPED: no build of the product: npm run -s bench -- go-trace makes it');
    return 0;
  }
  const work = mkdtempSync(join(tmpdir(), 'trace-bench-'));
  try {
    const tools = { peer: buildPeer(work), tool: traceTool(), bundled: await bundle(join(work, 'bundle')) };
    let missed = 0;
    for (const input of makeInputs(work)) missed += await measure(input, tools);
    console.log(missed === 0 ? 'all goals met' : `${missed} goals MISSED`);
    return isCheck && missed > 0 ? 1 : 0;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

process.exitCode = await main();
