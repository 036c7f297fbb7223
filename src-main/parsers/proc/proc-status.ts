/**
 * /proc/PID/status: one sample a file, many in a file, or single `VmRSS:` lines that a program prints into its own log.
 *
 * @source Linux Documentation/filesystems/proc.rst, table 1-2 (6.x); fs/proc/task_mmu.c task_mem
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { SampleFrames } from '../text/sample-frames.ts';

const kibi = 1024;
const memory = new Map([
  ['VmPeak', 'vm_peak_bytes'],
  ['VmSize', 'vm_size_bytes'],
  ['VmHWM', 'rss_peak_bytes'],
  ['VmRSS', 'rss_bytes'],
  ['RssAnon', 'rss_anon_bytes'],
  ['RssFile', 'rss_file_bytes'],
  ['RssShmem', 'rss_shmem_bytes'],
  ['VmData', 'vm_data_bytes'],
  ['VmStk', 'vm_stack_bytes'],
  ['VmExe', 'vm_exe_bytes'],
  ['VmLib', 'vm_lib_bytes'],
  ['VmPTE', 'page_tables_bytes'],
  ['VmSwap', 'swap_bytes'],
  ['VmLck', 'vm_locked_bytes'],
  ['HugetlbPages', 'hugetlb_bytes'],
]);
const begins = /^(?:Name|Vm(?:Peak|Size|HWM|RSS|Data|Swap)|Rss(?:Anon|File|Shmem)):\s/;
const any = /^([A-Za-z_]{2,40}):(.*)$/;

class ProcStatus implements Reading {
  private readonly frames = new SampleFrames('proc status');
  private readonly inSample = new Set<string>();
  private readonly peaks = new Map<string, number>();
  private readonly last = new Map<string, number>();
  private samples = 0;
  private taken = 0;
  private lastLine = -10;
  private name = '';
  private pid = 0;

  take(line: Line, context: TextContext): boolean {
    const text = line.head(2_000);
    const inside = this.inSample.size > 0 && line.number <= this.lastLine + 2;
    if (!inside && !begins.test(text)) return false;
    const m = any.exec(text);
    if (!m) return false;
    const key = m[1] as string;
    if (!inside || this.inSample.has(key)) {
      this.inSample.clear();
      this.frames.close();
    }
    // the descriptor table stands before the memory, in what is a status by then
    if (!this.frames.isOpen && (memory.has(key) || (key === 'FDSize' && this.inSample.has('Pid')))) {
      this.frames.open(line, context);
      this.samples++;
    }
    this.inSample.add(key);
    this.lastLine = line.number;
    this.taken++;
    this.keep(key, (m[2] as string).trim(), line, context);
    return true;
  }

  endSection(): void {
    this.inSample.clear();
    this.frames.close();
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    const counts: Record<string, number> = { status_samples: this.samples };
    for (const [key, value] of this.peaks) {
      counts[`max_${key}`] = value;
      counts[`last_${key}`] = this.last.get(key) as number;
    }
    return [{ kind: 'proc-status', dialect: '', taken: this.taken, counts }];
  }

  private keep(key: string, value: string, line: Line, context: TextContext): void {
    const metric = memory.get(key);
    if (metric) {
      const kb = /^(\d{1,18})(?: ?kB)?$/.exec(value);
      if (kb) this.put(key, metric, Number(kb[1]) * kibi);
    } else if (key === 'Threads' && /^\d{1,9}$/.test(value)) this.put(key, 'threads', Number(value));
    else if (key === 'FDSize' && /^\d{1,9}$/.test(value)) this.put(key, 'fd_table_size', Number(value));
    else if (key === 'Tgid' && /^\d{1,9}$/.test(value)) this.pid = Number(value);
    else if (key === 'Name' && value !== '') this.name = value.slice(0, 64);
    // who it is counts once it is known to be a status: `Name:` begins other texts too
    if (metric && this.samples === 1) {
      if (this.name !== '') context.sink.fact('process.name', this.name, { line: line.number });
      if (this.pid > 0) context.sink.fact('process.pid', this.pid, { line: line.number });
      this.name = '';
      this.pid = 0;
    }
  }

  private put(key: string, metric: string, value: number): void {
    this.frames.set({ metric, sourceName: key }, value);
    this.last.set(key, value);
    this.peaks.set(key, Math.max(this.peaks.get(key) ?? 0, value));
  }
}

export const procStatusFormat: ReadingFormat = { id: 'proc-status', weight: 1, create: () => new ProcStatus() };
