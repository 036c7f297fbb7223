/**
 * Where the clock of an execution trace lies. Best first: the wall times that it says of itself (Go 1.25 on); times and words that the program wrote into
 * it; its collections, where other evidence dates them; the name or the time of its file.
 */
import { type AnchorBasis, type Clock, wallClock } from '../../parsers/contract.ts';
import type { CaseData } from '../case-data.ts';
import { captureTime, type SureWindow } from './capture-time.ts';
import { type ClockOffset, chosen } from './choose-offset.ts';
import type { Interval } from './log-zone.ts';
import { placeByCycles, slackNs } from './trace-cycles.ts';
import { type Placed, placeByLines, placeByTimes, userMarks } from './user-marks.ts';

const second = 1_000_000_000n;

/** What a clock of other evidence adds to its times; undefined where it has no place. */
export type OffsetOf = (evidence: number, clock: Clock) => bigint | undefined;

export interface TracePlace {
  /** Undefined where nothing tells it. */
  readonly offset: ClockOffset | undefined;
  /** What would have told it, and contradicts itself. */
  readonly unused: readonly AnchorBasis[];
}

/**
 * The name of a file tells about when the trace began and its time of writing when it ended: between the two lie as many seconds as it is long.
 *
 * @param sure where wall times of other evidence lie
 */
export function traceOffset(
  data: CaseData,
  offsetOf: OffsetOf,
  evidence: number,
  clock: Clock,
  sure: SureWindow | undefined,
  modifiedCounts: boolean,
): TracePlace {
  const said = data.anchors.filter((a) => a.evidence === evidence && a.clock.domain === 'trace');
  if (said.length > 0) {
    const intervals = said.map((a) => ({ lo: a.loNs, hi: a.hiNs, basis: a.basis }));
    return { offset: chosen(evidence, clock, intervals), unused: [] };
  }
  const intervals: Interval[] = [];
  const unused: AnchorBasis[] = [];
  const captured = capturedWithin(data, evidence, sure, modifiedCounts);
  const within = captured && widened(captured);
  let byMarks: Interval | undefined;
  const add = (basis: AnchorBasis, placed: Placed | undefined) => {
    if (placed === undefined) return;
    // one mark has no second to check it by; the file may
    if (placed === 'contradicts' || (placed.agreeing === 1 && within && !meet(placed, within))) unused.push(basis);
    else {
      const interval = { lo: placed.lo, hi: placed.hi, basis };
      intervals.push(interval);
      byMarks ??= interval;
    }
  };
  const marks = userMarks(data, evidence);
  add('user_log_time', placeByTimes(marks));
  add(
    'user_log_line',
    placeByLines(data, marks, (log) => offsetOf(log, wallClock)),
  );
  if (captured) intervals.push(captured);
  const start = placeByCycles(cycleBegins(data, evidence), datedCycles(data, offsetOf), byMarks ?? within);
  if (start !== undefined) intervals.push({ lo: start - slackNs, hi: start + slackNs, basis: 'gc_number' });
  const offset = chosen(evidence, clock, intervals);
  return { offset: offset && { ...offset, conflicts: [...offset.conflicts, ...unused] }, unused };
}

function meet(a: Pick<Interval, 'lo' | 'hi'>, b: Pick<Interval, 'lo' | 'hi'>): boolean {
  return a.lo <= b.hi && b.lo <= a.hi;
}

/** The start of a trace by the name or the time of its file. */
function capturedWithin(
  data: CaseData,
  evidence: number,
  sure: SureWindow | undefined,
  modifiedCounts: boolean,
): Interval | undefined {
  const row = data.evidenceById(evidence);
  const time = captureTime(row.path, row.modifiedNs, sure, modifiedCounts);
  if (!time) return undefined;
  let lengthNs = 0n;
  for (const s of data.series) if (s.evidence === evidence && s.tLast > lengthNs) lengthNs = s.tLast;
  const hi = time.ns + time.uncertaintyNs - (time.basis === 'file_time' ? lengthNs : 0n);
  const lo = time.ns - time.uncertaintyNs - lengthNs;
  return { lo, hi, basis: time.basis };
}

/** A file may have been copied or renamed somewhat later. */
function widened({ lo, hi }: Interval): { lo: bigint; hi: bigint } {
  return { lo: lo - 60n * second, hi: hi + 60n * second };
}

function cycleBegins(data: CaseData, evidence: number): number[] {
  const own = data.series.find(
    (s) => s.evidence === evidence && s.frameName === 'go-trace cycles' && s.metric === 'gc_pause_seconds',
  );
  const points = own && data.points(own);
  return points ? Array.from(points.t, (t) => Number(points.originNs) + t) : [];
}

/** Begins of cycles that gctrace tells, in wall time. */
function datedCycles(data: CaseData, offsetOf: OffsetOf): bigint[] {
  const out: bigint[] = [];
  for (const s of data.series) {
    if (s.frameName !== 'gctrace' || s.metric !== 'gc_pause_seconds') continue;
    const offsetNs = offsetOf(s.evidence, s.clock);
    if (offsetNs === undefined) continue;
    const points = data.points(s);
    for (const t of points.t) out.push(points.originNs + BigInt(Math.round(t)) + offsetNs);
  }
  return out.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
