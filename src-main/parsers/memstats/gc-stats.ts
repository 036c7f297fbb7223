/**
 * debug.GCStats, as JSON or as %+v prints it: `{LastGC:2026-11-24 06:00:00.1 +0000 UTC NumGC:5 PauseTotal:1.2ms Pause:[200µs ...] PauseEnd:[...]}`. The
 * most recent pause comes first.
 *
 * @source runtime/debug/garbage.go GCStats (Go 1.26)
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { type Frame, type Sink, wallClock } from '../contract.ts';
import type { JsonShape } from '../json/json-documents.ts';
import { field, isObject, type JsonValue, numberField, stringField } from '../json/json-exact.ts';
import { recordTime } from '../json/record-time.ts';
import type { Line } from '../text/line.ts';
import { type Reading, type ReadingFormat, sampleTime, type TextContext } from '../text/reading.ts';
import { parseTimestamp } from '../text/timestamp.ts';

const mostPauses = 256;

interface Gc {
  readonly numGC: number;
  readonly pauseTotalNs: number;
  readonly lastNs: bigint | undefined;
  readonly pausesNs: readonly number[];
  readonly ends: readonly (bigint | undefined)[];
}

class GcStatsRows {
  private frame: Frame | undefined;
  private pauses: Frame | undefined;
  private upTo = 0;
  samples = 0;
  private readonly counts: Record<string, number> = {};

  add(gc: Gc, wallNs: bigint | undefined, line: number, sink: Sink, capture: boolean): void {
    this.samples++;
    this.counts.last_NumGC = gc.numGC;
    this.counts.last_PauseTotal_seconds = gc.pauseTotalNs / 1e9;
    if (wallNs !== undefined || capture) {
      this.frame ??= sink.frame('gcstats', wallNs === undefined ? { domain: 'capture', instance: 0 } : wallClock);
      this.frame.row(wallNs ?? 0n, line);
      this.frame.set(this.frame.column({ metric: 'gc_cycles_total', sourceName: 'NumGC' }), gc.numGC);
      const total = { metric: 'gc_pause_total_seconds', sourceName: 'PauseTotal' };
      this.frame.set(this.frame.column(total), gc.pauseTotalNs / 1e9);
    }
    for (let i = Math.min(gc.pausesNs.length, mostPauses) - 1; i >= 0; i--) {
      const end = gc.ends[i];
      const number = gc.numGC - i;
      if (end === undefined || number <= this.upTo) continue;
      this.pauses ??= sink.frame('memstats pauses', wallClock);
      this.pauses.row(end, line);
      this.pauses.set(this.pauses.column({ metric: 'gc_cycles_total', sourceName: 'PauseEnd index' }), number);
      const pause = { metric: 'gc_pause_seconds', sourceName: 'Pause' };
      this.pauses.set(this.pauses.column(pause), (gc.pausesNs[i] as number) / 1e9);
    }
    this.upTo = Math.max(this.upTo, gc.numGC);
  }

  reports(dialect: string): readonly ReadingReport[] {
    if (this.samples === 0) return [];
    return [{ kind: 'memstats', dialect, taken: this.samples, counts: { samples: this.samples, ...this.counts } }];
  }
}

export class GcStatsJson implements JsonShape {
  private readonly rows = new GcStatsRows();

  read(value: JsonValue, line: number, context: TextContext): boolean {
    if (!isObject(value)) return false;
    const numGC = numberField(value, 'NumGC');
    const pauseTotalNs = numberField(value, 'PauseTotal');
    const pause = field(value, 'Pause');
    const ends = field(value, 'PauseEnd');
    if (Number.isNaN(numGC) || Number.isNaN(pauseTotalNs) || !(Array.isArray(pause) || pause === null)) return false;
    const list = Array.isArray(pause) ? pause.map(Number) : [];
    const times = Array.isArray(ends) ? ends.map((e) => parseTimestamp(String(e))?.ns) : [];
    const lastNs = parseTimestamp(stringField(value, 'LastGC') ?? '')?.ns;
    const gc = { numGC, pauseTotalNs, lastNs, pausesNs: list, ends: times };
    const time = sampleTime(context);
    const wallNs = recordTime(value) ?? (time.domain === 'wall' ? time.ns : lastNs);
    this.rows.add(gc, wallNs, line, context.sink, true);
    return true;
  }

  reports(): readonly ReadingReport[] {
    return this.rows.reports('debug.GCStats');
  }
}

class GcStatsText implements Reading {
  private readonly rows = new GcStatsRows();

  take(line: Line, context: TextContext): boolean {
    if (line.length < 60 || !line.head(400).includes('PauseTotal:')) return false;
    const text = line.text().slice(0, 60_000);
    const numGC = /\bNumGC:(\d{1,18})\b/.exec(text);
    const total = /\bPauseTotal:(\S{1,40})/.exec(text);
    if (!numGC || !total || !text.includes('Pause:[')) return false;
    const lastNs = parseTimestamp(text.slice(text.indexOf('LastGC:') + 7))?.ns;
    const gc = {
      numGC: Number(numGC[1]),
      pauseTotalNs: durationNs((total[1] as string).replace(/[},]{1,4}$/, '')),
      lastNs,
      pausesNs: inBrackets(text, 'Pause:[').map(durationNs),
      ends: timesIn(text),
    };
    const time = sampleTime(context);
    this.rows.add(gc, time.domain === 'wall' ? time.ns : lastNs, line.number, context.sink, true);
    return true;
  }

  endSection(): void {
    // a sample is one line
  }

  reports(): readonly ReadingReport[] {
    return this.rows.reports('debug.GCStats text');
  }
}

function inBrackets(text: string, opening: string): string[] {
  const at = text.indexOf(opening);
  const close = text.indexOf(']', at);
  if (at < 0 || close < 0) return [];
  return text
    .slice(at + opening.length, close)
    .split(' ')
    .filter((w) => w !== '');
}

/** `[2026-11-24 06:00:00.123456789 +0000 UTC 2026-...]` */
function timesIn(text: string): (bigint | undefined)[] {
  const at = text.indexOf('PauseEnd:[');
  const close = text.indexOf(']', at);
  if (at < 0 || close < 0) return [];
  const out: (bigint | undefined)[] = [];
  const list = text.slice(at + 10, close);
  for (const m of list.matchAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})? [+-]\d{4}/g)) {
    if (out.length === mostPauses) break;
    out.push(parseTimestamp(m[0])?.ns);
  }
  return out;
}

const parts: Readonly<Record<string, number>> = {
  h: 3.6e12,
  m: 6e10,
  s: 1e9,
  ms: 1e6,
  µs: 1e3,
  μs: 1e3,
  us: 1e3,
  ns: 1,
};

/** Go's time.Duration as it prints itself, `1m2.5s`, `200µs`; NaN for other texts. */
export function durationNs(text: string): number {
  if (text === '0' || text === '0s') return 0;
  let sum = 0;
  let at = 0;
  const one = /(\d{1,12}(?:\.\d{1,9})?)(h|ms|m|s|µs|μs|us|ns)/y;
  while (at < text.length) {
    one.lastIndex = at;
    const m = one.exec(text);
    if (!m) return Number.NaN;
    sum += Number(m[1]) * (parts[m[2] as string] as number);
    at += m[0].length;
  }
  return at === 0 ? Number.NaN : Math.round(sum);
}

export const gcStatsFormat: ReadingFormat = { id: 'gc-stats', weight: 3, create: () => new GcStatsText() };
