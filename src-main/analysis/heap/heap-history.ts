/**
 * The heap of a traced process at any moment of its trace, replayed from what the store keeps: the keyframe before the moment and the alloc/free
 * events behind it. Times are nanoseconds since the start of the trace.
 */
import type { Case } from '../../case/case.ts';
import { TableReader } from '../../case/store/tables.ts';
import type { TableColumn } from '../../parsers/contract.ts';
import { HeapReplay, type PlacedKeyframe } from '../../parsers/go-trace/heap/heap-replay.ts';
import { type HeapEvents, type HeapState, heapEventColumns } from '../../parsers/go-trace/heap/heap-state.ts';
import { keyframeOf } from '../../parsers/go-trace/trace-tables.ts';
import { TraceNames } from './trace-names.ts';

const table = 'allocFree';
/** Chunks kept unpacked: those around the last moment. */
const chunksKept = 8;

/** Alloc/free events with who caused them and where in the file they stand. */
export type AttributedEvents = HeapEvents & {
  readonly proc: Int32Array;
  readonly goroutine: Float64Array;
  readonly offset: Float64Array;
};

const attributedColumns = [...heapEventColumns, 'proc', 'goroutine', 'offset'] as const;

export class HeapHistory {
  readonly evidence: number;
  /** Lowest address of the heap: addresses of the replay count from it. */
  readonly minHeapAddress: bigint;
  readonly pageBytes: number;
  readonly formatVersion: number;
  readonly chunkCount: number;
  readonly names: TraceNames;
  readonly tables: TableReader;
  private readonly chunkTimes: readonly { readonly fromNs: number; readonly toNs: number }[];
  private readonly replay: HeapReplay;
  private readonly kept = new Map<number, AttributedEvents>();

  private constructor(source: Case, evidence: number, units: Readonly<Record<string, TableColumn>>) {
    this.evidence = evidence;
    this.tables = new TableReader(source.store);
    const [high, low] = units.minHeapAddress ?? [];
    this.minHeapAddress = BigInt(high ?? 0) * 2n ** 32n + BigInt(low ?? 0);
    this.pageBytes = units.pageBytes?.[0] ?? 0;
    this.formatVersion = units.formatVersion?.[0] ?? 0;
    this.chunkTimes = this.tables.chunks(evidence, table);
    this.chunkCount = this.chunkTimes.length;
    this.names = new TraceNames(this.tables, evidence);
    this.replay = new HeapReplay(this.formatVersion, this.pageBytes, {
      keyframeBefore: (timeNs) => this.keyframeBefore(timeNs),
      chunk: (index) => this.chunk(index),
    });
  }

  /** The histories of a case: one for each trace with alloc/free events from its beginning on. */
  static all(source: Case): HeapHistory[] {
    const tables = new TableReader(source.store);
    const withEvents = new Set(tables.evidenceWith(table));
    return tables.evidenceWith('heapUnits').flatMap((evidence) => {
      const units = withEvents.has(evidence) ? tables.columns(evidence, 'heapUnits', 0) : undefined;
      return units ? [new HeapHistory(source, evidence, units)] : [];
    });
  }

  /** Time of the last event. */
  get endNs(): number {
    return this.chunkTimes.at(-1)?.toNs ?? 0;
  }

  /** The heap after the last event at or before a time. One object for all moments: the next call moves it. */
  at(timeNs: number): HeapState {
    return this.replay.at(timeNs);
  }

  /** A heap of its own at a time, for who follows it through the events. */
  follow(timeNs: number): HeapState {
    const replay = new HeapReplay(this.formatVersion, this.pageBytes, {
      keyframeBefore: (ns) => this.keyframeBefore(ns),
      chunk: (index) => this.chunk(index),
    });
    return replay.at(timeNs);
  }

  /** Events by chunk, or undefined behind the last. */
  chunk(index: number): AttributedEvents | undefined {
    const known = this.kept.get(index);
    if (known) {
      // the one used last stays longest
      this.kept.delete(index);
      this.kept.set(index, known);
      return known;
    }
    const columns = this.tables.columns(this.evidence, table, index, attributedColumns);
    if (!columns) return undefined;
    const rows = columns.timeNs?.length ?? 0;
    const chunk = { rows, ...columns } as unknown as AttributedEvents;
    this.kept.set(index, chunk);
    const [oldest] = this.kept.keys();
    if (this.kept.size > chunksKept && oldest !== undefined) this.kept.delete(oldest);
    return chunk;
  }

  /** The first chunk with events after a time; the number of chunks where there is none. */
  chunkAt(timeNs: number): number {
    const found = this.chunkTimes.findIndex(({ toNs }) => toNs > timeNs);
    return found < 0 ? this.chunkCount : found;
  }

  /** Rows of a table in a range of time, chunk by chunk: `visit` gets a chunk and which of its rows lie inside. */
  scan(fromNs: number, toNs: number, visit: (chunk: AttributedEvents, from: number, to: number) => void): void {
    this.chunkTimes.forEach((times, index) => {
      if (times.toNs < fromNs || times.fromNs > toNs) return;
      const chunk = this.chunk(index);
      if (chunk) visit(chunk, firstAfter(chunk.timeNs, fromNs), firstAfter(chunk.timeNs, toNs));
    });
  }

  /** An address of the process from one of the replay, and back. */
  absolute(address: number): bigint {
    return this.minHeapAddress + BigInt(address);
  }

  relative(address: bigint): number {
    return Number(address - this.minHeapAddress);
  }

  private keyframeBefore(timeNs: number): PlacedKeyframe | undefined {
    const seq = this.tables.lastBefore(this.evidence, 'keyframes', timeNs);
    const columns = seq === undefined ? undefined : this.tables.columns(this.evidence, 'keyframes', seq);
    return columns && keyframeOf(columns as Readonly<Record<string, TableColumn>>);
  }
}

/** First row after a time; times rise. */
export function firstAfter(times: Float64Array, timeNs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((times[middle] as number) <= timeNs) low = middle + 1;
    else high = middle;
  }
  return low;
}
