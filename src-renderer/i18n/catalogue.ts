/** The window's own words. What the service says about evidence comes from the contract's catalogue, already in the language asked for. */
import { IntlMessageFormat } from 'intl-messageformat';
import type { Language } from '../../src-main/api/contract/messages.ts';
import en from './en.json' with { type: 'json' };
import zhCN from './zh-CN.json' with { type: 'json' };

export type TextKey = keyof typeof en;
export type TextArgs = Readonly<Record<string, string | number>>;

const catalogues: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = { en, 'zh-CN': zhCN };
const compiled = new Map<string, IntlMessageFormat>();

export function textIn(language: Language, key: TextKey, args?: TextArgs): string {
  const id = `${language}\n${key}`;
  let format = compiled.get(id);
  if (!format) {
    format = new IntlMessageFormat(catalogues[language][key], language, undefined, { ignoreTag: true });
    compiled.set(id, format);
  }
  return String(format.format(args));
}

export function hasText(key: string): key is TextKey {
  return Object.hasOwn(en, key);
}
