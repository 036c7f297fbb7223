#!/usr/bin/env node
/**
 * The one door into a checkout: `launch.mjs start|cli|test|bench ...`. Plain JavaScript for any Node from 20 on. It installs what the lockfile names when that
 * has changed, builds when a source is newer than the build, and goes on under the Node that the project brings (better-sqlite3 13 dies silently on
 * older ones). All of its own output goes to stderr: stdout belongs to the command.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const oldestNode = 22;
const ownNode = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
const setupStamp = join(root, 'node_modules', '.spanscope-setup');
const buildStamp = join(root, 'out', '.spanscope-build');
const sources = [
  'src-main',
  'src-renderer',
  'resources/thresholds.json',
  'scripts/build-fonts.mjs',
  'electron.config.ts',
  'package-lock.json',
];

function digest(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function isFresh(stamp, wanted) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
}

/** Two commands started at once must not install or build over each other. A lock whose owner is gone is taken over. */
function locked(name, isDone, work) {
  const lock = join(root, `.${name}-lock`);
  while (!isDone()) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
    } catch {
      if (isAbandoned(lock)) rmSync(lock, { recursive: true, force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      continue;
    }
    try {
      if (!isDone()) work();
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
}

function isAbandoned(lock) {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    return false;
  } catch (error) {
    // EPERM: alive, of another user; ENOENT: being made just now, or left so long ago
    if (error.code === 'EPERM') return false;
    return (
      error.code === 'ESRCH' || Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 60_000
    );
  }
}

/** A run of npm inside npm must not think it is the outer one. */
function cleanEnvironment() {
  const env = { ...process.env };
  for (const key of Object.keys(env)) if (/^npm_(?:lifecycle|package|command|node_execpath)/.test(key)) delete env[key];
  return env;
}

function run(command, args, env = cleanEnvironment()) {
  const result = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}

function setup() {
  const wanted = digest(['package.json', 'package-lock.json'].map((f) => readFileSync(join(root, f))));
  locked(
    'setup',
    () => isFresh(setupStamp, wanted),
    () => {
      process.stderr.write('spanscope: installing dependencies (once)\n');
      run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
      writeFileSync(setupStamp, wanted);
    },
  );
}

function listFiles(path, out) {
  const full = join(root, path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (!stat) return out;
  if (stat.isDirectory()) for (const name of readdirSync(full).sort()) listFiles(`${path}/${name}`, out);
  else out.push(`${path} ${stat.mtimeMs} ${stat.size}\n`);
  return out;
}

function build() {
  const wanted = digest(sources.flatMap((path) => listFiles(path, [])));
  locked(
    'build',
    () => isFresh(buildStamp, wanted),
    () => {
      run(process.execPath, [
        join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'),
        'build',
        '-c',
        'electron.config.ts',
        '--logLevel',
        'warn',
      ]);
      run(process.execPath, [join(root, 'scripts', 'build-fonts.mjs')]);
      writeFileSync(buildStamp, wanted);
    },
  );
}

/** Goes on under the project's Node where this one is too old. */
function underOwnNode(args) {
  if (Number(process.versions.node.split('.', 1)[0]) >= oldestNode) return;
  if (!existsSync(ownNode)) {
    process.stderr.write(
      `spanscope: Node ${oldestNode} or newer is needed; this is ${process.versions.node} and none was installed for this platform\n`,
    );
    process.exit(1);
  }
  const result = spawnSync(ownNode, [import.meta.filename ?? new URL(import.meta.url).pathname, ...args], {
    stdio: 'inherit',
  });
  process.exit(result.status ?? 1);
}

const [mode, ...rest] = process.argv.slice(2);
try {
  setup();
  underOwnNode([mode, ...rest]);
  if (mode !== 'test') build();
} catch (error) {
  process.stderr.write(`spanscope: ${error.message}\n`);
  process.exit(1);
}
const [script, ...args] =
  mode === 'test'
    ? ['scripts/test.mjs', ...rest]
    : mode === 'bench'
      ? [`tests/bench/${rest[0]}.bench.ts`, ...rest.slice(1)]
      : [mode === 'start' ? 'scripts/start.mjs' : 'out/main/cli.js', ...rest];
const entry = join(root, script);
process.argv = [process.argv[0], entry, ...args];
await import(pathToFileURL(entry).href);
