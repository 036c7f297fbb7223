import type { SeriesEntry } from '../../../api/contract/documents.ts';
import { formatRfc3339 } from '../../../api/contract/format.ts';
import { metricBasis, metricInfo } from '../../../api/contract/metrics.ts';
import type { CaseSession } from '../../../api/service.ts';
import { type Command, exit, isSet, text, UsageError, wholeNumber } from '../command.ts';
import { timeOption } from '../time-option.ts';

export const seriesCommand: Command = {
  name: 'series',
  usage: 'series BUNDLE (--list | --metric NAME) [--from TIME --to TIME --points N] [--json | --csv]',
  options: {
    metric: { type: 'string' },
    list: { type: 'boolean' },
    from: { type: 'string' },
    to: { type: 'string' },
    points: { type: 'string' },
    csv: { type: 'boolean' },
  },
  async run({ args, values, terminal, service, signal }) {
    if (args.length === 0) throw new UsageError('series needs a bundle');
    const metric = text(values, 'metric');
    const isList = isSet(values, 'list');
    if (!isList && metric === undefined) throw new UsageError('series needs --list or --metric');
    const points = wholeNumber(values, 'points', 2, 10_000_000);
    const from = timeOf(text(values, 'from'), 'from');
    const to = timeOf(text(values, 'to'), 'to');
    const session = await service.open({ inputs: args, signal });
    try {
      const entries = session.series(metric).map((e) => ({ entry: e, head: headOf(session, e) }));
      if (isList) {
        const rows = entries.map((e) => e.head);
        if (isSet(values, 'json')) await terminal.json({ series: rows });
        else
          for (const r of rows)
            await terminal.line(`${r.metric}${labelText(r.labels)}\t${r.points}\t${r.min}\t${r.max}\t${r.evidence}`);
        return exit.done;
      }
      const series = entries.map(({ entry, head }) => ({
        ...head,
        points: pointsOf(session, entry, from, to, points),
      }));
      if (isSet(values, 'csv')) await terminal.write(csv(series));
      else if (isSet(values, 'json')) await terminal.json({ series });
      else
        for (const s of series)
          for (const p of s.points) await terminal.line(`${s.metric}${labelText(s.labels)}\t${p[0] ?? ''}\t${p[1]}`);
      return series.length > 0 ? exit.done : exit.nothingReadable;
    } finally {
      session.close();
    }
  },
};

type Entry = ReturnType<CaseSession['series']>[number];
/** Time (RFC 3339, null where no clock is known), value, and without a clock the seconds since the evidence's own start. */
type Point = readonly [string | null, number] | readonly [null, number, number];

function headOf(session: CaseSession, e: Entry): SeriesEntry {
  const paths = e.evidence.map((id) => session.analysis.data.evidenceById(id).path);
  return {
    metric: e.metric,
    unit: metricInfo(e.metric).unit,
    labels: e.labels,
    evidence: paths[0] ?? '',
    ...(paths.length > 1 ? { evidence_all: paths } : {}),
    source: e.source,
    label: metricBasis(e.metric),
    points: e.points,
    min: e.min,
    max: e.max,
    first: e.first,
    last: e.last,
  };
}

function pointsOf(
  session: CaseSession,
  e: Entry,
  from: bigint | undefined,
  to: bigint | undefined,
  limit: number | undefined,
): Point[] {
  const { timeline } = session.analysis;
  const out: Point[] = [];
  if (e.track) {
    for (let i = 0; i < e.track.t.length; i++) {
      const t = e.track.t[i] as number;
      const ns = timeline.wallNs(t);
      if (ns !== undefined && ((from !== undefined && ns < from) || (to !== undefined && ns > to))) continue;
      out.push(ns === undefined ? [null, e.track.v[i] as number, t] : [formatRfc3339(ns), e.track.v[i] as number]);
    }
  } else {
    const p = session.source.reader.points(e.row);
    const first = p.t[0] ?? 0;
    for (let i = 0; i < p.t.length; i++) out.push([null, p.values[i] as number, ((p.t[i] as number) - first) / 1e9]);
  }
  return limit === undefined || out.length <= limit ? out : thinned(out, limit);
}

/** First and last point and of each stretch between them the smallest and the largest: a spike stays. */
function thinned(points: readonly Point[], limit: number): Point[] {
  const buckets = Math.max(1, Math.floor((limit - 2) / 2));
  const kept = new Set<number>([0, points.length - 1]);
  for (let b = 0; b < buckets; b++) {
    const from = 1 + Math.floor(((points.length - 2) * b) / buckets);
    const to = 1 + Math.floor(((points.length - 2) * (b + 1)) / buckets);
    let min = from;
    let max = from;
    for (let i = from; i < to; i++) {
      if ((points[i] as Point)[1] < (points[min] as Point)[1]) min = i;
      if ((points[i] as Point)[1] > (points[max] as Point)[1]) max = i;
    }
    if (from < to) {
      kept.add(min);
      kept.add(max);
    }
  }
  return [...kept]
    .sort((a, b) => a - b)
    .slice(0, limit)
    .map((i) => points[i] as Point);
}

function timeOf(value: string | undefined, name: string): bigint | undefined {
  return value === undefined ? undefined : timeOption(value, name);
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([k, v]) => `${k}="${v}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

function csv(
  series:
    | readonly (SeriesEntry & { points: readonly Point[] } & object)[]
    | readonly {
        metric: string;
        labels: Readonly<Record<string, string>>;
        evidence: string;
        points: readonly Point[];
      }[],
): string {
  const lines = ['metric,labels,evidence,time,t_rel_s,value'];
  for (const s of series as readonly {
    metric: string;
    labels: Readonly<Record<string, string>>;
    evidence: string;
    points: readonly Point[];
  }[]) {
    for (const p of s.points)
      lines.push([cell(s.metric), cell(labelText(s.labels)), cell(s.evidence), p[0] ?? '', p[2] ?? '', p[1]].join(','));
  }
  return `${lines.join('\n')}\n`;
}

/** Text that a spreadsheet would run as a formula is kept a text. */
function cell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
