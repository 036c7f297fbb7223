import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Builds what is older than its sources, by the one door into a checkout. */
export default function build(): void {
  if (process.env.SPANSCOPE_E2E_BUILT === '1') return;
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/launch.mjs'), 'cli', '--version'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('the build failed');
}
