/**
 * schedtrace: one row a `SCHED` line. With scheddetail=1 the P, M and G lines that follow belong to it: they are counted by state, which gives
 * goroutines and threads over time.
 *
 * @source runtime/proc.go schedtrace (Go 1.4 to 1.26); observed in fixtures/schedtrace
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Clock, Frame } from '../contract.ts';
import { Cursor, type Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';

const fields = [
  ['gomaxprocs', 'gomaxprocs'],
  ['idleprocs', 'idle_procs'],
  ['threads', 'threads'],
  ['spinningthreads', 'spinning_threads'],
  ['idlethreads', 'idle_threads'],
  ['runqueue', 'run_queue'],
] as const;

class Schedtrace implements Reading {
  private readonly cursor = new Cursor();
  private frame: Frame | undefined;
  private clock: Clock | undefined;
  private columns: number[] = [];
  private queued = 0;
  private goroutines = 0;
  private goroutinesColumn = -1;
  private taken = 0;
  private details = 0;
  private maxThreads = 0;
  private detailed = false;
  private hasGoroutineRows = false;

  take(line: Line, context: TextContext): boolean {
    if (line.startsWith('SCHED ')) return this.takeSummary(line, context);
    return this.taken > 0 && this.takeDetail(line);
  }

  endSection(): void {
    this.closeDetail();
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    this.closeDetail();
    return [
      {
        kind: 'gctrace',
        dialect: this.detailed ? 'schedtrace, scheddetail' : 'schedtrace',
        taken: this.taken + this.details,
        counts: { sched_lines: this.taken, detail_lines: this.details, max_sched_threads: this.maxThreads },
      },
    ];
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
    for (let i = 0; i < fields.length; i++) {
      const value = fieldOf(text, (fields[i] as (typeof fields)[number])[0]);
      if (Number.isNaN(value)) continue;
      frame.set(this.columns[i] as number, value);
      if (i === 2) this.maxThreads = Math.max(this.maxThreads, value);
    }
    const queues = localQueues(text);
    if (queues !== undefined) frame.set(this.queued, queues);
    this.taken++;
    return true;
  }

  /** `  P0: status=1 ...`, `  M0: p=0 ...`, `  G1: status=4(sleep) ...` */
  private takeDetail(line: Line): boolean {
    if (line.byte(0) !== 32) return false;
    const head = line.head(24);
    const m = /^ {2}([PMG])\d{1,10}: (?:status|p)=/.exec(head);
    if (!m) return false;
    this.details++;
    this.detailed = true;
    if (m[1] === 'G') {
      this.hasGoroutineRows = true;
      this.goroutines++;
    }
    return true;
  }

  /** The goroutines counted since the last SCHED line belong to its row. */
  private closeDetail(): void {
    if (this.hasGoroutineRows && this.frame) this.frame.set(this.goroutinesColumn, this.goroutines);
    this.goroutines = 0;
    this.hasGoroutineRows = false;
  }

  private begin(context: TextContext, clock: Clock): void {
    this.clock = clock;
    this.frame = context.sink.frame('schedtrace', clock);
    this.columns = fields.map(([sourceName, metric]) => (this.frame as Frame).column({ metric, sourceName }));
    this.queued = this.frame.column({ metric: 'run_queue', sourceName: '[local]', labels: { queue: 'local' } });
    this.goroutinesColumn = this.frame.column({ metric: 'goroutines', sourceName: 'G lines' });
  }
}

/** Sum of the numbers in the first brackets: runnable goroutines on the Ps' own queues. */
function localQueues(text: string): number | undefined {
  const open = text.indexOf('[');
  const close = text.indexOf(']', open);
  if (open < 0 || close < 0) return undefined;
  let sum = 0;
  for (const word of text
    .slice(open + 1, close)
    .trim()
    .split(' '))
    sum += Number(word);
  return Number.isFinite(sum) ? sum : undefined;
}

function fieldOf(text: string, name: string): number {
  const at = text.indexOf(` ${name}=`);
  if (at < 0) return Number.NaN;
  return Number.parseInt(text.slice(at + name.length + 2, at + name.length + 14), 10);
}

export const schedtraceFormat: ReadingFormat = {
  id: 'schedtrace',
  opens: 'S ',
  marker: 'SCHED ',
  weight: 4,
  create: () => new Schedtrace(),
};
