/**
 * Ordered events to the tables of `trace-sink.ts`. The model trusts the order: what could not happen was refused before. It decides nothing about
 * versions either; a version 1 trace comes as the same events.
 *
 * One pass over each block. An event is a row of one table, or closes a row that an earlier event began.
 */
import type { AllocInfo } from '../binary/alloc-experiment.ts';
import { markTermination, sweepTermination } from '../binary/string-table.ts';
import {
  argsAt,
  blockRows,
  type EventBlock,
  goroutineAt,
  offsetAt,
  procAt,
  rowWidth,
  timeAt,
} from '../events/event-block.ts';
import { Ev } from '../events/event-table.ts';
import {
  allocFreeColumns,
  cpuSampleColumns,
  gcCycleColumns,
  goroutineColumns,
  labelColumns,
  logColumns,
  metricColumns,
  rangeColumns,
  regionColumns,
  type TraceSink,
  taskColumns,
  transitionColumns,
} from '../trace-sink.ts';
import { AllocFreeRows } from './alloc-free-rows.ts';
import { type ChunkTaker, type ColumnSpec, ColumnTable } from './column-table.ts';
import { GcCycles } from './gc-cycles.ts';
import { GoroutineRows } from './goroutine-rows.ts';
import { LabelRows, LogRows, MetricRows, SampleRows } from './point-rows.ts';
import { RangeKind, RangeRows } from './range-rows.ts';
import { TransitionRows, transitionIdAt } from './transition-rows.ts';
import { RegionRows, TaskRows } from './user-rows.ts';

/** State before of a goroutine that the trace did not know. */
const undetermined = 0;

/** The whole program owns its mark phase. */
const program = 0;

/** By code: 1 where a goroutine begins, is found or ends. */
const changesLife = new Uint8Array(256);
const lifeEvents = [
  Ev.GoCreate,
  Ev.GoCreateBlocked,
  Ev.GoCreateSyscall,
  Ev.GoDestroy,
  Ev.GoDestroySyscall,
  Ev.GoStatus,
  Ev.GoStatusStack,
];
for (const code of lifeEvents) changesLife[code] = 1;

export class TraceModel {
  /** Events by code. */
  readonly countByCode = new Float64Array(256);
  /** Events with a stack. */
  withStack = 0;
  /** Time of the last event. */
  lastNs = 0;

  /** Rows of the block that are transitions, and alloc/free events: most are, and many at once cost a third of one at a time. */
  private readonly moves = new Uint16Array(blockRows);
  private readonly allocs = new Uint16Array(blockRows);
  private readonly tables: ColumnTable<ColumnSpec>[] = [];
  private readonly transitions: TransitionRows;
  private readonly metrics: MetricRows;
  private readonly cpuSamples: SampleRows;
  private readonly labels: LabelRows;
  private readonly logs: LogRows;
  private readonly goroutines: GoroutineRows;
  private readonly ranges: RangeRows;
  private readonly gcCycles: GcCycles;
  private readonly tasks: TaskRows;
  private readonly regions: RegionRows;
  private readonly allocFree: AllocFreeRows;

  constructor(sink: TraceSink) {
    const table = <S extends ColumnSpec>(spec: S, take: ChunkTaker<S> | undefined): ColumnTable<S> => {
      const made = new ColumnTable(spec, (chunk) => {
        return take?.call(sink, chunk) ?? false;
      });
      this.tables.push(made as unknown as ColumnTable<ColumnSpec>);
      return made;
    };
    this.transitions = new TransitionRows(table(transitionColumns, sink.transitions));
    this.metrics = new MetricRows(table(metricColumns, sink.metrics));
    this.cpuSamples = new SampleRows(table(cpuSampleColumns, sink.cpuSamples));
    this.labels = new LabelRows(table(labelColumns, sink.labels));
    this.logs = new LogRows(table(logColumns, sink.logs));
    this.goroutines = new GoroutineRows(table(goroutineColumns, sink.goroutines));
    this.ranges = new RangeRows(table(rangeColumns, sink.ranges));
    this.gcCycles = new GcCycles(table(gcCycleColumns, sink.gcCycles));
    this.tasks = new TaskRows(table(taskColumns, sink.tasks));
    this.regions = new RegionRows(table(regionColumns, sink.regions));
    this.allocFree = new AllocFreeRows(table(allocFreeColumns, sink.allocFree));
  }

  /** Different goroutines seen so far. */
  get goroutinesSeen(): number {
    return this.goroutines.seen;
  }

  setAllocUnits(info: AllocInfo): void {
    this.allocFree.setUnits(info);
  }

  /** Takes the rows of a block. */
  consume(block: EventBlock): void {
    const { rows, code, stack, num } = block;
    const { moves, allocs, countByCode } = this;
    let moveCount = 0;
    let allocCount = 0;
    let withStack = 0;
    for (let r = 0; r < rows; r++) {
      const kind = code[r];
      countByCode[kind]++;
      if (stack[r] !== 0) withStack++;
      if (transitionIdAt[kind] !== 0) {
        moves[moveCount++] = r;
        if (changesLife[kind] !== 0) this.life(kind, block, r);
      } else if (kind >= Ev.Span && kind <= Ev.GoroutineStackFree) {
        allocs[allocCount++] = r;
      } else {
        this.other(kind, block, r);
      }
    }
    this.withStack += withStack;
    if (moveCount > 0) this.transitions.addAll(block, moves, moveCount);
    if (allocCount > 0) this.allocFree.addAll(block, allocs, allocCount);
    if (rows > 0) this.lastNs = num[(rows - 1) * rowWidth + timeAt];
  }

  /** Closes all open rows at the end of the trace and hands on every table. */
  finish(): void {
    this.ranges.finish(this.lastNs);
    this.gcCycles.finish();
    this.tasks.finish(this.lastNs);
    this.regions.finish(this.lastNs);
    for (const table of this.tables) table.flush();
  }

  /** A goroutine begins, is seen or ends. */
  private life(kind: number, block: EventBlock, r: number): void {
    const { num } = block;
    const row = r * rowWidth;
    const id = num[row + argsAt];
    if (kind === Ev.GoDestroy || kind === Ev.GoDestroySyscall) {
      this.regions.goroutineEnded(num[row + goroutineAt], num[row + timeAt]);
    } else if (kind !== Ev.GoStatus && kind !== Ev.GoStatusStack) {
      this.goroutines.created(id, kind === Ev.GoCreateSyscall ? 0 : num[row + argsAt + 1], block, r);
    } else if (num[row + argsAt + 1] === undetermined) {
      this.goroutines.found(id, block, r);
    }
  }

  private other(kind: number, block: EventBlock, r: number): void {
    const { num } = block;
    const row = r * rowWidth;
    const timeNs = num[row + timeAt];
    const goroutine = num[row + goroutineAt];
    const a = num[row + argsAt];
    const b = num[row + argsAt + 1];
    switch (kind) {
      case Ev.HeapAlloc:
        this.gcCycles.heapLive(this.metrics.add(kind, block, r));
        break;
      case Ev.HeapGoal:
        this.gcCycles.heapGoal(this.metrics.add(kind, block, r));
        break;
      case Ev.ProcsChange:
        this.metrics.add(kind, block, r);
        break;
      case Ev.GCMarkAssistBegin:
        this.ranges.begin(RangeKind.Assist, goroutine, 1, 0, block, r);
        break;
      case Ev.GCMarkAssistEnd:
        this.gcCycles.assist(this.ranges.end(RangeKind.Assist, goroutine, 0, 0, block, r));
        break;
      case Ev.GCSweepBegin:
        this.ranges.begin(RangeKind.Sweep, num[row + procAt], 1, 0, block, r);
        break;
      case Ev.GCSweepEnd:
        this.ranges.end(RangeKind.Sweep, num[row + procAt], a, b, block, r);
        break;
      case Ev.UserRegionBegin:
        this.regions.begin(goroutine, a, b, timeNs, block.stack[r], num[row + offsetAt]);
        break;
      case Ev.UserRegionEnd:
        this.regions.end(goroutine, a, b, timeNs, block.stack[r], num[row + offsetAt]);
        break;
      case Ev.UserLog:
        this.logs.add(block, r);
        break;
      case Ev.GoLabel:
        this.labels.add(block, r);
        break;
      case Ev.CPUSample:
        this.cpuSamples.add(block, r);
        break;
      case Ev.UserTaskBegin:
        this.tasks.begin(a, b, num[row + argsAt + 2], timeNs, goroutine, block.stack[r], num[row + offsetAt]);
        break;
      case Ev.UserTaskEnd:
        this.tasks.end(a, timeNs, goroutine, block.stack[r], num[row + offsetAt]);
        break;
      default:
        this.collection(kind, block, r);
    }
  }

  private collection(kind: number, block: EventBlock, r: number): void {
    const { num } = block;
    const row = r * rowWidth;
    const timeNs = num[row + timeAt];
    const a = num[row + argsAt];
    switch (kind) {
      case Ev.GCBegin:
        this.ranges.begin(RangeKind.Mark, program, 1, 0, block, r);
        this.gcCycles.begin(timeNs, num[row + offsetAt]);
        break;
      case Ev.GCActive:
        this.ranges.begin(RangeKind.Mark, program, 0, 0, block, r);
        this.gcCycles.active(num[row + offsetAt]);
        break;
      case Ev.GCEnd:
        this.ranges.end(RangeKind.Mark, program, 0, 0, block, r);
        this.gcCycles.end(timeNs);
        break;
      case Ev.GCSweepActive:
        this.ranges.begin(RangeKind.Sweep, a, 0, 0, block, r);
        break;
      case Ev.GCMarkAssistActive:
        this.ranges.begin(RangeKind.Assist, a, 0, 0, block, r);
        break;
      case Ev.STWBegin:
        this.ranges.begin(RangeKind.StopTheWorld, stopper(num[row + goroutineAt], num[row + procAt]), 1, a, block, r);
        if (a === markTermination) this.gcCycles.markTerminationBegins(timeNs);
        break;
      case Ev.STWEnd: {
        const owner = stopper(num[row + goroutineAt], num[row + procAt]);
        const lengthNs = this.ranges.end(RangeKind.StopTheWorld, owner, 0, 0, block, r);
        if (a === sweepTermination) this.gcCycles.sweepTermination(timeNs - lengthNs, timeNs);
        if (a === markTermination) this.gcCycles.markTerminationEnds(timeNs);
        break;
      }
    }
  }
}

/** Who stopped the world: a goroutine, or, where none is said (before Go 1.10), a P. */
function stopper(goroutine: number, proc: number): number {
  return goroutine === -1 ? -2 - proc : goroutine;
}
