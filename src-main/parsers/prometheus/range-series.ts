/** One series of an answer of Prometheus, however it was read. */
import { field, isObject, type JsonObject, type JsonValue, stringField, toNumber } from '../json/json-exact.ts';
import { parsePromValue } from './prom-line.ts';

export interface RangeSeries {
  readonly name: string;
  readonly labels: Record<string, string>;
  /** Seconds since 1970. */
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** Name and labels of a `metric` object; free keys become own fields and nothing else. */
export function metricOf(metric: JsonObject): Pick<RangeSeries, 'name' | 'labels'> {
  const labels: Record<string, string> = {};
  for (const [key, label] of Object.entries(metric))
    if (key !== '__name__' && typeof label === 'string')
      Object.defineProperty(labels, key, { value: label, enumerable: true });
  return { name: stringField(metric, '__name__') ?? 'value', labels };
}

/** An element of `result`: `values` of a matrix, `value` of a vector, `histograms` or `histogram` of native histograms. Empty where it is none. */
export function seriesOf(item: JsonValue): readonly RangeSeries[] {
  const metric = isObject(item) ? field(item, 'metric') : undefined;
  if (!isObject(item) || !isObject(metric)) return [];
  const list = (many: string, one: string): readonly JsonValue[] => {
    const all = field(item, many);
    const single = field(item, one);
    return Array.isArray(all) ? all : Array.isArray(single) ? [single] : [];
  };
  const named = metricOf(metric);
  const plain = pointsOf(list('values', 'value'), (v) =>
    typeof v === 'number' ? v : typeof v === 'string' ? parsePromValue(v) : undefined,
  );
  const out: RangeSeries[] = plain ? [{ ...named, ...plain }] : [];
  return [...out, ...histogramSeries(named, list('histograms', 'histogram'))];
}

/** A native histogram under the names of a classic one: `_count`, `_sum` and `_bucket` with `le`. */
export function histogramSeries(
  { name, labels }: Pick<RangeSeries, 'name' | 'labels'>,
  pairs: readonly JsonValue[],
): RangeSeries[] {
  const totals = ['count', 'sum'].flatMap((part) => {
    const points = pointsOf(pairs, (v) => (isObject(v) ? toNumber(field(v, part)) : undefined));
    return points ? [{ name: `${name}_${part}`, labels, ...points }] : [];
  });
  const buckets = [...bucketsOf(pairs)].map(([le, { times, values }]) => ({
    name: `${name}_bucket`,
    labels: { ...labels, le },
    times: Float64Array.from(times),
    values: Float64Array.from(values),
  }));
  return [...totals, ...buckets];
}

/** By upper bound, what lies at or below it, at the samples that fill the bucket: empty buckets are not in the answer. */
function bucketsOf(pairs: readonly JsonValue[]): ReadonlyMap<string, { times: number[]; values: number[] }> {
  const byBound = new Map<string, { times: number[]; values: number[] }>();
  for (const pair of pairs) {
    const [time, histogram] = Array.isArray(pair) ? pair : [];
    const buckets = isObject(histogram) ? field(histogram, 'buckets') : undefined;
    const t = toNumber(time);
    if (!Array.isArray(buckets) || Number.isNaN(t)) continue;
    let below = 0;
    for (const bucket of buckets) {
      const [, , upper, filled] = Array.isArray(bucket) ? bucket : [];
      const count = toNumber(filled);
      if (typeof upper !== 'string' || Number.isNaN(count)) continue;
      below += count;
      let points = byBound.get(upper);
      if (!points) {
        points = { times: [], values: [] };
        byBound.set(upper, points);
      }
      points.times.push(t);
      points.values.push(below);
    }
  }
  return byBound;
}

function pointsOf(
  pairs: readonly JsonValue[],
  readValue: (value: JsonValue | undefined) => number | undefined,
): Pick<RangeSeries, 'times' | 'values'> | undefined {
  const times = new Float64Array(pairs.length);
  const values = new Float64Array(pairs.length);
  let n = 0;
  for (const pair of pairs) {
    const t = Array.isArray(pair) ? toNumber(pair[0]) : Number.NaN;
    const value = Array.isArray(pair) ? readValue(pair[1]) : undefined;
    if (Number.isNaN(t) || value === undefined) continue;
    times[n] = t;
    values[n++] = value;
  }
  return n === 0 ? undefined : { times: times.subarray(0, n), values: values.subarray(0, n) };
}
