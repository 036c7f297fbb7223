/** One offset from many bounds: the tightest interval, narrowed by every other that agrees; what contradicts is set aside and named. */
import type { AnchorBasis, Clock } from '../../parsers/contract.ts';
import type { Interval } from './log-zone.ts';

export interface ClockOffset {
  readonly evidence: number;
  readonly clock: Clock;
  /** Wall time = time in the clock + offset. */
  readonly offsetNs: bigint;
  readonly uncertaintyNs: bigint;
  readonly basis: AnchorBasis | 'user' | 'last_sample' | 'log_zone';
  /** Anchors that contradict the chosen ones. */
  readonly conflicts: readonly AnchorBasis[];
  /** What was added to stamps of a log that name no zone; absent where nothing was. */
  readonly zoneShiftNs?: bigint;
}

/** An interval wider than this has an open side, and its middle is no estimate. */
const wideNs = 30_000_000_000n;
const boundedSide: Partial<Record<AnchorBasis, 'lo' | 'hi'>> = {
  log_line_before: 'lo',
  log_line_after: 'hi',
  file_time: 'hi',
};

/** The tightest interval, narrowed by every other that agrees with it. */
export function chosen(evidence: number, clock: Clock, intervals: readonly Interval[]): ClockOffset | undefined {
  const sorted = [...intervals].filter((i) => i.lo <= i.hi).sort((a, b) => (a.hi - a.lo < b.hi - b.lo ? -1 : 1));
  const best = sorted[0];
  if (!best) return undefined;
  let { lo, hi } = best;
  const conflicts = new Set<AnchorBasis>();
  for (const i of sorted.slice(1)) {
    const newLo = i.lo > lo ? i.lo : lo;
    const newHi = i.hi < hi ? i.hi : hi;
    if (newLo <= newHi) {
      lo = newLo;
      hi = newHi;
    } else conflicts.add(i.basis);
  }
  const side = hi - lo > wideNs ? boundedSide[best.basis] : undefined;
  return {
    evidence,
    clock,
    offsetNs: side === 'lo' ? lo : side === 'hi' ? hi : (lo + hi) / 2n,
    uncertaintyNs: side ? hi - lo : (hi - lo + 1n) / 2n,
    basis: best.basis,
    conflicts: [...conflicts],
  };
}
