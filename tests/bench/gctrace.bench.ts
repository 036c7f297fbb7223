// A gctrace log of 100 MB: how the import of it into a case compares with a bare regular expression run over its lines.
// Run: npm run -s bench -- gctrace      Goal: at least a third of the rate of the regular expression.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Case } from '../../src-main/case/case.ts';
import { ParsePool } from '../../src-main/workers/pool.ts';
import { writeGctraceLog } from './bench-log.ts';

const megabytes = 100;
const rounds = 3;
const goal = 1 / 3;

const line =
  /^gc (\d+) @([\d.]+)s (\d+)%: ([\d.]+)\+([\d.]+)\+([\d.]+) ms clock, ([\d.]+)\+([\d.]+)\/([\d.]+)\/([\d.]+)\+([\d.]+) ms cpu, (\d+)->(\d+)->(\d+) MB, (\d+) MB goal, .*?(\d+) P$/;

/** The bare pass: split at line feeds, match, keep one number. MB/s. */
function barePass(path: string): number {
  const started = performance.now();
  const text = readFileSync(path, 'latin1');
  let sum = 0;
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    const m = line.exec(text.slice(from, end < 0 ? text.length : end));
    if (m) sum += Number(m[1]);
    if (end < 0) break;
    from = end + 1;
  }
  if (sum === 0) throw new Error('the expression matched nothing');
  return text.length / 1e6 / ((performance.now() - started) / 1e3);
}

interface Rates {
  /** From the journal line to the last row in the store, MB/s. */
  readonly parsedAndStored: number;
  /** From the path to the last row: reading, hashing twice, copying into the vault where the case stays, parsing, storing. */
  readonly whole: number;
}

async function importOnce(path: string, target: Case, pool: ParsePool): Promise<Rates> {
  const started = performance.now();
  let opened = started;
  await target.import([path], {
    parse: (...job) => {
      opened = performance.now();
      return pool.run(...job);
    },
  });
  const ended = performance.now();
  const rows = target.reader.series().find((s) => s.metric === 'gc_cycles_total')?.points ?? 0;
  target.close();
  if (rows < 1000) throw new Error(`stored ${rows} rows`);
  return { parsedAndStored: (megabytes * 1e3) / (ended - opened), whole: (megabytes * 1e3) / (ended - started) };
}

const folder = mkdtempSync(join(tmpdir(), 'spanscope-bench-'));
try {
  const path = join(folder, 'gctrace.log');
  const lines = writeGctraceLog(path, megabytes * 1e6, 50);
  const pool = new ParsePool(1);
  const rates: Record<string, number> = {};
  const note = (name: string, rate: number) => {
    rates[name] = Math.max(rates[name] ?? 0, rate);
  };
  for (let round = 0; round < rounds; round++) {
    note('bare', barePass(path));
    const passing = await importOnce(path, Case.temporary('bench'), pool);
    note('parsed and stored', passing.parsedAndStored);
    note('opened, hashed, parsed, stored', passing.whole);
    const kept = await importOnce(path, Case.create(join(folder, `case-${round}`), 'bench'), pool);
    note('parsed and stored in a case that stays', kept.parsedAndStored);
    note('copied, hashed, flushed, parsed, stored', kept.whole);
    rmSync(join(folder, `case-${round}`), { recursive: true });
  }
  await pool.close();
  process.stdout.write(`${lines} lines, ${megabytes} MB, best of ${rounds}\n`);
  const bare = rates.bare as number;
  for (const [name, rate] of Object.entries(rates)) {
    const ratio = rate / bare;
    const verdict =
      name === 'parsed and stored' ? `  goal ${goal.toFixed(2)}: ${ratio >= goal ? 'met' : 'MISSED'}` : '';
    process.stdout.write(
      `${name.padEnd(44)} ${rate.toFixed(0).padStart(5)} MB/s  ratio ${ratio.toFixed(2)}${verdict}\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
