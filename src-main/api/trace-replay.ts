/** `engine replay` of an execution trace: the heap from its alloc/free events against MemStats that the program recorded. */
import { existsSync, statSync } from 'node:fs';
import { HeapHistory } from '../analysis/heap/heap-history.ts';
import { memStatsMoments } from '../analysis/heap/mem-stats-marks.ts';
import { decodedHead } from '../case/evidence-source.ts';
import { Refusal } from '../case/refusal.ts';
import type { MemStatsCheck, RecordedMark } from '../engine/replay/mark-checks.ts';
import { headerVersion } from '../parsers/go-trace/format-version.ts';
import type { HeapState } from '../parsers/go-trace/heap/heap-state.ts';
import type { CaseSession } from './service.ts';

/** What alloc/free events alone determine. */
type TraceField = Extract<MemStatsCheck['field'], 'HeapObjects' | 'HeapAlloc' | 'HeapInuse'>;
const fields: readonly TraceField[] = ['HeapObjects', 'HeapAlloc', 'HeapInuse'];

export interface TraceReplayResult {
  /** AllocFree events. */
  readonly events: number;
  readonly spans: number;
  readonly objects: number;
  /** The heap behind the last event. */
  readonly end_state: Readonly<Record<TraceField, number>> & { readonly misfits: number };
  readonly checks: { readonly memstats: readonly MemStatsCheck[] };
}

/** Whether a file is an execution trace, perhaps compressed. */
export async function isTraceFile(path: string): Promise<boolean> {
  if (!existsSync(path) || !statSync(path).isFile()) return false;
  return headerVersion(await decodedHead(path)) !== undefined;
}

/**
 * Replays the first trace of the session against recorded marks.
 *
 * @throws Refusal `heap/no_replay`
 */
export function replayTrace(session: CaseSession, marks: readonly RecordedMark[]): TraceReplayResult {
  const [history] = HeapHistory.all(session.source);
  if (!history) throw new Refusal('heap/no_replay');
  const moments = new Map(memStatsMoments(history).map(({ label, timeNs }) => [label, timeNs]));
  const memstats = marks.flatMap((mark) => {
    const timeNs = moments.get(mark.label);
    if (timeNs === undefined) return [];
    const got = figuresOf(history.at(timeNs));
    return fields.flatMap((field): MemStatsCheck[] => {
      const want = mark.memStats[field];
      return want === undefined ? [] : [{ at: mark.label, field, want, got: got[field] }];
    });
  });
  const end = history.at(Number.POSITIVE_INFINITY);
  return {
    events: end.events,
    spans: end.totals.spans,
    objects: end.totals.heapObjects,
    end_state: { ...figuresOf(end), misfits: Object.values(end.misfits).reduce((a, b) => a + b, 0) },
    checks: { memstats },
  };
}

function figuresOf({ totals }: HeapState): Record<TraceField, number> {
  return { HeapObjects: totals.heapObjects, HeapAlloc: totals.heapAllocBytes, HeapInuse: totals.heapInuseBytes };
}
