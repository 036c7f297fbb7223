/**
 * The first stage in a thread of its own: blocks of events are memory that both threads see, written again once the other has read them. A block
 * is sent once and named by its number after that, which costs a tenth of sending it.
 */
import type { Ahead } from '../contract.ts';
import { type EventColumns, eventColumns } from './events/event-block.ts';
import type { Relay, TraceMessage } from './trace-messages.ts';

type AheadMessage =
  | { readonly kind: 'block'; readonly columns: EventColumns }
  | { readonly kind: 'filled'; readonly block: number; readonly rows: number }
  | TraceMessage;

/** Of a message without a block. */
const noBlock = -1;

export class AheadRelay implements Relay {
  private readonly ahead: Ahead;
  private readonly blocks: EventColumns[] = [];
  private readonly free: number[] = [];
  /** The block being written. */
  private current = noBlock;
  /** Blocks of the messages not known to be taken, oldest first. */
  private readonly away: number[] = [];
  private taken = 0;

  constructor(ahead: Ahead) {
    this.ahead = ahead;
  }

  say(message: TraceMessage): void {
    if (message.kind === 'events') this.post({ kind: 'filled', block: this.current, rows: message.rows }, this.current);
    else this.post(message);
  }

  columns(): EventColumns {
    for (; this.taken < this.ahead.taken; this.taken++) {
      const back = this.away.shift();
      if (back !== undefined && back !== noBlock) this.free.push(back);
    }
    this.current = this.free.pop() ?? this.newBlock();
    return this.blocks[this.current];
  }

  room(): Promise<void> | undefined {
    return this.ahead.room();
  }

  private newBlock(): number {
    const columns = eventColumns(true);
    this.post({ kind: 'block', columns });
    return this.blocks.push(columns) - 1;
  }

  private post(message: AheadMessage, block = noBlock): void {
    this.ahead.post(message);
    this.away.push(block);
  }
}

/** The other end: what was said, as it was said. */
export class AheadTaker {
  private readonly blocks: EventColumns[] = [];
  private readonly take: (message: TraceMessage) => void;

  constructor(take: (message: TraceMessage) => void) {
    this.take = take;
  }

  receive(message: unknown): void {
    // Only `AheadRelay` posts to here.
    const known = message as AheadMessage;
    if (known.kind === 'block') this.blocks.push(known.columns);
    else if (known.kind === 'filled')
      this.take({ kind: 'events', rows: known.rows, columns: this.blocks[known.block] });
    else this.take(known);
  }
}
