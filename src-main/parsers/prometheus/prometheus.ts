/**
 * Scrapes of the text exposition format: one, or many behind one another. A scrape is one row; a series that comes a second time, a sample
 * header or `# EOF` begins the next one.
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { captureClock, type Frame, wallClock } from '../contract.ts';
import type { Line } from '../text/line.ts';
import { type Reading, type ReadingFormat, sampleTime, type TextContext } from '../text/reading.ts';
import {
  type PromSample,
  parseLabels,
  parsePromComposite,
  parsePromLine,
  parsePromValue,
  promTimeNs,
} from './prom-line.ts';
import { promMetrics } from './prom-names.ts';

/** Beyond this many series of one file the rest is counted, not kept: an exposition is written by whoever writes the program. */
const seriesLimit = 20_000;
const own = /^(?:go|process|container)_[a-z]/;

interface Column {
  readonly index: number;
  readonly scale: number;
  readonly sample: PromSample;
  scrape: number;
  /**
   * Name and labels as they stand in the file, and the series that stood below it last time: scrapes repeat each other, and where the guess is right no text is
   * made of the line. Empty where the bytes are no ASCII.
   */
  head: string;
  next: Column | undefined;
}

class Prometheus implements Reading {
  private readonly columns = new Map<string, Column | undefined>();
  private readonly frames = new Map<string, Frame>();
  private readonly families = new Map<string, string>();
  private readonly familiesSeen = new Set<string>();
  private readonly metricsSeen = new Set<string>();
  private readonly commentsSeen = new Set<string>();
  private last: Column | undefined;
  private frame: Frame | undefined;
  private scrape = 0;
  private scrapes = 0;
  private rowOpen = false;
  private rowNs: bigint | undefined;
  private active = false;
  private openMetrics = false;
  private samples = 0;
  private comments = 0;
  private dropped = 0;

  take(line: Line, context: TextContext): boolean {
    if (line.byte(0) === 35) return this.takeComment(line);
    const guess = this.last?.next;
    if (guess && guess.head !== '' && line.startsWith(guess.head)) {
      const value = valueBehind(line, guess.head.length);
      if (value !== undefined) {
        this.active = true;
        this.samples++;
        this.put(guess, value, line.number, context);
        return true;
      }
    }
    const text = line.text();
    if (!this.active && !own.test(text) && !/^[A-Za-z_:][\w:]{0,200}\{[A-Za-z_]\w{0,100}="/.test(text)) return false;
    const sample = parsePromLine(text);
    const parts = sample ? [] : parsePromComposite(text);
    if (!sample && parts.length === 0) return false;
    this.active = true;
    if (sample) this.add(sample, text.length === line.length ? text : '', line.number, context);
    else for (const part of parts) this.add(part, '', line.number, context);
    return true;
  }

  /** @param text the line, where its characters are its bytes; else empty */
  private add(sample: PromSample, text: string, line: number, context: TextContext): void {
    this.samples++;
    const ownNs = sample.timestamp === undefined ? undefined : promTimeNs(sample.timestamp);
    const key = `${sample.name}{${sample.labelText}`;
    if (!this.columns.has(key)) this.newSeries(key, sample, line, context, ownNs);
    const column = this.columns.get(key);
    if (!column) {
      this.dropped++;
      return;
    }
    if (column.head === '') column.head = text.slice(0, sample.headLength);
    if (this.last) this.last.next = column;
    this.put(column, sample.value, line, context, ownNs);
  }

  endSection(): void {
    this.rowOpen = false;
    this.active = false;
    this.scrape++;
  }

  reports(): readonly ReadingReport[] {
    if (this.samples === 0) return [];
    const counts: Record<string, number> = {
      samples: this.samples,
      scrapes: this.scrapes,
      families: this.familiesSeen.size,
      series: this.columns.size,
      metrics: this.metricsSeen.size,
    };
    if (this.dropped > 0) counts.samples_not_kept = this.dropped;
    return [
      {
        kind: 'prometheus',
        dialect: this.openMetrics ? 'openmetrics' : 'text 0.0.4',
        taken: this.samples + this.comments,
        counts,
      },
    ];
  }

  private takeComment(line: Line): boolean {
    const text = line.head(600);
    if (this.active && this.commentsSeen.has(text)) {
      this.comments++;
      return true;
    }
    const m = /^#[ \t]{1,4}(HELP|TYPE|UNIT)[ \t]{1,4}("[^"]{1,400}"|\S{1,400})(?:[ \t]{1,4}(\S{1,40}))?/.exec(text);
    if (m) {
      this.active = true;
      if (m[1] === 'TYPE') {
        this.families.set(m[2] as string, m[3] ?? '');
        if (['info', 'stateset', 'gaugehistogram', 'unknown'].includes(m[3] ?? '')) this.openMetrics = true;
      }
      if (m[1] === 'UNIT') this.openMetrics = true;
      if (this.commentsSeen.size < seriesLimit) this.commentsSeen.add(text);
      this.comments++;
      return true;
    }
    if (/^#[ \t]{0,2}EOF/.test(text) && this.active) {
      this.openMetrics = true;
      this.comments++;
      this.endSection();
      return true;
    }
    if (!this.active) return false;
    this.comments++;
    return true;
  }

  /** @param ownNs the time the line itself gives: samples of other times are other rows */
  private put(column: Column, sampleValue: number, line: number, context: TextContext, ownNs?: bigint): void {
    this.last = column;
    if (this.rowOpen && column.scrape === this.scrape) {
      this.rowOpen = false;
      this.scrape++;
    }
    if (!this.rowOpen) this.scrapes++;
    if (!this.rowOpen || ownNs !== this.rowNs) this.openRow(line, context, ownNs);
    column.scrape = this.scrape;
    const value = sampleValue * column.scale;
    if (Number.isFinite(value)) (this.frame as Frame).set(this.columnOf(column), value);
  }

  /** Columns are numbered alike in both frames (with and without a wall time), since each is asked for in the same order. */
  private columnOf(column: Column): number {
    const frame = this.frame as Frame;
    return this.frames.size < 2 ? column.index : frame.column(this.spec(column.sample));
  }

  private spec(sample: PromSample): { metric: string; sourceName: string; labels?: Record<string, string> } {
    const metric = promMetrics.get(sample.name)?.metric ?? sample.name;
    return sample.labelText === ''
      ? { metric, sourceName: sample.name }
      : { metric, sourceName: sample.name, labels: parseLabels(sample.labelText) };
  }

  private newSeries(
    key: string,
    sample: PromSample,
    line: number,
    context: TextContext,
    ownNs: bigint | undefined,
  ): void {
    this.note(sample);
    if (this.columns.size >= seriesLimit) {
      if (this.columns.size === seriesLimit) {
        context.sink.warn({
          code: 'prometheus/series_limit',
          severity: 'data_loss',
          phase: 'read',
          at: { line },
          args: { limit: seriesLimit },
        });
      }
      this.columns.set(key, undefined);
      return;
    }
    if (!this.frame) this.frame = this.frameFor(context, ownNs);
    const index = this.frame.column(this.spec(sample));
    const scale = promMetrics.get(sample.name)?.scale ?? 1;
    this.columns.set(key, { index, scale, sample, scrape: -1, head: '', next: undefined });
    if (sample.name === 'go_info') {
      const version = parseLabels(sample.labelText).version;
      if (version) context.sink.fact('runtime.go', version, { line });
    } else if (sample.name === 'process_start_time_seconds' && sample.value > 1e9) {
      context.sink.fact('process.start_wall_ns', String(BigInt(Math.round(sample.value * 1e3)) * 1_000_000n), { line });
    }
  }

  /** Families and metrics as Prometheus counts them: a histogram or summary is one metric for each set of its other labels. */
  private note(sample: PromSample): void {
    const base = sample.name.replace(/_(?:bucket|sum|count|total|created|info|gsum|gcount)$/, '');
    const type = this.families.get(sample.name) ?? this.families.get(base);
    const compound = type === 'histogram' || type === 'summary' || type === 'gaugehistogram';
    const family = this.families.has(sample.name) ? sample.name : this.families.has(base) ? base : sample.name;
    this.familiesSeen.add(family);
    const labels = compound
      ? sample.labelText.replace(/(?:^|,)[ \t]*(?:le|quantile)="[^"]{0,60}"/g, '').replace(/^,/, '')
      : sample.labelText;
    this.metricsSeen.add(`${family}{${labels}`);
  }

  private openRow(line: number, context: TextContext, ownNs: bigint | undefined): void {
    this.frame = this.frameFor(context, ownNs);
    this.frame.row(ownNs ?? sampleTime(context).ns, line);
    this.rowNs = ownNs;
    this.rowOpen = true;
  }

  private frameFor(context: TextContext, ownNs: bigint | undefined): Frame {
    const wall = ownNs !== undefined || sampleTime(context).domain === 'wall';
    const key = wall ? 'wall' : 'capture';
    let frame = this.frames.get(key);
    if (!frame) {
      frame = context.sink.frame('prometheus', wall ? wallClock : captureClock);
      this.frames.set(key, frame);
    }
    return frame;
  }
}

const exactDigits = 15;
const powersOfTen = Array.from({ length: exactDigits + 1 }, (_, i) => 10 ** i);

/** The value that stands alone behind `from` and one blank, read from its bytes; undefined for anything else. */
function valueBehind(line: Line, from: number): number | undefined {
  if (line.byte(from) !== 32) return undefined;
  let at = from + 1;
  let mantissa = 0;
  let digits = 0;
  let point = -1;
  let c = line.byte(at);
  for (; (c >= 48 && c <= 57) || (c === 46 && point < 0); c = line.byte(++at)) {
    if (c === 46) point = at;
    else {
      mantissa = mantissa * 10 + (c - 48);
      digits++;
    }
  }
  if (c === -1 && digits > 0 && digits <= exactDigits && point !== from + 1)
    return point < 0 ? mantissa : mantissa / (powersOfTen[at - point - 1] as number);
  const rest = line.length - from - 1;
  return rest > 0 && rest <= 32 ? parsePromValue(line.bytes.toString('latin1', line.end - rest, line.end)) : undefined;
}

export const prometheusFormat: ReadingFormat = { id: 'prometheus', weight: 1, create: () => new Prometheus() };
