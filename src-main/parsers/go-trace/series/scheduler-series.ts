/**
 * How many goroutines are in each state and how many Ps run, read off the transitions every millisecond in which something changed. System
 * goroutines are among them, so the sum lies above runtime.NumGoroutine.
 */
import { type Frame, type Sink, traceClock } from '../../contract.ts';
import type { Chunk } from '../model/column-table.ts';
import { goStates, procStates, type transitionColumns } from '../trace-sink.ts';

const gridNs = 1e6;
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
  private procs = 0;
  private nextRowNs = 0;
  private lastNs = 0;
  private lastOffset = 0;

  constructor(sink: Sink) {
    this.frame = sink.frame('go-trace scheduler', traceClock);
    this.columns = shown.map((name) =>
      this.frame.column({ metric: `trace_goroutines_${name.toLowerCase()}`, sourceName: `goroutines ${name}` }),
    );
    this.procsColumn = this.frame.column({ metric: 'trace_procs_running', sourceName: 'Ps Running' });
  }

  add(chunk: Chunk<typeof transitionColumns>): void {
    const { timeNs, resource, from, to, offset } = chunk;
    for (let r = 0; r < chunk.rows; r++) {
      // the row tells the state at the end of its millisecond, at the time of the last change
      if (timeNs[r] >= this.nextRowNs) this.row(timeNs[r]);
      if (resource[r] === goroutineResource) {
        if (from[r] > notExist) this.goroutines[from[r]]--;
        if (to[r] > notExist) this.goroutines[to[r]]++;
      } else {
        if (from[r] === procRunning) this.procs--;
        if (to[r] === procRunning) this.procs++;
      }
      this.lastNs = timeNs[r];
      this.lastOffset = offset[r];
    }
  }

  /** The state after the last transition. */
  finish(): void {
    if (this.lastNs > 0) this.row(this.lastNs);
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
