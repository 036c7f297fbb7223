/**
 * Samples of the runtime's own figures over one run, from whatever wrote them: MemStats lines, /debug/vars, scrapes in one file or in forty, a range
 * query. Rows of one source are joined in order of time; where a counter falls the program was started anew, and the run with most cycles is kept.
 */
import type { SeriesRow } from '../../case/store/read-store.ts';
import type { CaseData } from '../case-data.ts';
import { clockOf } from '../clock/case-clock.ts';

/** Metrics that hold a field, the best first. */
const metricsOf = {
  cycles: ['gc_cycles_total'],
  forced: ['gc_forced_total'],
  totalAlloc: ['total_alloc_bytes'],
  heapAlloc: ['heap_alloc_bytes'],
  heapInuse: ['heap_inuse_bytes'],
  heapSys: ['heap_sys_bytes'],
  heapReleased: ['heap_released_bytes'],
  sys: ['sys_bytes'],
  rss: ['rss_bytes'],
  nextGc: ['next_gc_bytes'],
  live: ['gc_heap_live_bytes'],
  heapObjects: ['heap_objects'],
  mallocs: ['mallocs_total'],
  frees: ['frees_total'],
  pauseTotalS: ['gc_pause_total_seconds'],
  gcCpuFraction: ['gc_cpu_fraction'],
  gcCpuS: ['go_cpu_classes_gc_total_cpu_seconds_total', 'go_cpu_classes_gc_total_cpu_seconds'],
  gcIdleCpuS: ['go_cpu_classes_gc_mark_idle_cpu_seconds_total', 'go_cpu_classes_gc_mark_idle_cpu_seconds'],
  allCpuS: ['go_cpu_classes_total_cpu_seconds_total', 'go_cpu_classes_total_cpu_seconds'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

type Field = keyof typeof metricsOf;
const fields = Object.keys(metricsOf) as readonly Field[];

/**
 * The runtime at one moment: counts, bytes, seconds; NaN for what was not sampled. `seconds` counts from any moment, the same for all samples of a run;
 * NaN where no clock tells it. `live` is what the last cycle marked; `objects` the objects in HeapAlloc.
 */
export interface RecordedSample extends Readonly<Record<Field, number>> {
  readonly seconds: number;
  readonly objects: number;
}

export interface RecordedSamples {
  /** Where most of them are from; undefined where there are none. */
  readonly evidence: number | undefined;
  /** In order of time. */
  readonly samples: readonly RecordedSample[];
}

/** Runs in one file whose clocks all begin at 0 are set this far apart. */
const betweenRunsNs = 10n ** 18n;

/** The samples of a case that hold at least TotalAlloc, from the source that has most of them. O(rows). */
export function samplesOf(data: CaseData): RecordedSamples {
  const sources = new Map<string, SeriesRow[]>();
  for (const s of data.series) {
    if (s.metric !== 'total_alloc_bytes') continue;
    const key = sourceOf(s);
    const source = sources.get(key);
    if (source) source.push(s);
    else sources.set(key, [s]);
  }
  const points = (rows: readonly SeriesRow[]) => rows.reduce((sum, s) => sum + s.points, 0);
  const [most] = [...sources.values()].sort((a, b) => points(b) - points(a));
  const [first] = most ?? [];
  if (!most || !first) return { evidence: undefined, samples: [] };
  const clock = clockOf(data);
  const isOneFile = most.every((total) => total.evidence === first.evidence);
  const offsetOf = (total: SeriesRow): bigint | undefined => {
    const { domain, instance } = total.clock;
    // a file has one moment of capture: rows of one that holds many are not told apart by it
    if (domain === 'capture' && total.points > 1) return undefined;
    const wallNs = clock.of(total.evidence, total.clock)?.offsetNs;
    return wallNs ?? (domain === 'process' && isOneFile ? BigInt(instance) * betweenRunsNs : undefined);
  };
  const rows = most.flatMap((total) => rowsOf(data, total, offsetOf(total)));
  return { evidence: first.evidence, samples: longestRun(inOrder(rows)) };
}

function sourceOf(s: SeriesRow): string {
  return `${s.frameName} ${JSON.stringify(s.labels)}`;
}

/** Rows of one frame; fields that lie in other frames of the same source and file are joined by their time. */
function rowsOf(data: CaseData, total: SeriesRow, offsetNs: bigint | undefined): RecordedSample[] {
  const own = data.series.filter((s) => s.evidence === total.evidence && sourceOf(s) === sourceOf(total));
  const elsewhere = new Map<Field, ReadonlyMap<bigint, number>>();
  const columns = fields.map((field) => {
    const held = metricsOf[field].flatMap((metric) => own.filter((s) => s.metric === metric));
    const here = held.find((s) => s.frame === total.frame);
    const [other] = held;
    if (!here && other && offsetNs !== undefined) elsewhere.set(field, byTime(data, other));
    return here?.column ?? -1;
  });
  const out: RecordedSample[] = [];
  data.source.reader.scan(total, columns, ({ originNs, t, values }) => {
    for (let i = 0; i < t.length; i++) {
      const atNs = originNs + BigInt(Math.round(t[i] as number));
      const row = Object.fromEntries(
        fields.map((field, f) => [field, values[f]?.[i] ?? elsewhere.get(field)?.get(atNs) ?? Number.NaN]),
      ) as Record<Field, number>;
      if (Number.isNaN(row.totalAlloc)) continue;
      const seconds = offsetNs === undefined ? Number.NaN : Number(atNs + offsetNs) / 1e9;
      out.push({ ...row, seconds, objects: row.heapObjects >= 0 ? row.heapObjects : row.mallocs - row.frees });
    }
  });
  return out;
}

function byTime(data: CaseData, series: SeriesRow): ReadonlyMap<bigint, number> {
  const out = new Map<bigint, number>();
  data.source.reader.scan(series, [series.column], ({ originNs, t, values: [v] }) => {
    for (let i = 0; i < t.length; i++) out.set(originNs + BigInt(Math.round(t[i] as number)), v?.[i] ?? Number.NaN);
  });
  return out;
}

/** By time where every row has one; else as the file has them. */
function inOrder(rows: readonly RecordedSample[]): readonly RecordedSample[] {
  if (rows.some((s) => Number.isNaN(s.seconds))) return rows;
  return [...rows].sort((a, b) => a.seconds - b.seconds || a.totalAlloc - b.totalAlloc);
}

function longestRun(rows: readonly RecordedSample[]): readonly RecordedSample[] {
  const runs: RecordedSample[][] = [];
  let last: RecordedSample | undefined;
  for (const s of rows) {
    if (!last || s.totalAlloc < last.totalAlloc || s.cycles < last.cycles) runs.push([]);
    runs.at(-1)?.push(s);
    last = s;
  }
  const told = (run: readonly RecordedSample[]) => (run.at(-1)?.totalAlloc ?? 0) - (run[0]?.totalAlloc ?? 0);
  return runs.sort((a, b) => told(b) - told(a) || b.length - a.length)[0] ?? [];
}
