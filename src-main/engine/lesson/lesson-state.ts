// What a lesson shows after one operation: the heap level by level, and what happened on the way down.

/** One thing that an operation caused, in order. Numbers are pages and slots from the heap's first page, bytes, or counts, as named. */
export type LessonEvent =
  | {
      readonly kind: 'slot';
      readonly spanClass: number;
      readonly slotBytes: number;
      readonly page: number;
      readonly slot: number;
    }
  | { readonly kind: 'tiny'; readonly bytes: number; readonly offset: number; readonly isNewSlot: boolean }
  | { readonly kind: 'large'; readonly npages: number; readonly page: number }
  | { readonly kind: 'refill'; readonly spanClass: number; readonly hasOld: boolean }
  | { readonly kind: 'refilled'; readonly spanClass: number; readonly source: number; readonly page: number }
  | { readonly kind: 'swept'; readonly page: number; readonly before: number; readonly after: number }
  | { readonly kind: 'span_made'; readonly page: number; readonly npages: number }
  | { readonly kind: 'span_freed'; readonly page: number; readonly npages: number }
  | { readonly kind: 'cache_filled'; readonly page: number; readonly free: number }
  | { readonly kind: 'cache_served'; readonly page: number; readonly npages: number }
  | { readonly kind: 'grew'; readonly npages: number; readonly asked: number }
  | { readonly kind: 'scavenged'; readonly page: number; readonly npages: number }
  | { readonly kind: 'flushed' }
  | { readonly kind: 'cycle'; readonly sweepgen: number };

/** Slots: one character each, `.` free, `o` in use, `d` dead but unswept. */
export interface LessonSpan {
  readonly spanClass: number;
  readonly elemBytes: number;
  readonly page: number;
  readonly npages: number;
  readonly freeIndex: number;
  readonly allocCount: number;
  readonly nelems: number;
  readonly slots: string;
  readonly isCached: boolean;
  readonly isSwept: boolean;
}

/** Spans of a class in its four queues. */
export interface LessonQueues {
  readonly spanClass: number;
  readonly elemBytes: number;
  readonly partialSwept: number;
  readonly partialUnswept: number;
  readonly fullSwept: number;
  readonly fullUnswept: number;
}

export interface LessonState {
  /** Operations done, and how many there are. */
  readonly step: number;
  readonly steps: number;
  readonly events: readonly LessonEvent[];
  /** The P of the last allocation: caches are its own. */
  readonly p: number;
  /** The tiny block: bytes used of 16; undefined without one. */
  readonly tinyUsed: number | undefined;
  readonly spans: readonly LessonSpan[];
  readonly queues: readonly LessonQueues[];
  /** The page cache of the P: first page, and its 64 pages, `1` free in the cache. Undefined before the first. */
  readonly pageCache: { readonly page: number; readonly bits: string } | undefined;
  /** Each page of the first chunks: `s` small span, `l` large span, `c` in the page cache, `f` free, `r` free and released. */
  readonly pages: string;
  readonly heapAllocBytes: number;
  readonly heapInuseBytes: number;
  readonly heapIdleBytes: number;
  readonly heapReleasedBytes: number;
  readonly heapSysBytes: number;
}
