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

const elapsedKeys: readonly (readonly [key: string, ns: number])[] = [
  ...['t_ms', 'elapsed_ms', 'uptime_ms', 'since_start_ms'].map((key) => [key, 1e6] as const),
  ...['t_s', 'elapsed_s', 'uptime_s', 'uptime_seconds', 'elapsed_seconds'].map((key) => [key, 1e9] as const),
];
/** Longer than any process runs. */
const longestNs = 10 * 365 * 86_400 * 1e9;

/** Nanoseconds since the program's own start that a JSON record carries where its field names a unit; undefined where none. */
export function recordElapsed(object: JsonObject): number | undefined {
  for (const [key, ns] of elapsedKeys) {
    const value = field(object, key);
    if (typeof value === 'number' && value >= 0 && value * ns < longestNs) return value * ns;
  }
  return undefined;
}
