/**
 * A stretch of a recorded trace as a program for the engine: which objects were allocated, on which P and in which order, and which collection found
 * each of them dead. That is recorded; where they lie is the engine's to say.
 *
 * A trace says the slot of an object, not what was asked for: the size is that of the type where it leads to the same class, else the largest of
 * the class. When an object died is known from the sweep that freed it: dead at the collection before.
 */
import type { LessonOp } from '../../engine/lesson/lesson-program.ts';
import { PAGE_BYTES, type SizeClasses, TINY_SPAN_CLASS } from '../../engine/sizes/size-classes.ts';
import type { HeapState } from '../../parsers/go-trace/heap/heap-state.ts';
import { AllocFreeKind } from '../../parsers/go-trace/model/alloc-free-rows.ts';
import { type AttributedEvents, firstAfter, type HeapHistory } from './heap-history.ts';

/** Operations of a program: each step runs all before it, in a few milliseconds. */
const mostOps = 4_000;
/** Chunks looked at for the ends of objects, 64 Ki events each. */
const mostChunks = 24;
/** Ps of the engine: a made-up trace could name millions. */
const mostProcs = 256;
/** Taken for a tiny object, whose size no trace says. */
const usualTinyBytes = 8;
/** Of an object with a header; the largest class leaves room for it in any case. @source Go 1.26 runtime/malloc.go maxSmallSize, mallocHeaderSize */
const headerBytes = 8;
/** Allocated in all: the engine's model of a heap takes 44 bytes a page. */
const mostBytes = 2 ** 33;

export interface RecordedOp {
  readonly op: LessonOp;
  readonly timeNs: number;
  readonly goroutine: number;
  /** Name of the type, empty where none is said. */
  readonly type: string;
  /** Where the object really lay: bytes from the lowest heap address. -1 for a collection. */
  readonly address: number;
}

export interface RecordedProgram {
  readonly ops: readonly RecordedOp[];
  /** Whether the trace goes on behind the last operation. */
  readonly hasMore: boolean;
}

/** The program that begins at a moment. Cost: a seek, and up to `mostChunks` chunks of events. */
export function recordedProgram(history: HeapHistory, classes: SizeClasses, fromNs: number): RecordedProgram {
  return new Recording(history, classes, fromNs).program();
}

class Recording {
  private readonly history: HeapHistory;
  private readonly classes: SizeClasses;
  private readonly fromNs: number;
  private readonly state: HeapState;
  private readonly ops: RecordedOp[] = [];
  /** Collections that each operation's object outlived, as far as is known. */
  private readonly outlives: number[] = [];
  /** Operations whose objects are in a slot now. */
  private readonly inSlot = new Map<number, number[]>();
  /** Collections by the operation behind which they stand. */
  private readonly collections: number[] = [];
  private ended = 0;
  private hasMore = false;
  private bytes = 0;

  constructor(history: HeapHistory, classes: SizeClasses, fromNs: number) {
    this.history = history;
    this.classes = classes;
    this.fromNs = fromNs;
    this.state = history.follow(fromNs);
  }

  program(): RecordedProgram {
    const { history, fromNs } = this;
    const cycleEnds = markEnds(history).filter((ns) => ns > fromNs);
    let next = 0;
    const first = history.chunkAt(fromNs);
    for (let i = first; i < first + mostChunks && !this.isDone; i++) {
      const chunk = history.chunk(i);
      if (!chunk) break;
      const from = i === first ? firstAfter(chunk.timeNs, fromNs) : 0;
      for (let r = from; r < chunk.rows && !this.isDone; r++) {
        for (; (cycleEnds[next] ?? Number.POSITIVE_INFINITY) <= (chunk.timeNs[r] as number); next++)
          this.collection(cycleEnds[next] as number);
        this.event(chunk, r);
      }
    }
    const ops = this.ops.map((recorded, i) =>
      recorded.op.kind === 'alloc'
        ? { ...recorded, op: { ...recorded.op, outlives: this.outlives[i] as number } }
        : recorded,
    );
    return { ops, hasMore: this.hasMore };
  }

  private get isFull(): boolean {
    return this.ops.length >= mostOps || this.bytes >= mostBytes;
  }

  /** Full, and the sweep behind the last collection is over. */
  private get isDone(): boolean {
    return this.hasMore && (this.collections.length === 0 || this.ended > this.collections.length);
  }

  private collection(timeNs: number): void {
    // there is nothing yet that could be collected
    if (this.ops.length === 0) return;
    this.ended++;
    if (this.isFull) return;
    this.collections.push(this.ops.length);
    this.push({ op: { kind: 'collect', keepEvery: undefined }, timeNs, goroutine: -1, type: '', address: -1 });
  }

  private event(chunk: AttributedEvents, r: number): void {
    const { state } = this;
    const kind = chunk.kind[r];
    const address = chunk.address[r] as number;
    if (kind === AllocFreeKind.HeapObjectFree) this.freed(address);
    state.apply(chunk, r, r + 1);
    if (kind !== AllocFreeKind.HeapObjectAlloc) return;
    if (this.isFull) this.hasMore = true;
    else this.allocated(chunk, r, address);
  }

  private allocated(chunk: AttributedEvents, r: number, address: number): void {
    const span = this.state.spanAt(address);
    if (!span || span.spanClass < 0) return;
    const type = this.history.names.type(chunk.type[r] as number);
    const slot = this.state.slotAddressAt(address);
    const isNoscan = span.spanClass % 2 === 1;
    const proc = chunk.proc[r] as number;
    const op = {
      kind: 'alloc' as const,
      p: proc >= 0 && proc < mostProcs ? proc : 0,
      bytes:
        span.spanClass <= 1 ? span.npages * PAGE_BYTES : this.bytesOf(span.spanClass, isNoscan, type?.sizeBytes ?? 0),
      isNoscan,
      times: 1,
      outlives: Number.POSITIVE_INFINITY,
    };
    const sharing = span.spanClass === TINY_SPAN_CLASS ? this.inSlot.get(slot) : undefined;
    if (sharing) sharing.push(this.ops.length);
    else this.inSlot.set(slot, [this.ops.length]);
    this.bytes += op.bytes;
    this.push({
      op,
      timeNs: chunk.timeNs[r] as number,
      goroutine: chunk.goroutine[r] as number,
      type: type?.name ?? '',
      address: slot,
    });
  }

  /** A request that leads to the class. */
  private bytesOf(spanClass: number, isNoscan: boolean, typeBytes: number): number {
    const { classes } = this;
    const leads = (bytes: number) => bytes > 0 && classes.spanClassFor(bytes, isNoscan) === spanClass;
    if (spanClass === TINY_SPAN_CLASS) return typeBytes > 0 && typeBytes < 16 ? typeBytes : usualTinyBytes;
    if (leads(typeBytes)) return typeBytes;
    const slotBytes = classes.elemBytes[spanClass];
    return leads(slotBytes) ? slotBytes : slotBytes - headerBytes;
  }

  private push(recorded: RecordedOp): void {
    this.ops.push(recorded);
    this.outlives.push(Number.POSITIVE_INFINITY);
  }

  /** The sweep frees what the last collection did not reach. */
  private freed(address: number): void {
    for (const i of this.inSlot.get(address) ?? []) {
      const before = this.collections.filter((at) => at < i).length;
      this.outlives[i] = Math.max(0, this.ended - 1 - before);
    }
    this.inSlot.delete(address);
  }
}

/** When each collection's mark phase ended, rising. */
function markEnds({ tables, evidence }: HeapHistory): number[] {
  const out: number[] = [];
  for (const { seq } of tables.chunks(evidence, 'gcCycles'))
    for (const ns of tables.columns(evidence, 'gcCycles', seq, ['endNs'])?.endNs ?? [])
      if (!Number.isNaN(ns)) out.push(ns);
  return out.sort((a, b) => a - b);
}
