import type { ProfileModel } from '../profile-model.ts';

/** A legacy profile in text form, read line by line. */
export interface LegacyText {
  /** The name of the form, as its owner spells it: `heap`, `heapz_v2`, `contentionz`, `threadz`. */
  readonly form: string;
  /** `text` without its end of line; `line` from 1. */
  take(text: string, line: number): boolean;
  build(): ProfileModel;
}
