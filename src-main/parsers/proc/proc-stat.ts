/**
 * /proc/PID/stat: one line of 52 fields; the name in brackets may hold blanks and brackets. And /proc/stat of the whole machine, for its boot time.
 * Page size and clock tick are not in the file: 4096 bytes and 100 a second are assumed, and said.
 *
 * @source Linux Documentation/filesystems/proc.rst, table 1-4; proc_pid_stat(5)
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { SampleFrames } from '../text/sample-frames.ts';

const pageBytes = 4_096;
const ticksPerSecond = 100;
const head = /^(\d{1,10}) \((.{0,64})\) ([RSDZTtXxKWPIM]) (-?\d{1,10}) (-?\d{1,10}) (-?\d{1,10}) /;
const fewestFields = 22;

class ProcStat implements Reading {
  private readonly frames = new SampleFrames('proc stat');
  private counts: Record<string, number | string> = {};
  private samples = 0;
  private taken = 0;
  private machineLines = 0;

  take(line: Line, context: TextContext): boolean {
    const c = line.byte(0);
    if (c >= 48 && c <= 57) return this.takeProcess(line, context);
    return this.takeMachine(line, context);
  }

  endSection(): void {
    // a sample is one line
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    return [
      { kind: 'proc-stat', dialect: '', taken: this.taken, counts: { ...this.counts, stat_samples: this.samples } },
    ];
  }

  private takeProcess(line: Line, context: TextContext): boolean {
    if (line.length > 1_000) return false;
    const text = line.text().trimEnd();
    const close = text.lastIndexOf(') ');
    const m = close < 0 ? null : head.exec(text);
    if (!m) return false;
    // fields from the third on
    const fields = text.slice(close + 2).split(' ');
    if (fields.length < fewestFields || fields.slice(1).some((f) => !/^-?\d{1,20}$/.test(f))) return false;
    const at = (n: number) => Number(fields[n - 3] ?? Number.NaN);
    const name = text.slice(text.indexOf('(') + 1, close);
    if (this.samples === 0) {
      context.sink.fact('process.pid', Number(m[1]), { line: line.number });
      context.sink.fact('process.name', name.slice(0, 64), { line: line.number });
      context.sink.warn({
        code: 'proc_stat/units_assumed',
        severity: 'info',
        phase: 'model',
        at: { line: line.number },
        args: { bytes: pageBytes, ticks: ticksPerSecond },
      });
    }
    this.samples++;
    this.taken++;
    const rss = at(24) * pageBytes;
    this.frames.open(line, context);
    this.frames.set({ metric: 'vm_size_bytes', sourceName: 'vsize' }, at(23));
    this.frames.set({ metric: 'rss_bytes', sourceName: 'rss' }, rss);
    this.frames.set({ metric: 'threads', sourceName: 'num_threads' }, at(20));
    this.frames.set({ metric: 'minor_faults_total', sourceName: 'minflt' }, at(10));
    this.frames.set({ metric: 'major_faults_total', sourceName: 'majflt' }, at(12));
    this.frames.set({ metric: 'cpu_user_seconds_total', sourceName: 'utime' }, at(14) / ticksPerSecond);
    this.frames.set({ metric: 'cpu_system_seconds_total', sourceName: 'stime' }, at(15) / ticksPerSecond);
    this.frames.close();
    this.counts = {
      vsize: at(23),
      rss_pages: at(24),
      rss_bytes: rss,
      num_threads: at(20),
      minflt: at(10),
      majflt: at(12),
      start_seconds_since_boot: at(22) / ticksPerSecond,
      state: m[3] as string,
      max_rss_bytes: Math.max(Number(this.counts.max_rss_bytes ?? 0), rss),
    };
    return true;
  }

  private takeMachine(line: Line, context: TextContext): boolean {
    const c = line.byte(0);
    if (c !== 99 && c !== 98 && c !== 105 && c !== 112 && c !== 115) return false;
    const text = line.head(200);
    const btime = /^btime (\d{9,12})$/.exec(text);
    if (btime) {
      context.sink.fact('system.boot_wall_ns', `${btime[1]}000000000`, { line: line.number });
      this.counts.btime = Number(btime[1]);
    } else if (
      !/^(?:cpu\d{0,4} {1,2}\d{1,20} \d{1,20} \d|(?:intr|ctxt|processes|procs_running|procs_blocked|softirq) \d{1,20}(?: |$))/.test(
        text,
      )
    )
      return false;
    // `processes 12` alone may be anything: the block begins with cpu
    if (this.machineLines === 0 && !text.startsWith('cpu')) return false;
    this.machineLines++;
    this.taken++;
    return true;
  }
}

export const procStatFormat: ReadingFormat = { id: 'proc-stat', weight: 1, create: () => new ProcStat() };
