/**
 * Tables of processes: ps, top -b, pidstat -r. A table of one process is that process: its columns are named as /proc/PID/status names them. Of several,
 * each keeps its pid and name as labels, under `process_...`, the largest of each sample.
 *
 * @source ps(1), top(1) of procps 3 and 4; pidstat(1) of sysstat 12
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { type Clock, captureClock, type Frame, wallClock } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { parseTimestamp } from '../text/timestamp.ts';
import { cellsOf, cellValue, type TableHead, tableHead } from './table-head.ts';

const largestKept = 40;
const rowsHeld = 20_000;
const gapLines = 2;
const topHead = /^top - (\d{2}:\d{2}:\d{2}) up /;
const topOther = /^(?:Tasks: {1,6}\d|Threads: {1,6}\d|%?Cpu\(s\)|%Cpu\d|(?:[KMGT]iB )?(?:Mem|Swap) ?: )/;
const topMem = /^([KMGT])iB Mem ?: {1,12}(\d{1,15}(?:\.\d{1,3})?)[ +]total, {1,12}(\d{1,15}(?:\.\d{1,3})?)[ +]free/;
const pidstatHead = /^Linux \S{1,80} \(\S{0,80}\) {0,4}[ \t]{1,4}(\d{2}\/\d{2}\/\d{2,4}|\d{4}-\d{2}-\d{2})[ \t]/;
const timeOfDay = /^(\d{2}:\d{2}:\d{2})(?: ([AP]M))?$/;
const factors: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
const dayNs = 86_400_000_000_000n;

interface Row {
  readonly pid: string;
  readonly command: string;
  readonly line: number;
  readonly values: readonly number[];
}

class ProcessTable implements Reading {
  private head: TableHead | undefined;
  private rows: Row[] = [];
  private lastLine = -10;
  private date = '';
  private timeText = '';
  private dayOffset = 0n;
  private previousNs = 0n;
  private readonly frames = new Map<string, Frame>();
  private tool = 'ps';
  private samples = 0;
  private taken = 0;
  private saidDate = false;
  private readonly counts: Record<string, number | string> = {};
  private readonly seen = new Set<string>();

  take(line: Line, context: TextContext): boolean {
    if (line.length < 6 || line.length > 8_000)
      return line.length === 0 && this.lastLine === line.number - 1 && this.blank(context);
    const text = line.text();
    const taken = this.takeHead(text, context) || this.takeRow(text, line, context) || this.takeAround(text, context);
    if (!taken) return false;
    this.taken++;
    this.lastLine = line.number;
    return true;
  }

  endSection(context: TextContext): void {
    this.close(context);
    this.head = undefined;
    this.timeText = '';
  }

  reports(): readonly ReadingReport[] {
    if (this.samples === 0) return [];
    const counts = { ...this.counts, samples: this.samples, processes: this.seen.size };
    return [{ kind: 'proc-status', dialect: this.tool, taken: this.taken, counts }];
  }

  private blank(context: TextContext): boolean {
    if (this.rows.length > 0) this.close(context);
    return false;
  }

  private takeHead(text: string, context: TextContext): boolean {
    if (!text.includes('PID')) return false;
    const words = text.trim().split(/[ \t]{1,200}/);
    const lead = leadOf(words);
    const head = tableHead(words, lead);
    if (!head) return false;
    this.close(context);
    this.head = head;
    if (lead > 0) {
      this.tool = 'pidstat';
      this.timeText = words.slice(0, lead).join(' ');
    }
    return true;
  }

  private takeRow(text: string, line: Line, context: TextContext): boolean {
    const { head } = this;
    if (!head || (this.rows.length > 0 && line.number > this.lastLine + gapLines)) return false;
    if (this.tool === 'pidstat' && text.startsWith('Average:')) return true;
    const cells = cellsOf(text, head);
    if (!cells) return false;
    if (head.lead > 0) {
      const time = cells.slice(0, head.lead).join(' ');
      if (!timeOfDay.test(time)) return false;
      if (time !== this.timeText && this.rows.length > 0) this.close(context);
      this.timeText = time;
    }
    if (this.rows.length >= rowsHeld) return true;
    this.rows.push({
      pid: cells[head.pid] as string,
      command: head.command < 0 ? '' : (cells[head.command] as string).slice(0, 120),
      line: line.number,
      values: head.columns.map((c) => cellValue(cells[c.at] as string, c.unit)),
    });
    return true;
  }

  /** What top and pidstat print above their tables. */
  private takeAround(text: string, context: TextContext): boolean {
    const top = topHead.exec(text);
    if (top) {
      this.close(context);
      this.head = undefined;
      this.tool = 'top';
      this.timeText = top[1] as string;
      return true;
    }
    const p = pidstatHead.exec(text);
    if (p) {
      this.date = isoDate(p[1] as string);
      return true;
    }
    if (this.tool !== 'top' || !topOther.test(text)) return false;
    const mem = topMem.exec(text);
    if (mem) {
      const factor = factors[mem[1] as string] as number;
      this.counts.host_memory_bytes = Math.round(Number(mem[2]) * factor);
      this.counts.host_free_bytes = Math.round(Number(mem[3]) * factor);
    }
    return true;
  }

  /** The sample is complete. */
  private close(context: TextContext): void {
    const { rows, head } = this;
    this.rows = [];
    if (rows.length === 0 || !head) return;
    this.samples++;
    const { clock, ns } = this.clockOf(context, rows[0]?.line ?? 0);
    const key = clock.domain;
    let frame = this.frames.get(key);
    if (!frame) {
      frame = context.sink.frame('process table', clock);
      this.frames.set(key, frame);
    }
    const rss = head.columns.findIndex((c) => c.metric === 'rss_bytes');
    const kept =
      rows.length > largestKept
        ? [...rows].sort((a, b) => (b.values[rss] ?? 0) - (a.values[rss] ?? 0)).slice(0, largestKept)
        : rows;
    frame.row(ns, rows[0]?.line ?? 0);
    for (const row of kept) {
      this.seen.add(row.pid);
      head.columns.forEach((c, i) => {
        const value = row.values[i] as number;
        if (!Number.isFinite(value)) return;
        const labels = { pid: row.pid, command: shortCommand(row.command) };
        const spec =
          rows.length === 1
            ? { metric: c.metric, sourceName: c.name }
            : { metric: `process_${c.metric}`, sourceName: c.name, labels };
        (frame as Frame).set((frame as Frame).column(spec), value);
        if (rows.length === 1) this.keep(c.metric, value);
      });
    }
    if (rows.length === 1) {
      if (this.samples === 1) context.sink.fact('process.pid', Number(rows[0]?.pid), { line: rows[0]?.line ?? 0 });
    } else {
      const largest = kept.reduce((a, b) => ((b.values[rss] ?? 0) > (a.values[rss] ?? 0) ? b : a), kept[0] as Row);
      this.counts.largest_rss_bytes = Math.max(Number(this.counts.largest_rss_bytes ?? 0), largest.values[rss] ?? 0);
      this.counts.largest_command = shortCommand(largest.command);
    }
  }

  private keep(metric: string, value: number): void {
    this.counts[`last_${metric}`] = value;
    this.counts[`max_${metric}`] = Math.max(Number(this.counts[`max_${metric}`] ?? 0), value);
  }

  /** A time of day needs a date: pidstat's own, else that of the file, which is said. */
  private clockOf(context: TextContext, line: number): { clock: Clock; ns: bigint } {
    const around = context.section?.wallNs ?? context.prefix?.wallNs;
    if (around !== undefined) return { clock: wallClock, ns: around };
    const m = timeOfDay.exec(this.timeText);
    if (!m) return { clock: captureClock, ns: 0n };
    let { date } = this;
    if (date === '') {
      if (context.modifiedNs === undefined) return { clock: captureClock, ns: 0n };
      date = new Date(Number(context.modifiedNs / 1_000_000n)).toISOString().slice(0, 10);
      if (!this.saidDate)
        context.sink.warn({
          code: 'table/date_assumed',
          severity: 'info',
          phase: 'model',
          at: { line },
          args: { date },
        });
      this.saidDate = true;
    }
    const time = parseTimestamp(`${date}T${m[1]}`);
    if (!time) return { clock: captureClock, ns: 0n };
    let { ns } = time;
    const isTwelve = (m[1] as string).startsWith('12');
    if (m[2] === 'PM' && !isTwelve) ns += dayNs / 2n;
    if (m[2] === 'AM' && isTwelve) ns -= dayNs / 2n;
    // past midnight the time of day falls
    if (ns + this.dayOffset + dayNs / 2n < this.previousNs) this.dayOffset += dayNs;
    this.previousNs = ns + this.dayOffset;
    return { clock: wallClock, ns: this.previousNs };
  }
}

/** How many words before the columns are a time of day. */
function leadOf(words: readonly string[]): number {
  if (timeOfDay.test(words[0] ?? '')) return words[1] === 'AM' || words[1] === 'PM' ? 2 : 1;
  return words[0] === '#' && words[1] === 'Time' ? 1 : 0;
}

/** The program's name without folder and arguments. */
function shortCommand(command: string): string {
  const first = command.split(' ', 1)[0] ?? '';
  return first.startsWith('[') ? command : first.slice(first.lastIndexOf('/') + 1);
}

/** `11/24/26` and `11/24/2026` are month, day, year. */
function isoDate(text: string): string {
  const m = /^(\d{2})\/(\d{2})\/(\d{2,4})$/.exec(text);
  if (!m) return text;
  return `${(m[3] as string).length === 2 ? `20${m[3]}` : m[3]}-${m[1]}-${m[2]}`;
}

export const processTableFormat: ReadingFormat = { id: 'process-table', weight: 2, create: () => new ProcessTable() };
