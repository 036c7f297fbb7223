/**
 * The gctrace reading: one row a cycle, at the time the cycle began. A cycle number that falls means another run under the same log: its rows
 * go to a frame of their own.
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Clock, Frame } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { GctraceRecord } from './gctrace-line.ts';

/** `scan: total 30+101+27496=27627 objs, 16+397=413 spans`, `scan: class 16B 0+38+0=38 objs, ...`, `scan: total 30 objs`. */
const scanLine = /^scan: (?:total|class (L|\d{1,6}B)) (?:(\d{1,18}\+\d{1,18}\+\d{1,18})=)?(\d{1,18}) objs/;

class Columns {
  readonly cycle: number;
  readonly pause: number;
  readonly sweepTermination: number;
  readonly mark: number;
  readonly markTermination: number;
  readonly assist: number;
  readonly background: number;
  readonly idle: number;
  readonly start: number;
  readonly end: number;
  readonly live: number;
  readonly goal: number;
  readonly stacks: number;
  readonly globals: number;
  readonly percent: number;
  readonly procs: number;
  readonly forced: number;
  readonly objects: number;
  readonly goroutines: number;
  readonly frame: Frame;

  constructor(frame: Frame) {
    this.frame = frame;
    const add = (metric: string, sourceName: string) => frame.column({ metric, sourceName });
    this.cycle = add('gc_cycles_total', 'gc #');
    this.pause = add('gc_pause_seconds', 'clock: first + last');
    this.sweepTermination = add('gc_sweep_termination_seconds', 'clock: sweep termination');
    this.mark = add('gc_mark_seconds', 'clock: mark');
    this.markTermination = add('gc_mark_termination_seconds', 'clock: mark termination');
    this.assist = add('gc_assist_cpu_seconds', 'cpu: assist');
    this.background = add('gc_background_cpu_seconds', 'cpu: background');
    this.idle = add('gc_idle_cpu_seconds', 'cpu: idle');
    this.start = add('gc_heap_start_bytes', '#->');
    this.end = add('gc_heap_end_bytes', '->#->');
    this.live = add('gc_heap_live_bytes', '->#');
    this.goal = add('next_gc_bytes', 'MB goal');
    this.stacks = add('gc_stack_scan_bytes', 'MB stacks');
    this.globals = add('gc_globals_scan_bytes', 'MB globals');
    this.percent = add('gc_cpu_percent', '%');
    this.procs = add('gomaxprocs', 'P');
    this.forced = add('gc_forced', '(forced)');
    this.objects = add('heap_objects', 'objects');
    this.goroutines = add('goroutines', 'goroutines');
  }

  put(record: GctraceRecord, line: number): void {
    const f = this.frame;
    f.row(Number.isNaN(record.startNs) ? 0 : record.startNs, line);
    f.set(this.cycle, record.cycle);
    f.set(this.pause, record.pause);
    f.set(this.sweepTermination, record.sweepTermination);
    f.set(this.mark, record.mark);
    f.set(this.markTermination, record.markTermination);
    f.set(this.assist, record.assistCpu);
    f.set(this.background, record.backgroundCpu);
    f.set(this.idle, record.idleCpu);
    f.set(this.start, record.heapStart);
    f.set(this.end, record.heapEnd);
    f.set(this.live, record.heapLive);
    f.set(this.goal, record.goal);
    f.set(this.stacks, record.stacks);
    f.set(this.globals, record.globals);
    f.set(this.percent, record.cpuPercent);
    f.set(this.procs, record.procs);
    f.set(this.forced, record.forced ? 1 : 0);
    f.set(this.objects, record.objects);
    f.set(this.goroutines, record.goroutines);
  }
}

class Gctrace implements Reading {
  private readonly record = new GctraceRecord();
  private columns: Columns | undefined;
  private clock: Clock | undefined;
  private runs = 0;
  private dialect = '';
  private taken = 0;
  private details = 0;
  private periodic = 0;
  private peakObjects = 0;
  private scans: Frame | undefined;
  private damaged = 0;
  private forced = 0;
  private leakChecks = 0;
  private pauseTotal = 0;
  private peakHeap = 0;
  private peakLive = 0;
  private peakGoal = 0;
  private firstCycle = 0;
  private lastCycle = 0;
  private firstStartNs = Number.NaN;
  private lastStartNs = Number.NaN;
  private lastPercent = Number.NaN;
  private lastLive = Number.NaN;

  take(line: Line, context: TextContext): boolean {
    if (line.byte(0) === 115) return this.takeDetail(line, context);
    if (line.byte(0) === 71) return this.takePeriodic(line);
    const extent = this.record.read(line);
    if (extent === 'none') return false;
    const r = this.record;
    if (extent !== 'whole') {
      this.damaged++;
      context.sink.warn({
        code: 'gctrace/cut',
        severity: 'data_loss',
        phase: 'read',
        at: { line: line.number },
        args: { cycle: r.cycle, extent },
      });
    }
    const fell = this.taken > 0 && r.cycle < this.lastCycle;
    const written = Number.isNaN(r.endNs) ? 0 : r.endNs;
    const clock = context.process.advance('gctrace', written, fell, line.number, context.prefix);
    if (!this.columns || this.clock?.instance !== clock.instance) {
      this.columns = new Columns(context.sink.frame('gctrace', clock));
      this.clock = clock;
      this.runs++;
    }
    this.columns.put(r, line.number);
    this.sum(r);
    return true;
  }

  endSection(): void {
    // cycles go on across sample headers
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    const counts: Record<string, number> = {
      gc_lines: this.taken,
      first_gc: this.firstCycle,
      last_gc: this.lastCycle,
      gc_pause_total_seconds: this.pauseTotal,
      peak_heap_bytes: this.peakHeap,
      max_live_heap_bytes: this.peakLive,
      max_goal_bytes: this.peakGoal,
      live_after_last_bytes: this.lastLive,
      last_gc_cpu_percent: this.lastPercent,
      forced: this.forced,
      first_gc_at_seconds: this.firstStartNs / 1e9,
      last_gc_at_seconds: this.lastStartNs / 1e9,
      runs: this.runs,
      cut_lines: this.damaged,
    };
    if (this.leakChecks > 0) counts.leak_check_cycles = this.leakChecks;
    if (this.details > 0) counts.scan_detail_lines = this.details;
    if (this.periodic > 0) counts.periodic_gc_lines = this.periodic;
    if (this.peakObjects > 0) counts.peak_objects = this.peakObjects;
    for (const key of Object.keys(counts)) if (Number.isNaN(counts[key])) delete counts[key];
    return [{ kind: 'gctrace', dialect: this.dialect, taken: this.taken + this.details + this.periodic, counts }];
  }

  /** gctrace=2 of Go 1.26 prints the objects scanned, and of each size class, below the cycle. */
  private takeDetail(line: Line, context: TextContext): boolean {
    if (this.taken === 0 || !line.startsWith('scan: ')) return false;
    const m = scanLine.exec(line.head(200));
    if (!m) return false;
    this.details++;
    if (m[1] === undefined) {
      this.scans ??= context.sink.frame('gctrace scan', this.clock ?? context.process.clock);
      this.scans.row(context.process.lastNs, line.number);
      this.scans.set(this.scans.column({ metric: 'gc_scanned_objects', sourceName: 'scan: total' }), Number(m[3]));
    } else if (this.scans) {
      const labels = { class: m[1] === 'L' ? 'large' : m[1] };
      this.scans.set(
        this.scans.column({ metric: 'gc_scanned_objects', sourceName: 'scan: class', labels }),
        Number(m[3]),
      );
    }
    return true;
  }

  /** The collection that sysmon asks for after two minutes without one. */
  private takePeriodic(line: Line): boolean {
    if (this.taken === 0 || !line.startsWith('GC forced')) return false;
    this.periodic++;
    return true;
  }

  private sum(r: GctraceRecord): void {
    if (this.taken === 0) {
      this.firstCycle = r.cycle;
      this.firstStartNs = r.startNs;
    }
    this.taken++;
    this.lastCycle = r.cycle;
    if (!Number.isNaN(r.startNs)) this.lastStartNs = r.startNs;
    if (newer(r.dialect, this.dialect)) this.dialect = r.dialect;
    if (!Number.isNaN(r.pause)) this.pauseTotal += r.pause;
    if (r.forced) this.forced++;
    if (r.leakCheck) this.leakChecks++;
    if (!Number.isNaN(r.cpuPercent)) this.lastPercent = r.cpuPercent;
    if (!Number.isNaN(r.heapLive)) {
      this.lastLive = r.heapLive;
      this.peakHeap = Math.max(this.peakHeap, r.heapStart, r.heapEnd);
      this.peakLive = Math.max(this.peakLive, r.heapLive);
    }
    if (r.goal > this.peakGoal) this.peakGoal = r.goal;
    if (r.objects > this.peakObjects) this.peakObjects = r.objects;
  }
}

const dialects = ['', 'go1.4', 'go1.5', 'go1.6', 'go1.19', 'go1.26'];
const newer = (a: string, b: string) => dialects.indexOf(a) > dialects.indexOf(b);

export const gctraceFormat: ReadingFormat = {
  id: 'gctrace',
  opens: 'gsG',
  marker: 'gc ',
  weight: 20,
  create: () => new Gctrace(),
};
