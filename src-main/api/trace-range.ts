/** A stretch of time as an execution trace tells it: goroutines, stops, samples of the collector, allocation. */
import type { Analysis } from '../analysis/diagnose.ts';
import { gcSamples } from '../analysis/gc-samples.ts';
import { goroutineTimes } from '../analysis/goroutine-times.ts';
import { TraceNames } from '../analysis/heap/trace-names.ts';
import { stopsIn } from '../analysis/trace-stops.ts';
import { TableReader } from '../case/store/tables.ts';
import { traceClock } from '../parsers/contract.ts';
import { whenText } from '../report/verdict-text.ts';
import { Words } from '../report/words.ts';
import type { Language } from './contract/messages.ts';
import type { TraceRange } from './contract/trace-range.ts';
import type { HeapView } from './heap.ts';
import { samplesNote } from './trace-stop-fields.ts';

const rowsMost = 200;
const stopsMost = 24;

interface Placed {
  readonly evidence: number;
  /** Start of the trace, seconds since the case's origin. */
  readonly start: number;
  readonly from: number;
  readonly to: number;
}

/** The trace that covers most of the stretch; undefined where none touches it. */
function traceIn(analysis: Analysis, tables: TableReader, from: number, to: number): Placed | undefined {
  let best: Placed | undefined;
  for (const evidence of tables.evidenceWith('transitions')) {
    // without any wall time a trace counts from its own start
    const start = analysis.timeline.place(evidence, traceClock, 0n) ?? (analysis.timeline.hasWall ? undefined : 0);
    const endNs = tables.chunks(evidence, 'transitions').at(-1)?.toNs;
    if (start === undefined || endNs === undefined) continue;
    const placed = { evidence, start, from: Math.max(from, start), to: Math.min(to, start + endNs / 1e9) };
    if (placed.to > placed.from && placed.to - placed.from > (best ? best.to - best.from : 0)) best = placed;
  }
  return best;
}

/** Null where no trace touches the stretch. Cost: see `goroutineTimes` and `HeapView.allocation`. */
export function traceRangeOf(
  analysis: Analysis,
  heap: HeapView,
  from: number,
  to: number,
  language: Language,
): TraceRange | null {
  const tables = new TableReader(analysis.data.source.store);
  const placed = traceIn(analysis, tables, Math.min(from, to), Math.max(from, to));
  if (!placed) return null;
  const { evidence, start } = placed;
  const words = new Words(language);
  const names = new TraceNames(tables, evidence);
  const ns = (t: number) => (t - start) * 1e9;
  const caseTime = (traceNs: number) => start + traceNs / 1e9;
  const times = goroutineTimes(tables, evidence, names, ns(placed.from), ns(placed.to));
  const stops = stopsIn(tables, evidence, names, ns(placed.from), ns(placed.to), stopsMost);
  const samples = gcSamples(tables, evidence, names, ns(placed.from), ns(placed.to));
  const path = analysis.data.evidenceById(evidence).path;
  return {
    evidence,
    path,
    from: placed.from,
    to: placed.to,
    goroutines: {
      rows: times.groups.slice(0, rowsMost).map((g) => ({
        function: g.function,
        goroutines: g.goroutines,
        running: g.runningNs / 1e9,
        runnable: g.runnableNs / 1e9,
        waiting: g.waitingNs / 1e9,
        syscall: g.syscallNs / 1e9,
        reason: g.reason,
        reason_seconds: g.reasonNs / 1e9,
      })),
      groups: times.groups.length,
      goroutines: times.goroutines,
      until: times.toNs < ns(placed.to) - 1 ? caseTime(times.toNs) : null,
    },
    stops: {
      count: stops.count,
      seconds: stops.totalNs / 1e9,
      rows: stops.longest.map((s) => ({
        t: caseTime(s.beginNs),
        when: whenText(analysis, caseTime(s.beginNs)),
        reason: s.reason,
        length: (s.endNs - s.beginNs) / 1e9,
        stopping: s.stoppingNs / 1e9,
        work: (s.endNs - s.beginNs - s.stoppingNs) / 1e9,
        sampled: s.sampled,
      })),
    },
    samples: {
      all: samples.all,
      in_stops: samples.inStops,
      in_mark: samples.inMark,
      marking_roots: samples.markingRoots,
      page_allocator: samples.pageAllocator,
      functions: samples.functions.map((f) => ({ function: f.function, in_stops: f.inStops, in_mark: f.inMark })),
    },
    samples_note: samplesNote(samples, words),
    heap: heapIn(heap, evidence, placed.from, placed.to),
  };
}

function heapIn(heap: HeapView, evidence: number, from: number, to: number): TraceRange['heap'] {
  const source = heap.sources().find((s) => s.evidence === evidence);
  if (!source || to <= source.from || from >= source.to) return null;
  const { allocs, bytes, freed_bytes, by_type } = heap.allocation(from, to);
  const grown = heap
    .moment(to, from)
    .classes.filter((c) => c.spans_change > 0 || c.live_bytes_change > 0)
    .sort((a, b) => b.live_bytes_change - a.live_bytes_change || b.spans_change - a.spans_change);
  return { label: 'replayed', allocs, bytes, freed_bytes, by_type, grown };
}
