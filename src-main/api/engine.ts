/** `engine run` and `engine replay`: recorded answers of the Go runtime against what the engine computes from the same inputs. */
import { closeSync, createReadStream, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { tracedHeap } from '../analysis/traced-heap.ts';
import { Refusal } from '../case/refusal.ts';
import type { PlacementRow, PlacementScore } from '../engine/placement/placement-replay.ts';
import { recordedMarksOf } from '../engine/replay/mark-checks.ts';
import { OplogReplay, type OplogReplayResult } from '../engine/replay-oplog.ts';
import { runVectors, type VectorRunResult } from '../engine/run-vectors.ts';
import { CaseFormatError } from '../engine/vectors/case-reader.ts';
import { headerBytes } from '../parsers/go-trace/format-version.ts';
import { sniffGoTrace } from '../parsers/go-trace/read-go-trace.ts';
import type { TraceProblem } from '../parsers/go-trace/trace-problem.ts';

/** JSON documents are held whole, so they have a limit; captures are streamed and have none. */
const maxJsonBytes = 256 * 2 ** 20;
/** Pieces of a log between two looks at the signal: some milliseconds of replay. */
const pieceBytes = 2 ** 18;

export interface ReplayRequest {
  /** Recorded marks; the document beside the capture where none is named. */
  readonly marks: string | undefined;
  readonly hasAddresses: boolean;
  readonly signal: AbortSignal;
  readonly progress: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Runs a file of vectors.
 *
 * @throws Refusal `engine/not_vectors`, `engine/json_too_large`, `open/not_found`
 */
export function runVectorFile(path: string): VectorRunResult {
  const document = jsonFile(path);
  try {
    return runVectors(document);
  } catch (error) {
    if (error instanceof CaseFormatError)
      throw new Refusal('engine/not_vectors', { name: path, reason: error.message });
    throw error;
  }
}

/** What a trace alone determines exactly. @source see analysis/traced-heap.ts; compared at the end of the MemStats reading after each mark */
const traceFields = { HeapObjects: 'heapObjects', HeapAlloc: 'heapAllocBytes', HeapInuse: 'heapInuseBytes' } as const;

/** The heap of a trace with allocation events: counts, totals at the marks, and how much of it the engine predicted. */
export interface TraceReplayResult {
  readonly events: number;
  readonly spans: number;
  readonly objects: number;
  readonly end_state: {
    readonly heap_alloc_bytes: number;
    readonly heap_objects: number;
    readonly heap_inuse_bytes: number;
    readonly heap_spans: number;
    readonly manual_spans: number;
    readonly manual_bytes: number;
    readonly goroutine_stacks: number;
    readonly goroutine_stack_bytes: number;
  };
  readonly checks: {
    readonly memstats: readonly {
      readonly at: string;
      readonly field: string;
      readonly want: number;
      readonly got: number;
    }[];
    readonly placement: PlacementScore;
  };
  readonly problems: readonly TraceProblem[];
  /** The trace has more events than are followed. */
  readonly is_cut: boolean;
  readonly addresses: readonly PlacementRow[] | undefined;
}

export type ReplayResult =
  | ({ readonly source: 'oplog' } & OplogReplayResult)
  | ({ readonly source: 'trace' } & TraceReplayResult);

/**
 * Replays a capture, a trace or an operation log, told apart by its bytes.
 *
 * @throws Refusal `open/not_found`, `engine/not_a_capture`, `engine/no_alloc_events`, `engine/json_too_large`, `open/cancelled`
 */
export async function replayFile(path: string, request: ReplayRequest): Promise<ReplayResult> {
  if (!existsSync(path) || !statSync(path).isFile()) throw new Refusal('open/not_found', { name: path });
  if (sniffGoTrace(headOf(path)) > 0) return { source: 'trace', ...(await replayTrace(path, request)) };
  return { source: 'oplog', ...(await replayLog(path, request)) };
}

async function replayTrace(path: string, request: ReplayRequest): Promise<TraceReplayResult> {
  const marks = new Map(marksFor(path, request.marks).map((m) => [m.label, m.memStats]));
  const rows: PlacementRow[] = [];
  const totalBytes = statSync(path).size;
  const heap = await tracedHeap(createReadStream(path, { highWaterMark: pieceBytes }), totalBytes, {
    signal: request.signal,
    progress: (bytes) => request.progress(bytes, totalBytes),
    ...(request.hasAddresses ? { onRow: (row) => rows.push(row) } : {}),
  });
  if (request.signal.aborted) throw new Refusal('open/cancelled');
  if (!heap) throw new Refusal('engine/not_a_capture', { name: path, reason: 'go_trace/version_unsupported' });
  if (heap.events === 0) throw new Refusal('engine/no_alloc_events', { name: path });
  const memstats = heap.marks.flatMap(({ label, totals }) => {
    const want = marks.get(label);
    return Object.entries(traceFields).flatMap(([field, key]) => {
      const value = want?.[field];
      return value === undefined ? [] : [{ at: label, field, want: value, got: totals[key] }];
    });
  });
  const { end } = heap;
  return {
    events: heap.events,
    spans: heap.spans,
    objects: heap.objects,
    end_state: {
      heap_alloc_bytes: end.heapAllocBytes,
      heap_objects: end.heapObjects,
      heap_inuse_bytes: end.heapInuseBytes,
      heap_spans: end.spans,
      manual_spans: end.manualSpans,
      manual_bytes: end.manualBytes,
      goroutine_stacks: end.goroutineStacks,
      goroutine_stack_bytes: end.goroutineStackBytes,
    },
    checks: { memstats, placement: heap.placement },
    problems: heap.problems,
    is_cut: heap.isCut,
    addresses: request.hasAddresses ? rows : undefined,
  };
}

function headOf(path: string): Uint8Array {
  const head = Buffer.alloc(headerBytes);
  const file = openSync(path, 'r');
  try {
    return head.subarray(0, readSync(file, head, 0, headerBytes, 0));
  } finally {
    closeSync(file);
  }
}

/** Memory follows the heap in the log, not its length. */
async function replayLog(path: string, request: ReplayRequest): Promise<OplogReplayResult> {
  const replay = new OplogReplay({ marks: marksFor(path, request.marks), hasAddresses: request.hasAddresses });
  const totalBytes = statSync(path).size;
  let doneBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: pieceBytes })) {
    if (request.signal.aborted) throw new Refusal('open/cancelled');
    replay.feed(chunk as Buffer);
    doneBytes += (chunk as Buffer).length;
    request.progress(doneBytes, totalBytes);
    if (replay.isStopped) break;
  }
  const result = replay.end();
  if (replay.heap === undefined)
    throw new Refusal('engine/not_a_capture', { name: path, reason: result.stopped?.message ?? '' });
  return result;
}

/**
 * The marks beside a capture: those of the document named, else of its name with the ending `.marks.json` or `.json`.
 *
 * @throws Refusal `open/not_found`, `engine/json_too_large`, `engine/not_json`
 */
export function marksFor(path: string, named: string | undefined) {
  if (named !== undefined) return recordedMarksOf(jsonFile(named));
  const stem = path.replace(/\.[^./\\]{1,16}$/, '');
  const beside = [`${stem}.marks.json`, `${stem}.json`].find((p) => p !== path && existsSync(p));
  return beside === undefined ? [] : recordedMarksOf(jsonFile(beside));
}

function jsonFile(path: string): unknown {
  if (!existsSync(path) || !statSync(path).isFile()) throw new Refusal('open/not_found', { name: path });
  const { size } = statSync(path);
  if (size > maxJsonBytes) throw new Refusal('engine/json_too_large', { name: path, bytes: size, limit: maxJsonBytes });
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new Refusal('engine/not_json', { name: path, reason: error.message });
    throw error;
  }
}
