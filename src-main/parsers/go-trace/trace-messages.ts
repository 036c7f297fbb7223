/**
 * What the first stage of a reading (bytes to ordered events) says to the second (events to rows), in order. The stages may run in two threads:
 * all of this can be copied from one to the other, and the columns of events may be memory that both see.
 */
import type { AllocInfo, NewTypes } from './binary/alloc-experiment.ts';
import type { NewFrames, NewStacks } from './binary/stack-table.ts';
import type { EventColumns } from './events/event-block.ts';
import type { TraceProblem } from './trace-problem.ts';
import type { NewStrings, TraceClock, TraceHeader } from './trace-sink.ts';
import type { V1Basis } from './v1/v1-block.ts';

export type TraceMessage =
  | { readonly kind: 'header'; readonly header: TraceHeader }
  /** New names, ahead of the events that use them. */
  | { readonly kind: 'strings'; readonly strings: NewStrings }
  | { readonly kind: 'frames'; readonly frames: NewFrames }
  | { readonly kind: 'stacks'; readonly stacks: NewStacks }
  | { readonly kind: 'types'; readonly types: NewTypes }
  /** The columns are read before the next message is asked for. */
  | { readonly kind: 'events'; readonly rows: number; readonly columns: EventColumns }
  /** The blocks that follow hold events of version 1, see `v1/v1-block.ts`. */
  | { readonly kind: 'v1'; readonly basis: V1Basis }
  | { readonly kind: 'clock'; readonly clock: TraceClock }
  | { readonly kind: 'units'; readonly info: AllocInfo }
  | { readonly kind: 'problem'; readonly problem: TraceProblem }
  /** Go's reader gave up; events that follow are not among those it would deliver. */
  | { readonly kind: 'salvage' }
  | { readonly kind: 'salvaged'; readonly salvage: Salvage }
  | { readonly kind: 'end'; readonly end: EndOfReading };

/** A reading that went on where Go's reader gave up. */
export interface Salvage {
  readonly offset: number;
  readonly generation: number;
  /** No clock was found: a tick is taken for what it usually is. */
  readonly isAssumed: boolean;
  /** All events were salvaged, not only those behind the last `salvage`. */
  readonly isWhole: boolean;
}

/** What the first stage knows once it is through. */
export interface EndOfReading {
  readonly startNs: bigint | undefined;
  readonly wallStartNs: bigint | undefined;
  readonly rawEventsByName: Readonly<Record<string, number>> | undefined;
  readonly generations: number;
  readonly readBytes: number;
  readonly isStopped: boolean;
}

/** Where the first stage puts its messages. */
export interface Relay {
  say(message: TraceMessage): void;
  /** Columns for the next block, nobody else's; called once the last ones were said. */
  columns(): EventColumns;
  /** Waits while the second stage is too far behind. */
  room(): Promise<void> | undefined;
}
