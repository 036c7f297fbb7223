// MemStats at the marks of a log.
//
// A mark record is written before the program reads its MemStats; the reading stops the world, flushes all mcaches (M records, with the
// sweeps of stale spans) and the stack caches (stacks freed). So the engine's state to compare with is the one after those records, just
// before the first record of another kind.
import type { Heap } from '../heap.ts';
import { type HeapMemStats, MEM_STATS_FIELDS, memStatsOf } from '../stats/mem-stats.ts';
import { RECORD } from './oplog-grammar.ts';

/** Mark numbers from here on stand for a reading of MemStats. */
const FIRST_MEM_STATS_MARK = 100;

/** What was recorded at one mark. */
export interface RecordedMark {
  readonly label: string;
  readonly memStats: Readonly<Partial<Record<string, number>>>;
}

/** One comparison. */
export interface MemStatsCheck {
  /** Label of the mark. */
  readonly at: string;
  readonly field: keyof HeapMemStats;
  readonly want: number;
  readonly got: number;
}

export class MarkChecks {
  readonly checks: MemStatsCheck[] = [];
  private readonly heap: Heap;
  private readonly marks: readonly RecordedMark[];
  private pending = -1;

  constructor(heap: Heap, marks: readonly RecordedMark[]) {
    this.heap = heap;
    this.marks = marks;
  }

  /** A reading of MemStats is being recorded. */
  get isPending(): boolean {
    return this.pending >= 0;
  }

  /** Z k */
  mark(k: number): void {
    if (k >= FIRST_MEM_STATS_MARK) this.pending = k - FIRST_MEM_STATS_MARK;
  }

  /** Call before each record while pending. isStale: for S, whether it sweeps a stale span. */
  before(code: number, isStale: boolean): void {
    if (code === RECORD.M || code === RECORD.F || code === RECORD.W || (code === RECORD.S && isStale)) return;
    this.compare();
  }

  /** Compares now if a mark is pending. */
  compare(): void {
    if (this.pending < 0) return;
    const mark = this.marks[this.pending];
    this.pending = -1;
    if (mark === undefined) return;
    const got = memStatsOf(this.heap.mheap.stats);
    for (const field of MEM_STATS_FIELDS) {
      const want = mark.memStats[field];
      if (want !== undefined) this.checks.push({ at: mark.label, field, want, got: got[field] });
    }
  }
}

/** Marks from the parsed document beside a log ({Marks: [{Label, MemStats}]}); what has another shape is left out. */
export function recordedMarksOf(document: unknown): readonly RecordedMark[] {
  const marks = propertyOf(document, 'Marks');
  if (!Array.isArray(marks)) return [];
  return marks.map((mark: unknown, index) => {
    const label = propertyOf(mark, 'Label');
    const memStats = propertyOf(mark, 'MemStats');
    const numbers = typeof memStats === 'object' && memStats !== null ? Object.entries(memStats) : [];
    return {
      label: typeof label === 'string' ? label : String(index),
      memStats: Object.fromEntries(numbers.filter((entry): entry is [string, number] => typeof entry[1] === 'number')),
    };
  });
}

function propertyOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}
