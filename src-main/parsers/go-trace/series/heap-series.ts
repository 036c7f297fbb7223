/**
 * The live heap, its goal and GOMAXPROCS as the trace tells them: one row an event. What they were last holds to the end of
 * the trace and is told there once more.
 *
 * The live heap is the pacer's (`gcController.heapLive`), which Go's reader calls /memory/classes/heap/objects:bytes. It counts a span as full from the
 * moment a P takes it, so it lies above MemStats.HeapAlloc by what the caches have free.
 *
 * @source Go 1.26 runtime/mgcpacer.go heapLive; internal/trace/event.go metricNames
 */
import { type Frame, type Sink, traceClock } from '../../contract.ts';
import type { Chunk } from '../model/column-table.ts';
import { type metricColumns, traceMetrics } from '../trace-sink.ts';

/** A goal beyond this means that there is none (GOGC=off). */
const noGoal = 2 ** 53;

const columnSpecs = {
  heap_live_bytes: { metric: 'trace_heap_live_bytes', sourceName: 'HeapAlloc' },
  heap_goal_bytes: { metric: 'trace_heap_goal_bytes', sourceName: 'HeapGoal' },
  gomaxprocs: { metric: 'gomaxprocs', sourceName: 'ProcsChange' },
} as const;

export class HeapSeries {
  /** Largest live heap; 0 where the trace tells none. */
  peakLiveBytes = 0;
  private readonly frame: Frame;
  private readonly columns: readonly number[];
  private lastNs = 0;
  private readonly last: { value: number; offset: number }[] = traceMetrics.map(() => ({
    value: Number.NaN,
    offset: 0,
  }));

  constructor(sink: Sink) {
    this.frame = sink.frame('go-trace heap', traceClock);
    this.columns = traceMetrics.map((metric) => this.frame.column(columnSpecs[metric]));
  }

  add(chunk: Chunk<typeof metricColumns>): void {
    const { timeNs, metric, value, offset } = chunk;
    for (let r = 0; r < chunk.rows; r++) {
      const last = this.last[metric[r]];
      last.value = value[r] >= noGoal ? Number.NaN : value[r];
      last.offset = offset[r];
      if (value[r] >= noGoal) continue;
      this.frame.row(timeNs[r], offset[r]);
      this.lastNs = timeNs[r];
      this.frame.set(this.columns[metric[r]], value[r]);
      if (metric[r] === 0 && value[r] > this.peakLiveBytes) this.peakLiveBytes = value[r];
    }
  }

  /** @param endNs the last moment known */
  finish(endNs: number): void {
    const atNs = Math.max(endNs, this.lastNs);
    this.last.forEach(({ value, offset }, i) => {
      if (Number.isNaN(value)) return;
      this.frame.row(atNs, offset);
      this.frame.set(this.columns[i], value);
    });
  }
}
