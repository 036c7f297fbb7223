/**
 * schedtrace: one row a `SCHED` line. With scheddetail=1 the P, M and G lines that follow belong to it.
 *
 * @source runtime/proc.go schedtrace (Go 1.2 to 1.26); observed in fixtures/schedtrace
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Clock, Frame } from '../contract.ts';
import { Cursor, type Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { SchedDetailLines } from './sched-detail.ts';

const fields = [
  ['gomaxprocs', 'gomaxprocs'],
  ['idleprocs', 'idle_procs'],
  ['threads', 'threads'],
  ['spinningthreads', 'spinning_threads'],
  ['needspinning', 'need_spinning'],
  ['idlethreads', 'idle_threads'],
  ['runqueue', 'run_queue'],
  ['gcwaiting', 'gc_waiting'],
  ['nmidlelocked', 'idle_locked_threads'],
  ['stopwait', 'stop_wait'],
] as const;

class Schedtrace implements Reading {
  private readonly cursor = new Cursor();
  private readonly detail = new SchedDetailLines();
  private frame: Frame | undefined;
  private clock: Clock | undefined;
  private columns: number[] = [];
  private taken = 0;
  private details = 0;
  private maxThreads = 0;
  private maxGoroutines = 0;
  private maxQueue = 0;
  private gcWaiting = 0;

  take(line: Line, context: TextContext): boolean {
    if (line.startsWith('SCHED ')) return this.takeSummary(line, context);
    if (this.taken === 0 || line.byte(0) !== 32 || !this.detail.take(line.head(400))) return false;
    this.details++;
    return true;
  }

  endSection(): void {
    this.closeDetail();
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    const counts: Record<string, number> = {
      sched_lines: this.taken,
      detail_lines: this.details,
      max_sched_threads: this.maxThreads,
      max_run_queue: this.maxQueue,
    };
    if (this.gcWaiting > 0) counts.samples_stopped_for_gc = this.gcWaiting;
    if (this.details > 0) counts.max_goroutines = this.maxGoroutines;
    const dialect = this.details > 0 ? 'schedtrace, scheddetail' : 'schedtrace';
    return [{ kind: 'gctrace', dialect, taken: this.taken + this.details, counts }];
  }

  private takeSummary(line: Line, context: TextContext): boolean {
    const c = this.cursor.over(line, 6);
    const ms = c.number();
    if (Number.isNaN(ms) || !c.literal('ms:')) return false;
    this.closeDetail();
    const tNs = ms * 1e6;
    const clock = context.process.advance('schedtrace', tNs, false, line.number, context.prefix);
    if (!this.frame || this.clock?.instance !== clock.instance) this.begin(context, clock);
    const frame = this.frame as Frame;
    frame.row(tNs, line.number);
    const text = c.rest();
    let queue = 0;
    fields.forEach(([name], i) => {
      const value = fieldOf(text, name);
      if (Number.isNaN(value)) return;
      frame.set(this.columns[i] as number, value);
      if (name === 'threads') this.maxThreads = Math.max(this.maxThreads, value);
      if (name === 'runqueue') queue += value;
      if (name === 'gcwaiting' && value > 0) this.gcWaiting++;
    });
    const local = sumInBrackets(text, text.indexOf('['));
    if (local !== undefined) {
      this.set('run_queue', { queue: 'local' }, local);
      queue += local;
    }
    const ticks = sumInBrackets(text, text.indexOf('schedticks=[') + 11);
    if (text.includes('schedticks=[') && ticks !== undefined) this.set('sched_ticks_total', undefined, ticks);
    this.maxQueue = Math.max(this.maxQueue, queue);
    this.taken++;
    return true;
  }

  /** What was counted since the last SCHED line belongs to its row. */
  private closeDetail(): void {
    const detail = this.detail.close();
    if (!detail || !this.frame) return;
    for (const [metric, labels, value] of detail.values) this.set(metric, labels, value);
    if (detail.goroutines > 0) {
      this.set('goroutines', undefined, detail.goroutines);
      this.maxGoroutines = Math.max(this.maxGoroutines, detail.goroutines);
    }
  }

  private set(metric: string, labels: Readonly<Record<string, string>> | undefined, value: number): void {
    const frame = this.frame as Frame;
    const sourceName = metric === 'goroutines' ? 'G lines' : metric;
    frame.set(frame.column(labels ? { metric, sourceName, labels } : { metric, sourceName }), value);
  }

  private begin(context: TextContext, clock: Clock): void {
    this.clock = clock;
    const frame = context.sink.frame('schedtrace', clock);
    this.frame = frame;
    this.columns = fields.map(([sourceName, metric]) => frame.column({ metric, sourceName }));
  }
}

/** Integer behind ` name=`; `true` and `false` count as 1 and 0. */
function fieldOf(text: string, name: string): number {
  const at = text.indexOf(` ${name}=`);
  if (at < 0) return Number.NaN;
  const value = text.slice(at + name.length + 2, at + name.length + 14);
  if (value.startsWith('true')) return 1;
  if (value.startsWith('false')) return 0;
  return Number.parseInt(value, 10);
}

/** Sum of the numbers in the brackets that open at `open`; undefined where there are none. */
function sumInBrackets(text: string, open: number): number | undefined {
  if (open < 0 || text[open] !== '[') return undefined;
  const close = text.indexOf(']', open);
  if (close < 0) return undefined;
  let sum = 0;
  for (const word of text.slice(open + 1, close).split(' ')) {
    if (word === '') continue;
    const n = Number(word);
    if (!Number.isSafeInteger(n)) return undefined;
    sum += n;
  }
  return sum;
}

export const schedtraceFormat: ReadingFormat = {
  id: 'schedtrace',
  opens: 'S ',
  marker: 'SCHED ',
  weight: 4,
  create: () => new Schedtrace(),
};
