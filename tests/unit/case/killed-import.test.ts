/** An import that is killed at any moment leaves a case that opens, verifies and, opened again, holds what it would have held. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Case } from '../../../src-main/case/case.ts';
import { verifyCase } from '../../../src-main/case/verify.ts';
import { everythingOf } from './everything-of.ts';
import { parseHere } from './parse-here.ts';
import { temporaryFolder } from './temporary-folder.ts';

const child = join(import.meta.dirname, 'import-child.ts');
const moments = [0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.98];

function bundle(): string {
  const folder = join(temporaryFolder(), 'bundle');
  mkdirSync(folder);
  for (let f = 0; f < 12; f++) {
    let text = '';
    for (let i = 0; i < 4_000; i++)
      text += `gc ${i + 1} @${i}.${f}00s 1%: 0.1+1+0.1 ms clock, 0.1+0/1/0+0.1 ms cpu, ${i + 4}->${i + 5}->${i + 3} MB, ${i + 8} MB goal, 2 P\n`;
    writeFileSync(join(folder, `${f}.log`), text);
  }
  return folder;
}

/** Runs an import in a process of its own; killed after `killAfterMs` once it has begun. Gives the milliseconds it took. */
async function runImport(caseFolder: string, from: string, killAfterMs?: number): Promise<number> {
  return await new Promise((resolve, reject) => {
    const process_ = spawn(process.execPath, [child, caseFolder, from], { stdio: ['ignore', 'pipe', 'inherit'] });
    let begun = 0;
    process_.stdout.once('data', () => {
      begun = performance.now();
      if (killAfterMs !== undefined) setTimeout(() => process_.kill('SIGKILL'), killAfterMs);
    });
    process_.on('error', reject);
    process_.on('exit', () => resolve(performance.now() - begun));
  });
}

describe('an import', () => {
  it('survives being killed at any moment', async () => {
    const from = bundle();
    const whole = join(temporaryFolder(), 'case');
    const tookMs = await runImport(whole, from);
    const wholeCase = Case.open(whole);
    const expected = everythingOf(wholeCase);
    expect(wholeCase.reader.evidence()).toHaveLength(12);
    wholeCase.close();
    for (const moment of moments) {
      const folder = join(temporaryFolder(), 'case');
      await runImport(folder, from, moment * tookMs);
      if (!existsSync(join(folder, 'case.json'))) continue;
      const opened = Case.open(folder);
      expect(readdirSync(join(folder, 'staging'))).toEqual([]);
      expect(verifyCase(opened), `killed at ${moment}`).toMatchObject({ ok: true });
      await opened.resume({ parse: parseHere });
      const names = opened.reader.evidence().map((e) => e.path);
      expect([0, 12], `killed at ${moment}`).toContain(names.length);
      if (names.length === 0) await opened.import([from], { parse: parseHere });
      expect(everythingOf(opened) === expected, `killed at ${moment}`).toBe(true);
      opened.close();
    }
  });
});
