/**
 * runtime/metrics as JSON: an object with the names as keys, or a list of `{name, value}` (metrics.Sample), bare or one level down beside a time.
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { JsonShape } from '../json/json-documents.ts';
import { field, isObject, type JsonObject, type JsonValue, stringField, toNumber } from '../json/json-exact.ts';
import { recordTime } from '../json/record-time.ts';
import type { TextContext } from '../text/reading.ts';
import { isRuntimeMetric } from './runtime-names.ts';
import { type RuntimeHistogram, RuntimeSamples } from './runtime-samples.ts';

const fewest = 2;

export class RuntimeMetricsJson implements JsonShape {
  private readonly rows = new RuntimeSamples();

  read(value: JsonValue, line: number, context: TextContext): boolean {
    if (Array.isArray(value) && value.length > 0 && value.every((v) => isObject(v) && samplesOf(v) !== undefined)) {
      for (const v of value) this.read(v, line, context);
      return true;
    }
    const samples = samplesOf(value);
    if (!samples) return false;
    this.rows.add(samples, isObject(value) ? recordTime(value) : undefined, line, context);
    return true;
  }

  reports(): readonly ReadingReport[] {
    return this.rows.reports('json', this.rows.samples);
  }
}

type Samples = ReadonlyMap<string, number | RuntimeHistogram>;

function samplesOf(value: JsonValue): Samples | undefined {
  if (Array.isArray(value)) return fromList(value);
  if (!isObject(value)) return undefined;
  const own = fromObject(value);
  if (own) return own;
  for (const inner of Object.values(value)) {
    const found = Array.isArray(inner) ? fromList(inner) : isObject(inner) ? fromObject(inner) : undefined;
    if (found) return found;
  }
  return undefined;
}

function fromObject(object: JsonObject): Samples | undefined {
  const out = new Map<string, number | RuntimeHistogram>();
  for (const [name, value] of Object.entries(object)) {
    if (!isRuntimeMetric(name)) continue;
    const read = readValue(value);
    if (read !== undefined) out.set(name, read);
  }
  return out.size >= fewest ? out : undefined;
}

function fromList(list: readonly JsonValue[]): Samples | undefined {
  const out = new Map<string, number | RuntimeHistogram>();
  for (const item of list) {
    if (!isObject(item)) return undefined;
    const name = stringField(item, 'name') ?? stringField(item, 'Name');
    if (name === undefined || !isRuntimeMetric(name)) return undefined;
    const read = readValue(field(item, 'value') ?? field(item, 'Value'));
    if (read !== undefined) out.set(name, read);
  }
  return out.size >= fewest ? out : undefined;
}

/** A number, perhaps under the name of its kind, or a histogram. */
function readValue(value: JsonValue | undefined): number | RuntimeHistogram | undefined {
  const plain = toNumber(value);
  if (!Number.isNaN(plain)) return plain;
  if (!isObject(value)) return undefined;
  const counts = field(value, 'Counts') ?? field(value, 'counts');
  const buckets = field(value, 'Buckets') ?? field(value, 'buckets');
  if (Array.isArray(counts) && Array.isArray(buckets))
    return { counts: counts.map(toNumber), buckets: buckets.map(bound) };
  for (const inner of Object.values(value)) {
    const read = readValue(inner);
    if (read !== undefined) return read;
  }
  return undefined;
}

/** Bounds of histograms are infinite at the ends; JSON has no such number. */
function bound(value: JsonValue): number {
  if (value === '+Inf' || value === 'Inf' || value === '+inf') return Number.POSITIVE_INFINITY;
  if (value === '-Inf' || value === '-inf') return Number.NEGATIVE_INFINITY;
  return toNumber(value);
}
