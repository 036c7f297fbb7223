/**
 * What is asked of a replayed heap, and what is answered. Addresses are hexadecimal text (`0xc000012000`); times are seconds since the case's origin.
 * Columns are Float64Arrays, one element a span, by address.
 */
import type { Basis } from './evidence.ts';

/** A trace from which the heap can be replayed. */
export interface HeapSource {
  readonly evidence: number;
  readonly path: string;
  /** Start of the trace. */
  readonly start: number;
  /** From the end of the snapshot to the last event. */
  readonly from: number;
  readonly to: number;
  /** Moment of the highest HeapAlloc in the trace. */
  readonly peak: number;
}

export interface HeapClass {
  /** sizeClass * 2 + noscan. */
  readonly span_class: number;
  readonly size_class: number;
  /** Bytes of a slot; 0 for large objects, each as large as its span. */
  readonly elem_size: number;
  readonly noscan: boolean;
  readonly spans: number;
  readonly pages: number;
  readonly slots: number;
  readonly objects: number;
  readonly live_bytes: number;
  /** Bytes behind the last slot of each span, in all. */
  readonly tail_waste: number;
  readonly free_slots: number;
  readonly free_bytes: number;
  /** objects / slots. */
  readonly occupancy: number;
  /** Against the other moment; 0 where none was asked for. */
  readonly spans_change: number;
  readonly live_bytes_change: number;
}

export interface HeapTotals {
  readonly spans: number;
  readonly pages: number;
  readonly inuse_bytes: number;
  readonly live_bytes: number;
  readonly objects: number;
  readonly free_slots: number;
  readonly tail_waste: number;
  readonly manual_spans: number;
  readonly manual_bytes: number;
  readonly goroutine_stacks: number;
  readonly goroutine_stack_bytes: number;
}

export interface HeapSpans {
  /** First page, counted from `min_address`. */
  readonly page: Float64Array;
  readonly npages: Float64Array;
  /** -1 for spans managed by hand (stacks, work of the collector). */
  readonly span_class: Float64Array;
  readonly slots: Float64Array;
  readonly live: Float64Array;
}

/** How a span stands to the other moment. */
export const heapChanges = ['same', 'appeared', 'grown', 'shrunk'] as const;
export type HeapChange = (typeof heapChanges)[number];

export interface HeapMoment {
  /** The moment shown: that asked for, or the nearest within the trace. */
  readonly t: number;
  readonly when: string;
  readonly asked: number;
  readonly source: HeapSource;
  readonly label: Basis;
  readonly page_bytes: number;
  readonly min_address: string;
  readonly totals: HeapTotals;
  readonly classes: readonly HeapClass[];
  readonly spans: HeapSpans;
  /** Index into `heapChanges` of each span; empty where no other moment was asked for. */
  readonly change: Float64Array;
  /** Spans of the other moment that are gone. */
  readonly vanished: HeapSpans | null;
  readonly since: number | null;
  /** Events that did not fit the heap they met: the figures are off by as much. */
  readonly misfits: number;
}

export interface HeapObject {
  readonly slot: number;
  readonly address: string;
  /** Empty where the runtime says no type: memory without pointers that has none, or unknown. */
  readonly type: string;
  readonly type_size: number;
  /** Null: the object is older than the trace. */
  readonly born: number | null;
  readonly born_when: string;
  readonly freed: number | null;
  readonly goroutine: number | null;
  /** The function that goroutine began with. */
  readonly goroutine_function: string;
  readonly proc: number | null;
  readonly offset: number | null;
}

export interface HeapSpanEvent {
  readonly t: number;
  readonly when: string;
  readonly kind: string;
  readonly slot: number;
  readonly goroutine: number;
  readonly proc: number;
  readonly offset: number;
}

export interface HeapSpan {
  readonly t: number;
  readonly label: Basis;
  readonly base: string;
  readonly npages: number;
  readonly state: 'in_use' | 'manual';
  readonly span_class: number | null;
  readonly elem_size: number;
  readonly nelems: number;
  readonly alloc_count: number;
  /** Null: a trace does not tell it. */
  readonly free_index: number | null;
  readonly occupancy: number;
  readonly born: number | null;
  readonly born_when: string;
  /** Hexadecimal, bit 0 of the number = slot 0. */
  readonly alloc_bits: string;
  readonly objects: readonly HeapObject[];
  readonly events: readonly HeapSpanEvent[];
  readonly event_count: number;
  readonly evidence: number;
  readonly path: string;
}

export interface HeapAllocator {
  /** Type, goroutine with the function it began with, or span class. */
  readonly name: string;
  readonly key: number;
  readonly allocs: number;
  readonly bytes: number;
  readonly frees: number;
  readonly freed_bytes: number;
}

/** Allocation in a range of the trace. */
export interface HeapAllocation {
  readonly from: number;
  readonly to: number;
  readonly label: Basis;
  readonly allocs: number;
  readonly bytes: number;
  readonly frees: number;
  readonly freed_bytes: number;
  readonly by_type: readonly HeapAllocator[];
  readonly by_goroutine: readonly HeapAllocator[];
  readonly by_span_class: readonly HeapAllocator[];
  /** By user region and by task; empty where the trace has no region. Frees are not charged to them. */
  readonly by_region: readonly HeapAllocator[];
  readonly by_task: readonly HeapAllocator[];
  /** Objects born and freed in the range, by age: up to `below_seconds`, null for the rest. */
  readonly lifetimes: readonly { readonly below_seconds: number | null; readonly objects: number }[];
  readonly survivors: number;
  readonly survivor_bytes: number;
  readonly older_objects: number;
  readonly older_bytes: number;
}

/** Low and high end, both possible; null where nothing bounds it. */
export type HeapBounds = readonly [low: number, high: number | null];

/** What an estimate counts objects by. */
export const heapCountSources = ['by_size', 'profile'] as const;
export type HeapCountSource = (typeof heapCountSources)[number];

/** A moment at which a case without a trace of its heap counts objects by size. */
export interface HeapCounts {
  /** Its place in the order of time. */
  readonly index: number;
  /** Null: no clock places it. */
  readonly t: number | null;
  readonly when: string;
  readonly source: HeapCountSource;
  readonly evidence: number;
  readonly path: string;
  readonly line: number | null;
  readonly heap_alloc_bytes: number | null;
}

/**
 * A size class, its spans estimated: `spans`, `free_slots`, `tail_waste` and `occupancy` hold if all classes are equally full, the intervals whatever
 * the heap is. Counts do not tell objects with pointers from others: `span_class` and `noscan` are null.
 */
export interface HeapEstimatedClass {
  readonly span_class: null;
  readonly noscan: null;
  /** 0 for all objects above the classes that are counted. */
  readonly size_class: number;
  readonly elem_size: number;
  /** Null: nothing tells how many objects are above the counted classes. */
  readonly objects: number | null;
  readonly live_bytes: number;
  readonly spans: number;
  readonly spans_interval: HeapBounds;
  readonly free_slots: number;
  readonly free_slots_interval: HeapBounds;
  readonly tail_waste: number;
  readonly tail_waste_interval: HeapBounds;
  readonly occupancy: number;
  readonly occupancy_interval: HeapBounds;
}

export interface HeapEstimatedTotals {
  readonly spans: number;
  readonly spans_interval: HeapBounds;
  /** Null: no evidence tells HeapInuse. */
  readonly pages: number | null;
  readonly inuse_bytes: number | null;
  readonly live_bytes: number;
  readonly objects: number | null;
  readonly free_slots: number;
  readonly free_slots_interval: HeapBounds;
  /** HeapInuse less live: free slots, tails, unused parts of pages. */
  readonly waste_bytes: number | null;
}

/** The classes of a heap of which only counts are known. Where its spans lie is not. */
export interface HeapEstimate {
  readonly label: Basis;
  readonly counts: HeapCounts;
  /** Rules of Go 1.`go_minor`; assumed where no evidence names a version. */
  readonly go_minor: number;
  readonly is_go_assumed: boolean;
  /** The counts need more pages than are in use: they are of different moments. */
  readonly is_contradictory: boolean;
  readonly totals: HeapEstimatedTotals;
  readonly classes: readonly HeapEstimatedClass[];
}
