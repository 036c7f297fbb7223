import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import en from '../../../src-renderer/i18n/en.json' with { type: 'json' };
import zhCN from '../../../src-renderer/i18n/zh-CN.json' with { type: 'json' };

const root = join(import.meta.dirname, '../../../src-renderer');
const english: Readonly<Record<string, string>> = en;
const chinese: Readonly<Record<string, string>> = zhCN;

function sources(folder = root): string {
  return readdirSync(folder, { withFileTypes: true })
    .map((e) => {
      const path = join(folder, e.name);
      if (e.isDirectory()) return sources(path);
      return /\.(ts|svelte)$/.test(e.name) ? readFileSync(path, 'utf8') : '';
    })
    .join('\n');
}

/** Names of the arguments a message takes. */
function args(text: string): string[] {
  const found = new Set<string>();
  const walk = (nodes: readonly unknown[]) => {
    for (const node of nodes as { type: number; value?: string; options?: Record<string, { value: unknown[] }> }[]) {
      if (node.type !== 0 && node.type !== 7 && node.value) found.add(node.value);
      for (const option of Object.values(node.options ?? {})) walk(option.value);
    }
  };
  walk(new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst());
  return [...found].sort();
}

describe('the two catalogues of the window', () => {
  it('have the same keys', () => {
    expect(Object.keys(zhCN).sort()).toEqual(Object.keys(en).sort());
  });

  it('take the same arguments', () => {
    for (const [key, text] of Object.entries(english))
      expect([key, args(chinese[key] ?? '')]).toEqual([key, args(text)]);
  });

  it('are translated: no English sentence stands in the Chinese one', () => {
    const same = Object.keys(english).filter(
      (key) => english[key] === chinese[key] && /[a-z]{3,} [a-z]{3,}/i.test(english[key] ?? ''),
    );
    expect(same).toEqual([]);
  });

  it('hold nothing that is not used, and everything that is', () => {
    const text = sources();
    const literal = new Set([...text.matchAll(/'([a-z0-9]+\/[a-z0-9_.]+)'/g)].map((m) => m[1]));
    const prefixes = [...text.matchAll(/`([a-z]+\/[a-z_]*)\$\{/g)].map((m) => m[1] ?? '');
    const composed = [...prefixes, 'command/', 'status/', 'severity/'];
    const unused = Object.keys(english).filter((k) => !literal.has(k) && !composed.some((p) => k.startsWith(p)));
    expect(unused).toEqual([]);
    const list = readFileSync(join(root, 'commands/command-list.ts'), 'utf8');
    const commands = [...list.matchAll(/'((?:window|go|case|timeline)\.[a-z_0-9]+)'/g)].map((m) => m[1]);
    expect(commands.length).toBeGreaterThan(25);
    for (const id of commands) expect(english).toHaveProperty([`command/${id}`]);
  });
});
