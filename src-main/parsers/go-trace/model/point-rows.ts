/** Events that are one row and nothing else: metrics, CPU samples, labels, logs. */
import {
  argsAt,
  type EventBlock,
  goroutineAt,
  offsetAt,
  procAt,
  rowWidth,
  threadAt,
  timeAt,
} from '../events/event-block.ts';
import { Ev } from '../events/event-table.ts';
import type { cpuSampleColumns, labelColumns, logColumns, metricColumns } from '../trace-sink.ts';
import type { ColumnTable } from './column-table.ts';

/** Places in `traceMetrics` of the sink. */
const heapLive = 0;
const heapGoal = 1;
const gomaxprocs = 2;

export class MetricRows {
  private readonly table: ColumnTable<typeof metricColumns>;

  constructor(table: ColumnTable<typeof metricColumns>) {
    this.table = table;
  }

  /** Writes the metric in row `r` of the block and returns its value. */
  add(code: number, block: EventBlock, r: number): number {
    const at = this.table.next();
    const c = this.table.columns;
    const { num } = block;
    const row = r * rowWidth;
    const signed = num[row + argsAt];
    // Varints are read signed; a metric is not.
    const value = signed < 0 ? signed + 2 ** 64 : signed;
    c.timeNs[at] = num[row + timeAt];
    c.metric[at] = code === Ev.HeapAlloc ? heapLive : code === Ev.HeapGoal ? heapGoal : gomaxprocs;
    c.value[at] = value;
    c.proc[at] = num[row + procAt];
    c.goroutine[at] = num[row + goroutineAt];
    c.offset[at] = num[row + offsetAt];
    return value;
  }
}

export class SampleRows {
  private readonly table: ColumnTable<typeof cpuSampleColumns>;

  constructor(table: ColumnTable<typeof cpuSampleColumns>) {
    this.table = table;
  }

  add(block: EventBlock, r: number): void {
    const at = this.table.next();
    const c = this.table.columns;
    const { num } = block;
    const row = r * rowWidth;
    c.timeNs[at] = num[row + timeAt];
    c.thread[at] = num[row + threadAt];
    c.proc[at] = num[row + procAt];
    c.goroutine[at] = num[row + goroutineAt];
    c.stack[at] = block.stack[r];
    c.offset[at] = num[row + offsetAt];
  }
}

export class LabelRows {
  private readonly table: ColumnTable<typeof labelColumns>;

  constructor(table: ColumnTable<typeof labelColumns>) {
    this.table = table;
  }

  add(block: EventBlock, r: number): void {
    const at = this.table.next();
    const c = this.table.columns;
    const { num } = block;
    const row = r * rowWidth;
    c.timeNs[at] = num[row + timeAt];
    c.goroutine[at] = num[row + goroutineAt];
    c.labelString[at] = num[row + argsAt];
    c.offset[at] = num[row + offsetAt];
  }
}

export class LogRows {
  private readonly table: ColumnTable<typeof logColumns>;

  constructor(table: ColumnTable<typeof logColumns>) {
    this.table = table;
  }

  add(block: EventBlock, r: number): void {
    const at = this.table.next();
    const c = this.table.columns;
    const { num } = block;
    const row = r * rowWidth;
    c.timeNs[at] = num[row + timeAt];
    c.task[at] = num[row + argsAt];
    c.categoryString[at] = num[row + argsAt + 1];
    c.messageString[at] = num[row + argsAt + 2];
    c.goroutine[at] = num[row + goroutineAt];
    c.stack[at] = block.stack[r];
    c.offset[at] = num[row + offsetAt];
  }
}
