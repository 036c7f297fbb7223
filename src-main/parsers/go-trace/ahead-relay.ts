/**
 * The first stage in a thread of its own: blocks of events are memory that both threads see, written again once the other has read them.
 */
import type { Ahead } from '../contract.ts';
import { type EventColumns, eventColumns } from './events/event-block.ts';
import type { Relay, TraceMessage } from './trace-messages.ts';

export class AheadRelay implements Relay {
  private readonly ahead: Ahead;
  private readonly free: EventColumns[] = [];
  /** Columns of the messages not known to be taken, oldest first; undefined for a message without. */
  private readonly away: (EventColumns | undefined)[] = [];
  private taken = 0;

  constructor(ahead: Ahead) {
    this.ahead = ahead;
  }

  say(message: TraceMessage): void {
    this.ahead.post(message);
    this.away.push(message.kind === 'events' ? message.columns : undefined);
  }

  columns(): EventColumns {
    for (; this.taken < this.ahead.taken; this.taken++) {
      const back = this.away.shift();
      if (back !== undefined) this.free.push(back);
    }
    return this.free.pop() ?? eventColumns(true);
  }

  room(): Promise<void> | undefined {
    return this.ahead.room();
  }
}
