/**
 * /api/v1/export of VictoriaMetrics: a series a line, `{"metric":{"__name__":"up", ...},"values":[1,0],"timestamps":[1549891472010, ...]}`, times in
 * milliseconds.
 *
 * @source docs.victoriametrics.com "How to export data in JSON line format"
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { wallClock } from '../contract.ts';
import type { JsonShape } from '../json/json-documents.ts';
import { field, isObject, type JsonValue, stringField, toNumber } from '../json/json-exact.ts';
import type { TextContext } from '../text/reading.ts';
import { promMetrics } from './prom-names.ts';

export class PromExportJson implements JsonShape {
  private series = 0;
  private points = 0;

  read(value: JsonValue, line: number, context: TextContext): boolean {
    if (!isObject(value)) return false;
    const metric = field(value, 'metric');
    const values = field(value, 'values');
    const times = field(value, 'timestamps');
    if (!isObject(metric) || !Array.isArray(values) || !Array.isArray(times) || values.length !== times.length)
      return false;
    this.series++;
    this.points += values.length;
    const name = stringField(metric, '__name__') ?? 'value';
    const labels: Record<string, string> = {};
    for (const [key, label] of Object.entries(metric))
      if (key !== '__name__' && typeof label === 'string')
        Object.defineProperty(labels, key, { value: label, enumerable: true });
    const known = promMetrics.get(name);
    const frame = context.sink.frame('prom-export', wallClock);
    const column = frame.column({ metric: known?.metric ?? name, sourceName: name, labels });
    times.forEach((t, i) => {
      const ms = toNumber(t);
      const v = toNumber(values[i]);
      if (!Number.isFinite(ms)) return;
      frame.row(BigInt(Math.round(ms)) * 1_000_000n, line);
      if (Number.isFinite(v)) frame.set(column, v * (known?.scale ?? 1));
    });
    return true;
  }

  reports(): readonly ReadingReport[] {
    if (this.series === 0) return [];
    return [
      {
        kind: 'prom-range',
        dialect: 'victoriametrics export',
        taken: this.series,
        counts: { series: this.series, points: this.points },
      },
    ];
  }
}
