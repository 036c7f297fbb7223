import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it } from 'vitest';
import en from '../../../src-main/api/contract/messages/en.json' with { type: 'json' };
import zhCN from '../../../src-main/api/contract/messages/zh-CN.json' with { type: 'json' };
import { type MessageCode, say } from '../../../src-main/api/contract/messages.ts';

const codes = Object.keys(en) as MessageCode[];
const root = join(import.meta.dirname, '..', '..', '..', 'src-main');

type Element = ReturnType<IntlMessageFormat['getAst']>[number];
const literal = 0;
const pound = 7;

/** Names of the arguments of a message. */
function argumentsOf(text: string): string[] {
  const names = new Set<string>();
  const visit = (elements: readonly Element[]) => {
    for (const e of elements) {
      if (e.type !== literal && e.type !== pound) names.add(e.value);
      if ('options' in e) for (const option of Object.values(e.options)) visit(option.value);
    }
  };
  visit(new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst());
  return [...names].sort();
}

describe('the message catalogues', () => {
  it('say the same things in both languages, with the same arguments', () => {
    expect(Object.keys(zhCN).sort()).toEqual([...codes].sort());
    for (const code of codes) expect(argumentsOf(zhCN[code]), code).toEqual(argumentsOf(en[code]));
  });

  it('hold no message that nothing says', () => {
    const sources = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((e) => e.isFile() && e.name.endsWith('.ts'))
      .map((e) => readFileSync(join(e.parentPath, e.name), 'utf8'))
      .join('\n');
    // codes made of a group and a name of something else (a cause, a signal, a kind) are written as a template
    const groups = new Set([...sources.matchAll(/`([a-z_]+(?:\/[a-z_]+)*)[./]\$\{/g)].map((m) => m[1]));
    const unsaid = codes.filter(
      (code) =>
        !sources.includes(`'${code}'`) &&
        ![...groups].some((g) => code.startsWith(`${g}/`) || code.startsWith(`${g}.`)),
    );
    expect(unsaid).toEqual([]);
  });

  it('are in Chinese where they are Chinese', () => {
    const latin = codes.filter(
      (code) => !/\p{Script=Han}/u.test(zhCN[code]) && /[a-z]{4}/i.test(zhCN[code].replace(/\{[^}]*\}/g, '')),
    );
    // names that are the same in every language
    expect(latin.filter((code) => zhCN[code] !== en[code])).toEqual([]);
  });

  it('show a missing argument by its name', () => {
    expect(say('case/in_use')).toContain('{pid}');
    expect(say('case/in_use', { pid: 7 }, 'zh-CN')).toContain('7');
  });
});
