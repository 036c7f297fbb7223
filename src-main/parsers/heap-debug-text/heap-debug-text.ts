/**
 * /debug/pprof/heap?debug=1: the head line with its unscaled sample counts, the records, and runtime.MemStats at the end; and the heap profiles
 * of gperftools, which have no such end. The records make a profile as they do for `go tool pprof`.
 *
 * @source runtime/pprof/pprof.go writeHeapInternal (Go 1.26)
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { memStatsFields } from '../memstats/memstats-fields.ts';
import { MemStatsSeries } from '../memstats/memstats-series.ts';
import { HeapText } from '../pprof/legacy/heap-text.ts';
import { sayProfile } from '../pprof/profile-summary.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { SampleFrames } from '../text/sample-frames.ts';

const head = /^heap profile: {1,6}(\d{1,18}): {1,6}(\d{1,18}) {1,4}\[ {0,6}(\d{1,18}): {1,6}(\d{1,18})\] @ (\S{1,40})$/;
const field = /^# ([A-Z][A-Za-z]{1,20}) = (.{1,20000})$/;
const longestLine = 40_000;

class HeapDebugText implements Reading {
  private readonly series = new MemStatsSeries();
  private readonly rss = new SampleFrames('heap debug=1');
  private profile: HeapText | undefined;
  private values: Map<string, number> | undefined;
  /** When the last collection ended, with all its digits. */
  private lastGcNs = 0n;
  private lastGcText = '';
  private pauseNs: string[] = [];
  private pauseEnd: string[] = [];
  private taken = 0;
  private records = 0;
  private counts: Record<string, number | string> = {};
  private rate = '';
  private memStatsLine: Line | undefined;

  take(line: Line, context: TextContext): boolean {
    const c = line.byte(0);
    if (!this.profile && c !== 104) return false;
    const text = line.head(longestLine).replace(/`{1,5}$/, '');
    const m = c === 104 ? head.exec(text.trimEnd()) : null;
    const opened = m ? HeapText.open(text) : undefined;
    if (m && opened) {
      this.endSection(context);
      this.profile = opened;
      this.taken++;
      this.rate = m[5] as string;
      this.counts = {
        inuse_objects_sampled: Number(m[1]),
        inuse_bytes_sampled: Number(m[2]),
        alloc_objects_sampled: Number(m[3]),
        alloc_bytes_sampled: Number(m[4]),
      };
      const rate = /\/(\d{1,18})$/.exec(this.rate);
      if (rate) this.counts.rate = Number(rate[1]);
      return true;
    }
    const { profile } = this;
    if (!profile) return false;
    if (c === 35 && this.takeComment(text, line)) return true;
    const before = profile.samples;
    if (!profile.take(text, line.number)) return false;
    this.records += profile.samples - before;
    if (!line.isBlank()) this.taken++;
    return true;
  }

  endSection(context: TextContext): void {
    this.sayProfile(context);
    this.sayMemStats(context);
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

  /** Comments of the profile itself name frames; those behind `# runtime.MemStats` are its fields. */
  private takeComment(text: string, line: Line): boolean {
    if (text.startsWith('# runtime.MemStats')) {
      this.values = new Map();
      this.memStatsLine = line.copy();
    } else {
      const f = this.values && field.exec(text);
      if (f) this.takeField(f[1] as string, f[2] as string);
      else if (!this.profile?.take(text, line.number) && !this.values) return text.startsWith('#\t');
    }
    this.taken++;
    return true;
  }

  private sayProfile(context: TextContext): void {
    const profile = this.profile;
    this.profile = undefined;
    if (!profile) return;
    // the profile is the state at a finished collection; the last one is the nearest to it that the text names
    profile.timeNs = this.lastGcNs > 0n ? this.lastGcNs : (context.section?.wallNs ?? 0n);
    this.lastGcNs = 0n;
    Object.assign(
      this.counts,
      sayProfile(profile.build(), context.sink, (at) => ({ line: at })),
    );
  }

  private sayMemStats(context: TextContext): void {
    const values = this.values;
    const at = this.memStatsLine;
    this.values = undefined;
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
    for (const [name, value] of values)
      if (name === 'LastGC') this.counts.LastGC = this.lastGcText;
      else this.counts[name] = value;
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
    if (!/^\d{1,20}(?:\.\d{1,20})?(?:e[+-]\d{1,3})?$/.test(text)) return;
    if (name === 'LastGC') {
      this.lastGcText = text;
      this.lastGcNs = /^\d{1,19}$/.test(text) ? BigInt(text) : 0n;
    }
    if (memStatsFields.has(name) || name === 'MaxRSS') values.set(name, Number(text));
  }
}

export const heapDebugTextFormat: ReadingFormat = {
  id: 'heap-debug-text',
  weight: 1,
  create: () => new HeapDebugText(),
};
