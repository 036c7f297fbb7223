/** Runs the command line in a process of its own, with a home and a temporary folder that nothing may stay in. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { temporaryFolder } from '../../case/temporary-folder.ts';

export const entry = join(import.meta.dirname, '..', '..', '..', '..', 'src-main', 'shells', 'cli', 'entry.ts');

export function spanscope(...args: string[]) {
  const home = temporaryFolder();
  const temporary = join(home, 'tmp');
  mkdirSync(temporary);
  const run = spawnSync(process.execPath, [entry, ...args], {
    encoding: 'utf8',
    env: { ...process.env, SPANSCOPE_HOME: home, TMPDIR: temporary },
    maxBuffer: 2 ** 28,
  });
  expect(readdirSync(temporary), 'left in the temporary folder').toEqual([]);
  return { code: run.status, out: run.stdout, err: run.stderr };
}
