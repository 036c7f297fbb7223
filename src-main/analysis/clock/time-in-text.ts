/**
 * A moment that a program wrote into a message as the present one. Only whole dates with a zone, and counts of seconds, milliseconds, microseconds or
 * nanoseconds since 1970, are taken: a time of day or a date without a zone can be many moments. A time behind a word that says it is another moment
 * ("deadline", "until", "built") is none.
 */
import { parseTimestamp } from '../../parsers/text/timestamp.ts';

export interface SaidTime {
  readonly ns: bigint;
  /** The step of the last digit written. */
  readonly resolutionNs: bigint;
  /** Bare digits: they may count or name something else. */
  readonly isBare: boolean;
}

const searchedChars = 400;
const longestTime = 48;
/** Where a time can begin: a digit or a name of a weekday or month, not inside a word or a number. */
const begins = /(?<![\w.+-])(?:\d|Mon|Tue|Wed|Thu|Fri|Sat|Sun)/g;
const elsewhere =
  /\b(?:deadline|expir\w{0,8}|until|timeout|due|next|eta|built|build|compiled|released|since|previous|last|scheduled|modified)\W{0,4}$/i;

/** The first time in the text that can be the present one; undefined where none is. */
export function timeInText(text: string): SaidTime | undefined {
  const searched = text.slice(0, searchedChars);
  for (const { index } of searched.matchAll(begins)) {
    const time = parseTimestamp(searched.slice(index, index + longestTime));
    if (!time?.hasYear || !time.hasZone || elsewhere.test(searched.slice(Math.max(0, index - 24), index))) continue;
    const end = index + time.length;
    if (/^[\w-]/.test(searched.slice(end, end + 1))) continue;
    const isBare = /^\d+$/.test(searched.slice(index, end));
    return { ns: time.ns, resolutionNs: time.resolutionNs, isBare };
  }
  return undefined;
}
