// A log of 1 GB: how much memory the import of it takes, in a process of its own.
// Run: npm run -s bench -- large-log      Goal: below 400 MB resident, whatever the length of the log.
//
// Beside it: a log of a tenth of the length (memory must not grow with it), and `wc -l` over the same bytes for the rate.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeGctraceLog } from './bench-log.ts';

const goalMb = 400;
const everyNth = 3;
const root = join(import.meta.dirname, '..', '..');

interface Run {
  readonly seconds: number;
  readonly peakMb: number;
}

/** One import in its own process, which reports the most memory it ever had resident. */
function importOf(log: string, caseFolder: string): Run {
  const script = `
    const { Case } = await import(${JSON.stringify(join(root, 'src-main/case/case.ts'))});
    const { ParsePool } = await import(${JSON.stringify(join(root, 'src-main/workers/pool.ts'))});
    const pool = new ParsePool();
    const target = Case.create(${JSON.stringify(caseFolder)}, 'bench');
    const started = performance.now();
    await target.import([${JSON.stringify(log)}], { parse: pool.run });
    const seconds = (performance.now() - started) / 1e3;
    const [evidence] = target.reader.evidence();
    if (evidence?.status !== 'parsed') throw new Error('not parsed');
    await pool.close();
    target.close();
    process.stdout.write(JSON.stringify({ seconds, peakMb: process.resourceUsage().maxRSS / 1024 }));`;
  const file = join(folder, 'import.mjs');
  writeFileSync(file, script);
  const run = spawnSync(process.execPath, [file], { encoding: 'utf8', maxBuffer: 2 ** 24 });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as Run;
}

const folder = mkdtempSync(join(tmpdir(), 'spanscope-bench-'));
try {
  for (const bytes of [100e6, 1e9]) {
    const log = join(folder, 'service.log');
    const lines = writeGctraceLog(log, bytes, everyNth);
    const size = statSync(log).size;
    const { seconds, peakMb } = importOf(log, join(folder, 'case'));
    const started = performance.now();
    spawnSync('wc', ['-l', log]);
    const wcSeconds = (performance.now() - started) / 1e3;
    process.stdout.write(
      `${(size / 1e6).toFixed(0).padStart(5)} MB, ${lines} lines: peak ${peakMb.toFixed(0)} MB resident  goal ${goalMb}: ${peakMb < goalMb ? 'met' : 'MISSED'}  ${(size / 1e6 / seconds).toFixed(0)} MB/s (wc -l: ${(size / 1e6 / wcSeconds).toFixed(0)})\n`,
    );
    rmSync(join(folder, 'case'), { recursive: true });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
