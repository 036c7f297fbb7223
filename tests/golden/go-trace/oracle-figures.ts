/** Figures of a trace counted from what `go tool trace -d=parsed` prints, under the names that `*.expected.json` uses. */
import type { ParsedEvent } from './parsed-text.ts';

type Counts = Record<string, number>;

export interface OracleFigures {
  readonly events: number;
  readonly eventsByKind: Counts;
  readonly eventsWithStack: number;
  readonly goroutines: number;
  /** `goroutine Running->Waiting` and so on. */
  readonly transitions: Counts;
  /** Reasons of the transitions of goroutines. */
  readonly reasons: Counts;
  readonly metricCount: Counts;
  readonly metricLast: Counts;
  readonly metricMax: Counts;
  /** Ranges begun, by name, and how long those that ended took in all. */
  readonly ranges: Counts;
  readonly rangeNs: Counts;
  readonly allocFree: Counts;
  readonly tasks: Counts;
  readonly regions: Counts;
  readonly logs: number;
}

export function oracleFigures(events: readonly ParsedEvent[]): OracleFigures {
  const eventsByKind: Counts = {};
  for (const { kind } of events) add(eventsByKind, kind);
  return {
    events: events.length,
    eventsByKind,
    eventsWithStack: events.filter(({ stack }) => stack !== '').length,
    logs: eventsByKind.Log ?? 0,
    ...states(events),
    ...metrics(events),
    ...ranges(events),
    allocFree: named(events, 'Experimental', /^Name=(\w+)/),
    tasks: named(events, 'TaskBegin', /Type="(.*)"$/),
    regions: named(events, 'RegionBegin', /Type="(.*)"$/),
  };
}

function add(counts: Counts, key: string, n = 1): void {
  counts[key] = (counts[key] ?? 0) + n;
}

function named(events: readonly ParsedEvent[], kind: string, pattern: RegExp): Counts {
  const counts: Counts = {};
  for (const event of events) if (event.kind === kind) add(counts, pattern.exec(event.detail)?.[1] ?? '');
  return counts;
}

function states(events: readonly ParsedEvent[]) {
  const transitions: Counts = {};
  const reasons: Counts = {};
  let goroutines = 0;
  for (const { kind, detail } of events) {
    const found = /^(Go|Proc)ID=\d+ (\w+)->(\w+) Reason="(.*)"$/.exec(detail);
    if (kind !== 'StateTransition' || found === null) continue;
    const [, resource, from, to, reason] = found;
    add(transitions, `${resource === 'Go' ? 'goroutine' : 'proc'} ${from}->${to}`);
    if (resource !== 'Go') continue;
    add(reasons, reason);
    if (from === 'NotExist' || from === 'Undetermined') goroutines++;
  }
  return { transitions, reasons, goroutines };
}

function metrics(events: readonly ParsedEvent[]) {
  const metricCount: Counts = {};
  const metricLast: Counts = {};
  const metricMax: Counts = {};
  for (const { kind, detail } of events) {
    const found = /^Name="(.*)" Value=(\d+)$/.exec(detail);
    if (kind !== 'Metric' || found === null) continue;
    const [name, value] = [found[1], Number(found[2])];
    add(metricCount, name);
    metricLast[name] = value;
    metricMax[name] = Math.max(metricMax[name] ?? 0, value);
  }
  return { metricCount, metricLast, metricMax };
}

function ranges(events: readonly ParsedEvent[]) {
  const begun: Counts = {};
  const rangeNs: Counts = {};
  const open = new Map<string, bigint>();
  for (const { kind, detail, timeNs } of events) {
    const found = /^(Name="(.*)" Scope=\S+)/.exec(detail);
    if (!kind.startsWith('Range') || found === null) continue;
    const [, key, name] = found;
    if (kind === 'RangeBegin') add(begun, name);
    const beginNs = open.get(key);
    if (kind !== 'RangeEnd') open.set(key, beginNs ?? timeNs);
    else if (beginNs !== undefined) add(rangeNs, name, Number(timeNs - beginNs));
    if (kind === 'RangeEnd') open.delete(key);
  }
  return { ranges: begun, rangeNs };
}
