/**
 * The way from a block of ordered events to the sink, the same for both versions: the model makes rows, new strings, stacks and types go
 * ahead of the rows that name them, and problems are counted as they pass.
 */
import { type AllocInfo, AllocTypeTable } from './binary/alloc-experiment.ts';
import type { TraceTables } from './binary/generation.ts';
import { StackTable } from './binary/stack-table.ts';
import { StringTable } from './binary/string-table.ts';
import { EventBlock } from './events/event-block.ts';
import { Ev, eventName, sinceVersion } from './events/event-table.ts';
import { limits } from './limits.ts';
import { TraceModel } from './model/trace-model.ts';
import { type TraceProblem, traceProblem } from './trace-problem.ts';
import type { TraceSink } from './trace-sink.ts';

/** Farther from the start a Float64 no longer tells nanoseconds apart: 104 days. */
const exactNs = 2 ** 53;

export class TraceOutput {
  readonly tables: TraceTables = { strings: new StringTable(), stacks: new StackTable(), types: new AllocTypeTable() };
  readonly block = new EventBlock();
  readonly model: TraceModel;
  readonly sink: TraceSink;
  /** Whether a problem was said at which Go's reader gives up. */
  isRefused = false;
  private hasAllocInfo = false;

  constructor(sink: TraceSink) {
    this.sink = sink;
    this.model = new TraceModel(sink, this.tables.strings, () => this.handOnTables());
  }

  /** Gives the rows of the block to the model and empties it. */
  flushBlock(): void {
    this.model.consume(this.block);
    this.block.rows = 0;
  }

  warn(problem: TraceProblem): void {
    if (problem.severity === 'error') this.isRefused = true;
    this.sink.warning(problem);
  }

  /** A trace has one set of units; a second one is damage. */
  allocInfo(info: AllocInfo): void {
    if (this.hasAllocInfo) return;
    this.hasAllocInfo = true;
    this.model.setAllocUnits(info);
    this.sink.allocInfo?.(info);
  }

  /** Closes the tables and says what only the end can tell. */
  finish(version: number): void {
    this.flushBlock();
    this.model.finish();
    this.handOnTables();
    const { countByCode, lastNs } = this.model;
    let allocEvents = 0;
    for (let code = Ev.Span; code <= Ev.GoroutineStackFree; code++) allocEvents += countByCode[code];
    if (allocEvents > 0 && !this.hasAllocInfo) this.warn(traceProblem('go_trace/alloc_info_missing', 0));
    if (this.tables.stacks.isFull) {
      this.warn(traceProblem('go_trace/dropped', 0, { what: 'stacks', limit: limits.stacks }));
    }
    if (this.tables.types.isFull) {
      this.warn(traceProblem('go_trace/dropped', 0, { what: 'types', limit: limits.types }));
    }
    if (lastNs > exactNs) this.warn(traceProblem('go_trace/clock_absurd', 0, { ns: lastNs }));
    if (version < 22) return;
    for (let code = 0; code < 256; code++) {
      const since = sinceVersion[code];
      if (countByCode[code] > 0 && since > version) {
        this.warn(traceProblem('go_trace/event_newer', 0, { event: eventName(code), since, version }));
      }
    }
  }

  private handOnTables(): void {
    const { sink, tables } = this;
    const strings = tables.strings.takeNew();
    if (strings !== undefined) sink.strings?.(strings);
    const frames = tables.stacks.takeNewFrames();
    if (frames !== undefined) sink.frames?.(frames);
    const stacks = tables.stacks.takeNewStacks();
    if (stacks !== undefined) sink.stacks?.(stacks);
    const types = tables.types.takeNew();
    if (types !== undefined) sink.types?.(types);
  }
}
