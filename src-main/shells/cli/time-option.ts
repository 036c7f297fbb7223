import { UsageError } from './command.ts';

/**
 * A time given as RFC 3339, in nanoseconds since 1970.
 *
 * @throws UsageError where it is none
 */
export function timeOption(value: string, name: string): bigint {
  const m = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(value);
  const ms = m ? Date.parse(`${m[1]}${m[3]}`) : Number.NaN;
  if (!m || Number.isNaN(ms)) throw new UsageError(`--${name} takes a time as RFC 3339: 2026-11-24T06:04:31Z`);
  return BigInt(ms) * 1_000_000n + BigInt((m[2] ?? '').padEnd(9, '0') || '0');
}

/** Seconds as a plain number, from whatever the command says it counts; undefined where the text is another form of time. */
export function secondsOption(value: string): number | undefined {
  return /^\d{1,12}(?:\.\d{1,9})?$/.test(value) ? Number(value) : undefined;
}
