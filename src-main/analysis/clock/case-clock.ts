/**
 * Puts every evidence on one clock. Each clock of each evidence has an offset to wall time, an uncertainty, and the reason for both.
 *
 * - wall times in a file: offset 0.
 * - process time (gctrace, schedtrace): the start of that run. Evidence for it, best first: the end of a numbered cycle known from MemStats' pause
 *   ring; application lines around runtime lines; a log shipper's stamps; the start time that Prometheus or kubectl tell; cycle counts seen at wall
 *   times; the file's time, before which its last line was written. Each gives an interval; they are intersected from the tightest on, and one that
 *   contradicts the tighter ones is set aside and named. Where only one side is bounded, the offset is taken there: the first line of a log stands
 *   near the start, the last near the file's time, and the middle of an hour near neither.
 * - boot time (kernel logs): the end of the killed container, else shortly after the last sample of the process.
 * - trace time (execution traces): the wall times that the trace says of itself (from Go 1.25 on), else what the program logged into it, the collections
 *   that other evidence dates, and the file's name or time: `trace-offset.ts`.
 * - capture: the file's name or time.
 */

import { type AnchorBasis, type Clock, wallClock } from '../../parsers/contract.ts';
import type { CaseData } from '../case-data.ts';
import { abs, captureTime, type SureWindow } from './capture-time.ts';
import { type ClockOffset, chosen } from './choose-offset.ts';
import { type Interval, inZone, zoneShiftNs } from './log-zone.ts';
import { traceOffset } from './trace-offset.ts';

const second = 1_000_000_000n;
const millisecond = 1_000_000n;
/** Between the end of a cycle as gctrace prints it (its phases are rounded) and as MemStats has it. */
const cycleSlackNs = 15n * millisecond;
/** A process starts after its container does, and process_start_time_seconds is derived from clock ticks. */
const startSlackNs = 1_500n * millisecond;
/** A file's time against the line written last: file systems and archives round it. */
const fileTimeSlackNs = 2n * second;
const openSideNs = 3_600n * second;
const earliest = 978_307_200n * second;
const latest = 4_102_444_800n * second;

/** A clock without a place, though some evidence speaks of one: its marks contradict each other. */
export interface UnplacedClock {
  readonly evidence: number;
  readonly clock: Clock;
  readonly contradicting: readonly AnchorBasis[];
}

export class CaseClock {
  readonly unplaced: UnplacedClock[] = [];
  private readonly offsets = new Map<string, ClockOffset>();

  /** Undefined: nothing tells when this evidence was made. */
  of(evidence: number, clock: Clock): ClockOffset | undefined {
    return this.offsets.get(keyOf(evidence, clock));
  }

  /** Wall time of a time in an evidence, or undefined. */
  wall(evidence: number, clock: Clock, tNs: bigint): bigint | undefined {
    const offset = this.of(evidence, clock);
    return offset === undefined ? undefined : tNs + offset.offsetNs;
  }

  all(): readonly ClockOffset[] {
    return [...this.offsets.values()];
  }

  put(offset: ClockOffset): void {
    this.offsets.set(keyOf(offset.evidence, offset.clock), offset);
  }
}

export function keyOf(evidence: number, clock: Clock): string {
  return `${evidence} ${clock.domain} ${clock.instance}`;
}

export function isSaneWall(ns: bigint): boolean {
  return ns > earliest && ns < latest;
}

const known = new WeakMap<CaseData, CaseClock>();

/** The clock of a case, worked out once: it may read logs again. */
export function clockOf(data: CaseData): CaseClock {
  const clock = known.get(data) ?? buildClock(data);
  known.set(data, clock);
  return clock;
}

/** Works out all offsets of a case. */
export function buildClock(data: CaseData): CaseClock {
  const clock = new CaseClock();
  const used = usedClocks(data);
  for (const { evidence, clock: c } of used) {
    if (c.domain === 'wall')
      clock.put({ evidence, clock: c, offsetNs: 0n, uncertaintyNs: 0n, basis: 'time_in_file', conflicts: [] });
  }
  const sure = sureWindow(data);
  const modifiedCounts = fileTimesCount(data, sure);
  for (const { evidence, clock: c } of used) {
    if (c.domain === 'process') {
      const offset = processOffset(data, evidence, c, modifiedCounts, sure !== undefined);
      if (offset) clock.put(offset);
      // the other lines of that log are stamped in the same zone
      const wall = clock.of(evidence, wallClock);
      if (wall && offset?.zoneShiftNs !== undefined)
        clock.put({ ...wall, offsetNs: offset.zoneShiftNs, basis: 'log_zone', zoneShiftNs: offset.zoneShiftNs });
    } else if (c.domain === 'capture') {
      const row = data.evidenceById(evidence);
      const time = captureTime(row.path, row.modifiedNs, sure, modifiedCounts);
      if (time)
        clock.put({
          evidence,
          clock: c,
          offsetNs: time.ns,
          uncertaintyNs: time.uncertaintyNs,
          basis: time.basis,
          conflicts: [],
        });
    }
  }
  for (const { evidence, clock: c } of used) {
    if (c.domain !== 'trace') continue;
    const offsetOf = (other: number, otherClock: Clock) => clock.of(other, otherClock)?.offsetNs;
    const { offset, unused } = traceOffset(data, offsetOf, evidence, c, sure, modifiedCounts);
    if (offset) clock.put(offset);
    else if (unused.length > 0) clock.unplaced.push({ evidence, clock: c, contradicting: unused });
  }
  for (const { evidence, clock: c } of used) {
    if (c.domain !== 'boot') continue;
    const offset = bootOffset(data, evidence, c, sure);
    if (offset) clock.put(offset);
  }
  return clock;
}

function usedClocks(data: CaseData): { evidence: number; clock: Clock }[] {
  const seen = new Map<string, { evidence: number; clock: Clock }>();
  for (const s of data.series) seen.set(keyOf(s.evidence, s.clock), { evidence: s.evidence, clock: s.clock });
  for (const e of data.events) seen.set(keyOf(e.evidence, e.clock), { evidence: e.evidence, clock: e.clock });
  return [...seen.values()];
}

/** Where the wall times of the case lie; absurd ones do not count. */
function sureWindow(data: CaseData): SureWindow | undefined {
  let fromNs: bigint | undefined;
  let toNs: bigint | undefined;
  const add = (ns: bigint) => {
    if (!isSaneWall(ns)) return;
    if (fromNs === undefined || ns < fromNs) fromNs = ns;
    if (toNs === undefined || ns > toNs) toNs = ns;
  };
  for (const s of data.series) {
    if (s.clock.domain !== 'wall') continue;
    add(s.tFirst);
    add(s.tLast);
  }
  return fromNs === undefined || toNs === undefined ? undefined : { fromNs, toNs };
}

/** File times say something if they lie near the sure times, or, without those, if they are not all of one moment (that of the unpacking). */
function fileTimesCount(data: CaseData, sure: SureWindow | undefined): boolean {
  const times = data.evidence.map((e) => e.modifiedNs).filter((ns): ns is bigint => ns !== undefined && isSaneWall(ns));
  if (times.length === 0) return false;
  if (sure) {
    const near = times.filter((ns) => ns > sure.fromNs - 3_600n * second && ns < sure.toNs + 3_600n * second).length;
    return near * 2 >= times.length;
  }
  const spread = times.reduce((a, b) => (a > b ? a : b)) - times.reduce((a, b) => (a < b ? a : b));
  return times.length === 1 || spread > 2n * second;
}

function processOffset(
  data: CaseData,
  evidence: number,
  clock: Clock,
  modifiedCounts: boolean,
  othersHaveWall: boolean,
): ClockOffset | undefined {
  const intervals: Interval[] = [...cycleIntervals(data, evidence, clock)];
  for (const a of data.anchors) {
    if (a.evidence === evidence && a.clock.domain === clock.domain && a.clock.instance === clock.instance)
      intervals.push({ lo: a.loNs, hi: a.hiNs, basis: a.basis });
  }
  const own = data.series.filter((s) => s.evidence === evidence && s.clock.domain === 'process');
  const lastInstance = Math.max(...own.map((s) => s.clock.instance));
  // the file's time, and start times of the process from other evidence, belong to the last run of the log
  if (clock.instance === lastInstance) {
    const { modifiedNs } = data.evidenceById(evidence);
    // alone it would date the copy: it places a log beside others, or bounds what its own lines tell
    const isAnchored = othersHaveWall || intervals.length > 0;
    if (isAnchored && modifiedCounts && modifiedNs !== undefined && isSaneWall(modifiedNs)) {
      const lastNs = own
        .filter((s) => s.clock.instance === lastInstance)
        .reduce((max, s) => (s.tLast > max ? s.tLast : max), 0n);
      const hi = modifiedNs - lastNs + fileTimeSlackNs;
      intervals.push({ lo: hi - openSideNs, hi, basis: 'file_time' });
    }
    for (const f of data.facts) {
      if (f.key === 'process.start_wall_ns') {
        const start = BigInt(f.value as string);
        intervals.push({ lo: start - second, hi: start + startSlackNs, basis: 'process_start' });
      }
    }
    for (const e of data.eventsOf('container_terminated')) {
      const started = e.data.started_wall_ns;
      if (typeof started === 'string')
        intervals.push({
          lo: BigInt(started) - second / 2n,
          hi: BigInt(started) + 2n * second,
          basis: 'process_start',
        });
    }
  }
  const shiftNs = zoneShiftNs(intervals);
  const offset = chosen(evidence, clock, inZone(intervals, shiftNs));
  return offset && shiftNs !== 0n ? { ...offset, zoneShiftNs: shiftNs } : offset;
}

/** Cycles that gctrace numbers and other evidence dates: by MemStats' pause ring, or by the count of cycles at a wall time. */
function cycleIntervals(data: CaseData, evidence: number, clock: Clock): Interval[] {
  const endsByWall = data.cycleEndsByWall();
  const counts = data.cycleCountsByWall();
  const ends = data.cycleEndsOf(
    evidence,
    clock,
    new Set([...endsByWall.keys(), ...counts.flatMap(({ count }) => [count, count + 1])]),
  );
  if (ends.size === 0) return [];
  const intervals: Interval[] = [];
  const differences: bigint[] = [];
  for (const [n, wallNs] of endsByWall) {
    const end = ends.get(n);
    if (end !== undefined) differences.push(wallNs - BigInt(Math.round(end)));
  }
  if (differences.length > 0) {
    differences.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const median = differences[Math.floor(differences.length / 2)] as bigint;
    // another process, or another run of it, has other times: then the differences scatter
    const close = differences.filter((d) => abs(d - median) < 200n * millisecond).length;
    if (close * 2 >= differences.length)
      intervals.push({ lo: median - cycleSlackNs, hi: median + cycleSlackNs, basis: 'last_gc' });
  }
  let lo: bigint | undefined;
  let hi: bigint | undefined;
  for (const { wallNs, count } of counts) {
    const ended = ends.get(count);
    const next = ends.get(count + 1);
    // cycle `count` had ended by then, cycle `count + 1` had not
    if (ended !== undefined) {
      const bound = wallNs - BigInt(Math.round(ended)) + 100n * millisecond;
      if (hi === undefined || bound < hi) hi = bound;
    }
    if (next !== undefined) {
      const bound = wallNs - BigInt(Math.round(next)) - 100n * millisecond;
      if (lo === undefined || bound > lo) lo = bound;
    }
  }
  if (lo !== undefined && hi !== undefined && lo <= hi) intervals.push({ lo, hi, basis: 'gc_number' });
  return intervals;
}

/** Kernel time: the kill that ended the container whose end kubectl tells, else a kill soon after the last sample. */
function bootOffset(
  data: CaseData,
  evidence: number,
  clock: Clock,
  sure: SureWindow | undefined,
): ClockOffset | undefined {
  const kill = data
    .eventsOf('oom_kill')
    .find((e) => e.evidence === evidence && e.clock.domain === 'boot' && e.tNs !== undefined);
  if (kill?.tNs === undefined) return undefined;
  for (const e of data.eventsOf('container_terminated')) {
    if (e.tNs === undefined || (e.data.exit_code !== 137 && e.data.reason !== 'OOMKilled')) continue;
    return {
      evidence,
      clock,
      offsetNs: e.tNs + second / 2n - kill.tNs,
      uncertaintyNs: second,
      basis: 'process_start',
      conflicts: [],
    };
  }
  if (!sure) return undefined;
  return {
    evidence,
    clock,
    offsetNs: sure.toNs + second - kill.tNs,
    uncertaintyNs: 3n * second,
    basis: 'last_sample',
    conflicts: [],
  };
}
