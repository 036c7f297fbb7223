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
/** How far the side may lie that no line bounds. */
const openSideNs = 3_600n * second;

interface Bounds {
  lo: bigint | undefined;
  hi: bigint | undefined;
  line: number;
  stampedHi: bigint | undefined;
}

/** Where one source of runtime lines stood. */
interface LastSeen {
  instance: number;
  tNs: number;
}

export class ProcessClock {
  private readonly sink: Sink;
  private instance = 0;
  private current: Clock = { domain: 'process', instance: 0 };
  /** Process time of the last runtime line, for lines that carry none. */
  lastNs = 0;
  private readonly seen = new Map<string, LastSeen>();
  private bounds: Bounds = { lo: undefined, hi: undefined, line: 0, stampedHi: undefined };
  private lastWall: LinePrefix | undefined;
  /** A runtime line has followed `lastWall`: later ones bound the start less tightly. */
  private lastWallUsed = false;
  /** Process time of the runtime line written last, waiting for the wall time that follows; NaN where none waits. */
  private waitingNs = Number.NaN;

  constructor(sink: Sink) {
    this.sink = sink;
  }

  get clock(): Clock {
    return this.current;
  }

  /**
   * A runtime line of `source`, written `tNs` after the start of the process.
   *
   * @param fell its own count fell since its former line
   * @returns the clock its rows belong to
   */
  advance(source: string, tNs: number, fell: boolean, line: number, prefix: LinePrefix | undefined): Clock {
    let last = this.seen.get(source);
    if (!last) {
      last = { instance: this.instance, tNs };
      this.seen.set(source, last);
    } else if (last.instance === this.instance && (fell || tNs + 1e6 < last.tNs)) this.restart(last.tNs, line);
    last.instance = this.instance;
    last.tNs = tNs;
    this.lastNs = tNs;
    this.waitingNs = tNs;
    if (prefix) {
      const hi = prefix.wallNs + prefix.resolutionNs - BigInt(Math.round(tNs));
      if (this.bounds.stampedHi === undefined || hi < this.bounds.stampedHi) {
        this.bounds.stampedHi = hi;
        this.bounds.line = line;
      }
    } else if (this.lastWall && !this.lastWallUsed) {
      const lo = this.lastWall.wallNs - BigInt(Math.round(tNs));
      this.lastWallUsed = true;
      if (this.bounds.lo === undefined || lo > this.bounds.lo) {
        this.bounds.lo = lo;
        this.bounds.line = line;
      }
    }
    return this.clock;
  }

  /** A line with a wall time that is not a runtime line. */
  wall(prefix: LinePrefix): void {
    this.lastWall = prefix;
    this.lastWallUsed = false;
    if (Number.isNaN(this.waitingNs)) return;
    const hi = prefix.wallNs + prefix.resolutionNs + writeSlackNs - BigInt(Math.round(this.waitingNs));
    if (this.bounds.hi === undefined || hi < this.bounds.hi) this.bounds.hi = hi;
    this.waitingNs = Number.NaN;
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
      this.sink.anchor({ clock: this.clock, loNs: hi - openSideNs, hiNs: hi, basis: 'log_line_after', at });
    } else if (lo !== undefined && hi === undefined) {
      this.sink.anchor({ clock: this.clock, loNs: lo, hiNs: lo + openSideNs, basis: 'log_line_before', at });
    }
  }

  private restart(beforeNs: number, line: number): void {
    this.finish();
    this.instance++;
    this.current = { domain: 'process', instance: this.instance };
    this.lastNs = 0;
    this.bounds = { lo: undefined, hi: undefined, line: 0, stampedHi: undefined };
    this.waitingNs = Number.NaN;
    this.lastWallUsed = false;
    this.sink.event({
      kind: 'restart',
      clock: this.clock,
      tNs: 0n,
      at: { line },
      data: { run: this.instance, before_s: beforeNs / 1e9 },
    });
  }
}
