/**
 * The clock of the process whose log is read. Runtime lines (gctrace, schedtrace) count from its start; where the count falls, another run
 * of the program writes into the same log and the next instance begins.
 *
 * Lines with a wall time between them bound when the run was started: a runtime line was written after the wall time printed before it and
 * before the one printed after it. Where a log shipper stamps the runtime lines themselves, the stamp is an upper bound, late by the
 * shipper's delay. The tightest bounds of each run become one anchor.
 */
import type { Clock, Sink } from '../contract.ts';
import type { LinePrefix } from './prefix.ts';

const second = 1_000_000_000n;
/** Between taking a time and writing the line a goroutine can be stopped; seen up to some 10 ms on a loaded machine. */
const writeSlackNs = 20_000_000n;
/** The delay of a shipper that is not known from below. */
const shipperDelayNs = second / 5n;

interface Bounds {
  lo: bigint | undefined;
  hi: bigint | undefined;
  line: number;
  stampedHi: bigint | undefined;
}

export class ProcessClock {
  private readonly sink: Sink;
  private instance = 0;
  /** Process time of the last runtime line, for lines that carry none. */
  lastNs = 0;
  private readonly seen = new Map<string, { instance: number; tNs: number }>();
  private bounds: Bounds = { lo: undefined, hi: undefined, line: 0, stampedHi: undefined };
  private lastWall: LinePrefix | undefined;
  /** The runtime line written last, waiting for the wall time that follows. */
  private lastMachine: { tNs: number; line: number } | undefined;

  constructor(sink: Sink) {
    this.sink = sink;
  }

  get clock(): Clock {
    return { domain: 'process', instance: this.instance };
  }

  /**
   * A runtime line of `source`, written `tNs` after the start of the process.
   *
   * @param fell its own count fell since its former line
   * @returns the clock its rows belong to
   */
  advance(source: string, tNs: number, fell: boolean, line: number, prefix: LinePrefix | undefined): Clock {
    const last = this.seen.get(source);
    if (last && last.instance === this.instance && (fell || tNs + 1e6 < last.tNs)) this.restart(last.tNs, line);
    this.seen.set(source, { instance: this.instance, tNs });
    this.lastNs = tNs;
    const p = BigInt(Math.round(tNs));
    if (prefix) {
      const hi = prefix.wallNs + prefix.resolutionNs - p;
      if (this.bounds.stampedHi === undefined || hi < this.bounds.stampedHi) {
        this.bounds.stampedHi = hi;
        this.bounds.line = line;
      }
    } else if (this.lastWall) {
      const lo = this.lastWall.wallNs - p;
      if (this.bounds.lo === undefined || lo > this.bounds.lo) {
        this.bounds.lo = lo;
        this.bounds.line = line;
      }
    }
    this.lastMachine = { tNs, line };
    return this.clock;
  }

  /** A line with a wall time that is not a runtime line. */
  wall(prefix: LinePrefix): void {
    this.lastWall = prefix;
    if (!this.lastMachine) return;
    const hi = prefix.wallNs + prefix.resolutionNs + writeSlackNs - BigInt(Math.round(this.lastMachine.tNs));
    if (this.bounds.hi === undefined || hi < this.bounds.hi) this.bounds.hi = hi;
    this.lastMachine = undefined;
  }

  /** Says the anchor of the run that has ended. */
  finish(): void {
    const { lo, hi, line, stampedHi } = this.bounds;
    const at = { line };
    if (stampedHi !== undefined) {
      this.sink.anchor({
        clock: this.clock,
        loNs: stampedHi - shipperDelayNs - second / 100n,
        hiNs: stampedHi,
        basis: 'log_prefix',
        at,
      });
    } else if (lo !== undefined && hi !== undefined && lo <= hi) {
      this.sink.anchor({ clock: this.clock, loNs: lo, hiNs: hi, basis: 'log_marks', at });
    } else if (hi !== undefined && lo === undefined) {
      // nothing before it: only that the run was started no later
      this.sink.anchor({ clock: this.clock, loNs: hi - 3600n * second, hiNs: hi, basis: 'log_marks', at });
    } else if (lo !== undefined && hi === undefined) {
      this.sink.anchor({ clock: this.clock, loNs: lo, hiNs: lo + 3600n * second, basis: 'log_marks', at });
    }
  }

  private restart(beforeNs: number, line: number): void {
    this.finish();
    this.instance++;
    this.lastNs = 0;
    this.bounds = { lo: undefined, hi: undefined, line: 0, stampedHi: undefined };
    this.lastMachine = undefined;
    this.sink.event({
      kind: 'restart',
      clock: this.clock,
      tNs: 0n,
      at: { line },
      data: { run: this.instance, before_s: beforeNs / 1e9 },
    });
  }
}
