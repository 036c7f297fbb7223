/**
 * GODEBUG=inittrace=1: what each package's initialisation took, in time and allocation: `init net/http @1.2 ms, 0.3 ms clock, 5120 bytes, 42 allocs`.
 *
 * @source runtime/proc.go doInit1 (Go 1.16 to 1.26)
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Frame } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';

const init =
  /^init (\S{1,200}) @(\d{1,12}(?:\.\d{1,9})?) ms, (\d{1,12}(?:\.\d{1,9})?) ms clock, (\d{1,18}) bytes, (\d{1,18}) allocs/;

class Inittrace implements Reading {
  private frame: Frame | undefined;
  private taken = 0;
  private bytes = 0;
  private allocs = 0;
  private seconds = 0;
  private largest = { name: '', bytes: -1 };

  take(line: Line, context: TextContext): boolean {
    if (!line.startsWith('init ')) return false;
    const m = init.exec(line.head(400));
    if (!m) return false;
    const bytes = Number(m[4]);
    const seconds = Number(m[3]) / 1e3;
    this.taken++;
    this.bytes += bytes;
    this.allocs += Number(m[5]);
    this.seconds += seconds;
    if (bytes > this.largest.bytes) this.largest = { name: m[1] as string, bytes };
    // packages begin within the first milliseconds: a run of its own is never told from these lines alone
    this.frame ??= context.sink.frame('inittrace', context.process.clock);
    this.frame.row(Math.round(Number(m[2]) * 1e6), line.number);
    this.frame.set(this.frame.column({ metric: 'init_allocated_bytes', sourceName: 'bytes' }), bytes);
    this.frame.set(this.frame.column({ metric: 'init_allocations', sourceName: 'allocs' }), Number(m[5]));
    this.frame.set(this.frame.column({ metric: 'init_seconds', sourceName: 'ms clock' }), seconds);
    return true;
  }

  endSection(): void {
    // nothing is open between lines
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    return [
      {
        kind: 'gctrace',
        dialect: 'inittrace',
        taken: this.taken,
        counts: {
          init_lines: this.taken,
          init_allocated_bytes: this.bytes,
          init_allocations: this.allocs,
          init_seconds: this.seconds,
          init_largest: this.largest.name,
          init_largest_bytes: this.largest.bytes,
        },
      },
    ];
  }
}

export const inittraceFormat: ReadingFormat = {
  id: 'inittrace',
  opens: 'i',
  weight: 2,
  create: () => new Inittrace(),
};
