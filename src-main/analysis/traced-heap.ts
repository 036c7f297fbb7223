/**
 * Execution traces with allocation events (GODEBUG=traceallocfree=1) for the engine: the events of a whole trace in columns, with the moments at which the
 * collector does what no allocation event shows, and the heap's totals at the program's marks.
 *
 * Placement needs the trace twice (what a sweep frees stands behind the sweep), so events are kept: 22 bytes each, up to `mostEvents`.
 */

import { goVersionOf } from '../engine/go-versions.ts';
import { PlacementReplay, type PlacementRow, type PlacementScore } from '../engine/placement/placement-replay.ts';
import { TracedSpan } from '../engine/placement/traced-span.ts';
import { PAGE_BYTES, SizeClasses } from '../engine/sizes/size-classes.ts';
import type { HeapTotals } from '../parsers/go-trace/heap/heap-figures.ts';
import { type AllocFreeChunk, HeapState } from '../parsers/go-trace/heap/heap-state.ts';
import { AllocFreeKind } from '../parsers/go-trace/model/alloc-free-rows.ts';
import { readGoTrace } from '../parsers/go-trace/read-go-trace.ts';
import type { TraceProblem } from '../parsers/go-trace/trace-problem.ts';
import type { TraceSummary } from '../parsers/go-trace/trace-summary.ts';

/** 32 Mi events: 700 MB of columns. A trace of that many is 200 MB. */
const mostEvents = 33_554_432;

/** Slots of all spans that a trace names: a few bytes name a span of a thousand. */
const mostSlots = 67_108_864;

/** What happens between two events. */
type Moment = { readonly timeNs: number } & (
  | { readonly kind: 'cycle_begins' | 'sweep_begins' | 'memstats_read' }
  | { readonly kind: 'mark'; readonly label: string }
);

export interface TracedHeap {
  readonly summary: TraceSummary;
  readonly problems: readonly TraceProblem[];
  readonly events: number;
  /** Spans made, and objects allocated, those of the snapshot left out. */
  readonly spans: number;
  readonly objects: number;
  readonly end: HeapTotals;
  /** Totals at the end of the MemStats reading after each mark of the program. */
  readonly marks: readonly { readonly label: string; readonly totals: HeapTotals }[];
  readonly placement: PlacementScore;
  /** The trace has more events than are kept: what is said holds up to there. */
  readonly isCut: boolean;
}

export interface TracedHeapOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onRow?: ((row: PlacementRow) => void) | undefined;
  readonly progress?: ((bytes: number) => void) | undefined;
}

/** Reads a trace and replays its heap. Undefined where the file is no trace; a trace without allocation events has 0 events. */
export async function tracedHeap(
  chunks: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  options: TracedHeapOptions = {},
): Promise<TracedHeap | undefined> {
  const collected = new Collected();
  const summary = await readGoTrace(
    { sizeBytes, chunks },
    {
      header: (h) => {
        collected.formatVersion = h.formatVersion;
      },
      strings: ({ values }) => collected.strings.push(...values),
      ranges: (c) => {
        for (let i = 0; i < c.rows; i++)
          if (c.kind[i] === 0 && c.hasEnd[i] === 1)
            collected.stops.push({ reason: c.reasonString[i], endNs: c.endNs[i] });
        return false;
      },
      gcCycles: (c) => {
        for (let i = 0; i < c.rows; i++) {
          if (!Number.isNaN(c.sweepTerminationBeginNs[i]))
            collected.moments.push({ kind: 'cycle_begins', timeNs: c.sweepTerminationBeginNs[i] });
          if (!Number.isNaN(c.endNs[i])) collected.moments.push({ kind: 'sweep_begins', timeNs: c.endNs[i] });
        }
        return false;
      },
      logs: (c) => {
        for (let i = 0; i < c.rows; i++)
          collected.logs.push({ category: c.categoryString[i], message: c.messageString[i], timeNs: c.timeNs[i] });
        return false;
      },
      allocFree: (c) => collected.keep(c),
      warning: (problem) => {
        if (collected.problems.length < 1_000) collected.problems.push(problem);
      },
    },
    {
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.progress ? { progress: options.progress } : {}),
    },
  );
  if (summary.formatVersion === undefined) return undefined;
  return collected.replay(summary, options.onRow);
}

class Collected {
  formatVersion = 26;
  readonly strings: string[] = [];
  readonly stops: { readonly reason: number; readonly endNs: number }[] = [];
  readonly moments: Moment[] = [];
  readonly logs: { readonly category: number; readonly message: number; readonly timeNs: number }[] = [];
  readonly problems: TraceProblem[] = [];
  private readonly chunks: AllocFreeChunk[] = [];
  private kept = 0;
  private isCut = false;
  /** Events from here on are left out. */
  private end = Number.POSITIVE_INFINITY;

  /** The chunk is kept as it is. */
  keep(chunk: AllocFreeChunk): boolean {
    if (this.kept + chunk.rows > mostEvents) {
      this.isCut = true;
      return false;
    }
    this.kept += chunk.rows;
    this.chunks.push(chunk);
    return true;
  }

  private stopAt(event: number): void {
    this.isCut = true;
    this.end = event;
  }

  replay(summary: TraceSummary, onRow: TracedHeapOptions['onRow']): TracedHeap {
    const classes = new SizeClasses(goVersionOf(Math.max(23, this.formatVersion)) ?? goVersionOf(26) ?? fail());
    const moments = this.orderedMoments();
    const spans = this.survey(moments, classes);
    const replay = new PlacementReplay(classes, spans, onRow);
    const state = new HeapState(this.formatVersion, PAGE_BYTES);
    const marks: { label: string; totals: HeapTotals }[] = [];
    let label: string | undefined;
    let made = 0;
    let objects = 0;
    let event = 0;
    let isSnapshot = true;
    this.walk(
      moments,
      (moment) => {
        if (moment.kind === 'cycle_begins') replay.cycleBegins();
        else if (moment.kind === 'sweep_begins') replay.sweepBegins();
        else if (moment.kind === 'mark') label = moment.label;
        else {
          replay.flushAll();
          if (label !== undefined) marks.push({ label, totals: { ...state.totals } });
          label = undefined;
        }
      },
      (chunk, row) => {
        event++;
        state.apply(chunk, row, row + 1);
        const kind = chunk.kind[row];
        const p = chunk.proc[row];
        const address = chunk.address[row];
        const isOld =
          kind === AllocFreeKind.Span || kind === AllocFreeKind.HeapObject || kind === AllocFreeKind.GoroutineStack;
        if (isSnapshot && !isOld) {
          replay.endSnapshot();
          isSnapshot = false;
        }
        if (kind === AllocFreeKind.Span || kind === AllocFreeKind.SpanAlloc) {
          if (kind === AllocFreeKind.SpanAlloc) made++;
          if (chunk.spanClass[row] >= 0) replay.spanAllocated(p, kind === AllocFreeKind.Span);
        } else if (kind === AllocFreeKind.SpanFree) replay.spanFreed(address / PAGE_BYTES);
        else if (kind === AllocFreeKind.HeapObject) replay.objectKept(address);
        else if (kind === AllocFreeKind.HeapObjectAlloc) {
          objects++;
          replay.objectAllocated(p, address, event);
        } else if (kind === AllocFreeKind.HeapObjectFree) replay.objectFreed(p, address);
      },
    );
    return {
      summary,
      problems: this.problems,
      events: event,
      spans: made,
      objects,
      end: { ...state.totals },
      marks,
      placement: replay.score,
      isCut: this.isCut,
    };
  }

  /** First pass: every life of a span, and what each sweep frees of it. */
  private survey(moments: readonly Moment[], classes: SizeClasses): TracedSpan[] {
    const spans: TracedSpan[] = [];
    const byPage = new Map<number, TracedSpan>();
    let cycle = 0;
    let slots = 0;
    this.walk(
      moments,
      (moment) => {
        if (moment.kind === 'sweep_begins') cycle++;
      },
      (chunk, row, at) => {
        const kind = chunk.kind[row];
        const spanClass = chunk.spanClass[row];
        const page = Math.floor(chunk.address[row] / PAGE_BYTES);
        if ((kind === AllocFreeKind.Span || kind === AllocFreeKind.SpanAlloc) && spanClass >= 0) {
          const npages = Math.max(1, chunk.npages[row]);
          const isSmall = spanClass > 1 && classes.npages[spanClass] === npages;
          const elemBytes = isSmall ? classes.elemBytes[spanClass] : npages * PAGE_BYTES;
          const nelems = isSmall ? classes.nelems[spanClass] : 1;
          const span = new TracedSpan(
            page,
            isSmall ? npages : 1,
            isSmall ? spanClass : spanClass % 2,
            elemBytes,
            nelems,
            cycle,
            kind === AllocFreeKind.Span,
          );
          slots += nelems;
          if (slots > mostSlots) {
            this.stopAt(at);
            return;
          }
          spans.push(span);
          for (let i = 0; i < span.npages; i++) byPage.set(page + i, span);
        } else if (kind === AllocFreeKind.HeapObjectFree) {
          const span = byPage.get(page);
          if (span === undefined) return;
          const slot = Math.floor((chunk.address[row] - span.page * PAGE_BYTES) / span.elemBytes);
          if (slot < span.nelems) span.addDeath(cycle, slot);
        } else if (kind === AllocFreeKind.SpanFree) {
          const span = byPage.get(page);
          for (let i = 0; i < (span?.npages ?? 0); i++) byPage.delete(page + i);
        }
      },
    );
    return spans;
  }

  private orderedMoments(): Moment[] {
    for (const { reason, endNs } of this.stops)
      if (this.strings[reason] === readMemStats) this.moments.push({ kind: 'memstats_read', timeNs: endNs });
    for (const { category, message, timeNs } of this.logs)
      if (this.strings[category] === 'mark')
        this.moments.push({ kind: 'mark', label: this.strings[message] ?? '', timeNs });
    return this.moments.sort((a, b) => a.timeNs - b.timeNs);
  }

  /** All moments and events in the order of time; a moment comes before an event of the same time. */
  private walk(
    moments: readonly Moment[],
    onMoment: (moment: Moment) => void,
    onEvent: (chunk: AllocFreeChunk, row: number, at: number) => void,
  ): void {
    let next = 0;
    let at = 0;
    for (const chunk of this.chunks)
      for (let row = 0; row < chunk.rows; row++) {
        for (; next < moments.length && (moments[next] as Moment).timeNs <= (chunk.timeNs[row] as number); next++)
          onMoment(moments[next] as Moment);
        if (at >= this.end) return;
        onEvent(chunk, row, at++);
      }
    for (; next < moments.length; next++) onMoment(moments[next] as Moment);
  }
}

/** Reason of the stop in which the runtime flushes all caches. @source Go 1.26 runtime/proc.go stwReasonStrings */
const readMemStats = 'read mem stats';

function fail(): never {
  throw new Error('Go 1.26 is not in the version table');
}
