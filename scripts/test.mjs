/**
 * `npm test`: everything that says whether this checkout is sound, in the order of how soon it tells. Each check and each test counts; the last line is
 * `N passed, N failed`.
 *
 * `npm test -- unit` and the like runs the named steps only.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findChromium } from './find-chromium.mjs';

const root = resolve(import.meta.dirname, '..');
const bin = (name) => join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);
const reports = mkdtempSync(join(tmpdir(), 'spanscope-test-'));
const env = { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0', TZ: 'UTC', LC_ALL: 'C.UTF-8' };
let passed = 0;
let failed = 0;

function run(command, args, more = {}) {
  return spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...env, ...more },
    shell: process.platform === 'win32',
  }).status;
}

/** A check that passes or fails as a whole. */
function check(name, command, args) {
  process.stdout.write(`\n— ${name}\n`);
  if (run(command, args) === 0) passed++;
  else {
    failed++;
    process.stdout.write(`FAILED: ${name}\n`);
  }
}

/** A set of tests, each of which counts. */
function suite(name, config, more = {}) {
  process.stdout.write(`\n— ${name}\n`);
  const report = join(reports, `${name.replaceAll(' ', '-')}.json`);
  const status = run(
    bin('vitest'),
    ['run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    more,
  );
  const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
  passed += result.numPassedTests ?? 0;
  const reds = result.numFailedTests ?? 0;
  // a file that does not load has no tests to count
  failed += status !== 0 && reds === 0 ? 1 : reds;
}

function build() {
  process.stdout.write('\n— build\n');
  if (run(process.execPath, [join(root, 'scripts', 'launch.mjs'), 'cli', '--version']) === 0) passed++;
  else failed++;
}

const steps = {
  types: () => {
    check('types', bin('tsc'), ['-p', 'tsconfig.json']);
    check('types of the window', bin('svelte-check'), [
      '--tsconfig',
      'src-renderer/tsconfig.json',
      '--fail-on-warnings',
    ]);
  },
  lint: () => {
    check('format and lint', bin('biome'), ['check', '.']);
    check('direction of imports', bin('depcruise'), [
      '--config',
      '.dependency-cruiser.cjs',
      'src-main',
      'src-renderer',
    ]);
    check('regular expressions are linear', process.execPath, ['scripts/check-patterns.mjs']);
  },
  build,
  unit: () => suite('unit, golden and property tests', 'vitest.config.ts'),
  package: () => suite('packaging', 'vitest.packaging.config.ts'),
  e2e: () => {
    const chromium = findChromium();
    if (chromium) suite('end to end', 'vitest.e2e.config.ts', { SPANSCOPE_CHROMIUM: chromium });
    else process.stdout.write('\nSKIPPED: end to end: no Chromium here and no right to install one\n');
  },
};

const wanted = process.argv.slice(2).filter((a) => a in steps);
for (const [name, step] of Object.entries(steps)) if (wanted.length === 0 || wanted.includes(name)) step();
rmSync(reports, { recursive: true, force: true });
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
