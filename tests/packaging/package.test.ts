/**
 * Packages the application around a stand-in for Electron's binary (there is none on the test machines) and reads back what came out: which files are
 * inside, which lie beside, how the fuses are set.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPackage, listPackage } from '@electron/asar';
import { FuseState, type FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
/** Marks the wire in a binary. @source @electron/fuses README */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const fuseCount = 9;
let folder: string;
let app: string;
let inside: string[];
let fuses: Record<string, boolean>;

/** A folder that passes for an unpacked Electron: the fuse wire in a file, all fuses as they are delivered. */
async function standInDist(path: string): Promise<void> {
  mkdirSync(join(path, 'resources'), { recursive: true });
  const wire = Buffer.concat([Buffer.from(sentinel), Buffer.from([1, fuseCount]), Buffer.from('1'.repeat(fuseCount))]);
  writeFileSync(join(path, 'electron'), Buffer.concat([Buffer.alloc(4_096), wire, Buffer.alloc(4_096)]), {
    mode: 0o755,
  });
  writeFileSync(join(path, 'chrome-sandbox'), '', { mode: 0o755 });
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'version']) writeFileSync(join(path, name), 'stand-in\n');
  const empty = join(path, '..', 'empty-app');
  mkdirSync(empty, { recursive: true });
  writeFileSync(join(empty, 'package.json'), '{}');
  await createPackage(empty, join(path, 'resources', 'default_app.asar'));
}

beforeAll(async () => {
  const script: string = join(root, 'scripts', 'set-fuses.mjs');
  ({ fuses } = (await import(script)) as { fuses: Record<string, boolean> });
  folder = mkdtempSync(join(tmpdir(), 'spanscope-package-'));
  const dist = join(folder, 'electron');
  await standInDist(dist);
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules', 'electron-builder', 'cli.js'),
      '--linux',
      '--dir',
      '--publish',
      'never',
      `-c.electronDist=${dist}`,
      `-c.directories.output=${join(folder, 'dist')}`,
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, CI: 'true' } },
  );
  app = join(folder, 'dist', process.arch === 'arm64' ? 'linux-arm64-unpacked' : 'linux-unpacked');
  inside = listPackage(join(app, 'resources', 'app.asar'), { isPack: false });
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packaged application', () => {
  it('sets every fuse', async () => {
    const wire = await getCurrentFuseWire(join(app, 'spanscope'));
    const set = Object.entries(fuses).map(([option]) => [
      option,
      wire[Number(option) as FuseV1Options] === FuseState.ENABLE,
    ]);
    expect(Object.fromEntries(set)).toEqual(fuses);
    expect(Object.keys(fuses)).toHaveLength(fuseCount);
  });

  it('holds what it needs to run', () => {
    for (const path of [
      '/package.json',
      '/out/main/electron.js',
      '/out/main/ahead-worker.js',
      '/out/main/parse-worker.js',
      '/out/preload/preload.cjs',
      '/out/renderer/index.html',
      '/out/fonts/regular.ttf',
      '/resources/thresholds.json',
      '/resources/sample/bundle/stderr.log',
    ])
      expect(inside, path).toContain(path);
  });

  it('leaves out sources, tests and what serves other platforms', () => {
    const extra = inside.filter((p) =>
      /^\/(?:src-|tests|scripts)|node-linux|better-sqlite3\/(?:deps|src)|(?:darwin|win32)-\w+\.node/.test(p),
    );
    expect(extra).toEqual([]);
  });

  it('unpacks the one native module', () => {
    expect(existsSync(join(app, 'resources', 'app.asar.unpacked', 'node_modules', 'better-sqlite3'))).toBe(true);
  });
});
