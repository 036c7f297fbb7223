/** What is known of a trace once it is read: the figures that `inspect` shows, and how far the reading went. */
import { type EventKind, eventKind, eventName } from './events/event-table.ts';

export interface TraceSummary {
  /** Undefined where the file is not a trace, or of a version nobody here knows. */
  readonly formatVersion: number | undefined;
  readonly writers: string | undefined;
  /** Start of the trace on its own clock; undefined where no event was read. */
  readonly startNs: bigint | undefined;
  /** Wall clock at the start; undefined before Go 1.25. */
  readonly wallStartNs: bigint | undefined;
  /** Time of the last event, from the start. */
  readonly durationNs: number;
  /** What Go's current reader delivers, or would deliver for formats older than 1.11. */
  readonly events: number;
  readonly eventsByKind: Readonly<Record<string, number>>;
  readonly eventsByName: Readonly<Record<string, number>>;
  readonly eventsWithStack: number;
  /** Events read from a generation that Go's reader refuses (not in the counts above). */
  readonly salvagedEvents: number;
  /** Version 1: events in the file, as `go tool trace -d` of Go 1.21 lists them; undefined for version 2. */
  readonly rawEvents: number | undefined;
  readonly rawEventsByName: Readonly<Record<string, number>> | undefined;
  readonly goroutines: number;
  readonly generations: number;
  /** Whether Go's reader would refuse the file. What was read until then is in the tables. */
  readonly isRefused: boolean;
  /** Where reading ended: the size of the file, or less. */
  readonly readBytes: number;
  /** Whether the host stopped it. */
  readonly isStopped: boolean;
}

/** Counts by code as counts by kind of Go's reader and by name; nothing for what did not occur. */
export function countsByName(countByCode: ArrayLike<number>): {
  events: number;
  byKind: Partial<Record<EventKind, number>>;
  byName: Record<string, number>;
} {
  const byKind: Partial<Record<EventKind, number>> = {};
  const byName: Record<string, number> = {};
  let events = 0;
  for (let code = 0; code < countByCode.length; code++) {
    const count = countByCode[code];
    const kind = eventKind(code);
    if (count === 0 || kind === undefined) continue;
    events += count;
    byName[eventName(code)] = count;
    byKind[kind] = (byKind[kind] ?? 0) + count;
  }
  return { events, byKind, byName };
}
