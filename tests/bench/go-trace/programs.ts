/** The Go side of the benchmark: the load that writes traces, the peer that reads them, and Go's own tool. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const peerVersion = 'v0.0.0-20261014143641-f0251eb4aa3e';
/** A version whose traces have the first layout. */
const oldGo = 'go1.21.13';

export function hasGo(): boolean {
  return spawnSync('go', ['version']).status === 0;
}

function go(folder: string, args: readonly string[], env: Readonly<Record<string, string>>): void {
  execFileSync('go', args, { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** A Go module of one file, built; the path of the executable. */
function build(folder: string, file: string, requires: string, env: Readonly<Record<string, string>> = {}): string {
  mkdirSync(folder, { recursive: true });
  cpSync(join(here, file), join(folder, file));
  writeFileSync(join(folder, 'go.mod'), `module bench\n\ngo 1.21\n${requires}`);
  if (requires !== '') go(folder, ['mod', 'tidy'], env);
  go(folder, ['build', '-o', 'program', '.'], env);
  return join(folder, 'program');
}

/** Counts the events of a trace with golang.org/x/exp/trace. Fetched through the module proxy. */
export function buildPeer(work: string): string {
  return build(join(work, 'peer'), 'peer.go', `\nrequire golang.org/x/exp ${peerVersion}\n`, { GOFLAGS: '-mod=mod' });
}

/** Writes traces with the local Go, or (`isOld`) in the first layout. */
export function buildLoad(work: string, isOld: boolean): string {
  return build(join(work, isOld ? 'old' : 'load'), 'load.go', '', isOld ? { GOTOOLCHAIN: oldGo } : {});
}

/** The executable behind `go tool trace`, so that its build is not timed. */
export function traceTool(): string {
  const env = { ...process.env, GOTOOLCHAIN: 'local' };
  spawnSync('go', ['tool', 'trace', '-h'], { env });
  return execFileSync('go', ['tool', '-n', 'trace'], { env, encoding: 'utf8' }).trim();
}
