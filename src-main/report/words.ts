/** Figures and codes into words of one language. */

import type { Signal } from '../analysis/signals/signal.ts';
import { formatBytes, formatCount, significant } from '../api/contract/format.ts';
import { isMessageCode, type Language, type MessageArgs, type MessageCode, say } from '../api/contract/messages.ts';

export class Words {
  readonly language: Language;

  constructor(language: Language) {
    this.language = language;
  }

  say(code: MessageCode, args: MessageArgs = {}): string {
    return say(code, args, this.language);
  }

  /** A message whose code is put together; the code itself where there is none. */
  of(code: string, args: MessageArgs = {}): string {
    return isMessageCode(code) ? this.say(code, args) : code;
  }

  has(code: string): boolean {
    return isMessageCode(code);
  }

  signal(signal: Signal): string {
    const args = {
      value: formatCount(signal.value),
      percent: `${significant(signal.value * 100)} %`,
      times: `${significant(signal.value)} ×`,
      bytes: formatBytes(signal.value),
      rate: formatCount(signal.value),
      subject: signal.subject,
    };
    return this.of(`signal/${signal.id}.text`, args).trim();
  }

  causeKey(cause: string): string {
    return `cause/${cause.replace('.', '_')}`;
  }
}
