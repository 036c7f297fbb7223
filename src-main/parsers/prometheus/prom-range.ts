/**
 * Answers of Prometheus' HTTP interface: range queries (matrix), instant queries (vector), also as VictoriaMetrics, Thanos and Grafana hand them on.
 * Series with the same times share a frame.
 *
 * @source Prometheus HTTP API v1, "Range queries", "Instant queries"
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { type Frame, wallClock } from '../contract.ts';
import type { JsonShape } from '../json/json-documents.ts';
import { field, isObject, type JsonValue, stringField } from '../json/json-exact.ts';
import type { TextContext } from '../text/reading.ts';
import { scanMatrix } from './matrix-scanner.ts';
import { promMetrics } from './prom-names.ts';
import { type RangeSeries, seriesOf } from './range-series.ts';

/** What a document must hold at its beginning to be worth a look at its bytes. */
const mark = '"resultType"';
const markReach = 1_024;

export class PromRangeJson implements JsonShape {
  private documents = 0;
  private series = 0;
  private points = 0;

  read(value: JsonValue, line: number, context: TextContext): boolean {
    if (!isObject(value)) return false;
    const inner = field(value, 'data');
    const data = isObject(inner) ? inner : value;
    const result = field(data, 'result');
    const type = stringField(data, 'resultType');
    if (!Array.isArray(result) || (type !== 'matrix' && type !== 'vector')) return false;
    const series = result.map(seriesOf);
    this.accept(series.flat(), series.filter((s) => s.length === 0).length, line, context);
    return true;
  }

  scan(bytes: Buffer, start: number, end: number, line: number, context: TextContext): boolean {
    if (!bytes.toString('latin1', start, Math.min(end, start + markReach)).includes(mark)) return false;
    const matrix = scanMatrix(bytes, start, end);
    if (!matrix) return false;
    this.accept(matrix.series, matrix.skipped, line, context);
    return true;
  }

  private accept(all: readonly RangeSeries[], skipped: number, line: number, context: TextContext): void {
    this.documents++;
    this.series += all.length;
    const groups = new Map<string, RangeSeries[]>();
    let apart = 0;
    for (const series of all) {
      this.points += series.times.length;
      const key = `${series.times.length} ${series.times[0]} ${series.times.at(-1)}`;
      const group = groups.get(key);
      if (group && sameTimes(group[0] as RangeSeries, series)) group.push(series);
      else groups.set(group ? `${key} ${apart++}` : key, [series]);
    }
    for (const group of groups.values()) store(group, line, context);
    if (skipped > 0)
      context.sink.warn({
        code: 'prom_range/series_skipped',
        severity: 'data_loss',
        phase: 'read',
        at: { line },
        args: { count: skipped },
      });
  }

  reports(): readonly ReadingReport[] {
    if (this.documents === 0) return [];
    return [
      {
        kind: 'prom-range',
        dialect: '',
        taken: this.documents,
        counts: { documents: this.documents, series: this.series, points: this.points },
      },
    ];
  }
}

function store(group: readonly RangeSeries[], line: number, context: TextContext): void {
  const frame = context.sink.frame('prom-range', wallClock);
  const columns = group.map((series) => columnOf(frame, series, line, context));
  const { times } = group[0] as RangeSeries;
  for (let i = 0; i < times.length; i++) {
    frame.row(secondsToNs(times[i] as number), line);
    for (let s = 0; s < group.length; s++) {
      const { index, scale } = columns[s] as { index: number; scale: number };
      const value = (group[s] as RangeSeries).values[i] as number;
      if (Number.isFinite(value)) frame.set(index, value * scale);
    }
  }
}

function columnOf(
  frame: Frame,
  { name, labels, values }: RangeSeries,
  line: number,
  context: TextContext,
): { index: number; scale: number } {
  const known = promMetrics.get(name);
  if (name === 'process_start_time_seconds') {
    const start = values.findLast((v) => v > 1e9);
    if (start !== undefined) context.sink.fact('process.start_wall_ns', String(secondsToNs(start)), { line });
  }
  if (name === 'go_info' && labels.version) context.sink.fact('runtime.go', labels.version, { line });
  return { index: frame.column({ metric: known?.metric ?? name, sourceName: name, labels }), scale: known?.scale ?? 1 };
}

function sameTimes(a: RangeSeries, b: RangeSeries): boolean {
  return a.times.length === b.times.length && a.times.every((t, i) => t === b.times[i]);
}

/** Seconds with a fraction to nanoseconds. A double holds microseconds of our time and no more; Prometheus counts milliseconds. */
export function secondsToNs(seconds: number): bigint {
  if (!Number.isFinite(seconds) || Math.abs(seconds) > 1e11) return 0n;
  return Number.isInteger(seconds) ? BigInt(seconds) * 1_000_000_000n : BigInt(Math.round(seconds * 1e6)) * 1_000n;
}
