/**
 * How many goroutines are in each state and how many Ps run, read off the transitions every millisecond in which something changed. System
 * goroutines are among them, so the sum lies above runtime.NumGoroutine.
 *
 * The use of processors is a mean: Ps that ran, by time, over stretches of a hundredth of the trace so far, from 1 ms up to 10 ms. Single states tell
 * little of it, since Ps start and stop within microseconds.
 */
import { type Frame, type Sink, traceClock } from '../../contract.ts';
import type { Chunk } from '../model/column-table.ts';
import { goStates, procStates, type transitionColumns } from '../trace-sink.ts';

const gridNs = 1e6;
const longestMeanNs = 1e7;
/** A mean over a hundredth of the trace so far. */
const meanShare = 0.01;
const goroutineResource = 0;
const shown = ['Running', 'Runnable', 'Waiting', 'Syscall'] as const;
/** Undetermined and NotExist count for nothing. */
const notExist = 1;
const procRunning = procStates.indexOf('Running');

export class SchedulerSeries {
  private readonly frame: Frame;
  private readonly columns: readonly number[];
  private readonly states = shown.map((name) => goStates.indexOf(name));
  private readonly goroutines = new Float64Array(goStates.length);
  private readonly procsColumn: number;
  private readonly meanFrame: Frame;
  private readonly meanColumn: number;
  private procs = 0;
  private nextRowNs = 0;
  /** When the next row or stretch of the mean is due. */
  private nextNs = 0;
  private lastNs = 0;
  private lastOffset = 0;
  /** P-nanoseconds run between `meanFromNs` and `countedNs`. */
  private ranNs = 0;
  private countedNs = 0;
  private meanFromNs = 0;

  constructor(sink: Sink) {
    this.frame = sink.frame('go-trace scheduler', traceClock);
    this.columns = shown.map((name) =>
      this.frame.column({ metric: `trace_goroutines_${name.toLowerCase()}`, sourceName: `goroutines ${name}` }),
    );
    this.procsColumn = this.frame.column({ metric: 'trace_procs_running', sourceName: 'Ps Running' });
    this.meanFrame = sink.frame('go-trace processors', traceClock);
    this.meanColumn = this.meanFrame.column({ metric: 'trace_procs_busy', sourceName: 'Ps Running, mean' });
  }

  /** Time of the last transition. */
  get endNs(): number {
    return this.lastNs;
  }

  add(chunk: Chunk<typeof transitionColumns>): void {
    const { timeNs, resource, from, to, offset } = chunk;
    const { goroutines } = this;
    for (let r = 0; r < chunk.rows; r++) {
      const nowNs = timeNs[r];
      if (nowNs >= this.nextNs) {
        if (r > 0) this.see(timeNs[r - 1], offset[r - 1]);
        this.step(nowNs);
      }
      if (resource[r] === goroutineResource) {
        if (from[r] > notExist) goroutines[from[r]]--;
        if (to[r] > notExist) goroutines[to[r]]++;
      } else if (from[r] === procRunning || to[r] === procRunning) {
        this.count(nowNs);
        if (from[r] === procRunning) this.procs--;
        if (to[r] === procRunning) this.procs++;
      }
    }
    if (chunk.rows > 0) this.see(timeNs[chunk.rows - 1], offset[chunk.rows - 1]);
  }

  /** The state after the last transition. */
  finish(): void {
    if (this.lastNs === 0) return;
    this.row(this.lastNs);
    if (this.lastNs > this.meanFromNs) this.mean(this.lastNs);
  }

  private see(lastNs: number, lastOffset: number): void {
    this.lastNs = lastNs;
    this.lastOffset = lastOffset;
  }

  /** A transition at which a row or a stretch of the mean is due. */
  private step(nowNs: number): void {
    // the row tells the state at the end of its millisecond, at the time of the last change
    if (nowNs >= this.nextRowNs) this.row(nowNs);
    this.closeMeans(nowNs);
    this.nextNs = Math.min(this.nextRowNs, this.meanFromNs + meanLengthNs(this.meanFromNs));
  }

  /** Closes the stretches that end before a transition; those in which nothing changed are two, the first and all others. */
  private closeMeans(nowNs: number): void {
    let lengthNs = meanLengthNs(this.meanFromNs);
    while (nowNs - this.meanFromNs >= lengthNs) {
      this.mean(this.meanFromNs + lengthNs);
      const quietNs = nowNs - this.meanFromNs;
      if (quietNs >= 3 * lengthNs) {
        this.mean(this.meanFromNs + lengthNs);
        this.mean(nowNs - (quietNs % lengthNs));
      }
      lengthNs = meanLengthNs(this.meanFromNs);
    }
  }

  /** Counts what the Ps ran up to now. */
  private count(nowNs: number): void {
    this.ranNs += Math.max(0, this.procs) * (nowNs - this.countedNs);
    this.countedNs = nowNs;
  }

  private mean(endNs: number): void {
    this.count(endNs);
    this.meanFrame.row(endNs, this.lastOffset);
    this.meanFrame.set(this.meanColumn, this.ranNs / (endNs - this.meanFromNs));
    this.ranNs = 0;
    this.meanFromNs = endNs;
  }

  private row(nowNs: number): void {
    if (this.lastNs > 0) {
      this.frame.row(this.lastNs, this.lastOffset);
      this.states.forEach((state, i) => {
        this.frame.set(this.columns[i], Math.max(0, this.goroutines[state]));
      });
      this.frame.set(this.procsColumn, Math.max(0, this.procs));
    }
    this.nextRowNs = (Math.floor(nowNs / gridNs) + 1) * gridNs;
  }
}

function meanLengthNs(nowNs: number): number {
  return Math.min(longestMeanNs, Math.max(gridNs, nowNs * meanShare));
}
