/**
 * Lines of the scavenger, old and new, and of the pacer and package initialisation, which stand in the same logs.
 *
 * - Go 1.16 and older: `scvg7: inuse: 13, idle: 50, sys: 63, released: 48, consumed: 15 (MB)`; Go 1.13 without the number, and
 *   `scvg: 0 MB released`
 * - Go 1.14 to 1.18: `scav 7 96 KiB work, 3720 KiB total, 99% util`, from 1.19 without the number
 * - Go 1.21 and later: `scav 0 KiB work (bg), 0 KiB work (eager), 3912 KiB now, 92% util`
 *
 * They carry no time: a row takes the time of the last line that had one.
 *
 * @source runtime/mgcscavenge.go printScavTrace (Go 1.14 to 1.26), runtime/mheap.go of Go 1.12; observed in fixtures/scavtrace
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Frame } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';

const kibi = 1024;
const mebi = 2 ** 20;
const scav =
  /^scav (?:(\d{1,9}) )?(\d{1,12}) KiB work(?: \(bg\))?(?:, (\d{1,12}) KiB work \(eager\))?, (\d{1,12}) KiB (total|now), (\d{1,3})% util/;
const scvg =
  /^scvg(?:\d{1,9})?: inuse: (\d{1,9}), idle: (\d{1,9}), sys: (\d{1,9}), released: (\d{1,9}), consumed: (\d{1,9}) \(MB\)/;
const scvgReleased = /^scvg(?:\d{1,9})?: (?:GC forced|(\d{1,9}) MB released)/;
const init = /^init \S{1,200} @[\d.]{1,20} ms, [\d.]{1,20} ms clock, \d{1,18} bytes, \d{1,18} allocs/;
const pacer = /^pacer: /;

class Scavtrace implements Reading {
  private frame: Frame | undefined;
  private scavLines = 0;
  private scvgLines = 0;
  private initLines = 0;
  private pacerLines = 0;
  private workTotal = 0;
  private dialect = '';

  take(line: Line, context: TextContext): boolean {
    const second = line.byte(1);
    if (second !== 99 && second !== 110 && second !== 97) return false;
    const text = line.head(400);
    if (second === 110) return this.count(init.test(text), 'init');
    if (second === 97) return this.count(pacer.test(text), 'pacer');
    const m = scav.exec(text);
    if (m) {
      const work = (Number(m[2]) + Number(m[3] ?? 0)) * kibi;
      this.dialect = m[5] === 'now' ? 'go1.21' : m[1] === undefined ? 'go1.19' : 'go1.14';
      this.scavLines++;
      this.workTotal += work;
      this.put(context, line, [
        ['scavenged_bytes', m[5] === 'now' ? 'KiB work' : 'KiB work', work],
        ['scavenger_retained_bytes', m[5] === 'now' ? 'KiB now' : 'KiB total', Number(m[4]) * kibi],
      ]);
      return true;
    }
    const old = scvg.exec(text);
    if (old) {
      this.dialect ||= 'go1.12';
      this.scvgLines++;
      this.put(context, line, [
        ['heap_inuse_bytes', 'scvg inuse', Number(old[1]) * mebi],
        ['heap_idle_bytes', 'scvg idle', Number(old[2]) * mebi],
        ['heap_sys_bytes', 'scvg sys', Number(old[3]) * mebi],
        ['heap_released_bytes', 'scvg released', Number(old[4]) * mebi],
      ]);
      return true;
    }
    if (scvgReleased.test(text)) {
      this.dialect ||= 'go1.12';
      this.scvgLines++;
      return true;
    }
    return false;
  }

  endSection(): void {
    // nothing is open between lines
  }

  reports(): readonly ReadingReport[] {
    const reports: ReadingReport[] = [];
    const counts: Record<string, number> = {};
    if (this.scavLines > 0) counts.scav_lines = this.scavLines;
    if (this.scvgLines > 0) counts.scvg_lines = this.scvgLines;
    if (this.scavLines > 0) counts.scavenged_bytes = this.workTotal;
    if (this.scavLines + this.scvgLines > 0)
      reports.push({
        kind: 'gctrace',
        dialect: `scavtrace ${this.dialect}`,
        taken: this.scavLines + this.scvgLines,
        counts,
      });
    if (this.initLines > 0)
      reports.push({
        kind: 'gctrace',
        dialect: 'inittrace',
        taken: this.initLines,
        counts: { init_lines: this.initLines },
      });
    if (this.pacerLines > 0)
      reports.push({
        kind: 'gctrace',
        dialect: 'gcpacertrace',
        taken: this.pacerLines,
        counts: { pacer_lines: this.pacerLines },
      });
    return reports;
  }

  private count(matches: boolean, what: 'init' | 'pacer'): boolean {
    if (!matches) return false;
    if (what === 'init') this.initLines++;
    else this.pacerLines++;
    return true;
  }

  private put(
    context: TextContext,
    line: Line,
    values: readonly (readonly [metric: string, sourceName: string, value: number])[],
  ): void {
    this.frame ??= context.sink.frame('scavtrace', context.process.clock);
    this.frame.row(context.process.lastNs, line.number);
    for (const [metric, sourceName, value] of values) this.frame.set(this.frame.column({ metric, sourceName }), value);
  }
}

export const scavtraceFormat: ReadingFormat = {
  id: 'scavtrace',
  opens: 'sip',
  weight: 2,
  create: () => new Scavtrace(),
};
