/**
 * What a stop of the world went on: first until the last goroutine had left its P, then the work for which the world was stopped. Read off the trace: the
 * range of the stop and the transitions of goroutines inside it. The trace has no event for the moment at which all were stopped, so it is the last one at
 * which another goroutine stopped running; where none did, all were stopped already.
 *
 * CPU samples inside the stop tell what ran, if the CPU profiler was on. Samples come every 10 ms and a stop is rarely that long: most have none.
 *
 * @source Go 1.26 runtime/proc.go stopTheWorldWithSema, startTheWorldWithSema
 */
import type { TableReader } from '../case/store/tables.ts';
import { goStates, rangeKinds } from '../parsers/go-trace/trace-sink.ts';
import type { TraceNames } from './heap/trace-names.ts';

export interface Stop {
  readonly beginNs: number;
  readonly endNs: number;
  readonly reason: string;
  /** Until the last other goroutine stopped running. */
  readonly stoppingNs: number;
  /** Functions the CPU profiler met inside, leaf of each sample. */
  readonly sampled: readonly string[];
}

const running = goStates.indexOf('Running');
const stopTheWorld = rangeKinds.indexOf('stop-the-world');
const goroutineResource = 0;

export interface Stops {
  readonly count: number;
  readonly totalNs: number;
  /** By their begin. */
  readonly longest: readonly Stop[];
}

/**
 * Stops of the world that touch a stretch of the trace, and of the longest what they went on. Cost: the chunks of ranges that the stretch touches, and those
 * of transitions and samples that one of the longest does.
 *
 * @param most how many are looked into
 */
export function stopsIn(
  tables: TableReader,
  evidence: number,
  names: TraceNames,
  fromNs: number,
  toNs: number,
  most = Number.POSITIVE_INFINITY,
): Stops {
  const found: { readonly beginNs: number; readonly endNs: number; readonly reason: number; readonly by: number }[] =
    [];
  const columns = ['kind', 'beginNs', 'endNs', 'reasonString', 'goroutine'];
  for (const ranges of tables.touching(evidence, 'ranges', fromNs, toNs, columns)) {
    ranges.beginNs?.forEach((beginNs, i) => {
      const endNs = ranges.endNs?.[i] as number;
      if (ranges.kind?.[i] !== stopTheWorld || endNs < fromNs || beginNs > toNs) return;
      const reason = ranges.reasonString?.[i] as number;
      found.push({ beginNs, endNs, reason, by: ranges.goroutine?.[i] as number });
    });
  }
  found.sort((a, b) => b.endNs - b.beginNs - (a.endNs - a.beginNs));
  const longest = found.slice(0, most).map(({ beginNs, endNs, reason, by }) => ({
    beginNs,
    endNs,
    reason: names.string(reason),
    stoppingNs: lastStopped(tables, evidence, beginNs, endNs, by) - beginNs,
    sampled: samplesIn(tables, evidence, names, beginNs, endNs),
  }));
  return {
    count: found.length,
    totalNs: found.reduce((sum, s) => sum + s.endNs - s.beginNs, 0),
    longest: longest.sort((a, b) => a.beginNs - b.beginNs),
  };
}

function lastStopped(tables: TableReader, evidence: number, beginNs: number, endNs: number, stopper: number): number {
  let lastNs = beginNs;
  for (const t of tables.touching(evidence, 'transitions', beginNs, endNs, ['timeNs', 'resource', 'id', 'from'])) {
    t.timeNs?.forEach((timeNs, i) => {
      const isStop = t.resource?.[i] === goroutineResource && t.from?.[i] === running && t.id?.[i] !== stopper;
      if (isStop && timeNs > lastNs && timeNs < endNs) lastNs = timeNs;
    });
  }
  return lastNs;
}

function samplesIn(tables: TableReader, evidence: number, names: TraceNames, beginNs: number, endNs: number): string[] {
  const out: string[] = [];
  for (const samples of tables.touching(evidence, 'cpuSamples', beginNs, endNs, ['timeNs', 'stack'])) {
    samples.timeNs?.forEach((timeNs, i) => {
      if (timeNs < beginNs || timeNs > endNs) return;
      out.push(names.stack(samples.stack?.[i] as number)[0]?.function ?? '');
    });
  }
  return out;
}
