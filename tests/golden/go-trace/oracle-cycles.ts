/**
 * GC cycles put together from what `go tool trace -d=parsed` prints, in their own way: by looking, for each mark phase, at the stops of the world
 * and the assists around it. Times are nanoseconds from the first event of the trace's clock, NaN where the trace has no such moment.
 */
import type { ParsedEvent } from './parsed-text.ts';

export interface OracleCycle {
  readonly beginNs: number | null;
  readonly sweepTerminationNs: readonly [number, number] | null;
  readonly markTerminationNs: readonly [number, number] | null;
  readonly endNs: number | null;
  readonly assists: number;
  readonly assistNs: number;
}

interface Interval {
  readonly name: string;
  readonly beginNs: number;
  readonly endNs: number;
  readonly hasBegin: boolean;
  readonly hasEnd: boolean;
}

export function oracleCycles(events: readonly ParsedEvent[], startNs: bigint): OracleCycle[] {
  const intervals = intervalsOf(events, startNs);
  const named = (name: string) => intervals.filter((interval) => interval.name === name);
  const stops = (reason: string) => named(`stop-the-world (${reason})`);
  const marks = named('GC concurrent mark phase');
  return marks.map((mark, i): OracleCycle => {
    const before = marks[i - 1]?.endNs ?? Number.NEGATIVE_INFINITY;
    const next = marks[i + 1]?.beginNs ?? Number.POSITIVE_INFINITY;
    const sweepTermination = stops('GC sweep termination').find((s) => s.endNs > mark.beginNs && s.endNs < mark.endNs);
    const markTermination = stops('GC mark termination').find((s) => s.beginNs < mark.endNs && s.endNs > mark.endNs);
    const until = markTermination?.endNs ?? next;
    const assists = named('GC mark assist').filter(
      (a) => a.hasEnd && a.endNs > Math.max(before, mark.beginNs) && a.endNs < until,
    );
    return {
      beginNs: mark.hasBegin ? mark.beginNs : null,
      sweepTerminationNs: mark.hasBegin ? span(sweepTermination) : null,
      markTerminationNs: mark.hasEnd ? span(markTermination) : null,
      endNs: mark.hasEnd ? mark.endNs : null,
      assists: assists.length,
      assistNs: assists.reduce((sum, { beginNs, endNs }) => sum + endNs - beginNs, 0),
    };
  });
}

function span(interval: Interval | undefined): readonly [number, number] | null {
  return interval === undefined ? null : [interval.beginNs, interval.endNs];
}

/** Ranges with their ends, in the order of their begins. */
function intervalsOf(events: readonly ParsedEvent[], startNs: bigint): Interval[] {
  const open = new Map<string, Interval>();
  const all: Interval[] = [];
  let lastNs = 0;
  for (const { kind, detail, timeNs } of events) {
    const atNs = Number(timeNs - startNs);
    lastNs = atNs;
    const found = /^(Name="(.*)" Scope=\S+)/.exec(detail);
    if (!kind.startsWith('Range') || found === null) continue;
    const [, key, name] = found;
    const begun = open.get(key);
    if (kind !== 'RangeEnd') {
      const interval = { name, beginNs: atNs, endNs: 0, hasBegin: kind === 'RangeBegin', hasEnd: false };
      if (begun === undefined) open.set(key, interval);
    } else if (begun !== undefined) {
      all.push({ ...begun, endNs: atNs, hasEnd: true });
      open.delete(key);
    }
  }
  for (const interval of open.values()) all.push({ ...interval, endNs: lastNs });
  return all.sort((a, b) => a.beginNs - b.beginNs);
}
