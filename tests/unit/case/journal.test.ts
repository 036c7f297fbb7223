import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Journal } from '../../../src-main/case/journal.ts';
import { temporaryFolder } from './temporary-folder.ts';

function written() {
  const path = join(temporaryFolder(), 'journal.jsonl');
  const journal = new Journal(path, true);
  journal.append('create', { name: 'a' });
  journal.append('note', { text: 'seen' }, 'ann');
  journal.append('export', { to: 'x.pdf' });
  return { path, lines: readFileSync(path, 'utf8').trimEnd().split('\n') };
}

const state = (path: string) => new Journal(path, true).read();

describe('Journal', () => {
  it('is a chain from the first line to its head', () => {
    const { path } = written();
    const { entries, ok } = state(path);
    expect(ok).toBe(true);
    expect(entries.map((e) => [e.n, e.actor, e.action])).toEqual([
      [1, 'user', 'create'],
      [2, 'ann', 'note'],
      [3, 'user', 'export'],
    ]);
    expect(new Journal(path, true).head).toBe(entries[2]?.hash);
  });

  it.each<[string, (lines: string[]) => string[], number]>([
    ['a changed text', (l) => l.map((x) => x.replace('seen', 'seem')), 2],
    ['a changed actor', (l) => l.map((x) => x.replace('"ann"', '"bob"')), 2],
    ['a changed time', (l) => [(l[0] ?? '').replace(/"time":"2/, '"time":"1'), ...l.slice(1)], 1],
    ['a dropped line', (l) => [l[0] ?? '', l[2] ?? ''], 2],
    ['a dropped first line', (l) => l.slice(1), 1],
    ['swapped lines', (l) => [l[0] ?? '', l[2] ?? '', l[1] ?? ''], 2],
    ['a line twice', (l) => [l[0] ?? '', l[0] ?? '', ...l.slice(1)], 2],
    ['a line that is no JSON', (l) => [l[0] ?? '', '{', ...l.slice(1)], 2],
    ['an empty line', (l) => [l[0] ?? '', '', ...l.slice(1)], 2],
  ])('names the line of %s', (_, tamper, at) => {
    const { path, lines } = written();
    writeFileSync(path, `${tamper(lines).join('\n')}\n`);
    expect(state(path)).toMatchObject({ ok: false, brokenAt: at });
  });

  it('names the line of any flipped bit', () => {
    const { path } = written();
    const bytes = readFileSync(path);
    const text = bytes.toString();
    for (let i = 0; i < bytes.length - 1; i += 7) {
      const flipped = Buffer.from(bytes);
      flipped[i] = (flipped[i] as number) === 65 ? 66 : 65;
      writeFileSync(path, flipped);
      const line = text.slice(0, i).split('\n').length;
      const { ok, brokenAt } = state(path);
      expect({ i, ok, brokenAt: Math.abs((brokenAt ?? 0) - line) <= 1 }).toEqual({ i, ok: false, brokenAt: true });
    }
  });

  it('takes no notice of a line that was being written when the power went', () => {
    const { path } = written();
    appendFileSync(path, '{"n":4,"time":"20');
    const journal = new Journal(path, true);
    journal.append('note', { text: 'after' });
    expect(state(path)).toMatchObject({ ok: true, brokenAt: undefined });
    expect(state(path).entries).toHaveLength(4);
  });
});
