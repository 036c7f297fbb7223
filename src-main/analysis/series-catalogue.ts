/** Every series of a case as it is listed: joined on the case clock where it has one, alone where nothing tells its time. */
import type { SeriesRow } from '../case/store/read-store.ts';
import type { Analysis } from './diagnose.ts';
import type { Track } from './timeline.ts';

export interface CatalogueEntry {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly source: string;
  readonly evidence: readonly number[];
  readonly points: number;
  readonly min: number;
  readonly max: number;
  readonly first: number;
  readonly last: number;
  /** Joined points; undefined where the series cannot be placed in time. */
  readonly track: Track | undefined;
  readonly row: SeriesRow;
}

export function seriesCatalogue(analysis: Analysis, metric?: string): readonly CatalogueEntry[] {
  const metrics = metric === undefined ? analysis.timeline.metrics() : [metric];
  const out: CatalogueEntry[] = [];
  for (const name of metrics) {
    const placed = new Set<SeriesRow>();
    for (const track of analysis.timeline.tracks(name)) {
      for (const s of track.series) placed.add(s);
      out.push(ofTrack(track));
    }
    for (const row of analysis.data.series) if (row.metric === name && !placed.has(row)) out.push(ofRow(row));
  }
  return out;
}

function ofTrack(track: Track): CatalogueEntry {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const v of track.v) {
    if (v < min) min = v;
    if (v > max) max = v;
  }
  return {
    metric: track.metric,
    labels: track.labels,
    source: track.source,
    evidence: [...new Set(track.series.map((s) => s.evidence))],
    points: track.t.length,
    min,
    max,
    first: track.v[0] as number,
    last: track.v[track.v.length - 1] as number,
    track,
    row: track.series[0] as SeriesRow,
  };
}

function ofRow(row: SeriesRow): CatalogueEntry {
  return {
    metric: row.metric,
    labels: row.labels,
    source: `${row.frameName} ${row.sourceName}`,
    evidence: [row.evidence],
    points: row.points,
    min: row.min,
    max: row.max,
    first: row.first,
    last: row.last,
    track: undefined,
    row,
  };
}
