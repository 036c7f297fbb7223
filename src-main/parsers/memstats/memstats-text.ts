/**
 * runtime.MemStats and the like as programs print them: a key a line, a table, several keys in one line, %+v and %#v, a JavaScript console object
 * (sorted by name, with nested BySize items), and summaries of runtime figures in a log line whose units change along the series.
 *
 * A sample ends where a key comes again, at a gap, or at a header. A last number that is not closed where all others are was cut: it is left out,
 * and said.
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Line } from '../text/line.ts';
import { stripKnownPrefix } from '../text/prefix.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { SampleFrames } from '../text/sample-frames.ts';
import { parseTimestamp } from '../text/timestamp.ts';
import { MemStatsSeries } from './memstats-series.ts';
import { type Figure, figuresIn, phrasesIn } from './memstats-words.ts';

const longest = 60_000;
const gapLines = 3;
const summary = /\b(?:RSS|goroutines)\b/;
const worthALook = /alloc|sys|gc|heap|rss|goroutine|frees|stack/i;
const logfmtTime = /(?:^|\s)(?:time|ts|t|timestamp)="?([^"\s]{10,40})"?/;
/** A log line with so many words besides the figures is a log line first. */
const sentenceWords = 4;

interface Sample {
  readonly line: Line;
  readonly values: Map<string, number>;
  readonly others: Map<string, { readonly metric: string; readonly value: number }>;
  lastLine: number;
  strong: number;
  lines: number;
  assumed: boolean;
  inBySize: boolean;
  /** Inside the numbers of PauseNs or PauseEnd. */
  inList: boolean;
  closedByComma: number;
  last: Figure | undefined;
  lastWasOpen: boolean;
  pauseNs: string[];
  pauseEnd: string[];
}

class MemStatsText implements Reading {
  private readonly series = new MemStatsSeries();
  private readonly frames = new SampleFrames('runtime summary');
  private sample: Sample | undefined;
  private taken = 0;
  private summaries = 0;
  private cut = 0;
  private saidAssumed = false;
  /** A line whose figures were read and which was left to the application log. */
  private readLine = 0;
  private readonly counts: Record<string, number> = {};

  take(line: Line, context: TextContext): boolean {
    if (line.length < 4) return this.takeBare(line);
    if (!this.sample && !worthALook.test(line.head(400))) return false;
    // behind its time the line is offered again
    if (!context.prefix && stripKnownPrefix(line, undefined)?.time) return false;
    const text = line.text().slice(0, longest);
    if (this.takeBySize(text, line)) return true;
    const dump = text.includes('TotalAlloc:') && text.includes('BySize:') ? withoutBySize(text) : text;
    const figures = figuresIn(dump);
    if (figures.length > 0 && this.takeFigures(figures, dump, line, context)) return true;
    if (summary.test(text) && this.takeSummary(text, line, context)) return true;
    return this.takeBare(line);
  }

  endSection(context: TextContext): void {
    this.close(context);
    this.frames.close();
  }

  reports(): readonly ReadingReport[] {
    if (this.series.samples + this.summaries === 0) return [];
    const counts: Record<string, number> = { ...this.series.counts(), ...this.counts };
    if (this.summaries > 0) counts.summaries = this.summaries;
    if (this.cut > 0) counts.cut_samples = this.cut;
    return [{ kind: 'memstats', dialect: 'text', taken: this.taken, counts }];
  }

  /** Brackets and commas between the lines of an object. */
  private takeBare(line: Line): boolean {
    const { sample } = this;
    if (!sample || line.number > sample.lastLine + 1) return false;
    const text = line.head(longest);
    const flag = /^\s{0,20}"?(?:DebugGC|EnableGC|Lookups|PauseEnd|PauseNs)"?\s{0,4}[:=]/.exec(text);
    if (flag) sample.inList = text.includes('[') && !text.includes(']');
    else if (sample.inList && /^[\s\d,]{1,60000}\]?,?\s{0,4}$/.test(text)) sample.inList = !text.includes(']');
    else if (line.length > 80 || !/^[\s{}[\],|+-]{0,80}$/.test(text)) return false;
    sample.lastLine = line.number;
    return true;
  }

  /** The items of BySize repeat the names Mallocs and Frees: they are passed over. */
  private takeBySize(text: string, line: Line): boolean {
    const { sample } = this;
    if (!sample || line.number > sample.lastLine + 1) return false;
    if (/^\s{0,20}"?BySize"?\s{0,4}:/.test(text) && !text.includes(']')) {
      sample.inBySize = true;
    } else if (
      !sample.inBySize ||
      !/^[\s{}[\],]{0,80}(?:(?:Frees|Mallocs|Size):\s{0,4}\d{1,20},?\s{0,4}|[\s{}[\],]){0,12}$/.test(text)
    )
      return false;
    if (sample.inBySize && text.includes(']')) sample.inBySize = false;
    sample.lastLine = line.number;
    this.taken++;
    return true;
  }

  private takeFigures(figures: readonly Figure[], text: string, line: Line, context: TextContext): boolean {
    if (line.number === this.readLine) return false;
    const strong = figures.filter((f) => f.isStrong).length;
    const weak = figures.filter((f) => f.field !== undefined).length;
    const near = this.sample !== undefined && line.number <= this.sample.lastLine + gapLines;
    // a lone `Sys` or `Alloc` speaks only inside a sample, or with a unit behind it
    const first = figures[0] as Figure;
    const begins = strong > 0 || weak >= 2 || (first.field !== undefined && first.quantity.kind === 'bytes');
    if (!near && !begins) return false;
    if (near && weak === 0 && figures.every((f) => f.field === undefined) && text.length > 120) return false;
    const repeats = figures.some((f) => this.sample?.values.has(f.field ?? '') || this.sample?.others.has(f.metric));
    if (!near || repeats) {
      this.close(context);
      if (!begins) return false;
    }
    const sample = this.sample ?? this.open(line);
    sample.lastLine = line.number;
    sample.lines++;
    sample.strong += strong;
    for (const figure of figures) {
      if (figure.quantity.isAssumed) sample.assumed = true;
      if (figure.field !== undefined) sample.values.set(figure.field, figure.value);
      else sample.others.set(figure.metric, { metric: figure.metric, value: figure.value });
    }
    const last = figures.at(-1) as Figure;
    const behind = text.slice(last.end).trim();
    if (behind.startsWith(',')) sample.closedByComma++;
    sample.last = last;
    sample.lastWasOpen = behind === '';
    sample.pauseNs = listBehind(text, 'PauseNs:') ?? sample.pauseNs;
    sample.pauseEnd = listBehind(text, 'PauseEnd:') ?? sample.pauseEnd;
    this.taken++;
    const time = context.prefix ? undefined : parseTimestamp(logfmtTime.exec(text)?.[1] ?? '');
    if (!context.prefix && !time) return true;
    this.close(context, time?.ns);
    this.readLine = line.number;
    return wordsBeside(text, figures) < sentenceWords;
  }

  private takeSummary(text: string, line: Line, context: TextContext): boolean {
    const at = text.indexOf('runtime stats: ');
    const phrases = phrasesIn(at < 0 ? text : text.slice(at + 15));
    if (phrases.length < 3 || !phrases.some((p) => p.metric === 'rss_bytes' || p.metric === 'heap_alloc_bytes'))
      return false;
    this.frames.open(line, context);
    for (const { metric, sourceName, value } of phrases) {
      this.frames.set({ metric, sourceName }, value);
      this.counts[`last_${metric}`] = value;
      this.counts[`peak_${metric}`] = Math.max(this.counts[`peak_${metric}`] ?? 0, value);
    }
    this.frames.close();
    this.summaries++;
    this.taken++;
    return true;
  }

  private open(line: Line): Sample {
    this.sample = {
      line: line.copy(),
      values: new Map(),
      others: new Map(),
      lastLine: line.number,
      strong: 0,
      lines: 0,
      assumed: false,
      inBySize: false,
      inList: false,
      closedByComma: 0,
      last: undefined,
      lastWasOpen: false,
      pauseNs: [],
      pauseEnd: [],
    };
    return this.sample;
  }

  private close(context: TextContext, wallNs?: bigint): void {
    const { sample } = this;
    this.sample = undefined;
    if (!sample || (sample.values.size < 2 && sample.strong === 0)) return;
    this.dropCutNumber(sample, context);
    const { values } = sample;
    const at = sample.line.number;
    const frame = this.series.add((name) => values.get(name) ?? Number.NaN, wallNs, at, context);
    for (const { metric, value } of sample.others.values()) {
      frame.set(frame.column({ metric, sourceName: metric }), value);
      this.counts[`last_${metric}`] = value;
      this.counts[`peak_${metric}`] = Math.max(this.counts[`peak_${metric}`] ?? 0, value);
    }
    const end = (i: number) =>
      /^\d{1,19}$/.test(sample.pauseEnd[i] ?? '') ? BigInt(sample.pauseEnd[i] as string) : undefined;
    this.series.addPauses(values.get('NumGC') ?? Number.NaN, (i) => Number(sample.pauseNs[i]), end, at, context.sink);
    if (sample.assumed && !this.saidAssumed) {
      this.saidAssumed = true;
      context.sink.warn({ code: 'memstats/unit_assumed', severity: 'info', phase: 'model', at: { line: at } });
    }
  }

  /** Numbers before it were followed by commas, the last one by nothing: it may lack digits. */
  private dropCutNumber(sample: Sample, context: TextContext): void {
    const { last } = sample;
    if (!last || !sample.lastWasOpen || sample.closedByComma < 3) return;
    if (last.field !== undefined) sample.values.delete(last.field);
    else sample.others.delete(last.metric);
    this.cut++;
    context.sink.warn({
      code: 'memstats/cut',
      severity: 'data_loss',
      phase: 'read',
      at: { line: sample.lastLine },
      args: { field: last.field ?? last.metric, text: last.text },
    });
  }
}

/** Words of a line that are neither keys nor units of its figures. */
function wordsBeside(text: string, figures: readonly Figure[]): number {
  const words = text.match(/[A-Za-z]{3,40}/g)?.length ?? 0;
  return words - figures.length - figures.filter((f) => f.quantity.kind === 'bytes' && f.quantity.length > 4).length;
}

/** `Name:[1 2 3]` or `Name: [1, 2, 3]` as a list of words. */
function listBehind(text: string, name: string): string[] | undefined {
  const at = text.indexOf(name);
  if (at < 0) return undefined;
  const open = text.indexOf('[', at);
  const close = text.indexOf(']', open);
  if (open < 0 || close < 0 || open > at + name.length + 24) return undefined;
  return text
    .slice(open + 1, close)
    .split(/[\s,]{1,8}/)
    .filter((w) => w !== '');
}

/** The part of a dump from BySize to its closing bracket taken out. */
function withoutBySize(text: string): string {
  const at = text.indexOf('BySize:');
  if (at < 0) return text;
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    if (text[i] === '[') depth++;
    else if (text[i] === ']' && --depth === 0) return text.slice(0, at) + text.slice(i + 1);
  }
  return text.slice(0, at);
}

export const memStatsTextFormat: ReadingFormat = {
  id: 'memstats-text',
  marker: 'runtime stats: ',
  weight: 3,
  create: () => new MemStatsText(),
};
