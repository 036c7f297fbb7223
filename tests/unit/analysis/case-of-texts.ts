/** Analyses a bundle made of a few texts. */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Analysis, analyse } from '../../../src-main/analysis/diagnose.ts';
import { Case } from '../../../src-main/case/case.ts';
import { parseHere } from '../case/parse-here.ts';
import { temporaryFolder } from '../case/temporary-folder.ts';

const madeAt = new Date('2026-11-24T12:00:00Z');

/** @returns the analysis; the evidence lies in a temporary case that goes with the test's folder */
export async function analysisOf(files: Record<string, string | Uint8Array>): Promise<Analysis> {
  const folder = join(temporaryFolder(), 'bundle');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
    utimesSync(join(folder, name), madeAt, madeAt);
  }
  const made = Case.create(join(temporaryFolder(), 'case'), 'made');
  await made.import([folder], { parse: parseHere });
  return analyse(made);
}

/** A gctrace line of a cycle that starts `seconds` after the program did and takes `ms`. */
export function gctraceLine(cycle: number, seconds: number, liveMb: number, ms = 2): string {
  return `gc ${cycle} @${seconds.toFixed(3)}s 1%: 0.100+${(ms - 0.2).toFixed(3)}+0.100 ms clock, 0.2+0.1/0.5/0.1+0.2 ms cpu, ${liveMb + 1}->${liveMb + 2}->${liveMb} MB, ${liveMb * 2} MB goal, 0 MB stacks, 0 MB globals, 2 P\n`;
}
