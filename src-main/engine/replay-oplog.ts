// Replays an operation log: the complete allocator history of a process, one record a line (replay/oplog-grammar.ts).
//
// The engine starts with an empty heap and follows the records. What the log gives as input (who sweeps what, the marks that survive,
// stacks freed, caches flushed) is applied; everything else is predicted first and then compared. Feed the bytes in chunks of any size,
// then call end. The replay stops at the first record that is malformed or contradicts those before it: the result says where and what,
// and holds what was found until then.
import { type Contradiction, ContradictionError, LimitError } from './engine-error.ts';
import { Heap } from './heap.ts';
import { CHUNK_PAGES } from './pages/palloc-bits.ts';
import { type AddressTable, AllocReplay } from './replay/alloc-replay.ts';
import { MarkChecks, type MemStatsCheck, type RecordedMark } from './replay/mark-checks.ts';
import { OplogFields } from './replay/oplog-fields.ts';
import {
  DECIMAL_FIELDS,
  FIELD_COUNTS,
  type OplogHeader,
  parseOplogHeader,
  RECORD,
  SWEEP_KIND,
} from './replay/oplog-grammar.ts';
import { MalformedRecordError, OplogScanner } from './replay/oplog-scanner.ts';
import { PageReplay } from './replay/page-replay.ts';
import { RefillReplay } from './replay/refill-replay.ts';
import { type ColumnScore, ReplayScore } from './replay/replay-score.ts';
import { PAGE_BYTES } from './sizes/size-classes.ts';
import { SPAN_IN_USE, SPAN_MANUAL } from './spans/mspan.ts';

export { type RecordedMark, recordedMarksOf } from './replay/mark-checks.ts';

const CHUNK_BYTES = CHUNK_PAGES * PAGE_BYTES;
const CODE_HASH = 35;
/** Columns by letter. With several Ps the order of queues is blurred in the log: C, U and S are then no measure. */
const PLACEMENT_COLUMNS = 'ANT';
const ALL_COLUMNS = 'RCUANTLSWPQqG';

export interface OplogReplayOptions {
  /** Recorded MemStats by mark number, for comparison; see recordedMarksOf. */
  readonly marks?: readonly RecordedMark[];
  /** Keep predicted and recorded address of each allocation. */
  readonly hasAddresses?: boolean;
  /** Verify the engine's invariants on the way (slower). */
  readonly hasChecks?: boolean;
  /** Largest heap to follow. */
  readonly maxHeapBytes?: number;
}

/** Why a replay ended before the log did. */
export interface ReplayStop {
  readonly reason: 'contradiction' | 'malformed' | 'limit';
  /** Number of the record, counted from 1; the header is record 0. */
  readonly record: number;
  /** Line in the file, counted from 1. */
  readonly line: number;
  /** The line itself. */
  readonly text: string;
  readonly message: string;
  /** For a contradiction: what, and both values. Addresses are offsets from the log's heap base. */
  readonly contradiction: Contradiction | undefined;
}

/** State of the heap after the last record that was applied. Bytes and counts. */
export interface ReplayEndState {
  readonly sweepgen: number;
  readonly heap_inuse_bytes: number;
  readonly heap_idle_bytes: number;
  readonly heap_released_bytes: number;
  readonly heap_sys_bytes: number;
  readonly stack_inuse_bytes: number;
  readonly work_buf_bytes: number;
  /** Slots in use times their size, dead but unswept ones included. */
  readonly heap_alloc_bytes: number;
  readonly heap_objects: number;
  readonly heap_spans: number;
  readonly manual_spans: number;
}

export interface Placement {
  /** Allocations whose address was predicted: small, tiny, and with one P large ones too. */
  readonly predicted: number;
  readonly correct: number;
  /** correct / predicted; 1 when nothing was predicted. */
  readonly share: number;
  readonly misses: Readonly<Record<string, number>>;
  /** Refills: span and source both right. */
  readonly refills: ColumnScore;
}

export interface OplogReplayResult {
  /** Records read, the stopping one included. */
  readonly events: number;
  /** Spans made. */
  readonly spans: number;
  /** Objects allocated, tiny sub-objects included. */
  readonly objects: number;
  readonly procs: number;
  /** Scores of each predicted column by its record's letter. */
  readonly columns: Readonly<Record<string, ColumnScore>>;
  readonly end_state: ReplayEndState | undefined;
  /** memstats: isScored is false with several Ps, where a GC may run between a mark and the reading. */
  readonly checks: {
    readonly memstats: readonly (MemStatsCheck & { isScored: boolean })[];
    readonly placement: Placement;
  };
  readonly placement: Placement;
  readonly addresses: AddressTable | undefined;
  readonly stopped: ReplayStop | undefined;
}

/** One replay; feed it, then call end once. */
export class OplogReplay {
  private readonly options: OplogReplayOptions;
  private readonly scanner = new OplogScanner();
  private readonly score = new ReplayScore();
  private readonly encoder = new TextEncoder();
  private run: RecordRunner | undefined;
  private stopped: ReplayStop | undefined;

  constructor(options: OplogReplayOptions = {}) {
    this.options = options;
  }

  /** True once the replay has stopped early; what is fed after that is ignored. */
  get isStopped(): boolean {
    return this.stopped !== undefined;
  }

  /** The heap as it is now, for views; undefined before the header was read. */
  get heap(): Heap | undefined {
    return this.run?.heap;
  }

  /** Gives the replay its next piece of the log, cut anywhere. */
  feed(chunk: Uint8Array | string): void {
    if (this.stopped !== undefined) return;
    this.guarded(() => {
      this.scanner.feed(typeof chunk === 'string' ? this.encoder.encode(chunk) : chunk);
      while (this.scanner.next()) this.line();
    });
  }

  /** Ends the log and returns what was found. */
  end(): OplogReplayResult {
    if (this.stopped === undefined) {
      this.guarded(() => {
        if (this.scanner.last()) this.line();
        this.run?.marks.compare();
      });
    }
    return this.result();
  }

  private line(): void {
    if (this.run !== undefined) {
      this.run.record();
      return;
    }
    const header = parseOplogHeader(this.scanner.lineText());
    if (header === undefined)
      throw new MalformedRecordError('the first line names no supported Go version, or is no header');
    this.run = new RecordRunner(header, this.scanner, this.score, this.options);
  }

  /** Turns what the input can cause into a stop. Anything else is a bug and passes. */
  private guarded(body: () => void): void {
    try {
      body();
    } catch (error) {
      const reason = stopReasonOf(error);
      if (reason === undefined || !(error instanceof Error)) throw error;
      this.stopped = {
        reason,
        record: this.run?.records ?? 0,
        line: this.scanner.line,
        text: this.scanner.lineText(),
        message: error.message,
        contradiction: error instanceof ContradictionError ? error.contradiction : undefined,
      };
    }
  }

  private result(): OplogReplayResult {
    const { run, score } = this;
    const procs = run?.header.procs ?? 0;
    const columns = Object.fromEntries([...ALL_COLUMNS].map((letter) => [letter, score.sum(letter)]));
    const letters = procs === 1 ? `${PLACEMENT_COLUMNS}L` : PLACEMENT_COLUMNS;
    const { predicted, correct } = score.sum(letters);
    const placement: Placement = {
      predicted,
      correct,
      share: predicted === 0 ? 1 : correct / predicted,
      misses: score.missesOf(`${letters}C`),
      refills: score.sum('C'),
    };
    const memstats = (run?.marks.checks ?? []).map((check) => ({ ...check, isScored: procs === 1 }));
    return {
      events: run?.records ?? 0,
      spans: run?.pages.spansMade ?? 0,
      objects: run?.allocs.objects ?? 0,
      procs,
      columns,
      end_state: run === undefined ? undefined : endStateOf(run.heap),
      checks: { memstats, placement },
      placement,
      addresses: run?.allocs.table,
      stopped: this.stopped,
    };
  }
}

/** Replays a log that is in memory, whole or in pieces. */
export function replayOplog(
  chunks: Iterable<Uint8Array | string>,
  options: OplogReplayOptions = {},
): OplogReplayResult {
  const replay = new OplogReplay(options);
  for (const chunk of chunks) {
    replay.feed(chunk);
    if (replay.isStopped) break;
  }
  return replay.end();
}

/** Hands each record to the part of the replay that knows it. */
class RecordRunner {
  readonly header: OplogHeader;
  readonly heap: Heap;
  readonly pages: PageReplay;
  readonly allocs: AllocReplay;
  readonly marks: MarkChecks;
  /** Records so far. */
  records = 0;
  private readonly scanner: OplogScanner;
  private readonly refills: RefillReplay;
  private readonly fields: OplogFields;

  constructor(header: OplogHeader, scanner: OplogScanner, score: ReplayScore, options: OplogReplayOptions) {
    this.header = header;
    this.scanner = scanner;
    this.heap = new Heap(header.version, {
      heapBase: Math.floor(header.heapBase / CHUNK_BYTES) * CHUNK_BYTES,
      hasChecks: options.hasChecks ?? false,
      ...(options.maxHeapBytes === undefined ? {} : { maxHeapBytes: options.maxHeapBytes }),
    });
    this.fields = new OplogFields(scanner, this.heap, header.heapBase);
    this.pages = new PageReplay(this.heap, this.fields, score);
    this.allocs = new AllocReplay(this.heap, this.fields, score, this.pages, options.hasAddresses ?? false);
    this.refills = new RefillReplay(this.heap, this.fields, score, this.pages, header.procs === 1);
    this.marks = new MarkChecks(this.heap, options.marks ?? []);
  }

  record(): void {
    const { scanner } = this;
    const code = scanner.op;
    if (code === CODE_HASH) return;
    this.records++;
    const required = code < 128 ? DECIMAL_FIELDS[code] : 0;
    if (code >= 128 || FIELD_COUNTS[code] === 0) throw new MalformedRecordError('unknown record');
    if (scanner.count !== FIELD_COUNTS[code] || (scanner.decimalMask & required) !== required) {
      throw new MalformedRecordError('fields do not fit the record');
    }
    if (this.marks.isPending) this.marks.before(code, this.fields.letter(1) === SWEEP_KIND.stale);
    this.dispatch(code);
  }

  private dispatch(code: number): void {
    switch (code) {
      case RECORD.A:
        this.allocs.small(this.records);
        break;
      case RECORD.N:
        this.allocs.tinyInNewSlot(this.records);
        break;
      case RECORD.T:
        this.allocs.tinyInBlock(this.records);
        break;
      case RECORD.L:
        this.allocs.large(this.records);
        break;
      case RECORD.Z:
        this.marks.mark(this.fields.natural(0));
        break;
      default:
        if (!this.pages.apply(code)) this.refills.apply(code);
    }
  }
}

function stopReasonOf(error: unknown): ReplayStop['reason'] | undefined {
  if (error instanceof ContradictionError) return 'contradiction';
  if (error instanceof MalformedRecordError) return 'malformed';
  return error instanceof LimitError ? 'limit' : undefined;
}

function endStateOf(heap: Heap): ReplayEndState {
  const { spans, stats, sweepgen } = heap.mheap;
  let heapAllocBytes = 0;
  let heapObjects = 0;
  let heapSpans = 0;
  let manualSpans = 0;
  for (let s = 1; s < spans.count; s++) {
    if (spans.state[s] === SPAN_MANUAL) manualSpans++;
    if (spans.state[s] !== SPAN_IN_USE) continue;
    heapSpans++;
    heapObjects += spans.allocCount[s];
    heapAllocBytes += spans.allocCount[s] * heap.elemBytesOf(s);
  }
  const idleBytes = stats.heapFreeBytes + stats.heapReleasedBytes;
  return {
    sweepgen,
    heap_inuse_bytes: stats.heapInUseBytes,
    heap_idle_bytes: idleBytes,
    heap_released_bytes: stats.heapReleasedBytes,
    heap_sys_bytes: stats.heapInUseBytes + idleBytes,
    stack_inuse_bytes: stats.stackInUseBytes,
    work_buf_bytes: stats.workBufBytes,
    heap_alloc_bytes: heapAllocBytes,
    heap_objects: heapObjects,
    heap_spans: heapSpans,
    manual_spans: manualSpans,
  };
}
