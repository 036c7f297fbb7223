/**
 * What the CPU profiler met while the collector was at work in a trace: in stops of the world and in concurrent mark, by function. A trace itself has ranges
 * (stop, mark, assist, sweep) and no events below them: which function took the time is only in the samples, 100 a second and thread, if the profiler was on.
 *
 * @source Go 1.26 internal/trace/tracev2/events.go: no event of marking roots, of spans' bits or of the page allocator
 */
import type { TableReader } from '../case/store/tables.ts';
import { rangeKinds } from '../parsers/go-trace/trace-sink.ts';
import type { TraceNames } from './heap/trace-names.ts';

export interface GcSamples {
  /** Whether the trace holds samples at all. */
  readonly isProfiled: boolean;
  /** Samples of the trace in the stretch, whatever ran. */
  readonly all: number;
  readonly inStops: number;
  readonly inMark: number;
  /** Of both: with a frame that marks roots (`runtime.markroot` and what it is split into). */
  readonly markingRoots: number;
  /** Of both: with a frame of the page allocator (`runtime.(*pageAlloc)`). */
  readonly pageAllocator: number;
  /** By the leaf, most first. */
  readonly functions: readonly { readonly function: string; readonly inStops: number; readonly inMark: number }[];
}

interface Stretch {
  readonly fromNs: number;
  readonly toNs: number;
}

const stop = rangeKinds.indexOf('stop-the-world');
const mark = rangeKinds.indexOf('GC concurrent mark phase');
const functionsKept = 12;

/** Cost: the chunks of ranges and samples that the stretch touches. */
export function gcSamples(
  tables: TableReader,
  evidence: number,
  names: TraceNames,
  fromNs: number,
  toNs: number,
): GcSamples {
  const stops: Stretch[] = [];
  const marks: Stretch[] = [];
  const ofRange = ['kind', 'beginNs', 'endNs', 'reasonString'];
  for (const ranges of tables.touching(evidence, 'ranges', fromNs, toNs, ofRange)) {
    ranges.kind?.forEach((kind, i) => {
      const stretch = { fromNs: ranges.beginNs?.[i] as number, toNs: ranges.endNs?.[i] as number };
      // other stops (MemStats, the start of the trace) are not the collector's
      if (kind === stop && names.string(ranges.reasonString?.[i] as number).startsWith('GC')) stops.push(stretch);
      if (kind === mark) marks.push(stretch);
    });
  }
  for (const list of [stops, marks]) list.sort((a, b) => a.fromNs - b.fromNs);
  const byFunction = new Map<string, { inStops: number; inMark: number }>();
  let all = 0;
  let inStops = 0;
  let inMark = 0;
  let markingRoots = 0;
  let pageAllocator = 0;
  for (const samples of tables.touching(evidence, 'cpuSamples', fromNs, toNs, ['timeNs', 'stack'])) {
    samples.timeNs?.forEach((ns, i) => {
      if (ns < fromNs || ns > toNs) return;
      all++;
      const isInStop = holds(stops, ns);
      if (!isInStop && !holds(marks, ns)) return;
      const frames = names.stack(samples.stack?.[i] as number);
      const leaf = frames[0]?.function ?? '';
      const row = byFunction.get(leaf) ?? { inStops: 0, inMark: 0 };
      byFunction.set(leaf, row);
      if (isInStop) {
        inStops++;
        row.inStops++;
      } else {
        inMark++;
        row.inMark++;
      }
      if (frames.some((f) => f.function.startsWith('runtime.markroot'))) markingRoots++;
      if (frames.some((f) => f.function.startsWith('runtime.(*pageAlloc)'))) pageAllocator++;
    });
  }
  const functions = [...byFunction]
    .map(([name, row]) => ({ function: name, ...row }))
    .sort((a, b) => b.inStops + b.inMark - (a.inStops + a.inMark) || (a.function < b.function ? -1 : 1))
    .slice(0, functionsKept);
  const isProfiled = tables.chunks(evidence, 'cpuSamples').length > 0;
  return { isProfiled, all, inStops, inMark, markingRoots, pageAllocator, functions };
}

/** Whether one of the stretches, which rise and do not meet, holds a moment. By bisection. */
function holds(stretches: readonly Stretch[], ns: number): boolean {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((stretches[middle] as Stretch).toNs < ns) low = middle + 1;
    else high = middle;
  }
  return low < stretches.length && (stretches[low] as Stretch).fromNs <= ns;
}
