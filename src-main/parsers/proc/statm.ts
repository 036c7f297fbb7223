/**
 * /proc/PID/statm: seven page counts in one line. The page size is not in the file: 4096 bytes is assumed, and said.
 *
 * @source Linux Documentation/filesystems/proc.rst, table 1-3
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { SampleFrames } from '../text/sample-frames.ts';

const pageBytes = 4_096;
/** Shared and text are differences of counters and can go below zero, which is printed as nearly 2^64. */
const seven = /^(\d{1,15}) (\d{1,15}) (\d{1,20}) \d{1,20} 0 (\d{1,15}) 0\s*$/;

class Statm implements Reading {
  private readonly frames = new SampleFrames('statm');
  private samples = 0;
  private peak = 0;
  private lastPages: number[] = [];

  take(line: Line, context: TextContext): boolean {
    if (line.length > 120) return false;
    const m = seven.exec(line.text());
    if (!m) return false;
    const [size, resident, shared, data] = m.slice(1).map(Number) as [number, number, number, number];
    const isWrapped = shared > 2 ** 63;
    if (resident > size || (shared > resident && !isWrapped)) return false;
    this.frames.open(line, context);
    this.frames.set({ metric: 'vm_size_bytes', sourceName: 'statm size' }, size * pageBytes);
    this.frames.set({ metric: 'rss_bytes', sourceName: 'statm resident' }, resident * pageBytes);
    if (!isWrapped) this.frames.set({ metric: 'rss_file_bytes', sourceName: 'statm shared' }, shared * pageBytes);
    this.frames.set({ metric: 'vm_data_bytes', sourceName: 'statm data' }, data * pageBytes);
    this.frames.close();
    if (this.samples === 0) {
      context.sink.warn({
        code: 'statm/page_size_assumed',
        severity: 'info',
        phase: 'model',
        at: { line: line.number },
        args: { bytes: pageBytes },
      });
    }
    this.samples++;
    this.peak = Math.max(this.peak, resident * pageBytes);
    this.lastPages = [size, resident, isWrapped ? 0 : shared];
    return true;
  }

  endSection(): void {
    // a sample is one line
  }

  reports(): readonly ReadingReport[] {
    if (this.samples === 0) return [];
    const [size, resident, shared] = this.lastPages as [number, number, number];
    return [
      {
        kind: 'statm',
        dialect: '',
        taken: this.samples,
        counts: {
          statm_samples: this.samples,
          max_rss_bytes: this.peak,
          size_pages: size,
          resident_pages: resident,
          ...(shared > 0 ? { shared_pages: shared } : {}),
          size_bytes: size * pageBytes,
          resident_bytes: resident * pageBytes,
        },
      },
    ];
  }
}

export const statmFormat: ReadingFormat = { id: 'statm', opens: '0123456789', weight: 5, create: () => new Statm() };
