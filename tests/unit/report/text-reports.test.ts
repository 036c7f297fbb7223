/** HTML and Markdown of a case whose names and log lines try to be markup. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CaseSession, Service } from '../../../src-main/api/service.ts';
import { gctraceLine } from '../analysis/case-of-texts.ts';
import { temporaryFolder } from '../case/temporary-folder.ts';

const hostile = `<img src=x onerror=alert(1)>"'&|\`*_[x](javascript:alert(1))`;
const service = new Service();
let session: CaseSession;

beforeAll(async () => {
  const folder = join(temporaryFolder(), '<script>alert(1)</script>'.replaceAll('/', '_'));
  mkdirSync(folder);
  const log = Array.from({ length: 60 }, (_, i) => gctraceLine(i + 1, i, 4 + i * 3)).join('');
  writeFileSync(join(folder, `${hostile.replaceAll('/', '_')}.log`), `2026-11-24T11:00:00Z ${hostile}\n${log}`);
  expect(readdirSync(folder)).toHaveLength(1);
  session = await service.open({ inputs: [folder], name: hostile });
});
afterAll(async () => {
  session.close();
  await service.close();
});

describe('the HTML report', () => {
  it('takes nothing from evidence for markup, runs nothing and fetches nothing', () => {
    const html = session.html('en');
    const tags = new Set([...html.matchAll(/<([a-zA-Z]\w*)/g)].map((m) => m[1]));
    for (const tag of ['script', 'img', 'iframe', 'link', 'object', 'a']) expect([...tags]).not.toContain(tag);
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    for (const [tag] of html.matchAll(/<[^>]*>/g)) expect(tag).not.toMatch(/\b(?:href|src|on\w+)=/);
    expect(html.replaceAll(/url\(#f\d+-\d+\)/g, '')).not.toContain('url(');
  });

  it.each(['en', 'zh-CN'] as const)('has in %s every block of the report, figures as vectors', (language) => {
    const html = session.html(language);
    expect(html).toContain(`<html lang="${language}">`);
    expect(html.match(/<svg /g)?.length).toBeGreaterThanOrEqual(2);
    for (const evidence of session.report(language).evidence) expect(html).toContain(evidence.sha256);
  });
});

describe('the Markdown report', () => {
  it('takes nothing from evidence for Markdown or HTML', () => {
    const outside = session.markdown('en').replaceAll(/```[^`]*```/g, '');
    expect(outside).toContain('\\<img src=x onerror=alert(1)\\>');
    expect(outside.replaceAll('<br>', '')).not.toMatch(/(?<!\\)[<[]/);
  });

  it('keeps tables whole: as many cells in each row as in its head', () => {
    const rows = session
      .markdown('en')
      .split('\n')
      .filter((l) => l.startsWith('| '));
    let width = 0;
    rows.forEach((row, i) => {
      const cells = row.split(/(?<!\\)\|/).length;
      if (rows[i + 1]?.startsWith('| ---')) width = cells;
      expect(cells, row).toBe(width);
    });
  });
});
