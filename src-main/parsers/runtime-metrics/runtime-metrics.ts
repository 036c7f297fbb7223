/**
 * runtime/metrics as text, a metric a line: `/gc/heap/allocs:bytes 123`, with `:` or `=` between, quoted or not; histograms as %v prints them,
 * `&{Counts:[0 1 2] Buckets:[-Inf 0 1e-06 +Inf]}`. A name that comes again begins the next sample.
 *
 * @source runtime/metrics/example_test.go (Go 1.26)
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { isRuntimeMetric } from './runtime-names.ts';
import { type RuntimeHistogram, RuntimeSamples } from './runtime-samples.ts';

const pair =
  /^[ \t]{0,20}"?(\/[a-z0-9/_-]{2,120}:[a-z0-9*/_-]{1,60})"?(?:[ \t]{0,10}[:=][ \t]{0,40}|[ \t]{1,40})([&{\d+-].{0,200000})$/;

class RuntimeMetricsText implements Reading {
  private readonly rows = new RuntimeSamples();
  private values = new Map<string, number | RuntimeHistogram>();
  private firstLine = 0;
  private lines = 0;

  take(line: Line, context: TextContext): boolean {
    const m = pair.exec(line.text().slice(0, 200_000));
    if (!m) return false;
    const name = m[1] as string;
    const value = isRuntimeMetric(name) ? readValue((m[2] as string).trimEnd()) : undefined;
    if (value === undefined) return false;
    if (this.values.has(name)) this.endSection(context);
    if (this.values.size === 0) this.firstLine = line.number;
    this.values.set(name, value);
    this.lines++;
    return true;
  }

  endSection(context: TextContext): void {
    if (this.values.size > 0) this.rows.add(this.values, undefined, this.firstLine, context);
    this.values = new Map();
  }

  reports(): readonly ReadingReport[] {
    return this.rows.reports('text', this.lines);
  }
}

function readValue(text: string): number | RuntimeHistogram | undefined {
  const number = /^[+-]?\d{1,24}(?:\.\d{1,24})?(?:e[+-]?\d{1,3})?,?$/i.exec(text);
  if (number) return Number(text.replace(/,$/, ''));
  // %v names no fields: the counts come first
  const isNamed = text.includes('Counts:[');
  const counts = listIn(text, isNamed ? 'Counts:[' : '[');
  const buckets = isNamed ? listIn(text, 'Buckets:[') : listIn(text.slice(text.indexOf(']') + 1), '[');
  return counts && buckets ? { counts, buckets } : undefined;
}

function listIn(text: string, opening: string): number[] | undefined {
  const at = text.indexOf(opening);
  const close = text.indexOf(']', at);
  if (at < 0 || close < 0) return undefined;
  return text
    .slice(at + opening.length, close)
    .split(' ')
    .map((w) => (w === '+Inf' ? Number.POSITIVE_INFINITY : w === '-Inf' ? Number.NEGATIVE_INFINITY : Number(w)));
}

export const runtimeMetricsFormat: ReadingFormat = {
  id: 'runtime-metrics',
  opens: '/" \t',
  weight: 4,
  create: () => new RuntimeMetricsText(),
};
