/**
 * The second stage of a reading: takes the messages of the first in order, makes rows of the events, counts, and says to the sink what the
 * first stage cannot know.
 */
import { EventBlock } from './events/event-block.ts';
import { Ev, eventName, sinceVersion } from './events/event-table.ts';
import { TraceModel } from './model/trace-model.ts';
import type { EndOfReading, Salvage, TraceMessage } from './trace-messages.ts';
import { type TraceProblem, traceProblem } from './trace-problem.ts';
import type { TraceHeader, TraceSink } from './trace-sink.ts';
import { countsByName, type TraceSummary } from './trace-summary.ts';
import { V1Convert } from './v1/v1-convert.ts';

/** Farther from the start a Float64 no longer tells nanoseconds apart: 104 days. */
const exactNs = 2 ** 53;
const nothingRead: EndOfReading = {
  startNs: undefined,
  wallStartNs: undefined,
  rawEventsByName: undefined,
  generations: 0,
  readBytes: 0,
  isStopped: false,
};

export class TraceRows {
  private readonly sink: TraceSink;
  private readonly model: TraceModel;
  private header: TraceHeader | undefined;
  private end = nothingRead;
  /** Of a trace of version 1. */
  private v1: V1Convert | undefined;
  private hasUnits = false;
  /** Whether a problem was said at which Go's reader gives up. */
  private isRefused = false;
  /** Counts by code before anything was salvaged; the model's own while nothing was. */
  private sound: Float64Array;
  private salvagedEvents = 0;

  constructor(sink: TraceSink) {
    this.sink = sink;
    this.model = new TraceModel(sink);
    this.sound = this.model.countByCode;
  }

  take(message: TraceMessage): void {
    const { sink } = this;
    switch (message.kind) {
      case 'events':
        this.addAll(new EventBlock(message.columns, message.rows));
        return;
      case 'v1':
        this.v1 = new V1Convert(message.basis, (converted) => this.model.consume(converted));
        return;
      case 'strings':
        sink.strings?.(message.strings);
        return;
      case 'frames':
        sink.frames?.(message.frames);
        return;
      case 'stacks':
        sink.stacks?.(message.stacks);
        return;
      case 'types':
        sink.types?.(message.types);
        return;
      case 'header':
        this.header = message.header;
        sink.header?.(message.header);
        return;
      case 'clock':
        sink.clock?.(message.clock);
        return;
      case 'units':
        this.hasUnits = true;
        this.model.setAllocUnits(message.info);
        sink.allocInfo?.(message.info);
        return;
      case 'problem':
        this.warn(message.problem);
        return;
      case 'salvage':
        this.sound = this.model.countByCode.slice();
        return;
      case 'salvaged':
        this.salvaged(message.salvage);
        return;
      case 'end':
        this.end = message.end;
        this.finish();
    }
  }

  private addAll(block: EventBlock): void {
    if (this.v1 === undefined) this.model.consume(block);
    else this.v1.addAll(block);
  }

  /** What was read, once the first stage is through. */
  summary(): TraceSummary {
    const { model, end, header } = this;
    const counts = countsByName(this.sound);
    const { rawEventsByName } = end;
    return {
      formatVersion: header?.formatVersion,
      writers: header?.writers,
      startNs: end.startNs,
      wallStartNs: end.wallStartNs,
      durationNs: Math.max(0, model.lastNs),
      events: counts.events,
      eventsByKind: counts.byKind,
      eventsByName: counts.byName,
      eventsWithStack: model.withStack,
      salvagedEvents: this.salvagedEvents,
      rawEvents: rawEventsByName && Object.values(rawEventsByName).reduce((a, b) => a + b, 0),
      rawEventsByName,
      goroutines: model.goroutinesSeen,
      generations: end.generations,
      isRefused: this.isRefused,
      readBytes: end.readBytes,
      isStopped: end.isStopped,
    };
  }

  private warn(problem: TraceProblem): void {
    if (problem.severity === 'error') this.isRefused = true;
    this.sink.warning(problem);
  }

  private salvaged({ offset, generation, isAssumed, isWhole }: Salvage): void {
    if (isWhole) this.sound = new Float64Array(this.model.countByCode.length);
    const events = sum(this.model.countByCode) - sum(this.sound);
    this.salvagedEvents = events;
    if (isWhole && events === 0) return;
    this.warn(
      traceProblem('go_trace/generation_salvaged', offset, { generation, events, assumed_clock: isAssumed ? 1 : 0 }),
    );
  }

  /** Closes the tables and says what only the end can tell. */
  private finish(): void {
    this.model.finish();
    const { countByCode, lastNs } = this.model;
    let allocEvents = 0;
    for (let code = Ev.Span; code <= Ev.GoroutineStackFree; code++) allocEvents += countByCode[code];
    if (allocEvents > 0 && !this.hasUnits) this.warn(traceProblem('go_trace/alloc_info_missing', 0));
    if (lastNs > exactNs) this.warn(traceProblem('go_trace/clock_absurd', 0, { ns: lastNs }));
    const version = this.header?.formatVersion ?? 0;
    if (version < 22) return;
    for (let code = 0; code < 256; code++) {
      const since = sinceVersion[code];
      if (countByCode[code] > 0 && since > version) {
        this.warn(traceProblem('go_trace/event_newer', 0, { event: eventName(code), since, version }));
      }
    }
  }
}

function sum(counts: Float64Array): number {
  return counts.reduce((a, b) => a + b, 0);
}
