/**
 * One gctrace line of any Go since 1.4, read from its bytes into one reused record. A line that breaks off keeps what was read: the caller sees
 * how far it came.
 *
 * The dialects (each a rewriting of the one before; the record is that of the newest):
 * - `go1.4`: `gc7(2): 13+4+391+3 us, 3 -> 6 MB, 6001 (12000-5999) objects, 4 goroutines, ...`: no time, no goal; Go 1.0 to 1.2
 *   `gc7(2): 0+4+0 ms, 3 -> 6 MB 5000 -> 6001 (12000-5999) objects, ...`
 * - `go1.5`: `gc 7 @0.4s 2%: a+b+c+d+e ms clock, ... ms cpu, 4->5->3 MB, 5 MB goal, 2 P`: five phases
 * - `go1.6`: three phases
 * - `go1.19`: `..., 5 MB goal, 0 MB stacks, 0 MB globals, 2 P`
 * - `go1.26`: ` (checking for goroutine leaks)` behind the percentage for a cycle that serves the goroutineleak profile
 *
 * @source runtime/mgc.go gcMarkTermination (Go 1.26); runtime/extern.go of Go 1.4 to 1.26; observed in fixtures/gctrace
 */
import { Cursor, type Line } from '../text/line.ts';

export const mebi = 2 ** 20;

export type GctraceDialect = 'go1.4' | 'go1.5' | 'go1.6' | 'go1.19' | 'go1.26';

/** How much of a line was there. `head`: number, time and percent only; `clock`: the phases too; `whole`: all. */
export type Extent = 'none' | 'head' | 'clock' | 'whole';

export class GctraceRecord {
  dialect: GctraceDialect = 'go1.6';
  cycle = 0;
  /** Start of the cycle, nanoseconds since the start of the process; NaN for Go 1.4. */
  startNs = Number.NaN;
  /** CPU spent in GC since the start of the program, percent. */
  cpuPercent = Number.NaN;
  /** Wall seconds of the phases. */
  sweepTermination = Number.NaN;
  mark = Number.NaN;
  markTermination = Number.NaN;
  /** CPU seconds. */
  assistCpu = Number.NaN;
  backgroundCpu = Number.NaN;
  idleCpu = Number.NaN;
  /** Bytes, rounded down to a MiB by the runtime. */
  heapStart = Number.NaN;
  heapEnd = Number.NaN;
  heapLive = Number.NaN;
  goal = Number.NaN;
  stacks = Number.NaN;
  globals = Number.NaN;
  procs = Number.NaN;
  forced = false;
  leakCheck = false;
  /** Go 1.4 only. */
  objects = Number.NaN;
  goroutines = Number.NaN;

  private readonly cursor = new Cursor();
  private readonly parts = new Float64Array(8);
  /** Index in `parts` of the number before the first `/`; -1 where none stood. */
  private slash = -1;

  /** Stop-the-world seconds of the cycle: both pauses. */
  get pause(): number {
    return this.sweepTermination + this.markTermination;
  }

  /** When the cycle ended, nanoseconds since the start of the process. */
  get endNs(): number {
    const phases = this.sweepTermination + this.mark + this.markTermination;
    return Number.isNaN(phases) ? this.startNs : this.startNs + phases * 1e9;
  }

  read(line: Line): Extent {
    const c = this.cursor.over(line);
    if (!c.literal('gc')) return 'none';
    if (c.peek() !== 32) return this.readGo14();
    c.literal(' ');
    c.literal('#');
    const cycle = c.number();
    if (Number.isNaN(cycle) || !c.literal(' @')) return 'none';
    const seconds = c.number();
    if (Number.isNaN(seconds) || !c.literal('s ')) return 'none';
    const percent = c.number();
    if (Number.isNaN(percent) || !c.literal('%')) return 'none';
    this.clear();
    this.cycle = cycle;
    this.startNs = Math.round(seconds * 1e9);
    this.cpuPercent = percent;
    if (c.literal(' (checking for goroutine leaks)')) {
      this.leakCheck = true;
      this.dialect = 'go1.26';
    }
    if (!c.literal(': ')) return 'head';
    if (!this.readClock()) return 'head';
    return this.readRest() ? 'whole' : 'clock';
  }

  private clear(): void {
    this.dialect = 'go1.6';
    this.startNs = this.cpuPercent = this.sweepTermination = this.mark = this.markTermination = Number.NaN;
    this.assistCpu = this.backgroundCpu = this.idleCpu = Number.NaN;
    this.heapStart = this.heapEnd = this.heapLive = this.goal = this.stacks = this.globals = this.procs = Number.NaN;
    this.objects = this.goroutines = Number.NaN;
    this.forced = false;
    this.leakCheck = false;
  }

  /** `a+b+c ms clock`, in Go 1.5 five numbers: sweep termination, scan, write barrier on, mark, mark termination. */
  private readClock(): boolean {
    const n = this.numbers();
    if (!this.cursor.literal(' ms clock')) return false;
    const p = this.parts;
    if (n === 3) {
      this.sweepTermination = (p[0] as number) / 1e3;
      this.mark = (p[1] as number) / 1e3;
      this.markTermination = (p[2] as number) / 1e3;
    } else if (n === 5) {
      this.dialect = 'go1.5';
      this.sweepTermination = (p[0] as number) / 1e3;
      this.mark = ((p[1] as number) + (p[2] as number) + (p[3] as number)) / 1e3;
      this.markTermination = (p[4] as number) / 1e3;
    } else return false;
    return true;
  }

  private readRest(): boolean {
    const c = this.cursor;
    if (!c.literal(', ')) return false;
    const n = this.numbers();
    if (!c.literal(' ms cpu, ')) return false;
    const slash = this.slash;
    if (slash >= 0 && n >= slash + 3) {
      this.assistCpu = (this.parts[slash] as number) / 1e3;
      this.backgroundCpu = (this.parts[slash + 1] as number) / 1e3;
      this.idleCpu = (this.parts[slash + 2] as number) / 1e3;
    }
    this.heapStart = c.number() * mebi;
    if (!c.literal('->')) return false;
    this.heapEnd = c.number() * mebi;
    if (!c.literal('->')) return false;
    this.heapLive = c.number() * mebi;
    if (!c.literal(' MB')) return false;
    while (c.literal(', ') || c.literal(',')) {
      const value = c.number();
      c.literal(' ');
      if (c.literal('MB goal')) this.goal = value * mebi;
      else if (c.literal('MB stacks')) {
        this.stacks = value * mebi;
        if (this.dialect === 'go1.6') this.dialect = 'go1.19';
      } else if (c.literal('MB globals')) this.globals = value * mebi;
      else if (c.literal('P')) this.procs = value;
      else return false;
    }
    this.forced = c.literal(' (forced)');
    return !Number.isNaN(this.procs);
  }

  /** Go 1.4 and older print microseconds and no time; `gc7(2): a+b+c+d us, 3 -> 6 MB, ...`. Go 1.0 to 1.2 print ms. */
  private readGo14(): Extent {
    const c = this.cursor;
    const cycle = c.number();
    if (Number.isNaN(cycle) || !c.literal('(')) return 'none';
    const procs = c.number();
    if (Number.isNaN(procs) || !c.literal('): ')) return 'none';
    this.clear();
    this.dialect = 'go1.4';
    this.cycle = cycle;
    this.procs = procs;
    const n = this.numbers();
    // Go 1.0 has no comma behind the unit
    const scale = c.literal(' us') ? 1e6 : c.literal(' ms') ? 1e3 : 0;
    c.spaces().literal(',');
    c.spaces();
    if (scale === 0 || n === 0) return 'head';
    // everything was one pause then: stop, mark, sweep, finish
    let sum = 0;
    for (let i = 0; i < n; i++) sum += this.parts[i] as number;
    this.sweepTermination = 0;
    this.mark = 0;
    this.markTermination = sum / scale;
    this.heapStart = c.number() * mebi;
    if (!c.literal(' -> ')) return 'clock';
    this.heapEnd = c.number() * mebi;
    this.heapLive = this.heapEnd;
    if (!c.literal(' MB')) return 'clock';
    c.literal(',');
    c.spaces();
    this.objects = c.number();
    // before Go 1.3: objects before and after
    if (c.literal(' -> ')) this.objects = c.number();
    c.literal(' (');
    c.number();
    c.literal('-');
    c.number();
    c.literal(') objects');
    if (c.literal(', ')) {
      const goroutines = c.number();
      if (c.literal(' goroutines')) this.goroutines = goroutines;
    }
    return 'whole';
  }

  /** Numbers joined by `+` and `/` into `parts`. */
  private numbers(): number {
    const c = this.cursor;
    let n = 0;
    this.slash = -1;
    for (;;) {
      const value = c.number();
      if (Number.isNaN(value) || n === 8) return n;
      this.parts[n++] = value;
      if (c.literal('+')) continue;
      if (!c.literal('/')) return n;
      if (this.slash < 0) this.slash = n - 1;
    }
  }
}
