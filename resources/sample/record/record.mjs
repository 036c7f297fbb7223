#!/usr/bin/env node
/**
 * Records the sample case: builds ../program, runs it for about 50 s in a memory control group of its own and collects what an on-call engineer
 * would collect. Usage: `node record.mjs [--out DIR]`. See README.md beside it.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

const name = 'parcel-tracker';
const program = resolve(import.meta.dirname, '..', 'program');
const outAt = process.argv.indexOf('--out');
const out = resolve(outAt > 0 ? process.argv[outAt + 1] : join(import.meta.dirname, '..', 'bundle'));
const debugUrl = 'http://127.0.0.1:8418/debug';
const limitBytes = 128 * 2 ** 20;
const environment = { GOGC: '50', GODEBUG: 'gctrace=1,traceallocfree=1' };
/** The trace waits for a heap goal of this size: the growth is then well under way and the limit near, and the snapshot a trace begins with is still small. */
const traceFromGoal = 94 * 2 ** 20;

/** What happens when, in seconds from the start. The trace and what follows it wait for the heap instead. */
const plan = [
  [10, () => fetchProfile('heap', 'heap', 'pb.gz')],
  [11, () => copySmaps()],
  [20, () => fetchProfile('heap', 'heap', 'pb.gz')],
  [24, () => fetchProfile('profile?seconds=5', 'cpu', 'pb.gz')],
  [32, () => fetchProfile('heap', 'heap', 'pb.gz')],
  [34, () => fetchProfile('goroutine?debug=2', 'goroutines', 'txt')],
  [35, () => fetchProfile('goroutine', 'goroutine', 'pb.gz')],
];

const say = (text) => process.stderr.write(`record: ${text}\n`);
const inBundle = (file) => join(out, file);
/** HHMMSS in UTC, for names of files without a time inside. */
const clock = () => new Date().toISOString().slice(11, 19).replaceAll(':', '');

const home = join(tmpdir(), name);
const binary = join(home, name);
const group = join('/sys/fs/cgroup/memory', name);
let child;
let memory;

function build() {
  mkdirSync(home, { recursive: true });
  const built = spawnSync('go', ['build', '-trimpath', '-buildvcs=false', '-o', binary, '.'], {
    cwd: program,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: 'inherit',
  });
  if (built.status !== 0) throw new Error('go build failed');
}

/** Empties the bundle; a folder named on the command line has to be empty already. */
function clearOut() {
  mkdirSync(out, { recursive: true });
  const files = readdirSync(out);
  if (outAt > 0 && files.length > 0) throw new Error(`${out} is not empty`);
  for (const file of files) rmSync(inBundle(file));
}

/** A memory control group (version 1) with the limit; undefined where there is none to be had. */
function makeGroup() {
  try {
    mkdirSync(group, { recursive: true });
    writeFileSync(join(group, 'memory.limit_in_bytes'), String(limitBytes));
    return group;
  } catch (error) {
    say(`no memory control group here (${error.message}): the bundle will have none`);
    return undefined;
  }
}

/** Starts the program inside the group. The promise fails when the program ends before it is told to. */
function start() {
  const enter = memory ? `echo $$ > ${memory}/cgroup.procs && ` : '';
  child = spawn('/bin/sh', ['-c', `${enter}exec ./${name}`], {
    cwd: home,
    env: environment,
    stdio: ['ignore', 'ignore', openSync(inBundle('stderr.log'), 'w')],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  return new Promise((_, fail) => {
    child.once('exit', (code, signal) => fail(new Error(`the program ended by itself: ${code ?? signal}`)));
  });
}

async function get(path) {
  const response = await fetch(`${debugUrl}/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

async function fetchProfile(path, stem, ending) {
  const file = `${stem}-${clock()}.${ending}`;
  writeFileSync(inBundle(file), await get(`pprof/${path}`));
  say(file);
}

function copySmaps() {
  writeFileSync(inBundle(`smaps-${clock()}.txt`), readFileSync(`/proc/${child.pid}/smaps`));
}

/** Appends files to one, each behind a line that says when and which. */
function appendSamples(file, paths) {
  for (const path of paths)
    appendFileSync(inBundle(file), `=== ${new Date().toISOString()} ${path}\n${readFileSync(path, 'utf8')}`);
}

function sampleKernel() {
  appendSamples('proc-samples.txt', [`/proc/${child.pid}/status`, `/proc/${child.pid}/smaps_rollup`]);
  if (memory)
    appendSamples(
      'cgroup-samples.txt',
      [
        'memory.limit_in_bytes',
        'memory.usage_in_bytes',
        'memory.max_usage_in_bytes',
        'memory.failcnt',
        'memory.stat',
      ].map((f) => join(memory, f)),
    );
}

/** One line of /debug/vars, as it came but for the line breaks and the time put in front. Returns what the trace waits for. */
async function sampleVars() {
  const ts = new Date();
  const text = (await get('vars')).toString('utf8').replaceAll('\n', '');
  appendFileSync(inBundle('vars.jsonl'), `{"ts":"${ts.toISOString()}",${text.slice(1)}\n`);
  const { HeapAlloc, NextGC, NumGC } = JSON.parse(text).memstats;
  return { at: ts.getTime() / 1000, HeapAlloc, NextGC, NumGC };
}

/** Seconds until the next collection, from two samples between which there was none. */
function secondsToCollection(before, now) {
  if (!before || before.NumGC !== now.NumGC || now.HeapAlloc <= before.HeapAlloc) return Number.NaN;
  const perSecond = (now.HeapAlloc - before.HeapAlloc) / (now.at - before.at);
  return (0.99 * now.NextGC - now.HeapAlloc) / perSecond;
}

/** A trace that begins two to three and a half seconds before the heap's next peak and ends a little behind it. */
async function recordTrace(secondsToPeak) {
  await fetchProfile(`trace?seconds=${(secondsToPeak + 0.8).toFixed(1)}`, 'trace', 'out');
  await Promise.all([fetchProfile('heap', 'heap', 'pb.gz'), fetchProfile('mutex', 'mutex', 'pb.gz')]);
  copySmaps();
}

/** One tick a second. The last sample lies inside the trace: behind it the heap would rise to a peak that no trace covers. */
async function untilTraced(startedAt) {
  const due = [...plan];
  const pending = [];
  let before;
  let trace;
  for (let tick = 1; ; tick++) {
    const rest = sleep(startedAt + tick * 1000 - Date.now(), false);
    if (await Promise.race(trace ? [rest, trace] : [rest])) break;
    if (tick % 3 === 1) sampleKernel();
    const now = await sampleVars();
    while (due.length > 0 && tick >= due[0][0]) pending.push(due.shift()[1]());
    const left = secondsToCollection(before, now);
    if (!trace && now.NextGC >= traceFromGoal && left > 2.2 && left <= 3.5) trace = recordTrace(left).then(() => true);
    before = now;
  }
  await Promise.all(pending);
  sampleKernel();
}

async function stop() {
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await ended;
}

/** Nothing of the machine that recorded may stand in the bundle, but the folder below the system's temporary one. */
function checkNames() {
  const names = [resolve(import.meta.dirname, '../../..'), homedir(), hostname()].filter((n) => n.length > 3);
  for (const entry of readdirSync(out)) {
    const bytes = readFileSync(inBundle(entry));
    const text = (entry.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
    for (const n of names) if (text.includes(`${n}/`) || text.includes(`${n} `)) throw new Error(`${entry} holds ${n}`);
    say(`${String(bytes.length).padStart(8)} ${entry}`);
  }
}

build();
clearOut();
memory = makeGroup();
try {
  const ended = start();
  await Promise.race([untilTraced(Date.now()), ended]);
} finally {
  if (child?.exitCode === null && child.signalCode === null) await stop();
  if (memory) rmdirSync(memory);
  rmSync(home, { recursive: true });
}
checkNames();
