/** The replayed heap of a case, as the window and the command line ask for it. */
import type { Analysis } from '../analysis/diagnose.ts';
import { type Allocated, lifetimeEdgesNs, walkAllocations } from '../analysis/heap/allocation-walk.ts';
import { HeapHistory } from '../analysis/heap/heap-history.ts';
import {
  type ClassFigures,
  differenceOf,
  figuresOf,
  type HeapFigures,
  type SpanColumns,
  spanColumns,
} from '../analysis/heap/heap-moment.ts';
import { type SlotObject, type SpanDetail, spanDetail } from '../analysis/heap/span-detail.ts';
import { Refusal } from '../case/refusal.ts';
import { traceClock } from '../parsers/contract.ts';
import { whenText } from '../report/verdict-text.ts';
import type {
  HeapAllocation,
  HeapAllocator,
  HeapClass,
  HeapMoment,
  HeapObject,
  HeapSource,
  HeapSpan,
  HeapSpans,
  HeapTotals,
} from './contract/heap.ts';

/** Rows of each list of allocators. */
const allocatorsShown = 200;
/** Decimals of a second in texts of moments. */
export const microseconds = 6;

export class HeapView {
  private readonly analysis: Analysis;
  private readonly histories: readonly HeapHistory[];

  constructor(analysis: Analysis) {
    this.analysis = analysis;
    this.histories = HeapHistory.all(analysis.data.source);
  }

  /** Traces from which the heap can be replayed, by their begin. */
  sources(): HeapSource[] {
    return this.histories.map((history) => this.source(history)).sort((a, b) => a.from - b.from);
  }

  /** Moment of the highest HeapAlloc in all traces. */
  peak(): number {
    let best: { readonly t: number; readonly bytes: number } | undefined;
    for (const history of this.histories) {
      const { peak } = this.source(history);
      const bytes = history.at(this.nsOf(history, peak)).totals.heapAllocBytes;
      if (!best || bytes > best.bytes) best = { t: peak, bytes };
    }
    return best?.t ?? 0;
  }

  /**
   * The heap at a moment of the case, or at the nearest one a trace tells; with `since` compared to another.
   *
   * @throws Refusal `heap/no_replay`
   */
  moment(asked: number, since: number | undefined): HeapMoment {
    const { history, source } = this.nearest(asked);
    const t = clamped(asked, source);
    const before = since === undefined ? undefined : this.figures(history, clamped(since, source));
    const { state, spans, figures } = this.figures(history, t);
    const difference = before && differenceOf(before.spans, spans);
    return {
      t,
      when: this.when(t),
      asked,
      source,
      label: 'replayed',
      page_bytes: history.pageBytes,
      min_address: hex(history.minHeapAddress),
      totals: totalsOf(figures),
      classes: figures.classes.map((c) => heapClass(c, before?.figures)),
      spans: columnsOf(spans),
      change: difference?.change ?? new Float64Array(0),
      vanished: difference ? columnsOf(difference.vanished) : null,
      since: since === undefined ? null : clamped(since, source),
      misfits: Object.values(state.misfits).reduce((a, b) => a + b, 0),
    };
  }

  /**
   * The span that an address lies in at a moment.
   *
   * @throws Refusal `heap/no_replay`, `heap/no_span`
   */
  span(asked: number, address: bigint): HeapSpan {
    const { history, source } = this.nearest(asked);
    const t = clamped(asked, source);
    const detail = spanDetail(history, this.nsOf(history, t), address);
    if (!detail) throw new Refusal('heap/no_span', { address: hex(address), when: this.when(t) });
    return this.heapSpan(history, source, t, detail);
  }

  /**
   * Allocation in a range, cut to the trace.
   *
   * @throws Refusal `heap/no_replay`
   */
  allocation(from: number, to: number): HeapAllocation {
    const { history, source } = this.nearest(from);
    const begin = clamped(Math.min(from, to), source);
    const end = clamped(Math.max(from, to), source);
    const report = walkAllocations(history, this.nsOf(history, begin), this.nsOf(history, end));
    const { names } = history;
    const goroutine = (g: number) => {
      const started = names.goroutineFunction(g);
      return started === '' ? `goroutine ${g}` : `goroutine ${g} ${started}`;
    };
    return {
      from: begin,
      to: end,
      label: 'replayed',
      allocs: report.allocs,
      bytes: report.allocBytes,
      frees: report.frees,
      freed_bytes: report.freedBytes,
      by_type: allocators(report.byType, (type) => names.type(type)?.name ?? ''),
      by_goroutine: allocators(report.byGoroutine, goroutine),
      by_span_class: allocators(report.bySpanClass, String),
      by_region: allocators(report.byRegion, (name) => names.string(name)),
      by_task: allocators(report.byTask, (name) => names.string(name)),
      lifetimes: Array.from(report.lifetimes, (objects, i) => ({
        below_seconds: (lifetimeEdgesNs[i] ?? Number.NaN) / 1e9 || null,
        objects,
      })),
      survivors: report.survivors,
      survivor_bytes: report.survivorBytes,
      older_objects: report.olderObjects,
      older_bytes: report.olderBytes,
    };
  }

  /**
   * The trace nearest to a moment, and the moment on its clock.
   *
   * @throws Refusal `heap/no_replay`
   */
  placed(asked: number): { readonly history: HeapHistory; readonly t: number; readonly fromNs: number } {
    const { history, source } = this.nearest(asked);
    const t = clamped(asked, source);
    return { history, t, fromNs: this.nsOf(history, t) };
  }

  /** A time of a trace in seconds of the case. */
  secondsOf(history: HeapHistory, ns: number): number {
    return this.base(history) + ns / 1e9;
  }

  /** When: time of day to the microsecond, or seconds since the start of what has no wall time. */
  when(t: number): string {
    return whenText(this.analysis, t, microseconds);
  }

  private figures(history: HeapHistory, t: number) {
    const state = history.at(this.nsOf(history, t));
    const spans = spanColumns(state, history.pageBytes);
    return { state, spans, figures: figuresOf(state, spans, history.pageBytes) };
  }

  private heapSpan(history: HeapHistory, source: HeapSource, t: number, detail: SpanDetail): HeapSpan {
    const isManual = detail.spanClass < 0;
    const born = detail.isBornInTrace ? this.caseTime(history, detail.bornNs) : null;
    return {
      t,
      label: 'replayed',
      base: hex(detail.base),
      npages: detail.npages,
      state: isManual ? 'manual' : 'in_use',
      span_class: isManual ? null : detail.spanClass,
      elem_size: detail.elemSize,
      nelems: detail.nelems,
      alloc_count: detail.allocCount,
      free_index: null,
      occupancy: detail.nelems === 0 ? 0 : detail.allocCount / detail.nelems,
      born,
      born_when: born === null ? '' : this.when(born),
      alloc_bits: bitsAsNumber(detail.allocBits),
      objects: detail.objects.map((o) => this.heapObject(history, o)),
      events: detail.events.map((e) => {
        const at = this.caseTime(history, e.timeNs);
        return {
          t: at,
          when: this.when(at),
          kind: e.kind,
          slot: e.slot,
          goroutine: e.goroutine,
          proc: e.proc,
          offset: e.offset,
        };
      }),
      event_count: detail.eventCount,
      evidence: history.evidence,
      path: source.path,
    };
  }

  private heapObject(history: HeapHistory, o: SlotObject): HeapObject {
    const type = history.names.type(o.type);
    const born = o.isBornInTrace ? this.caseTime(history, o.bornNs) : null;
    const isKnown = o.isBornInTrace && o.goroutine >= 0;
    return {
      slot: o.slot,
      address: hex(o.address),
      type: type?.name ?? '',
      type_size: type?.sizeBytes ?? 0,
      born,
      born_when: born === null ? '' : this.when(born),
      freed: o.freedNs === undefined ? null : this.caseTime(history, o.freedNs),
      goroutine: isKnown ? o.goroutine : null,
      goroutine_function: isKnown ? history.names.goroutineFunction(o.goroutine) : '',
      proc: o.proc >= 0 ? o.proc : null,
      offset: o.offset >= 0 ? o.offset : null,
    };
  }

  private nearest(t: number): { history: HeapHistory; source: HeapSource } {
    const all = this.histories.map((history) => ({ history, source: this.source(history) }));
    const distance = ({ source }: (typeof all)[number]) => Math.abs(t - clamped(t, source));
    const [best] = all.sort((a, b) => distance(a) - distance(b));
    if (!best) throw new Refusal('heap/no_replay');
    return best;
  }

  private source(history: HeapHistory): HeapSource {
    const { data } = this.analysis;
    const row = data.series.find((s) => s.evidence === history.evidence && s.metric === 'replay_heap_alloc_bytes');
    const firstNs = row ? Number(row.tFirst) : 0;
    let peakNs = firstNs;
    if (row) {
      const points = data.points(row);
      let best = 0;
      points.values.forEach((value, i) => {
        if (value > (points.values[best] as number)) best = i;
      });
      peakNs = Number(points.originNs) + (points.t[best] ?? 0);
    }
    return {
      evidence: history.evidence,
      path: data.evidenceById(history.evidence).path,
      start: this.base(history),
      from: this.caseTime(history, firstNs),
      to: this.caseTime(history, history.endNs),
      peak: this.caseTime(history, peakNs),
    };
  }

  /** Seconds since the origin of the case; of a trace whose clock nothing joins to the case, seconds since its start. */
  private caseTime(history: HeapHistory, ns: number): number {
    return this.base(history) + ns / 1e9;
  }

  /** Nanoseconds of the trace. */
  private nsOf(history: HeapHistory, t: number): number {
    return Math.round((t - this.base(history)) * 1e9);
  }

  private base(history: HeapHistory): number {
    return this.analysis.timeline.place(history.evidence, traceClock, 0n) ?? 0;
  }
}

function clamped(t: number, source: HeapSource): number {
  return Math.min(source.to, Math.max(source.from, t));
}

function hex(address: bigint): string {
  return `0x${address.toString(16)}`;
}

function bitsAsNumber(bits: Uint8Array): string {
  return `0x${Array.from(bits, (byte) => byte.toString(16).padStart(2, '0'))
    .reverse()
    .join('')
    .replace(/^0+(?=.)/, '')}`;
}

function columnsOf(spans: SpanColumns): HeapSpans {
  const { page, npages, spanClass, slots, live } = spans;
  return { page, npages, span_class: spanClass, slots, live };
}

function totalsOf(f: HeapFigures): HeapTotals {
  return {
    spans: f.spans,
    pages: f.pages,
    inuse_bytes: f.inuseBytes,
    live_bytes: f.liveBytes,
    objects: f.objects,
    free_slots: f.freeSlots,
    tail_waste: f.tailBytes,
    manual_spans: f.manualSpans,
    manual_bytes: f.manualBytes,
    goroutine_stacks: f.goroutineStacks,
    goroutine_stack_bytes: f.goroutineStackBytes,
  };
}

function heapClass(c: ClassFigures, before: HeapFigures | undefined): HeapClass {
  const other = before?.classes.find((o) => o.spanClass === c.spanClass);
  return {
    span_class: c.spanClass,
    size_class: c.sizeClass,
    elem_size: c.elemSize,
    noscan: c.isNoscan,
    spans: c.spans,
    pages: c.pages,
    slots: c.slots,
    objects: c.objects,
    live_bytes: c.liveBytes,
    tail_waste: c.tailBytes,
    free_slots: c.freeSlots,
    free_bytes: c.freeBytes,
    occupancy: c.slots === 0 ? 0 : c.objects / c.slots,
    spans_change: before ? c.spans - (other?.spans ?? 0) : 0,
    live_bytes_change: before ? c.liveBytes - (other?.liveBytes ?? 0) : 0,
  };
}

function allocators(rows: readonly Allocated[], nameOf: (key: number) => string): HeapAllocator[] {
  return rows.slice(0, allocatorsShown).map((row) => ({
    name: nameOf(row.key),
    key: row.key,
    allocs: row.allocs,
    bytes: row.bytes,
    frees: row.frees,
    freed_bytes: row.freedBytes,
  }));
}
