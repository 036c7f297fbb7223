/** What is said of a heap: its spans and objects, its totals, and a state as flat data. */

/** One span. Addresses are bytes from the lowest heap address. */
export interface SpanView {
  readonly row: number;
  readonly address: number;
  readonly npages: number;
  /** -1 for a span managed by hand. */
  readonly spanClass: number;
  readonly slotBytes: number;
  readonly slots: number;
  readonly live: number;
  /** When the span was allocated; the begin of the trace for spans of the snapshot. */
  readonly bornNs: number;
}

/** One object. */
export interface ObjectView {
  readonly slot: number;
  /** Bytes from the lowest heap address. */
  readonly address: number;
  readonly type: number;
  readonly bornNs: number;
}

/** Totals in the words of MemStats. */
export interface HeapTotals {
  heapAllocBytes: number;
  heapObjects: number;
  heapInuseBytes: number;
  /** Spans with objects, and spans managed by hand with their bytes. */
  spans: number;
  manualSpans: number;
  manualBytes: number;
  goroutineStacks: number;
  goroutineStackBytes: number;
}

/** Events that did not fit the state they met. */
export interface Misfits {
  /** Alloc or free in no span. */
  outsideSpans: number;
  /** Alloc of a slot that is taken (tiny objects apart), less those whose late free came. */
  slotTaken: number;
  /** Free of a slot that is free. */
  slotFree: number;
  /** Span over another span. */
  spanTaken: number;
  /** Free of a span that is not there. */
  spanMissing: number;
  /** Span that no runtime makes, or one slot too many for `maxSlots`: left out. */
  spanRefused: number;
}

/** A state as flat data: to be kept, sent to another thread, and restored. */
export interface HeapKeyframe {
  /** Events applied so far, and the time of the last. */
  readonly events: number;
  readonly timeNs: number;
  readonly spanRows: number;
  /** Six numbers for each span row: page (-1: free row), pages, span class, first slot row, live objects, birth. */
  readonly span: Float64Array<ArrayBuffer>;
  readonly born: Float64Array<ArrayBuffer>;
  readonly type: Uint32Array<ArrayBuffer>;
  /** Address and bytes of each goroutine stack. */
  readonly stacks: Float64Array<ArrayBuffer>;
  readonly tinyAllocs: number;
  readonly misfits: Misfits;
}

/** Totals of an empty heap. */
export function noTotals(): HeapTotals {
  return {
    heapAllocBytes: 0,
    heapObjects: 0,
    heapInuseBytes: 0,
    spans: 0,
    manualSpans: 0,
    manualBytes: 0,
    goroutineStacks: 0,
    goroutineStackBytes: 0,
  };
}

/** No misfits yet. */
export function noMisfits(): Misfits {
  return { outsideSpans: 0, slotTaken: 0, slotFree: 0, spanTaken: 0, spanMissing: 0, spanRefused: 0 };
}
