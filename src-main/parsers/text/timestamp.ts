/**
 * Times as people and programs write them at the head of a line, in a file name or in a field. All patterns are anchored and of strict classes.
 */
export interface Timestamp {
  /** Nanoseconds since 1970 UTC, the zone taken as UTC where the text names none. */
  readonly ns: bigint;
  /** The step of the last digit written. */
  readonly resolutionNs: bigint;
  readonly hasZone: boolean;
  readonly hasYear: boolean;
  /** Characters the time takes, from the beginning of the text. */
  readonly length: number;
}

const second = 1_000_000_000n;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const iso =
  /^(\d{4})[-/](\d{2})[-/](\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?:\d{0,9})?( ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?/;
const clf = /^(\d{2})\/([A-Za-z]{3})\/(\d{4}):(\d{2}):(\d{2}):(\d{2})( [+-]\d{4})?/;
const rfc1123 = /^(?:[A-Za-z]{3}, )?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2})( (?:GMT|UTC|[+-]\d{4}))?/;
const unixDate =
  /^[A-Za-z]{3} ([A-Za-z]{3}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2})( (?:UTC|GMT|[+-]\d{4}))? (\d{4})( [+-]\d{4})?/;
const syslog = /^([A-Za-z]{3}) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?/;
const epoch = /^(\d{10}|\d{13}|\d{16}|\d{19})(?:\.(\d{1,9}))?(?!\d)/;

/**
 * Reads a time at the beginning of `text`.
 *
 * @param year the year to take where the text has none (syslog)
 * @returns undefined where no time stands there
 */
export function parseTimestamp(text: string, year?: number): Timestamp | undefined {
  const first = text.charCodeAt(0);
  if (first >= 48 && first <= 57) {
    let m = iso.exec(text);
    if (m) return build(m[0].length, Number(m[1]), Number(m[2]), Number(m[3]), m[4], m[5], m[6], m[7], m[8], true);
    m = epoch.exec(text);
    if (m) return fromEpoch(m);
    m = clf.exec(text);
    if (m) return build(m[0].length, Number(m[3]), month(m[2]), Number(m[1]), m[4], m[5], m[6], undefined, m[7], true);
    m = rfc1123.exec(text);
    if (m) return build(m[0].length, Number(m[3]), month(m[2]), Number(m[1]), m[4], m[5], m[6], undefined, m[7], true);
    return undefined;
  }
  let m = syslog.exec(text);
  if (m) {
    const y = m[3] ? Number(m[3]) : year;
    return build(
      m[0].length,
      y ?? 1970,
      month(m[1]),
      Number(m[2]),
      m[4],
      m[5],
      m[6],
      m[7],
      undefined,
      m[3] !== undefined,
    );
  }
  m = rfc1123.exec(text);
  if (m) return build(m[0].length, Number(m[3]), month(m[2]), Number(m[1]), m[4], m[5], m[6], undefined, m[7], true);
  m = unixDate.exec(text);
  if (m)
    return build(m[0].length, Number(m[7]), month(m[1]), Number(m[2]), m[3], m[4], m[5], undefined, m[6] ?? m[8], true);
  return undefined;
}

function month(name: string | undefined): number {
  return months.indexOf((name ?? '').toLowerCase()) + 1;
}

function build(
  length: number,
  year: number,
  monthNumber: number,
  day: number,
  h: string | undefined,
  m: string | undefined,
  s: string | undefined,
  fraction: string | undefined,
  zone: string | undefined,
  hasYear: boolean,
): Timestamp | undefined {
  const hour = Number(h);
  const minute = Number(m);
  const sec = Number(s);
  if (monthNumber < 1 || monthNumber > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || sec > 60)
    return undefined;
  const ms = Date.UTC(year, monthNumber - 1, day, hour, minute, sec);
  if (!Number.isFinite(ms)) return undefined;
  let ns = BigInt(ms) * 1_000_000n;
  let resolutionNs = second;
  if (fraction) {
    ns += BigInt(fraction.padEnd(9, '0'));
    resolutionNs = 10n ** BigInt(9 - fraction.length);
  }
  const offset = zone ? zoneSeconds(zone.trim()) : 0;
  return { ns: ns - BigInt(offset) * second, resolutionNs, hasZone: zone !== undefined, hasYear, length };
}

function zoneSeconds(zone: string): number {
  if (zone === 'Z' || zone === 'UTC' || zone === 'GMT') return 0;
  const sign = zone[0] === '-' ? -1 : 1;
  const digits = zone.slice(1).replace(':', '');
  return sign * (Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2, 4)) * 60);
}

/** 10 digits are seconds, 13 milliseconds, 16 microseconds, 19 nanoseconds; only times from 2001 to 2100 are believed. */
function fromEpoch(m: RegExpExecArray): Timestamp | undefined {
  const digits = m[1] as string;
  const scale = 10n ** BigInt(19 - digits.length);
  let ns = BigInt(digits) * scale;
  let resolutionNs = scale;
  const fraction = m[2];
  if (fraction && digits.length === 10) {
    ns += BigInt(fraction.padEnd(9, '0'));
    resolutionNs = 10n ** BigInt(9 - fraction.length);
  }
  const seconds = ns / second;
  if (seconds < 978_307_200n || seconds > 4_102_444_800n) return undefined;
  return { ns, resolutionNs, hasZone: true, hasYear: true, length: m[0].length };
}
