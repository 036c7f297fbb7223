/**
 * The catalogue of everything the product says about evidence and findings, in both languages. A code, once shipped, keeps its meaning. Arguments
 * are named and already formatted where they are quantities (`{size}` is "1.84 GiB", not a number).
 */
import { IntlMessageFormat } from 'intl-messageformat';
import en from './messages/en.json' with { type: 'json' };
import zhCN from './messages/zh-CN.json' with { type: 'json' };

export type MessageCode = keyof typeof en;
export type Language = 'en' | 'zh-CN';
export const languages: readonly Language[] = ['en', 'zh-CN'];

export type MessageArgs = Readonly<Record<string, string | number>>;

const catalogues: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en, 'zh-CN': zhCN };
const compiled = new Map<string, IntlMessageFormat>();

export function isMessageCode(code: string): code is MessageCode {
  return Object.hasOwn(en, code);
}

/** The message in words. An argument that is missing shows as its name in braces. */
export function say(code: MessageCode, args: MessageArgs = {}, language: Language = 'en'): string {
  const key = `${language}\n${code}`;
  let format = compiled.get(key);
  if (!format) {
    format = new IntlMessageFormat(catalogues[language][code] ?? en[code], language, undefined, { ignoreTag: true });
    compiled.set(key, format);
  }
  try {
    return String(format.format(args));
  } catch {
    return (catalogues[language][code] ?? en[code]).replace(
      /\{(\w{1,40})(?:,[^{}]{0,200})?\}/g,
      (whole, name: string) => String(args[name] ?? whole),
    );
  }
}
