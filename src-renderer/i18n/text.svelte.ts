import type { CallError } from '../../src-main/api/contract/calls.ts';
import { isMessageCode, type MessageArgs, say } from '../../src-main/api/contract/messages.ts';
import { settings } from '../state/settings.svelte.ts';
import { hasText, type TextArgs, type TextKey, textIn } from './catalogue.ts';

/** A text in the language of the window; follows a switch of it wherever it is read in a template. */
export function t(key: TextKey, args?: TextArgs): string {
  return textIn(settings.language, key, args);
}

/** A text whose key is put together; the word itself where there is none (terms of the field stay as they are). */
export function term(prefix: string, word: string): string {
  const key = `${prefix}/${word}`;
  return hasText(key) ? t(key) : word;
}

/** A message of the contract's catalogue. */
export function contractText(code: string, args: MessageArgs = {}): string {
  return isMessageCode(code) ? say(code, args, settings.language) : code;
}

export function errorText(error: CallError): string {
  if (isMessageCode(error.code)) return say(error.code, error.args ?? {}, settings.language);
  return hasText(error.code) ? t(error.code) : error.message;
}
