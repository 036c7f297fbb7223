/**
 * Stamps of a log that name no zone are read as UTC and may be local time. Where firmer evidence dates the same run and both differ by whole quarter hours, as
 * all zones do, the stamps are moved there.
 *
 * @source IANA time zone database: offsets from UTC in use are multiples of 15 minutes, from -12:00 to +14:00
 */
import type { AnchorBasis } from '../../parsers/contract.ts';

export interface Interval {
  readonly lo: bigint;
  readonly hi: bigint;
  readonly basis: AnchorBasis;
}

const quarterNs = 900n * 1_000_000_000n;
const mostQuarters = 14n * 4n;
const fromStamps: ReadonlySet<AnchorBasis> = new Set(['log_prefix', 'log_line_before', 'log_line_after', 'log_marks']);
const firm: ReadonlySet<AnchorBasis> = new Set(['last_gc', 'gc_number', 'process_start']);

/** Nanoseconds to add to what the log's stamps say; 0 where they agree with the firm ones, or no zone would make them agree. */
export function zoneShiftNs(intervals: readonly Interval[]): bigint {
  const sure = intervals.filter((i) => firm.has(i.basis));
  const stamps = intervals.filter((i) => i.basis === 'log_prefix');
  const [stamp] = stamps;
  if (!stamp || sure.length === 0 || sure.some((s) => meets(s, stamp, 0n))) return 0n;
  const shift = (quarters: bigint) => quarters * quarterNs;
  const away = middle(sure[0] as Interval) - middle(stamp);
  const half = away < 0n ? -quarterNs / 2n : quarterNs / 2n;
  const quarters = (away + half) / quarterNs;
  if (quarters === 0n || quarters > mostQuarters || quarters < -mostQuarters) return 0n;
  return sure.every((s) => meets(s, stamp, shift(quarters))) ? shift(quarters) : 0n;
}

/** The intervals with those of the log's stamps moved. */
export function inZone(intervals: readonly Interval[], shiftNs: bigint): readonly Interval[] {
  return shiftNs === 0n
    ? intervals
    : intervals.map((i) => (fromStamps.has(i.basis) ? { ...i, lo: i.lo + shiftNs, hi: i.hi + shiftNs } : i));
}

function middle(i: Interval): bigint {
  return (i.lo + i.hi) / 2n;
}

function meets(a: Interval, b: Interval, shiftNs: bigint): boolean {
  return a.lo <= b.hi + shiftNs && b.lo + shiftNs <= a.hi;
}
