/**
 * GC cycles with their phases, and every stop of the world by its reason. Phases are wall time; what the trace does not tell is left out of the row.
 */
import { type Frame, type Sink, traceClock } from '../../contract.ts';
import type { Chunk } from '../model/column-table.ts';
import { RangeKind } from '../model/range-rows.ts';
import type { gcCycleColumns, rangeColumns } from '../trace-sink.ts';

/** A runtime has about twenty reasons; a made-up file could name more. */
const mostReasons = 32;
const nsPerSecond = 1e9;

export class CycleSeries {
  private readonly frame: Frame;
  private readonly pause: number;
  private readonly sweepTermination: number;
  private readonly mark: number;
  private readonly markTermination: number;
  private readonly assist: number;
  private readonly begin: number;
  private readonly end: number;
  private readonly goal: number;

  constructor(sink: Sink) {
    this.frame = sink.frame('go-trace cycles', traceClock);
    const add = (metric: string, sourceName: string) => this.frame.column({ metric, sourceName });
    this.pause = add('gc_pause_seconds', 'stop-the-world (GC ...)');
    this.sweepTermination = add('gc_sweep_termination_seconds', 'stop-the-world (GC sweep termination)');
    this.mark = add('gc_mark_seconds', 'between the stops');
    this.markTermination = add('gc_mark_termination_seconds', 'stop-the-world (GC mark termination)');
    this.assist = add('trace_mark_assist_seconds', 'GC mark assist');
    this.begin = add('trace_cycle_begin_live_bytes', 'HeapAlloc at GCBegin');
    this.end = add('trace_cycle_end_live_bytes', 'HeapAlloc at GCEnd');
    this.goal = add('trace_cycle_goal_bytes', 'HeapGoal at GCBegin');
  }

  add(chunk: Chunk<typeof gcCycleColumns>): void {
    for (let r = 0; r < chunk.rows; r++) this.cycle(chunk, r);
  }

  private cycle(c: Chunk<typeof gcCycleColumns>, r: number): void {
    const sweepTermination = c.sweepTerminationEndNs[r] - c.sweepTerminationBeginNs[r];
    const markTermination = c.markTerminationEndNs[r] - c.markTerminationBeginNs[r];
    const from = firstNumber(c.sweepTerminationBeginNs[r], c.beginNs[r], c.markTerminationBeginNs[r], c.endNs[r]);
    if (Number.isNaN(from)) return;
    this.frame.row(from, c.offset[r]);
    this.put(this.sweepTermination, sweepTermination / nsPerSecond);
    this.put(this.markTermination, markTermination / nsPerSecond);
    this.put(this.mark, (c.markEndNs[r] - c.markBeginNs[r]) / nsPerSecond);
    this.put(this.pause, (sweepTermination + markTermination) / nsPerSecond);
    this.put(this.assist, c.assistNs[r] / nsPerSecond);
    this.put(this.begin, c.heapLiveBeginBytes[r]);
    this.put(this.end, c.heapLiveEndBytes[r]);
    if (c.heapGoalBytes[r] < 2 ** 53) this.put(this.goal, c.heapGoalBytes[r]);
  }

  private put(column: number, value: number): void {
    if (!Number.isNaN(value)) this.frame.set(column, value);
  }
}

export class StopSeries {
  /** Ranges by `rangeKinds`, and how long they took. */
  readonly count = new Float64Array(4);
  readonly seconds = new Float64Array(4);
  private readonly frame: Frame;
  private readonly byReason = new Map<number, number>();
  private readonly text: (string: number) => string;

  /** `text` gives a string of the trace by its index. */
  constructor(sink: Sink, text: (string: number) => string) {
    this.frame = sink.frame('go-trace stops', traceClock);
    this.text = text;
  }

  add(chunk: Chunk<typeof rangeColumns>): void {
    const { kind, beginNs, endNs, reasonString, offset } = chunk;
    for (let r = 0; r < chunk.rows; r++) {
      const seconds = (endNs[r] - beginNs[r]) / nsPerSecond;
      this.count[kind[r]]++;
      this.seconds[kind[r]] += seconds;
      if (kind[r] !== RangeKind.StopTheWorld) continue;
      this.frame.row(beginNs[r], offset[r]);
      this.frame.set(this.column(reasonString[r]), seconds);
    }
  }

  private column(reason: number): number {
    const known = this.byReason.get(reason);
    if (known !== undefined) return known;
    const isNamed = this.byReason.size < mostReasons;
    const sourceName = isNamed ? `stop-the-world (${this.text(reason)})`.slice(0, 200) : 'stop-the-world';
    const column = this.frame.column({ metric: 'trace_stop_seconds', sourceName });
    this.byReason.set(reason, column);
    return column;
  }
}

function firstNumber(...values: readonly number[]): number {
  return values.find((value) => !Number.isNaN(value)) ?? Number.NaN;
}
