/** The PDF of the sample case in both languages, read back with poppler where it is there. Needs the fonts of the build (out/fonts). */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatBytes } from '../../../src-main/api/contract/format.ts';
import { type CaseSession, Service } from '../../../src-main/api/service.ts';
import { temporaryFolder } from '../case/temporary-folder.ts';

const sample = join(import.meta.dirname, '..', '..', '..', 'resources', 'sample', 'bundle');
const hasPoppler = spawnSync('pdftotext', ['-v']).status === 0;
if (!hasPoppler) process.stderr.write('SKIPPED: pdftotext is not on this machine, the PDF was not read back\n');
const languages = ['en', 'zh-CN'] as const;
const service = new Service();
let session: CaseSession;

beforeAll(async () => {
  session = await service.open({ inputs: [sample] });
});
afterAll(async () => {
  session.close();
  await service.close();
});

describe('the PDF', () => {
  it.each(languages)('%s: is a tagged document with its fonts inside and vectors for charts', async (language) => {
    const pdf = Buffer.from(await session.pdf(language)).toString('latin1');
    expect(pdf.startsWith('%PDF-1.')).toBe(true);
    expect(pdf.match(/\/FontFile2/g)?.length).toBeGreaterThanOrEqual(2);
    expect(pdf).toContain('/StructTreeRoot');
    expect(pdf).toMatch(new RegExp(`/Lang \\(${language}\\)`));
    expect(pdf).not.toContain('/Subtype /Image');
  });

  it.runIf(hasPoppler).each(languages)(
    '%s: says the verdict, the ladder, the findings and where each comes from',
    async (language) => {
      const path = join(temporaryFolder(), 'report.pdf');
      writeFileSync(path, await session.pdf(language));
      const { stdout } = spawnSync('pdftotext', ['-raw', path, '-'], { encoding: 'utf8' });
      const bare = (text: string) => text.replaceAll(/\s+/g, '');
      const text = bare(stdout);
      const report = session.report(language);
      expect(text).toContain(bare(report.verdict_text));
      for (const finding of report.findings) expect(text).toContain(bare(finding.title));
      for (const row of report.ladder?.rows ?? []) expect(text, row.key).toContain(bare(formatBytes(row.bytes)));
      for (const evidence of report.evidence) expect(text, evidence.path).toContain(evidence.sha256);
      // a glyph that a font lacks would be shown as its code
      expect(stdout).not.toMatch(/\\u\{[0-9a-f]/);
    },
  );
});
