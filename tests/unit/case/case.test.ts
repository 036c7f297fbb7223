import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultBudgets } from '../../../src-main/case/budgets.ts';
import { Case } from '../../../src-main/case/case.ts';
import { verifyCase } from '../../../src-main/case/verify.ts';
import { zip } from './archive/make-archives.ts';
import { everythingOf } from './everything-of.ts';
import { parseHere } from './parse-here.ts';
import { temporaryFolder } from './temporary-folder.ts';

const sample = join(import.meta.dirname, '..', '..', '..', 'resources', 'sample', 'bundle');
const gctrace = (n: number) =>
  Array.from(
    { length: n },
    (_, i) =>
      `gc ${i + 1} @${(i * 0.5).toFixed(3)}s 1%: 0.1+1+0.1 ms clock, 0.1+0/1/0+0.1 ms cpu, ${i + 4}->${i + 5}->${i + 3} MB, ${i + 8} MB goal, 2 P\n`,
  ).join('');

function bundleOf(files: Record<string, string | Buffer>): string {
  const folder = join(temporaryFolder(), 'bundle');
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

async function caseOf(bundle: string): Promise<Case> {
  const opened = Case.create(join(temporaryFolder(), 'case'), 'test');
  await opened.import([bundle], { parse: parseHere });
  return opened;
}

/** Hash of every file below a folder, with its time. */
function stateOf(folder: string): Record<string, string> {
  const out: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    out[path] = `${createHash('sha256').update(readFileSync(path)).digest('hex')} ${statSync(path).mtimeMs}`;
  }
  return out;
}

describe('a case', () => {
  it('rebuilds its store from vault and journal, equal in every answer', async () => {
    const opened = await caseOf(sample);
    const before = everythingOf(opened);
    expect(before.length).toBeGreaterThan(100_000);
    await opened.rebuild({ parse: parseHere });
    expect(everythingOf(opened)).toBe(before);
    opened.close();
  });

  it('rebuilds what came out of archives inside archives', async () => {
    const inner = zip([{ name: 'a.log', data: Buffer.from(gctrace(9)) }]);
    const bundle = join(temporaryFolder(), 'x.zip');
    writeFileSync(
      bundle,
      zip([
        { name: 'inner.zip', data: inner },
        { name: 'lie.log', data: Buffer.from('x'), statedCrc: 1 },
      ]),
    );
    const opened = await caseOf(bundle);
    expect(opened.reader.containers().map((c) => c.path)).toEqual(['x.zip!/inner.zip', 'x.zip']);
    expect(opened.openingNotes()).toMatchObject([{ code: 'archive/checksum', container: 'x.zip' }]);
    const before = everythingOf(opened);
    await opened.rebuild({ parse: parseHere });
    expect(everythingOf(opened)).toBe(before);
    opened.close();
  });

  it('leaves the evidence as it was, and needs it no more', async () => {
    const bundle = join(temporaryFolder(), 'bundle');
    cpSync(sample, bundle, { recursive: true, preserveTimestamps: true });
    const before = stateOf(bundle);
    const opened = await caseOf(bundle);
    expect(stateOf(bundle)).toEqual(before);
    const answers = everythingOf(opened);
    const { folder } = opened;
    opened.close();
    rmSync(bundle, { recursive: true });
    const again = Case.open(folder);
    expect(everythingOf(again)).toBe(answers);
    await again.rebuild({ parse: parseHere });
    expect(everythingOf(again)).toBe(answers);
    again.close();
  });

  it('keeps one copy of equal bytes and both names', async () => {
    const opened = await caseOf(bundleOf({ 'a.log': gctrace(3), 'b.log': gctrace(3) }));
    expect(opened.reader.evidence().map((e) => e.path)).toEqual(['a.log', 'b.log']);
    expect(opened.vault.list()).toHaveLength(1);
    opened.close();
  });

  it('takes more evidence later, under numbers that go on', async () => {
    const opened = await caseOf(bundleOf({ 'a.log': gctrace(3) }));
    await opened.import([bundleOf({ 'c.log': gctrace(5) })], { parse: parseHere });
    expect(opened.reader.evidence().map((e) => [e.id, e.path])).toEqual([
      [1, 'a.log'],
      [2, 'c.log'],
    ]);
    opened.close();
  });

  it('parses after a start what a sudden end left unparsed', async () => {
    const bundle = bundleOf({ 'a.log': gctrace(3), 'b.log': gctrace(4), 'c.log': gctrace(5) });
    const whole = await caseOf(bundle);
    const answers = everythingOf(whole);
    whole.close();

    const cut = Case.create(join(temporaryFolder(), 'case'), 'test');
    const controller = new AbortController();
    let parsed = 0;
    await cut.import([bundle], {
      signal: controller.signal,
      parse: async (...job) => {
        if (++parsed === 2) controller.abort();
        return await parseHere(...job);
      },
    });
    cut.close();
    const again = Case.open(cut.folder);
    expect(again.reader.evidence().length).toBeLessThan(3);
    await again.resume({ parse: parseHere });
    expect(everythingOf(again)).toBe(answers);
    again.close();
  });

  it('is as before when an import is refused', async () => {
    const opened = await caseOf(bundleOf({ 'a.log': gctrace(3) }));
    const before = everythingOf(opened);
    const head = opened.journal.head;
    const budgets = { ...defaultBudgets, allBytes: 100 };
    await expect(
      opened.import([bundleOf({ 'b.log': gctrace(50) })], { parse: parseHere, budgets }),
    ).rejects.toMatchObject({ code: 'archive/too_large', unsafe: true });
    expect(everythingOf(opened)).toBe(before);
    expect(opened.journal.head).toBe(head);
    expect(readdirSync(join(opened.folder, 'staging'))).toEqual([]);
    opened.close();
  });

  it('refuses what is no case, and a case of a newer version, and touches neither', () => {
    const empty = temporaryFolder();
    expect(() => Case.open(empty)).toThrow(expect.objectContaining({ code: 'case/not_a_case' }));
    writeFileSync(join(empty, 'case.json'), '{"format":99,"id":"x","name":"y","created":"z"}');
    const before = stateOf(empty);
    expect(() => Case.open(empty)).toThrow(expect.objectContaining({ code: 'case/newer' }));
    expect(stateOf(empty)).toEqual(before);
    expect(() => Case.create(empty, 'x')).toThrow(expect.objectContaining({ code: 'case/exists' }));
  });

  it('is open in one program at a time', async () => {
    const opened = await caseOf(bundleOf({ 'a.log': gctrace(3) }));
    expect(() => Case.open(opened.folder)).toThrow(expect.objectContaining({ code: 'case/in_use' }));
    opened.close();
    writeFileSync(join(opened.folder, 'lock'), '4194304');
    const again = Case.open(opened.folder);
    again.close();
    expect(existsSync(join(opened.folder, 'lock'))).toBe(false);
  });

  it('is gone when it was for one call', async () => {
    const bundle = bundleOf({ 'a.log': gctrace(3) });
    const passing = Case.temporary('x');
    await passing.import([bundle], { parse: parseHere });
    expect(readdirSync(join(passing.folder, 'vault'))).toEqual([]);
    passing.close();
    expect(existsSync(passing.folder)).toBe(false);
  });
});

describe('verifyCase', () => {
  const large = Buffer.alloc(3 * 2 ** 20 + 5, 'x');

  it('finds nothing wrong with a case as it was made', async () => {
    const opened = await caseOf(bundleOf({ 'a.log': gctrace(3), 'large.bin': large }));
    expect(verifyCase(opened)).toMatchObject({ ok: true, journal: { chainOk: true, entries: 2 } });
    opened.close();
  });

  it('names the evidence and the block that differ', async () => {
    const opened = await caseOf(bundleOf({ 'a.log': gctrace(3), 'large.bin': large }));
    const path = opened.vault.pathOf(opened.reader.evidence().find((e) => e.path === 'large.bin')?.sha256 ?? '');
    const changed = Buffer.from(large);
    changed[2 ** 20 + 77] = 7;
    writeFileSync(path, changed);
    expect(verifyCase(opened)).toMatchObject({
      ok: false,
      evidence: [
        { path: 'a.log', ok: true },
        { path: 'large.bin', ok: false, fault: 'changed', blocks: [1] },
      ],
    });
    appendFileSync(path, 'more');
    expect(verifyCase(opened).evidence[1]).toMatchObject({ fault: 'changed', blocks: [1, 3] });
    rmSync(path);
    expect(verifyCase(opened).evidence[1]).toMatchObject({ fault: 'missing' });
    opened.close();
  });

  it('names the line at which the journal was changed', async () => {
    const opened = await caseOf(bundleOf({ 'a.log': gctrace(3) }));
    const path = join(opened.folder, 'journal.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace('a.log', 'b.log'));
    expect(verifyCase(opened)).toMatchObject({ ok: false, journal: { chainOk: false, brokenAt: 2 } });
    opened.close();
  });
});
