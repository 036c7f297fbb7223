/**
 * How long a whole model of a trace takes, beside what Go's own reader takes only to count the events, and what `go tool trace -d=parsed` takes
 * to print them to nowhere. Same files, same run, whole processes, in turns; the best of three (of the tool: one). Processor time stands beside
 * wall time, for machines that have other work to do.
 *
 *   node tests/bench/go-trace.bench.ts [--mb 50] [--check]
 *
 * Needs bash, Go and its module proxy; makes its inputs with `go-trace/load.go`: version 2, version 2 with alloc/free events, and version 1 (through Go
 * 1.21.13). The reader runs as it ships, bundled; `from source` is one run from the TypeScript files. Tables are handed to a sink that drops
 * them: storing is the host's cost. `--check` ends with 1 where a goal is missed.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { buildLoad, buildPeer, hasGo, traceTool } from './go-trace/programs.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const reader = join(here, 'go-trace/read.ts');
const megabytes = process.argv.includes('--mb') ? process.argv[process.argv.indexOf('--mb') + 1] : '50';
const isCheck = process.argv.includes('--check');
const runs = 3;

/** Time over the peer's, peak memory over the size of the file, longest seek of 95 in 100. @source issue C */
const goals = { v2: 1.25, v1: 0.8, rssPerByte: 4, seekMs: 100 };

/** What `go-trace/read.ts` prints. */
interface Reading {
  readonly events: number;
  readonly peakRssBytes: number;
  readonly allocEvents: number;
  readonly liveObjects: number;
  readonly keyframes: number;
  readonly keyframeBytes: number;
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

/** Reads one input with all readers and prints a line for each; how many goals it misses. */
function measure({ name, path, goal, hasAllocFree }: Input, { peer, tool, bundled }: Tools): number {
  const { size } = statSync(path);
  const peers: Timing[] = [];
  const ours: Timing[] = [];
  for (let run = 0; run < runs; run++) {
    peers.push(timed(peer, [path]));
    ours.push(timed(process.execPath, [bundled, path]));
  }
  const events = Number(peers[0].out);
  const readings: Reading[] = ours.map(({ out }) => JSON.parse(out));
  const rate = (label: string, { wallMs, cpuMs }: { wallMs: number; cpuMs: number }) =>
    console.log(
      `  ${label.padEnd(25)} ${seconds(wallMs)} s (processor ${seconds(cpuMs)} s) ${(events / wallMs / 1e3).toFixed(2).padStart(6)} M events/s ${(size / wallMs / 1e3).toFixed(1).padStart(6)} MB/s`,
    );
  console.log(`${name}: ${(size / 1e6).toFixed(1)} MB, ${events} events`);
  rate('x/exp/trace, count only', best(peers));
  rate('go tool trace -d=parsed', timed(tool, ['-d=parsed', path], true));
  rate('this reader, all tables', best(ours));
  rate('this reader, from source', timed(process.execPath, [reader, path]));
  const ratio = best(ours).wallMs / best(peers).wallMs;
  const cpuRatio = best(ours).cpuMs / best(peers).cpuMs;
  const rss = Math.max(...readings.map(({ peakRssBytes }) => peakRssBytes)) / size;
  console.log(
    `  ratio ${ratio.toFixed(2)} (goal ${goal}; of processor time ${cpuRatio.toFixed(2)}), peak RSS ${rss.toFixed(2)} bytes a byte (goal ${goals.rssPerByte})`,
  );
  const isWrong = readings[0].events !== events;
  if (isWrong) console.log(`  WRONG: ${readings[0].events} events`);
  const missed = [ratio > goal, rss > goals.rssPerByte, isWrong].filter(Boolean).length;
  return missed + (hasAllocFree ? measureSeeks(path, bundled) : 0);
}

function seconds(ms: number): string {
  return (ms / 1e3).toFixed(2).padStart(6);
}

function measureSeeks(path: string, bundled: string): number {
  const seek: Reading = JSON.parse(timed(process.execPath, [bundled, path, '--seek']).out);
  const p95 = seek.seekP95Ms ?? Number.POSITIVE_INFINITY;
  console.log(
    `  seek among ${seek.allocEvents} alloc/free events, ${seek.liveObjects} objects alive at the end: p95 ${p95.toFixed(1)} ms (goal ${goals.seekMs}); ${seek.keyframes} keyframes, ${(seek.keyframeBytes / 1e6).toFixed(0)} MB`,
  );
  return p95 > goals.seekMs ? 1 : 0;
}

async function main(): Promise<number> {
  if (!hasGo()) {
    console.log('SKIPPED: no Go here to make the inputs and to compare with');
    return 0;
  }
  const work = mkdtempSync(join(tmpdir(), 'trace-bench-'));
  try {
    const tools = { peer: buildPeer(work), tool: traceTool(), bundled: await bundle(join(work, 'bundle')) };
    let missed = 0;
    for (const input of makeInputs(work)) missed += measure(input, tools);
    console.log(missed === 0 ? 'all goals met' : `${missed} goals MISSED`);
    return isCheck && missed > 0 ? 1 : 0;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

process.exitCode = await main();
