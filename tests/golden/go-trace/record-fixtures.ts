/**
 * Records the program anew with every version of Go and writes the traces to `tests/fixtures/go-trace`, with what the oracle says of them:
 *
 *   node tests/golden/go-trace/record-fixtures.ts [VERSION ...]
 *
 * Names: `goVERSION-program` (two Ps), `-allocfree` (one P and GODEBUG=traceallocfree=1, so that the replay meets MemStats exactly), `-flight` (the
 * flight recorder, with alloc/free events). Of several runs the smallest trace is kept: now and then the runtime yields some ten thousand times
 * while it waits for a sweep.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildProgram, goRelease, goRoot, goVersions, type ProgramMark, record } from './go-tool.ts';
import { digest, oracleReading, rawCounts } from './oracle.ts';
import { oracleFigures } from './oracle-figures.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/go-trace/', import.meta.url));
const runs = 20;
const smallBytes = 70_000;

interface Variant {
  readonly name: string;
  /** First minor version of Go that has it. */
  readonly since: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly origin: string;
}

const allocFree = { GOMAXPROCS: '1', GODEBUG: 'traceallocfree=1' };
const variants: readonly Variant[] = [
  { name: 'program', since: 19, args: [], env: { GOMAXPROCS: '2' }, origin: 'GOMAXPROCS=2' },
  { name: 'allocfree', since: 23, args: [], env: allocFree, origin: 'GOMAXPROCS=1 GODEBUG=traceallocfree=1' },
  {
    name: 'flight',
    since: 25,
    args: ['-flight'],
    env: allocFree,
    origin: 'GOMAXPROCS=1 GODEBUG=traceallocfree=1, -flight',
  },
];

/** The smallest trace of several runs, or the first that is small, and its marks. */
function smallest(program: string, folder: string, { args, env }: Variant): { path: string; marks: ProgramMark[] } {
  let best: { path: string; marks: ProgramMark[] } | undefined;
  for (let i = 0; i < runs; i++) {
    const path = join(folder, `${i}.trace`);
    const marks = record(program, path, args, env);
    if (best === undefined || statSync(path).size < statSync(best.path).size) best = { path, marks };
    if (statSync(path).size < smallBytes || env.GOMAXPROCS === '1') break;
  }
  if (best === undefined) throw new Error('no run');
  return best;
}

function store(version: string, variant: Variant, path: string, marks: readonly ProgramMark[]): void {
  const name = `go${version.split('.').slice(0, 2).join('.')}-${variant.name}`;
  const write = (ending: string, text: string | Uint8Array) => writeFileSync(join(fixtures, `${name}.${ending}`), text);
  const json = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`;
  write('trace', readFileSync(path));
  const { events, lines } = oracleReading(path);
  const rawEventsByName = rawCounts(path);
  write(
    'expected.json',
    json({
      reader: `go tool trace -d=parsed of ${goRelease()}`,
      refused: false,
      lines: digest(lines),
      ...oracleFigures(events),
      ...(rawEventsByName === undefined ? {} : { rawEventsByName, rawReader: 'go tool trace -d of Go 1.21.13' }),
    }),
  );
  if (variant.name === 'allocfree') write('marks.json', json(marks));
  write(
    'origin.md',
    `# ${name}.trace\nGo ${version}, tests/golden/go-trace/program, ${variant.origin}, linux/amd64. Recorded by tests/golden/go-trace/record-fixtures.ts. Made for this project.\n`,
  );
}

const asked = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'trace-record-'));
try {
  for (const version of asked.length > 0 ? asked : goVersions) {
    const root = goRoot(version);
    if (root === undefined) throw new Error(`Go ${version} is not here: GOTOOLCHAIN=go${version} go version`);
    const program = buildProgram(version, root, folder);
    for (const variant of variants) {
      if (Number(version.split('.')[1]) < variant.since) continue;
      const { path, marks } = smallest(program, folder, variant);
      store(version, variant, path, marks);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
