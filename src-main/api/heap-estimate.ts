/** The heap of a case without a trace of it, estimated from counts of objects, as the window and the command line ask for it. */
import { censusOfCounts, censusOfProfile, type HeapCensus } from '../analysis/census.ts';
import { type CensusMoment, censusMoments, highestMoment, nearestMoment } from '../analysis/census-moments.ts';
import type { Analysis } from '../analysis/diagnose.ts';
import { Refusal } from '../case/refusal.ts';
import type { Bounds, ClassCensus, SpanCensus } from '../engine/estimate/span-census.ts';
import { whenText } from '../report/verdict-text.ts';
import type { HeapBounds, HeapCounts, HeapEstimate, HeapEstimatedClass } from './contract/heap.ts';
import { microseconds } from './heap.ts';
import { profileModelOf } from './profile-file.ts';

/** Which counts: those nearest to a time, of an index, or (neither) with most bytes live. */
export interface CountsAsked {
  readonly t?: number | undefined;
  readonly index?: number | undefined;
}

export class HeapEstimates {
  private readonly analysis: Analysis;
  private readonly moments: readonly CensusMoment[];

  constructor(analysis: Analysis) {
    this.analysis = analysis;
    this.moments = censusMoments(analysis.data, analysis.timeline);
  }

  /** Moments of which a census can be made, in the order of time. */
  counts(): HeapCounts[] {
    return this.moments.map((m, i) => this.countsOf(m, i));
  }

  /**
   * The census of some counts. Cost: of a profile, reading it.
   *
   * @throws Refusal `census/no_by_size`, `profile/damaged`
   */
  at(asked: CountsAsked): HeapEstimate {
    const { moment, goMinor, isGoAssumed, heapInuseBytes, heapAllocBytes, census } = this.censusAt(asked);
    const classes = [...census.classes.map(classOf), ...beyondOf(census)];
    const isCounted = classes.every((c) => c.objects !== null);
    const spans = spansOf(classes, census);
    return {
      label: 'estimated',
      counts: this.countsOf(moment, this.moments.indexOf(moment)),
      go_minor: goMinor,
      is_go_assumed: isGoAssumed,
      is_contradictory: census.isContradictory,
      totals: {
        spans: Math.min(
          sum(classes, (c) => c.spans),
          spans[1] ?? Number.POSITIVE_INFINITY,
        ),
        spans_interval: spans,
        pages: census.pagesInUse ?? null,
        inuse_bytes: heapInuseBytes ?? null,
        live_bytes: heapAllocBytes ?? sum(classes, (c) => c.live_bytes),
        objects: isCounted ? sum(classes, (c) => c.objects ?? 0) : null,
        free_slots: sum(classes, (c) => c.free_slots),
        free_slots_interval: sumOfBounds(classes, (c) => c.free_slots_interval),
        waste_bytes: census.wasteBytes ?? null,
      },
      classes,
    };
  }

  /**
   * The census itself.
   *
   * @throws Refusal `census/no_by_size`, `profile/damaged`
   */
  censusAt({ t, index }: CountsAsked): HeapCensus {
    const { data } = this.analysis;
    const { moments } = this;
    const moment =
      index !== undefined ? moments[index] : t !== undefined ? nearestMoment(moments, t) : highestMoment(moments);
    if (!moment) throw new Refusal('census/no_by_size');
    if (moment.source === 'by_size') return censusOfCounts(data, moment);
    const census = censusOfProfile(data, moment, profileModelOf(data, moment.evidence));
    if (!census) throw new Refusal('census/no_by_size');
    return census;
  }

  private countsOf(moment: CensusMoment, index: number): HeapCounts {
    const { data } = this.analysis;
    const { t, source, evidence, heapAllocBytes } = moment;
    return {
      index,
      t: t ?? null,
      when: t === undefined ? '' : whenText(this.analysis, t, microseconds),
      source,
      evidence,
      path: data.evidenceById(evidence).path,
      line: moment.source === 'by_size' ? moment.line : null,
      heap_alloc_bytes: heapAllocBytes ?? null,
    };
  }
}

function classOf(c: ClassCensus): HeapEstimatedClass {
  return {
    span_class: null,
    noscan: null,
    size_class: c.sizeClass,
    elem_size: c.elemBytes,
    objects: c.objects,
    live_bytes: c.liveBytes,
    spans: c.even.spans,
    spans_interval: boundsOf(c.spans),
    free_slots: c.even.freeSlots,
    free_slots_interval: boundsOf(c.freeSlots),
    tail_waste: c.even.tailBytes,
    tail_waste_interval: boundsOf(c.tailBytes),
    occupancy: c.even.occupancy,
    occupancy_interval: c.occupancy,
  };
}

/** What lies above the counted classes, as if each object had a span of its own. */
function beyondOf({ beyond }: SpanCensus): HeapEstimatedClass[] {
  if (!beyond || beyond.liveBytes === 0) return [];
  const { liveBytes, objects, spans, freeSlots, tailBytes } = beyond;
  return [
    {
      span_class: null,
      noscan: null,
      size_class: 0,
      elem_size: 0,
      objects: objects ?? null,
      live_bytes: liveBytes,
      spans: objects === undefined ? spans[0] : spans[1],
      spans_interval: boundsOf(spans),
      free_slots: 0,
      free_slots_interval: boundsOf(freeSlots),
      tail_waste: 0,
      tail_waste_interval: boundsOf(tailBytes),
      occupancy: 1,
      occupancy_interval: [0, 1],
    },
  ];
}

function boundsOf([low, high]: Bounds): HeapBounds {
  return [low, Number.isFinite(high) ? high : null];
}

/** Of all classes together: a span has a page at least, so there are no more of them than pages; where the counts contradict that, they go first. */
function spansOf(classes: readonly HeapEstimatedClass[], census: SpanCensus): HeapBounds {
  const [low, high] = sumOfBounds(classes, (c) => c.spans_interval);
  const most = census.isContradictory ? high : lower(high, census.pagesInUse ?? null);
  return [low, most];
}

function lower(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function sum(classes: readonly HeapEstimatedClass[], of: (c: HeapEstimatedClass) => number): number {
  return classes.reduce((total, c) => total + of(c), 0);
}

function sumOfBounds(classes: readonly HeapEstimatedClass[], of: (c: HeapEstimatedClass) => HeapBounds): HeapBounds {
  const bounds = classes.map(of);
  const highs = bounds.map(([, high]) => high);
  return [
    bounds.reduce((total, [low]) => total + low, 0),
    highs.includes(null) ? null : highs.reduce<number>((total, high) => total + (high ?? 0), 0),
  ];
}
