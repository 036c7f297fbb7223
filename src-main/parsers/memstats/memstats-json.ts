/**
 * runtime.MemStats as JSON: bare, a line each, or inside /debug/vars with the program's own variables beside it.
 *
 * @source runtime/mstats.go MemStats, expvar/expvar.go (Go 1.26); observed in fixtures/memstats
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Frame } from '../contract.ts';
import type { JsonShape } from '../json/json-documents.ts';
import {
  bigintField,
  field,
  isObject,
  type JsonObject,
  type JsonValue,
  numberField,
  stringField,
} from '../json/json-exact.ts';
import { recordElapsed, recordTime, timeKeys } from '../json/record-time.ts';
import type { TextContext } from '../text/reading.ts';
import { BySizeSamples } from './by-size-samples.ts';
import { fewestFields, memStatsFields, processFields } from './memstats-fields.ts';
import { MemStatsSeries } from './memstats-series.ts';

const ownVariables = 300;

export class MemStatsJson implements JsonShape {
  private readonly series = new MemStatsSeries();
  private readonly names = new Set<string>();
  private expvar = false;
  private cut = 0;
  private readonly bySize = new BySizeSamples();
  private context: TextContext | undefined;

  read(value: JsonValue, line: number, context: TextContext): boolean {
    if (Array.isArray(value)) {
      const all = value.filter(isObject);
      return all.length > 0 && all.length === value.length && all.map((v) => this.read(v, line, context)).some(Boolean);
    }
    if (!isObject(value)) return false;
    const inner = this.memStatsOf(value);
    if (!inner) return false;
    const frame = this.series.add(
      (name) => numberField(inner, name),
      recordTime(value) ?? recordTime(inner),
      line,
      context,
      recordElapsed(value) ?? recordElapsed(inner),
    );
    for (const [name, metric] of processFields) {
      const bytes = numberField(inner, name);
      if (!Number.isNaN(bytes)) frame.set(frame.column({ metric, sourceName: name }), bytes);
    }
    this.bySize.add(field(inner, 'BySize'), numberField(inner, 'HeapAlloc'), line);
    this.context = context;
    const pauseNs = field(inner, 'PauseNs');
    const pauseEnd = field(inner, 'PauseEnd');
    if (Array.isArray(pauseNs) && Array.isArray(pauseEnd)) {
      const ns = (i: number) => (typeof pauseNs[i] === 'number' ? (pauseNs[i] as number) : Number.NaN);
      const end = (i: number) => bigintField({ x: pauseEnd[i] ?? null }, 'x');
      this.series.addPauses(numberField(inner, 'NumGC'), ns, end, line, context.sink);
    }
    if (inner !== value) this.readOthers(value, frame, line, context);
    return true;
  }

  salvage(text: string, line: number, context: TextContext): boolean {
    const found = new Map<string, number>();
    for (const m of text.matchAll(/"([A-Za-z]{3,14})"[ \t]{0,4}:[ \t]{0,4}(\d{1,20}(?:\.\d{1,20})?)[,\s}]/g)) {
      if (memStatsFields.has(m[1] as string)) found.set(m[1] as string, Number(m[2]));
    }
    if (found.size < fewestFields) return false;
    this.series.add((name) => found.get(name) ?? Number.NaN, undefined, line, context);
    this.cut++;
    return true;
  }

  reports(): readonly ReadingReport[] {
    if (this.context) this.bySize.say(this.context);
    this.context = undefined;
    if (this.series.samples === 0) return [];
    const counts = this.series.counts();
    if (this.cut > 0) counts.cut_samples = this.cut;
    if (this.names.size > 0) counts.own_variables = this.names.size;
    return [{ kind: this.expvar ? 'expvar' : 'memstats', dialect: '', taken: this.series.samples, counts }];
  }

  private memStatsOf(value: JsonObject): JsonObject | undefined {
    for (const key of ['memstats', 'MemStats', 'mem_stats', 'memStats', 'Mem', 'memory']) {
      const inner = field(value, key);
      if (isObject(inner) && this.isMemStats(inner)) return inner;
    }
    return this.isMemStats(value) ? value : undefined;
  }

  private isMemStats(object: JsonObject): boolean {
    let n = 0;
    for (const name of memStatsFields.keys()) if (!Number.isNaN(numberField(object, name))) n++;
    return n >= fewestFields;
  }

  /** The program's own variables and the command line. */
  private readOthers(value: JsonObject, frame: Frame, line: number, context: TextContext): void {
    const cmdline = field(value, 'cmdline');
    if (Array.isArray(cmdline)) {
      this.expvar = true;
      const words = cmdline.filter((w) => typeof w === 'string');
      if (this.series.samples === 1 && words.length > 0)
        context.sink.fact('process.command', words.join(' ').slice(0, 2_000), { line });
    }
    const visit = (object: JsonObject, prefix: string, depth: number): void => {
      for (const [key, inner] of Object.entries(object)) {
        if (prefix === '' && (key === 'memstats' || key === 'MemStats' || timeKeys.includes(key))) continue;
        const name = prefix + key;
        if (typeof inner === 'number') this.put(frame, name, inner);
        else if (isObject(inner) && depth < 3) visit(inner, `${name}.`, depth + 1);
      }
    };
    visit(value, '', 0);
    const version =
      stringField(value, 'go_version') ?? stringField(value, 'goversion') ?? stringField(value, 'version');
    if (version && /^go1\.\d/.test(version)) context.sink.fact('runtime.go', version, { line });
  }

  private put(frame: Frame, name: string, value: number): void {
    if (!this.names.has(name)) {
      if (this.names.size >= ownVariables) return;
      this.names.add(name);
    }
    const metric =
      name === 'goroutines' || name === 'Goroutines' || name === 'NumGoroutine' || name === 'num_goroutine'
        ? 'goroutines'
        : name;
    frame.set(frame.column({ metric, sourceName: name }), value);
  }
}
