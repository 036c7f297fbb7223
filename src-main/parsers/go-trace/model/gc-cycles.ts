/**
 * GC cycles with their phases, put together from the mark phase and the stops of the world.
 *
 * In the order of the runtime a cycle is: GCBegin; stop "GC sweep termination"; the world runs and marking goes on beside it; stop "GC mark
 * termination"; GCEnd inside that stop; the world runs again. A stop for mark termination can find marking unfinished: then the world runs
 * on and the stop comes again. So a cycle is complete when the stop that contains GCEnd is over.
 *
 * What a trace does not tell stays NaN: the phases before its begin, and in traces before Go 1.10 all stops, which carry no reason there.
 * Whether a cycle was forced is not in a trace at all.
 *
 * @source Go 1.26 runtime/mgc.go gcStart, gcMarkDone, gcMarkTermination (places of GCStart, GCDone, stopTheWorldWithSema)
 */
import type { gcCycleColumns } from '../trace-sink.ts';
import type { ColumnTable } from './column-table.ts';

const unknown = Number.NaN;

/** One cycle in the making. There is never more than one. */
interface Cycle {
  beginNs: number;
  sweepTerminationBeginNs: number;
  sweepTerminationEndNs: number;
  markTerminationBeginNs: number;
  markTerminationEndNs: number;
  markTerminations: number;
  endNs: number;
  assists: number;
  assistNs: number;
  heapLiveBeginBytes: number;
  heapGoalBytes: number;
  offset: number;
}

export class GcCycles {
  private cycle: Cycle | undefined;
  private heapLiveBytes = unknown;
  private heapGoalBytes = unknown;
  private readonly table: ColumnTable<typeof gcCycleColumns>;

  constructor(table: ColumnTable<typeof gcCycleColumns>) {
    this.table = table;
  }

  heapLive(bytes: number): void {
    this.heapLiveBytes = bytes;
  }

  heapGoal(bytes: number): void {
    this.heapGoalBytes = bytes;
  }

  /** The mark phase begins, or (NaN) was on when the trace began. */
  begin(timeNs: number, offset: number): void {
    this.close();
    this.cycle = {
      beginNs: timeNs,
      sweepTerminationBeginNs: unknown,
      sweepTerminationEndNs: unknown,
      markTerminationBeginNs: unknown,
      markTerminationEndNs: unknown,
      markTerminations: 0,
      endNs: unknown,
      assists: 0,
      assistNs: 0,
      heapLiveBeginBytes: this.heapLiveBytes,
      heapGoalBytes: this.heapGoalBytes,
      offset,
    };
  }

  /** The mark phase was on when the trace or the generation began. */
  active(offset: number): void {
    if (this.cycle === undefined) this.begin(unknown, offset);
  }

  end(timeNs: number): void {
    if (this.cycle !== undefined) this.cycle.endNs = timeNs;
  }

  sweepTermination(beginNs: number, endNs: number): void {
    if (this.cycle === undefined) return;
    this.cycle.sweepTerminationBeginNs = beginNs;
    this.cycle.sweepTerminationEndNs = endNs;
  }

  markTerminationBegins(timeNs: number): void {
    if (this.cycle === undefined) return;
    this.cycle.markTerminationBeginNs = timeNs;
    this.cycle.markTerminations++;
  }

  markTerminationEnds(timeNs: number): void {
    if (this.cycle === undefined || Number.isNaN(this.cycle.endNs)) return;
    this.cycle.markTerminationEndNs = timeNs;
    this.close();
  }

  assist(lengthNs: number): void {
    if (this.cycle === undefined || Number.isNaN(lengthNs)) return;
    this.cycle.assists++;
    this.cycle.assistNs += lengthNs;
  }

  finish(): void {
    this.close();
  }

  private close(): void {
    const { cycle } = this;
    if (cycle === undefined) return;
    const at = this.table.next();
    const c = this.table.columns;
    c.beginNs[at] = cycle.beginNs;
    c.sweepTerminationBeginNs[at] = cycle.sweepTerminationBeginNs;
    c.sweepTerminationEndNs[at] = cycle.sweepTerminationEndNs;
    c.markBeginNs[at] = cycle.sweepTerminationEndNs;
    c.markEndNs[at] = cycle.markTerminationBeginNs;
    c.markTerminationBeginNs[at] = cycle.markTerminationBeginNs;
    c.markTerminationEndNs[at] = cycle.markTerminationEndNs;
    c.markTerminations[at] = cycle.markTerminations;
    c.endNs[at] = cycle.endNs;
    c.assists[at] = cycle.assists;
    c.assistNs[at] = cycle.assistNs;
    c.heapLiveBeginBytes[at] = cycle.heapLiveBeginBytes;
    c.heapLiveEndBytes[at] = this.heapLiveBytes;
    c.heapGoalBytes[at] = cycle.heapGoalBytes;
    c.offset[at] = cycle.offset;
    this.cycle = undefined;
  }
}
