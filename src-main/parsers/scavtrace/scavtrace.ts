/**
 * Lines of the scavenger, old and new.
 *
 * - Go 1.1 to 1.12: `scvg7: inuse: 13, idle: 50, sys: 63, released: 48, consumed: 15 (MB)`, `scvg7: 4 MB released`, `scvg7: GC forced`
 * - Go 1.13: the same without the number, and `scvg: 8 KB released`
 * - Go 1.14 to 1.18: `scav 7 96 KiB work, 3720 KiB total, 99% util`, from 1.19 without the number
 * - Go 1.21 and later: `scav 0 KiB work (bg), 0 KiB work (eager), 3912 KiB now, 92% util`
 *
 * They carry no time: a row takes the time of the last line that had one. MB are rounded down: `0 MB released` does not mean nothing.
 *
 * @source runtime/mgcscavenge.go printScavTrace (Go 1.13 to 1.26), runtime/mheap.go mHeap_Scavenge of Go 1.1 to 1.12; observed in fixtures/scavtrace
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Frame } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';

const kibi = 1024;
const mebi = 2 ** 20;
const scav =
  /^scav (?:(\d{1,9}) )?(\d{1,12}) KiB work(?: \(bg\))?(?:, (\d{1,12}) KiB work \(eager\))?, (\d{1,12}) KiB (total|now), (\d{1,3})% util( \(forced\))?/;
const scvg =
  /^scvg(\d{1,9})?: inuse: (\d{1,9}), idle: (\d{1,9}), sys: (\d{1,9}), released: (\d{1,9}), consumed: (\d{1,9}) \(MB\)/;
const scvgReleased = /^scvg(?:\d{1,9})?: (?:(GC forced)|(\d{1,12}) ([KM])B released)/;

class Scavtrace implements Reading {
  private frame: Frame | undefined;
  private lines = 0;
  private readonly counts: Record<string, number> = {};
  private dialect = '';

  take(line: Line, context: TextContext): boolean {
    if (line.byte(1) !== 99) return false;
    const text = line.head(200);
    const taken = this.takeScav(text, line, context) || this.takeScvg(text, line, context);
    if (taken) this.lines++;
    return taken;
  }

  endSection(): void {
    // nothing is open between lines
  }

  reports(): readonly ReadingReport[] {
    if (this.lines === 0) return [];
    return [{ kind: 'gctrace', dialect: `scavtrace ${this.dialect}`, taken: this.lines, counts: this.counts }];
  }

  private takeScav(text: string, line: Line, context: TextContext): boolean {
    const m = scav.exec(text);
    if (!m) return false;
    const background = Number(m[2]) * kibi;
    const eager = Number(m[3] ?? 0) * kibi;
    const isNow = m[5] === 'now';
    this.dialect = isNow ? 'go1.21' : m[1] === undefined ? 'go1.19' : 'go1.14';
    this.count('scav_lines', 1);
    this.count('scavenged_bytes', background + eager);
    if (m[7]) this.count('scav_forced', 1);
    const released = Number(m[4]) * kibi;
    this.counts[isNow ? 'last_released_bytes' : 'last_scavenged_total_bytes'] = released;
    this.put(context, line, [
      ['scavenged_bytes', 'KiB work', background + eager],
      // what the heap has given back now; before Go 1.21 the sum of all that was ever given back
      ['scavenger_retained_bytes', isNow ? 'KiB now' : 'KiB total', released],
      ['scavenger_utilization_percent', '% util', Number(m[6])],
    ]);
    return true;
  }

  private takeScvg(text: string, line: Line, context: TextContext): boolean {
    const m = scvg.exec(text);
    if (m) {
      this.dialect ||= m[1] === undefined ? 'go1.13' : 'go1.12';
      this.count('scvg_lines', 1);
      const [inuse, idle, sys, released, consumed] = m.slice(2).map((n) => Number(n) * mebi) as [
        number,
        number,
        number,
        number,
        number,
      ];
      this.peak('peak_inuse_bytes', inuse);
      this.peak('peak_sys_bytes', sys);
      this.counts.last_inuse_bytes = inuse;
      this.counts.last_idle_bytes = idle;
      this.counts.last_released_bytes = released;
      this.counts.last_consumed_bytes = consumed;
      this.put(context, line, [
        ['heap_inuse_bytes', 'scvg inuse', inuse],
        ['heap_idle_bytes', 'scvg idle', idle],
        ['heap_sys_bytes', 'scvg sys', sys],
        ['heap_released_bytes', 'scvg released', released],
        ['heap_consumed_bytes', 'scvg consumed', consumed],
      ]);
      return true;
    }
    const r = scvgReleased.exec(text);
    if (!r) return false;
    this.dialect ||= r[3] === 'K' ? 'go1.13' : 'go1.12';
    this.count('scvg_lines', 1);
    if (r[1]) this.count('scvg_forced_gc', 1);
    else {
      const bytes = Number(r[2]) * (r[3] === 'K' ? kibi : mebi);
      this.count('scavenged_bytes', bytes);
      this.put(context, line, [['scavenged_bytes', `scvg ${r[3]}B released`, bytes]]);
    }
    return true;
  }

  private count(name: string, by: number): void {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }

  private peak(name: string, value: number): void {
    this.counts[name] = Math.max(this.counts[name] ?? 0, value);
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
  opens: 's',
  weight: 2,
  create: () => new Scavtrace(),
};
