/**
 * The moments of a case at which objects are counted by size: each MemStats with BySize that the store has, and each heap profile. The counts of a
 * profile are scaled up from samples, and its HeapInuse is another evidence's; so within a minute MemStats goes first.
 */
import type { LiveCount } from '../engine/estimate/span-census.ts';
import type { CaseData } from './case-data.ts';
import { isSaneWall } from './clock/case-clock.ts';
import type { Timeline, Track } from './timeline.ts';

interface MomentFields {
  readonly evidence: number;
  /** Seconds since the case's origin; undefined where nothing places it. */
  readonly t: number | undefined;
  readonly heapInuseBytes: number | undefined;
  readonly heapAllocBytes: number | undefined;
}

export interface BySizeMoment extends MomentFields {
  readonly source: 'by_size';
  readonly line: number;
  readonly heapObjects: number | undefined;
  readonly live: readonly LiveCount[];
}

export interface ProfileMoment extends MomentFields {
  readonly source: 'profile';
}

export type CensusMoment = BySizeMoment | ProfileMoment;

const sameMomentSeconds = 60;

/** In the order of time; those that nothing places come last. */
export function censusMoments(data: CaseData, timeline: Timeline): CensusMoment[] {
  const all = [...bySizeMoments(data, timeline), ...profileMoments(data, timeline)];
  return all.sort((a, b) => (a.t ?? Number.POSITIVE_INFINITY) - (b.t ?? Number.POSITIVE_INFINITY) || 0);
}

/** The moment nearest to a time, MemStats before profiles within a minute. Undefined only of no moments. */
export function nearestMoment(moments: readonly CensusMoment[], t: number): CensusMoment | undefined {
  const distance = (m: CensusMoment) => (m.t === undefined ? Number.MAX_VALUE : Math.abs(m.t - t));
  const nearest = (of: readonly CensusMoment[]) =>
    of.reduce<CensusMoment | undefined>((best, m) => (best && distance(best) <= distance(m) ? best : m), undefined);
  const counted = nearest(moments.filter((m) => m.source === 'by_size'));
  const profiled = nearest(moments.filter((m) => m.source === 'profile'));
  if (!counted || !profiled) return counted ?? profiled;
  return distance(profiled) < distance(counted) - sameMomentSeconds ? profiled : counted;
}

/** The moment with most bytes live; of a profile its own total. */
export function highestMoment(moments: readonly CensusMoment[]): CensusMoment | undefined {
  const counted = moments.filter((m) => m.source === 'by_size');
  const bytes = (m: CensusMoment) => m.heapAllocBytes ?? 0;
  return (counted.length > 0 ? counted : moments).reduce<CensusMoment | undefined>(
    (best, m) => (best && bytes(best) >= bytes(m) ? best : m),
    undefined,
  );
}

function bySizeMoments(data: CaseData, timeline: Timeline): BySizeMoment[] {
  return data.factsOf('memstats.by_size').map((fact) => {
    const line = 'line' in fact.at ? fact.at.line : 0;
    const at = (metric: string) => sampleAt(data, timeline, fact.evidence, metric, line);
    const inuse = at('heap_inuse_bytes');
    const alloc = at('heap_alloc_bytes');
    return {
      source: 'by_size',
      evidence: fact.evidence,
      line,
      t: inuse?.t ?? alloc?.t,
      heapInuseBytes: inuse?.value,
      heapAllocBytes: alloc?.value,
      heapObjects: at('heap_objects')?.value,
      live: fact.value.split('\n').map((row) => {
        const [slotBytes = 0, mallocs = 0, frees = 0] = row.split(' ').map(Number);
        return { slotBytes, objects: mallocs - frees };
      }),
    };
  });
}

/** The last sample of a file that begins at or before a line, in whichever frame: a file of several runs has one for each. */
function sampleAt(data: CaseData, timeline: Timeline, evidence: number, metric: string, line: number) {
  let best: { readonly position: number; readonly value: number; readonly t: number | undefined } | undefined;
  for (const series of data.series) {
    if (series.evidence !== evidence || series.metric !== metric || !series.frameName.startsWith('memstats')) continue;
    const points = data.points(series);
    const i = lastUpTo(points.position, line);
    const position = points.position[i];
    if (position === undefined || (best && best.position >= position)) continue;
    const ns = points.originNs + BigInt(Math.round(points.t[i] as number));
    best = { position, value: points.values[i] as number, t: timeline.place(evidence, series.clock, ns) };
  }
  return best;
}

/** Index of the last position up to a line, in rows that stand in the order of the file; -1 where all begin later. */
function lastUpTo(positions: Float64Array, line: number): number {
  let found = -1;
  for (let low = 0, high = positions.length - 1; low <= high; ) {
    const middle = Math.floor((low + high) / 2);
    if ((positions[middle] as number) <= line) {
      found = middle;
      low = middle + 1;
    } else high = middle - 1;
  }
  return found;
}

/** Kinds of evidence that hold one profile and nothing besides. */
const profileKinds = ['pprof', 'heap-debug-text'];

function profileMoments(data: CaseData, timeline: Timeline): ProfileMoment[] {
  return data.profiles
    .filter((p) => profileKinds.includes(data.evidenceById(p.evidence).kind ?? ''))
    .filter((p) => p.summary.sampleTypes.some((type) => type.type === 'inuse_objects'))
    .map(({ evidence, summary }): ProfileMoment => {
      const { timeNs } = summary;
      const isPlaced = timeNs !== undefined && timeline.hasWall && isSaneWall(timeNs);
      const t = isPlaced ? Number(timeNs - timeline.originNs) / 1e9 : undefined;
      const space = summary.sampleTypes.findIndex((type) => type.type === 'inuse_space');
      return {
        source: 'profile',
        evidence,
        t,
        heapInuseBytes: inuseNear(data, timeline, evidence, t),
        heapAllocBytes: summary.totals[space],
      };
    });
}

/** HeapInuse of the profile's own file, else of the sample nearest in time, else the last that any evidence tells. */
function inuseNear(data: CaseData, timeline: Timeline, evidence: number, t: number | undefined): number | undefined {
  const all = data.series.filter((s) => s.metric === 'heap_inuse_bytes');
  const own = all.find((s) => s.evidence === evidence);
  if (own) return own.last;
  const track: Track | undefined = timeline.track('heap_inuse_bytes');
  if (t === undefined || !track || track.t.length === 0) return all[0]?.last;
  let best = 0;
  for (let i = 1; i < track.t.length; i++)
    if (Math.abs((track.t[i] as number) - t) < Math.abs((track.t[best] as number) - t)) best = i;
  return track.v[best];
}
