/**
 * Execution traces of Go as evidence: series on the clock of the trace, tables for what is looked up, keyframes of the heap where the trace has
 * alloc/free events, and figures as Go's own reader counts them.
 *
 * From Go 1.25 on each generation says the wall time of one of its moments: all of them together bound the offset of the trace's clock. Older traces
 * say nothing of wall time.
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { type Parser, type Sink, type Source, traceClock } from '../contract.ts';
import { AheadRelay, AheadTaker } from './ahead-relay.ts';
import { readEvents } from './read-events.ts';
import { DirectRelay, sniffGoTrace } from './read-go-trace.ts';
import { CycleSeries, StopSeries } from './series/cycle-series.ts';
import { HeapSeries } from './series/heap-series.ts';
import { ReplaySeries } from './series/replay-series.ts';
import { SchedulerSeries } from './series/scheduler-series.ts';
import type { TraceProblem, TraceProblemCode } from './trace-problem.ts';
import { TraceRows } from './trace-rows.ts';
import { rangeKinds, type TraceClock, type TraceHeader, type TraceSink } from './trace-sink.ts';
import type { TraceSummary } from './trace-summary.ts';
import { namesSink, sayHeapUnits, sayKeyframe, sayRows, type TraceTable } from './trace-tables.ts';

/** Strings kept as text for the names of series; a runtime says its own first. */
const textsKept = 65_536;
/** After these the rest of the file is missing or of no use. */
const cutCodes: ReadonlySet<TraceProblemCode> = new Set([
  'go_trace/batch_truncated',
  'go_trace/generation_incomplete',
  'go_trace/section_truncated',
  'go_trace/event_truncated',
]);

/** Hands what the reader gives on to the sink of the evidence. */
class TraceEvidence {
  readonly trace: TraceSink;
  readonly heap: HeapSeries;
  readonly stops: StopSeries;
  replay: ReplaySeries | undefined;
  pageBytes: number | undefined;
  private readonly sink: Sink;
  private readonly texts: string[] = [];
  private readonly cycles: CycleSeries;
  private readonly scheduler: SchedulerSeries;
  private header: TraceHeader | undefined;
  private loNs: bigint | undefined;
  private hiNs: bigint | undefined;
  private clockOffset = 0;
  private isCut = false;

  constructor(sink: Sink) {
    this.sink = sink;
    this.heap = new HeapSeries(sink);
    this.cycles = new CycleSeries(sink);
    this.stops = new StopSeries(sink, (string) => this.texts[string] ?? '');
    this.scheduler = new SchedulerSeries(sink);
    this.trace = this.makeTrace();
  }

  finish(): void {
    this.scheduler.finish();
    this.heap.finish(this.scheduler.endNs);
    if (this.loNs === undefined || this.hiNs === undefined) return;
    const at = { offset: this.clockOffset };
    this.sink.anchor({ clock: traceClock, loNs: this.loNs, hiNs: this.hiNs, basis: 'time_in_file', at });
  }

  private makeTrace(): TraceSink {
    const names = namesSink(this.sink);
    const kept = (table: TraceTable) => (chunk: { readonly rows: number }) => {
      sayRows(this.sink, table, chunk);
      return false;
    };
    return {
      ...names,
      header: (header) => {
        this.header = header;
      },
      strings: (strings) => {
        for (const value of strings.values) {
          if (this.texts.length === textsKept) break;
          this.texts.push(value.slice(0, 200));
        }
        names.strings?.(strings);
      },
      clock: (clock) => this.clock(clock),
      allocInfo: (info) => {
        this.pageBytes = info.pageBytes;
        sayHeapUnits(this.sink, info, this.header?.formatVersion ?? 0);
      },
      transitions: (chunk) => {
        this.scheduler.add(chunk);
        return kept('transitions')(chunk);
      },
      metrics: (chunk) => {
        this.heap.add(chunk);
        return kept('metrics')(chunk);
      },
      ranges: (chunk) => {
        this.stops.add(chunk);
        return kept('ranges')(chunk);
      },
      gcCycles: (chunk) => {
        this.cycles.add(chunk);
        return kept('gcCycles')(chunk);
      },
      cpuSamples: kept('cpuSamples'),
      labels: kept('labels'),
      tasks: kept('tasks'),
      regions: kept('regions'),
      logs: kept('logs'),
      goroutines: kept('goroutines'),
      allocFree: (chunk) => {
        if (this.pageBytes !== undefined) {
          this.replay ??= new ReplaySeries(this.sink, this.header?.formatVersion ?? 0, this.pageBytes, (placed) =>
            sayKeyframe(this.sink, placed),
          );
          this.replay.add(chunk);
        }
        return kept('allocFree')(chunk);
      },
      warning: (problem) => this.problem(problem),
    };
  }

  /** The wall clock may have been set while the trace ran: then the generations disagree, and the interval is as wide. */
  private clock({ snapshot, offset }: TraceClock): void {
    if (snapshot === undefined) return;
    const differenceNs = snapshot.wallNs - BigInt(Math.round(snapshot.atNs));
    if (this.loNs === undefined) this.clockOffset = offset;
    if (this.loNs === undefined || differenceNs < this.loNs) this.loNs = differenceNs;
    if (this.hiNs === undefined || differenceNs > this.hiNs) this.hiNs = differenceNs;
  }

  private problem({ code, severity, offset, args }: TraceProblem): void {
    this.sink.warn({ code, severity, phase: 'read', at: { offset }, args });
    if (this.isCut || !cutCodes.has(code)) return;
    this.isCut = true;
    this.sink.truncated({ offset });
  }
}

export const goTraceParser: Parser = {
  id: 'go-trace',
  version: 3,
  sniff: (head) => ({ confidence: 0.98 * sniffGoTrace(head), kind: 'go-trace' }),
  async parse(source: Source, sink: Sink, { ahead, ...options }): Promise<void> {
    const evidence = new TraceEvidence(sink);
    const rows = new TraceRows(evidence.trace);
    if (ahead === undefined) await readEvents(bytesOf(source), new DirectRelay(rows), options);
    else {
      const taker = new AheadTaker((message) => rows.take(message));
      await ahead((message) => taker.receive(message));
    }
    evidence.finish();
    sink.reading(report(rows.summary(), evidence));
  },
  async readAhead(source, ahead, options): Promise<void> {
    await readEvents(bytesOf(source), new AheadRelay(ahead), options);
  },
};

function bytesOf(source: Source) {
  return { sizeBytes: source.sizeBytes, chunks: source.chunks() };
}

function report(summary: TraceSummary, { heap, stops, replay, pageBytes }: TraceEvidence): ReadingReport {
  const counts: Record<string, number | string> = {
    events: summary.events,
    goroutines: summary.goroutines,
    generations: summary.generations,
    duration_seconds: summary.durationNs / 1e9,
    events_with_stack: summary.eventsWithStack,
    peak_heap_live_bytes: heap.peakLiveBytes,
  };
  if (summary.salvagedEvents > 0) counts.salvaged_events = summary.salvagedEvents;
  if (summary.rawEvents !== undefined) counts.raw_events = summary.rawEvents;
  if (summary.wallStartNs !== undefined) counts.wall_start_ns = String(summary.wallStartNs);
  for (const [kind, n] of Object.entries(summary.eventsByKind)) counts[`kind ${kind}`] = n;
  for (const [name, n] of Object.entries(summary.eventsByName)) counts[`event ${name}`] = n;
  for (const [name, n] of Object.entries(summary.rawEventsByName ?? {})) counts[`raw ${name}`] = n;
  rangeKinds.forEach((kind, i) => {
    if (stops.count[i] === 0) return;
    counts[`range ${kind}`] = stops.count[i];
    counts[`range ${kind} seconds`] = stops.seconds[i];
  });
  if (replay !== undefined && pageBytes !== undefined) {
    const { state } = replay.recorder;
    counts.alloc_free_events = state.events;
    counts.replay_peak_heap_alloc_bytes = replay.peakAllocBytes;
    counts.replay_heap_alloc_bytes = state.totals.heapAllocBytes;
    counts.replay_heap_inuse_bytes = state.totals.heapInuseBytes;
    counts.replay_heap_objects = state.totals.heapObjects;
    counts.replay_misfits = Object.values(state.misfits).reduce((a, b) => a + b, 0);
    counts.page_bytes = pageBytes;
  }
  return {
    kind: 'go-trace',
    dialect: summary.formatVersion === undefined ? '' : `go 1.${summary.formatVersion}`,
    taken: summary.events + summary.salvagedEvents,
    counts,
  };
}
