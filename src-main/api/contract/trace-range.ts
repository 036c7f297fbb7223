/** What an execution trace tells of a stretch of time: who ran, what the collector stopped, what was allocated. Times are seconds since the case's origin. */
import type { HeapAllocator, HeapClass } from './heap.ts';

/** Goroutines that began with one function. Seconds of all of them together within the stretch. */
export interface GoroutineRow {
  /** Empty where the trace does not tell. */
  readonly function: string;
  readonly goroutines: number;
  readonly running: number;
  /** Ready, and no P to run on. */
  readonly runnable: number;
  readonly waiting: number;
  readonly syscall: number;
  /** Why they waited longest, in the runtime's words; empty where none waited. */
  readonly reason: string;
  readonly reason_seconds: number;
}

/** A stop of the world, in seconds. */
export interface TraceStop {
  readonly t: number;
  readonly when: string;
  readonly reason: string;
  readonly length: number;
  /** Until the last other goroutine had stopped; the rest of the length is work. */
  readonly stopping: number;
  readonly work: number;
  /** Leaf functions of the CPU samples inside. */
  readonly sampled: readonly string[];
}

/** CPU samples while the collector was at work. */
export interface GcSampleCounts {
  /** In the stretch, whatever ran; 0 where the CPU profiler was off. */
  readonly all: number;
  readonly in_stops: number;
  readonly in_mark: number;
  readonly marking_roots: number;
  readonly page_allocator: number;
  readonly functions: readonly { readonly function: string; readonly in_stops: number; readonly in_mark: number }[];
}

export interface TraceRange {
  readonly evidence: number;
  readonly path: string;
  /** The stretch asked for, cut to the trace. */
  readonly from: number;
  readonly to: number;
  readonly goroutines: {
    /** Most running first, at most 200. */
    readonly rows: readonly GoroutineRow[];
    readonly groups: number;
    readonly goroutines: number;
    /** End of what was counted, where the stretch holds more transitions than are read; else null. */
    readonly until: number | null;
  };
  readonly stops: {
    readonly count: number;
    readonly seconds: number;
    /** The longest, by time. */
    readonly rows: readonly TraceStop[];
  };
  readonly samples: GcSampleCounts;
  /** What the samples can tell of pauses and marking, and what no trace can, in words. */
  readonly samples_note: string;
  /** Replayed; null where the trace has no alloc/free events from its beginning on. */
  readonly heap: {
    readonly label: 'replayed';
    readonly allocs: number;
    readonly bytes: number;
    readonly freed_bytes: number;
    /** Most bytes first, at most 200. */
    readonly by_type: readonly HeapAllocator[];
    /** Span classes with more spans or more live bytes at the end than at the begin, most grown first. */
    readonly grown: readonly HeapClass[];
  } | null;
}
