/**
 * The way in: bytes of an execution trace of Go 1.5 to 1.26 in, tables and problems out. See README.md for the layers and the two stages.
 */
import { type EventColumns, eventColumns } from './events/event-block.ts';
import { headerVersion } from './format-version.ts';
import { type ReadTraceOptions, readEvents, type TraceSource } from './read-events.ts';
import type { Relay, TraceMessage } from './trace-messages.ts';
import { TraceRows } from './trace-rows.ts';
import type { TraceSink } from './trace-sink.ts';
import type { TraceSummary } from './trace-summary.ts';

/** How sure the first bytes are of being a trace: 1 with a header of a Go trace, known version or not, else 0. */
export function sniffGoTrace(head: Uint8Array): number {
  return headerVersion(head) === undefined ? 0 : 1;
}

/** Both stages in one thread: a message is taken as it is said, and one block serves for all events. */
export class DirectRelay implements Relay {
  private readonly rows: TraceRows;
  private readonly block: EventColumns = eventColumns(false);

  constructor(rows: TraceRows) {
    this.rows = rows;
  }

  say(message: TraceMessage): void {
    this.rows.take(message);
  }

  columns(): EventColumns {
    return this.block;
  }

  room(): undefined {
    return undefined;
  }
}

/**
 * Reads a trace into the sink. Never throws for what the bytes hold: a problem goes to `sink.warning`, and what was read before stays.
 * Cost: see `readEvents`.
 */
export async function readGoTrace(
  source: TraceSource,
  sink: TraceSink,
  options: ReadTraceOptions = {},
): Promise<TraceSummary> {
  const rows = new TraceRows(sink);
  await readEvents(source, new DirectRelay(rows), options);
  return rows.summary();
}
