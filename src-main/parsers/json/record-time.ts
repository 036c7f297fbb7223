/** The time that a JSON record carries about itself. */

import { parseTimestamp } from '../text/timestamp.ts';
import { field, type JsonObject } from './json-exact.ts';

export const timeKeys = [
  'ts',
  'time',
  'timestamp',
  '@timestamp',
  't',
  'at',
  'date',
  'when',
  'captured_at',
  'sampled_at',
  'now',
];

/** The wall time a JSON record carries, in whatever field; undefined where none. */
export function recordTime(object: JsonObject): bigint | undefined {
  for (const key of timeKeys) {
    const value = field(object, key);
    if (value === undefined) continue;
    const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '';
    const time = parseTimestamp(text);
    if (time) return time.ns;
  }
  return undefined;
}
