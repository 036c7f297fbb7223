/** An input that is not taken, with the facts of why. The shells add the advice. */
import type { MessageArgs, MessageCode } from '../api/contract/messages.ts';

export class Refusal extends Error {
  readonly code: MessageCode;
  readonly args: MessageArgs;
  /** Refused for safety (archive bomb, escaping name), not for want of something. */
  readonly unsafe: boolean;

  constructor(code: MessageCode, args: MessageArgs = {}, unsafe = false) {
    super(code);
    this.name = 'Refusal';
    this.code = code;
    this.args = args;
    this.unsafe = unsafe;
  }
}
