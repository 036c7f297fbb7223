/**
 * The end of the first stage, the same for both versions: ordered events leave in blocks, and what they name (strings, stacks, types) goes ahead of
 * them.
 */
import { type AllocInfo, AllocTypeTable } from './binary/alloc-experiment.ts';
import type { TraceTables } from './binary/generation.ts';
import { StackTable } from './binary/stack-table.ts';
import { StringTable } from './binary/string-table.ts';
import { EventBlock } from './events/event-block.ts';
import { limits } from './limits.ts';
import type { Relay, Salvage } from './trace-messages.ts';
import { type TraceProblem, traceProblem } from './trace-problem.ts';
import type { TraceClock, TraceHeader } from './trace-sink.ts';
import type { V1Basis } from './v1/v1-block.ts';

export class EventOutput {
  readonly tables: TraceTables = { strings: new StringTable(), stacks: new StackTable(), types: new AllocTypeTable() };
  /** The block to write to. */
  readonly block: EventBlock;
  private readonly relay: Relay;
  private hasAllocInfo = false;

  constructor(relay: Relay) {
    this.relay = relay;
    this.block = new EventBlock(relay.columns());
  }

  /** Hands on the rows of the block and empties it. */
  flushBlock(): void {
    const { block, relay } = this;
    this.handOnNames();
    if (block.rows === 0) return;
    relay.say({ kind: 'events', rows: block.rows, columns: { code: block.code, stack: block.stack, num: block.num } });
    block.turnTo(relay.columns());
  }

  /** Waits while too much of what was handed on has not been taken. */
  room(): Promise<void> | undefined {
    return this.relay.room();
  }

  warn(problem: TraceProblem): void {
    this.relay.say({ kind: 'problem', problem });
  }

  header(header: TraceHeader): void {
    this.relay.say({ kind: 'header', header });
  }

  /** Blocks from here on hold rows of version 1. */
  v1(basis: V1Basis): void {
    this.relay.say({ kind: 'v1', basis });
  }

  clock(clock: TraceClock): void {
    this.relay.say({ kind: 'clock', clock });
  }

  /** A trace has one set of units; a second one is damage. */
  allocInfo(info: AllocInfo): void {
    if (this.hasAllocInfo) return;
    this.hasAllocInfo = true;
    this.flushBlock();
    this.relay.say({ kind: 'units', info });
  }

  /** What follows is more than Go's reader would deliver. */
  salvage(): void {
    this.flushBlock();
    this.relay.say({ kind: 'salvage' });
  }

  salvaged(salvage: Salvage): void {
    this.flushBlock();
    this.relay.say({ kind: 'salvaged', salvage });
  }

  /** Hands on what is left and says what only the end can tell. */
  finish(): void {
    this.flushBlock();
    const { stacks, types } = this.tables;
    if (stacks.isFull) this.warn(traceProblem('go_trace/dropped', 0, { what: 'stacks', limit: limits.stacks }));
    if (types.isFull) this.warn(traceProblem('go_trace/dropped', 0, { what: 'types', limit: limits.types }));
  }

  private handOnNames(): void {
    const { relay, tables } = this;
    const strings = tables.strings.takeNew();
    if (strings !== undefined) relay.say({ kind: 'strings', strings });
    const frames = tables.stacks.takeNewFrames();
    if (frames !== undefined) relay.say({ kind: 'frames', frames });
    const stacks = tables.stacks.takeNewStacks();
    if (stacks !== undefined) relay.say({ kind: 'stacks', stacks });
    const types = tables.types.takeNew();
    if (types !== undefined) relay.say({ kind: 'types', types });
  }
}
