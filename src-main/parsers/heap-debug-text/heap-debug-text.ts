/**
 * /debug/pprof/heap?debug=1: the head line with its unscaled sample counts, the records, and runtime.MemStats at the end.
 *
 * @source runtime/pprof/pprof.go writeHeapInternal (Go 1.26)
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { parseDebug1Frame, type TextFrame } from '../goroutine-text/stack-text.ts';
import { memStatsFields } from '../memstats/memstats-fields.ts';
import { MemStatsSeries } from '../memstats/memstats-series.ts';
import { sayProfile } from '../pprof/pprof.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { SampleFrames } from '../text/sample-frames.ts';
import { TextProfile } from './text-profile.ts';

const head = /^heap profile: {1,6}(\d{1,18}): {1,6}(\d{1,18}) \[ {0,6}(\d{1,18}): {1,6}(\d{1,18})\] @ (\S{1,40})$/;
const record =
  /^ {0,6}(\d{1,18}): {1,6}(\d{1,18}) \[ {0,6}(\d{1,18}): {1,6}(\d{1,18})\] @(?: 0x[0-9a-f]{1,16}){0,1100}\s*$/;
const field = /^# ([A-Z][A-Za-z]{1,20}) = (.{1,20000})$/;

const framesOfOne = 1_100;

class HeapDebugText implements Reading {
  private readonly series = new MemStatsSeries();
  private readonly rss = new SampleFrames('heap debug=1');
  private values: Map<string, number> | undefined;
  private pauseNs: string[] = [];
  private pauseEnd: string[] = [];
  private open = false;
  private taken = 0;
  private records = 0;
  private counts: Record<string, number> = {};
  private rate = '';
  private memStatsLine: Line | undefined;
  private profile: TextProfile | undefined;
  private sampled: [number, number, number, number] | undefined;
  private stack: TextFrame[] = [];
  private lastGc = 0n;

  take(line: Line, context: TextContext): boolean {
    const c = line.byte(0);
    if (!this.open && c !== 104) return false;
    const text = line.head(24_000);
    const m = c === 104 ? head.exec(text) : null;
    if (m) {
      this.endSection(context);
      this.open = true;
      this.taken++;
      this.rate = m[5] as string;
      this.counts = {
        inuse_objects_sampled: Number(m[1]),
        inuse_bytes_sampled: Number(m[2]),
        alloc_objects_sampled: Number(m[3]),
        alloc_bytes_sampled: Number(m[4]),
      };
      const rate = /heap(?:z?_v2)?\/(\d{1,18})$/.exec(this.rate);
      if (rate) this.counts.rate = Number(rate[1]);
      // the head says twice the rate
      this.profile = new TextProfile(rate ? Number(rate[1]) / 2 : 1);
      return true;
    }
    if (!this.open) return false;
    const sampled = record.exec(text);
    if (sampled) {
      this.endRecord();
      this.sampled = [Number(sampled[1]), Number(sampled[2]), Number(sampled[3]), Number(sampled[4])];
      this.records++;
      this.taken++;
      return true;
    }
    if (c !== 35) return line.isBlank();
    this.taken++;
    const frame = this.sampled ? parseDebug1Frame(text) : undefined;
    if (frame) {
      if (this.stack.length < framesOfOne) this.stack.push(frame);
      return true;
    }
    if (text.startsWith('# runtime.MemStats')) {
      this.values = new Map();
      this.memStatsLine = line.copy();
      return true;
    }
    const f = field.exec(text);
    if (f) this.takeField(f[1] as string, f[2] as string);
    return true;
  }

  endSection(context: TextContext): void {
    this.endRecord();
    const { profile } = this;
    this.profile = undefined;
    // a heap profile is the state at the last collection
    const wallNs = context.section?.wallNs ?? context.prefix?.wallNs ?? this.lastGc;
    if (profile && profile.samples > 0) sayProfile(profile.model(wallNs), context.sink);
    this.lastGc = 0n;
    const values = this.values;
    const at = this.memStatsLine;
    this.values = undefined;
    this.open = false;
    if (!values || values.size === 0 || !at) return;
    this.series.add((name) => values.get(name) ?? Number.NaN, undefined, at.number, context);
    const numGC = values.get('NumGC') ?? Number.NaN;
    const end = (i: number) =>
      /^\d{1,20}$/.test(this.pauseEnd[i] ?? '') ? BigInt(this.pauseEnd[i] as string) : undefined;
    this.series.addPauses(numGC, (i) => Number(this.pauseNs[i] ?? Number.NaN), end, at.number, context.sink);
    const maxRss = values.get('MaxRSS');
    if (maxRss !== undefined) {
      this.rss.open(at, context);
      this.rss.set({ metric: 'rss_peak_bytes', sourceName: 'MaxRSS' }, maxRss);
      this.rss.close();
    }
    for (const [name, value] of values) this.counts[name] = value;
  }

  private endRecord(): void {
    if (this.sampled) this.profile?.add(this.sampled, this.stack);
    this.sampled = undefined;
    this.stack = [];
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    return [
      {
        kind: 'heap-debug-text',
        dialect: this.rate.replace(/\/\d+$/, ''),
        taken: this.taken,
        counts: { records: this.records, ...this.counts },
      },
    ];
  }

  /** `HeapAlloc = 123`, `Stack = inuse / sys`, `PauseNs = [1 2 3]`. */
  private takeField(name: string, text: string): void {
    const values = this.values;
    if (!values) return;
    const pair = /^(\d{1,20}) \/ (\d{1,20})$/.exec(text);
    if (pair) {
      const stem = name === 'Stack' || name === 'MSpan' || name === 'MCache' ? name : undefined;
      if (stem) {
        values.set(`${stem}Inuse`, Number(pair[1]));
        values.set(`${stem}Sys`, Number(pair[2]));
      }
      return;
    }
    if (text.startsWith('[')) {
      const list = text.slice(1, text.endsWith(']') ? -1 : undefined).split(' ');
      if (name === 'PauseNs') this.pauseNs = list;
      else if (name === 'PauseEnd') this.pauseEnd = list;
      return;
    }
    if (name === 'LastGC' && /^\d{1,19}$/.test(text)) this.lastGc = BigInt(text);
    if (!/^\d{1,20}(?:\.\d{1,20})?(?:e[+-]\d{1,3})?$/.test(text)) return;
    if (memStatsFields.has(name) || name === 'MaxRSS') values.set(name, Number(text));
  }
}

export const heapDebugTextFormat: ReadingFormat = {
  id: 'heap-debug-text',
  weight: 1,
  create: () => new HeapDebugText(),
};
