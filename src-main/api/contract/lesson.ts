/** The lesson on the allocator: one step of it, ready to be shown. Pages and slots are numbers from the heap's first page. */
export interface LessonSpanView {
  readonly spanClass: number;
  readonly elemBytes: number;
  readonly page: number;
  readonly npages: number;
  readonly freeIndex: number;
  readonly allocCount: number;
  readonly nelems: number;
  /** One character a slot: `.` free, `o` in use, `d` dead but unswept. */
  readonly slots: string;
  readonly isCached: boolean;
  readonly isSwept: boolean;
}

export interface LessonQueuesView {
  readonly spanClass: number;
  readonly elemBytes: number;
  readonly partialSwept: number;
  readonly partialUnswept: number;
  readonly fullSwept: number;
  readonly fullUnswept: number;
}

/** The levels of the allocator, from the request down. */
export const lessonLevels = ['tiny', 'mcache', 'mcentral', 'page_cache', 'page_alloc', 'arena'] as const;
export type LessonLevel = (typeof lessonLevels)[number];

/** Of a lesson on what a trace recorded. */
export interface RecordedStretch {
  /** Its begin: seconds of the case's timeline, and as text. */
  readonly from: number;
  readonly when: string;
  readonly goMinor: number;
  /** Whether the trace goes on behind the last step. */
  readonly hasMore: boolean;
}

export interface LessonView {
  /** Null for the program that teaches. */
  readonly recorded: RecordedStretch | null;
  /** The P whose caches are shown: that of the last allocation. */
  readonly p: number;
  readonly step: number;
  readonly steps: number;
  /** What the program does, in words; empty before the first step. */
  readonly title: string;
  /** What it caused, in order, each on its level. */
  readonly events: readonly { readonly level: LessonLevel; readonly text: string }[];
  readonly tinyUsed: number | null;
  readonly spans: readonly LessonSpanView[];
  readonly queues: readonly LessonQueuesView[];
  readonly pageCache: { readonly page: number; readonly bits: string } | null;
  /** One character a page: `s` small span, `l` large span, `c` in the page cache, `f` free, `r` free and released. */
  readonly pages: string;
  readonly heapAllocBytes: number;
  readonly heapInuseBytes: number;
  readonly heapIdleBytes: number;
  readonly heapReleasedBytes: number;
  readonly heapSysBytes: number;
}
