/**
 * Go, as far as the tests need it: toolchains of other versions, programs built with them, and `go tool trace` as the oracle.
 *
 * Nothing is downloaded: a toolchain is here if it is the local one or was fetched before (`GOTOOLCHAIN=go1.23.12 go version`).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const programFolder = fileURLToPath(new URL('program/', import.meta.url));
const maxOutputBytes = 1_000_000_000;

/** One release of each version of Go that the tests record traces with. */
export const goVersions = [
  '1.19.13',
  '1.20.14',
  '1.21.13',
  '1.22.12',
  '1.23.12',
  '1.24.9',
  '1.25.4',
  '1.26.8',
] as const;

/** GOROOT of a version of Go, or undefined where it is not here. Without a version: of the local one. */
export function goRoot(version?: string): string | undefined {
  const env = { ...process.env, GOTOOLCHAIN: version === undefined ? 'local' : `go${version}`, GOPROXY: 'off' };
  const { status, stdout } = spawnSync('go', ['env', 'GOROOT'], { env, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Release of the local Go, as `go1.26.8`. */
export function goRelease(): string {
  const env = { ...process.env, GOTOOLCHAIN: 'local' };
  return execFileSync('go', ['env', 'GOVERSION'], { env, encoding: 'utf8' }).trim();
}

/**
 * Builds the test program in `folder`, which must exist, and returns the path of the executable.
 *
 * A toolchain is kept in the module cache, where Go 1.19 does not find its own library; another module cache hides that.
 */
export function buildProgram(version: string, root: string, folder: string): string {
  const source = join(folder, `go${version}`);
  mkdirSync(source);
  for (const file of readdirSync(programFolder)) cpSync(join(programFolder, file), join(source, file));
  const minor = version.split('.').slice(0, 2).join('.');
  writeFileSync(join(source, 'go.mod'), `module program\n\ngo ${minor}\n`);
  const env = {
    ...process.env,
    GOROOT: root,
    GOTOOLCHAIN: 'local',
    GOPROXY: 'off',
    GOMODCACHE: join(folder, 'modules'),
  };
  execFileSync(join(root, 'bin/go'), ['build', '-trimpath', '-o', 'program', '.'], { cwd: source, env, stdio: 'pipe' });
  return join(source, 'program');
}

/** What the test program says of itself at its marks; see `program/main.go`. */
export interface ProgramMark {
  readonly Label: string;
  readonly HeapObjects: number;
  readonly HeapAlloc: number;
  readonly HeapInuse: number;
  readonly NumGC: number;
  /** Live objects by size class. */
  readonly Live: readonly number[];
}

/** Runs the program, which takes about three seconds. */
export function record(
  program: string,
  trace: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ProgramMark[] {
  const out = execFileSync(program, ['-o', trace, ...args], { env: { ...process.env, ...env }, encoding: 'utf8' });
  return JSON.parse(out);
}

/** `go tool trace -d=parsed` of the local Go. Throws where that refuses the trace. */
export function parsedTraceText(trace: string): string {
  return execFileSync('go', ['tool', 'trace', '-d=parsed', trace], {
    env: { ...process.env, GOTOOLCHAIN: 'local' },
    encoding: 'utf8',
    maxBuffer: maxOutputBytes,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** `go tool trace -d` of Go 1.21: the events of a version 1 trace as the file has them. */
export function rawTraceText(trace: string): string {
  return execFileSync('go', ['tool', 'trace', '-d', trace], {
    env: { ...process.env, GOTOOLCHAIN: 'go1.21.13', GOPROXY: 'off' },
    encoding: 'utf8',
    maxBuffer: maxOutputBytes,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
