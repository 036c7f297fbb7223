/**
 * Answers of Prometheus' HTTP interface: range queries (matrix), instant queries (vector), also as VictoriaMetrics, Thanos and Grafana hand them on.
 * Series with the same times share a frame.
 *
 * @source Prometheus HTTP API v1, "Range queries", "Instant queries"
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { type Frame, wallClock } from '../contract.ts';
import type { JsonShape } from '../json/json-documents.ts';
import { field, isObject, type JsonObject, type JsonValue, stringField } from '../json/json-exact.ts';
import type { TextContext } from '../text/reading.ts';
import { parsePromValue } from './prom-line.ts';
import { promMetrics } from './prom-names.ts';

interface Points {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly times: string[];
  readonly values: Float64Array;
}

export class PromRangeJson implements JsonShape {
  private documents = 0;
  private series = 0;
  private points = 0;
  private skipped = 0;

  read(value: JsonValue, line: number, context: TextContext): boolean {
    if (!isObject(value)) return false;
    const inner = field(value, 'data');
    const data = isObject(inner) ? inner : value;
    const result = field(data, 'result');
    const type = stringField(data, 'resultType');
    if (!Array.isArray(result) || (type !== 'matrix' && type !== 'vector')) return false;
    this.documents++;
    const groups = new Map<string, Points[]>();
    for (const item of result) {
      const points = isObject(item) ? this.pointsOf(item) : undefined;
      if (!points) {
        this.skipped++;
        continue;
      }
      this.series++;
      this.points += points.times.length;
      const key = `${points.times.length} ${points.times[0]} ${points.times.at(-1)}`;
      const group = groups.get(key);
      if (group && sameTimes(group[0] as Points, points)) group.push(points);
      else groups.set(group ? `${key} ${this.series}` : key, [points]);
    }
    for (const group of groups.values()) this.store(group, line, context);
    if (this.skipped > 0)
      context.sink.warn({
        code: 'prom_range/series_skipped',
        severity: 'data_loss',
        phase: 'read',
        at: { line },
        args: { count: this.skipped },
      });
    return true;
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

  private pointsOf(item: JsonObject): Points | undefined {
    const metric = field(item, 'metric');
    if (!isObject(metric)) return undefined;
    const raw = field(item, 'values');
    const single = field(item, 'value');
    const pairs = Array.isArray(raw) ? raw : Array.isArray(single) ? [single] : undefined;
    if (!pairs || pairs.length === 0) return undefined;
    const times: string[] = [];
    const values = new Float64Array(pairs.length).fill(Number.NaN);
    for (const pair of pairs) {
      if (!Array.isArray(pair) || pair.length < 2) continue;
      const value = typeof pair[1] === 'number' ? pair[1] : parsePromValue(String(pair[1]));
      if (value === undefined) continue;
      values[times.length] = value;
      times.push(String(pair[0]));
    }
    if (times.length === 0) return undefined;
    const labels: Record<string, string> = {};
    for (const [key, label] of Object.entries(metric)) {
      if (key === '__name__' || typeof label !== 'string') continue;
      Object.defineProperty(labels, key, { value: label, enumerable: true });
    }
    return { name: stringField(metric, '__name__') ?? 'value', labels, times, values };
  }

  private store(group: readonly Points[], line: number, context: TextContext): void {
    const frame = context.sink.frame('prom-range', wallClock);
    const columns = group.map((points) => this.column(frame, points, line, context));
    const times = (group[0] as Points).times;
    for (let i = 0; i < times.length; i++) {
      frame.row(secondsToNs(times[i] as string), line);
      for (let s = 0; s < group.length; s++) {
        const { index, scale } = columns[s] as { index: number; scale: number };
        const value = (group[s] as Points).values[i] as number;
        if (Number.isFinite(value)) frame.set(index, value * scale);
      }
    }
  }

  private column(frame: Frame, points: Points, line: number, context: TextContext): { index: number; scale: number } {
    const known = promMetrics.get(points.name);
    if (points.name === 'process_start_time_seconds') {
      const start = points.values.findLast((v) => v > 1e9);
      if (start !== undefined)
        context.sink.fact('process.start_wall_ns', String(BigInt(Math.round(start * 1e3)) * 1_000_000n), { line });
    }
    if (points.name === 'go_info' && points.labels.version)
      context.sink.fact('runtime.go', points.labels.version, { line });
    return {
      index: frame.column({ metric: known?.metric ?? points.name, sourceName: points.name, labels: points.labels }),
      scale: known?.scale ?? 1,
    };
  }
}

function sameTimes(a: Points, b: Points): boolean {
  return a.times.length === b.times.length && a.times.every((t, i) => t === b.times[i]);
}

/** Seconds with a fraction, as text, to nanoseconds without passing through a float second. */
export function secondsToNs(text: string): bigint {
  const m = /^(-?)(\d{1,15})(?:\.(\d{1,9}))?\d*(?:e([+-]?\d{1,2}))?$/i.exec(text);
  if (!m) return 0n;
  if (m[4]) return BigInt(Math.round(Number(text) * 1e3)) * 1_000_000n;
  const ns = BigInt(m[2] as string) * 1_000_000_000n + BigInt((m[3] ?? '').padEnd(9, '0') || '0');
  return m[1] ? -ns : ns;
}
