/**
 * Series on the case clock. Points of one quantity from one kind of source are joined into one track, whichever files they lie in: forty status files
 * are one curve. Times are seconds since `originNs`, exact to well below a microsecond over months.
 */
import type { SeriesRow } from '../case/store/read-store.ts';
import type { CaseData } from './case-data.ts';
import { type CaseClock, isSaneWall } from './clock/case-clock.ts';

export interface Track {
  readonly metric: string;
  /** What the values were read from: `proc status VmRSS`. */
  readonly source: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since the case's origin, rising. */
  readonly t: Float64Array;
  readonly v: Float64Array;
  /** Evidence id and line or offset of each point. */
  readonly evidence: Uint32Array;
  readonly position: Float64Array;
  /** Largest uncertainty of the clocks that placed the points, seconds. */
  readonly uncertainty: number;
  readonly series: readonly SeriesRow[];
}

export class Timeline {
  /** Where time 0 is, nanoseconds since 1970. Without any wall time: 0, and times count from the start of the process. */
  readonly originNs: bigint;
  /** First and last time of the case, seconds since origin. */
  readonly from: number;
  readonly to: number;
  /** Whether times are wall times, or only relative to the start of the process. */
  readonly hasWall: boolean;
  /** Start of the process, seconds since origin; undefined where nothing tells it. */
  readonly processStart: number | undefined;
  private readonly data: CaseData;
  readonly clock: CaseClock;
  private readonly cache = new Map<string, readonly Track[]>();

  constructor(data: CaseData, clock: CaseClock) {
    this.data = data;
    this.clock = clock;
    let first: bigint | undefined;
    let last: bigint | undefined;
    let relative = 0;
    for (const s of data.series) {
      const offset = clock.of(s.evidence, s.clock);
      if (!offset) {
        if (s.clock.domain === 'process') relative = Math.max(relative, Number(s.tLast) / 1e9);
        continue;
      }
      for (const ns of [s.tFirst + offset.offsetNs, s.tLast + offset.offsetNs]) {
        if (!isSaneWall(ns)) continue;
        if (first === undefined || ns < first) first = ns;
        if (last === undefined || ns > last) last = ns;
      }
    }
    this.hasWall = first !== undefined;
    this.originNs = first ?? 0n;
    this.from = 0;
    this.to = first === undefined || last === undefined ? relative : Number(last - first) / 1e9;
    this.processStart = this.findStart();
  }

  /** Seconds since origin of a time in an evidence's clock; undefined where it cannot be placed. */
  place(evidence: number, clock: SeriesRow['clock'], tNs: bigint): number | undefined {
    const wall = this.clock.wall(evidence, clock, tNs);
    if (wall === undefined) return !this.hasWall && clock.domain === 'process' ? Number(tNs) / 1e9 : undefined;
    return isSaneWall(wall) ? Number(wall - this.originNs) / 1e9 : undefined;
  }

  wallNs(t: number): bigint | undefined {
    return this.hasWall ? this.originNs + BigInt(Math.round(t * 1e9)) : undefined;
  }

  /** All tracks of a metric, the one with most points first. */
  tracks(metric: string): readonly Track[] {
    let tracks = this.cache.get(metric);
    if (!tracks) {
      tracks = this.join(this.data.series.filter((s) => s.metric === metric));
      this.cache.set(metric, tracks);
    }
    return tracks;
  }

  /** The track of a metric that tells most. */
  track(metric: string): Track | undefined {
    return this.tracks(metric)[0];
  }

  metrics(): readonly string[] {
    return [...new Set(this.data.series.map((s) => s.metric))].sort();
  }

  private join(series: readonly SeriesRow[]): Track[] {
    const groups = new Map<string, SeriesRow[]>();
    for (const s of series) {
      const key = `${s.frameName} ${s.sourceName} ${JSON.stringify(s.labels)}`;
      const group = groups.get(key);
      if (group) group.push(s);
      else groups.set(key, [s]);
    }
    const tracks = [...groups.values()]
      .map((group) => this.joinGroup(group))
      .filter((t): t is Track => t !== undefined);
    return tracks.sort(
      (a, b) => distinct(b) - distinct(a) || b.t.length - a.t.length || (a.source < b.source ? -1 : 1),
    );
  }

  private joinGroup(group: readonly SeriesRow[]): Track | undefined {
    const placed: { series: SeriesRow; base: number }[] = [];
    let uncertainty = 0;
    let total = 0;
    for (const series of group) {
      const base = this.place(series.evidence, series.clock, this.data.points(series).originNs);
      if (base === undefined) continue;
      placed.push({ series, base });
      total += this.data.points(series).t.length;
      const offset = this.clock.of(series.evidence, series.clock);
      if (offset) uncertainty = Math.max(uncertainty, Number(offset.uncertaintyNs) / 1e9);
    }
    const first = placed[0]?.series;
    if (!first) return undefined;
    const t = new Float64Array(total);
    const v = new Float64Array(total);
    const evidence = new Uint32Array(total);
    const position = new Float64Array(total);
    let n = 0;
    for (const { series, base } of placed) {
      const p = this.data.points(series);
      for (let i = 0; i < p.t.length; i++) t[n + i] = base + (p.t[i] as number) / 1e9;
      v.set(p.values, n);
      evidence.fill(series.evidence, n, n + p.t.length);
      position.set(p.position, n);
      n += p.t.length;
    }
    const columns = inOrder(t) ? { t, v, evidence, position } : sortedBy(t, v, evidence, position);
    return {
      metric: first.metric,
      source: `${first.frameName} ${first.sourceName}`.trim(),
      labels: first.labels,
      uncertainty,
      series: group,
      ...columns,
    };
  }

  private findStart(): number | undefined {
    if (!this.hasWall) return this.data.series.some((s) => s.clock.domain === 'process') ? 0 : undefined;
    const own = this.clock
      .all()
      .filter((o) => o.clock.domain === 'process')
      .sort((a, b) => b.clock.instance - a.clock.instance || (a.uncertaintyNs < b.uncertaintyNs ? -1 : 1))[0];
    if (own) return Number(own.offsetNs - this.originNs) / 1e9;
    const fact = this.data.fact('process.start_wall_ns');
    if (fact) return Number(BigInt(fact.value) - this.originNs) / 1e9;
    for (const e of this.data.eventsOf('container_terminated')) {
      if (typeof e.data.started_wall_ns === 'string')
        return Number(BigInt(e.data.started_wall_ns) - this.originNs) / 1e9;
    }
    return undefined;
  }
}

function inOrder(t: Float64Array): boolean {
  for (let i = 1; i < t.length; i++) if ((t[i] as number) < (t[i - 1] as number)) return false;
  return true;
}

function sortedBy(t: Float64Array, v: Float64Array, evidence: Uint32Array, position: Float64Array) {
  const order = Uint32Array.from(t, (_, i) => i).sort((a, b) => (t[a] as number) - (t[b] as number));
  return {
    t: Float64Array.from(order, (i) => t[i] as number),
    v: Float64Array.from(order, (i) => v[i] as number),
    evidence: Uint32Array.from(order, (i) => evidence[i] as number),
    position: Float64Array.from(order, (i) => position[i] as number),
  };
}

function distinct(track: Track): number {
  return new Set(track.t).size;
}
