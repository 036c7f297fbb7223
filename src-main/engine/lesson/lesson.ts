// The allocator explained by running it: a program on the engine, stopped after any of its operations.
//
// A program has a few thousand operations of microseconds each at most, so every step is reached from the beginning; nothing is kept between two.
import { goVersionOf } from '../go-versions.ts';
import { Heap } from '../heap.ts';
import type { HeapEvents } from '../heap-events.ts';
import { onesCount32 } from '../pages/bits64.ts';
import { NUM_SPAN_CLASSES, PAGE_BYTES, SizeClasses } from '../sizes/size-classes.ts';
import { LESSON_PROGRAM, type LessonOp } from './lesson-program.ts';
import type { LessonEvent, LessonQueues, LessonSpan, LessonState } from './lesson-state.ts';

/** Pages shown: one chunk of the bitmap, 4 MiB. */
const SHOWN_PAGES = 512;
const TRIGGER_BYTES = 2 ** 40;

/** The heap after `step` operations (0: before the first) under Go 1.`goMinor`; undefined for a version that is not modelled. */
export function lessonAt(
  step: number,
  goMinor: number,
  program: readonly LessonOp[] = LESSON_PROGRAM,
): LessonState | undefined {
  const version = goVersionOf(goMinor);
  if (version === undefined) return undefined;
  const heap = new Heap({ ...version, hasRandomHeapBase: false });
  const log = new EventLog(heap);
  heap.events = log;
  let held: Held[] = [];
  let p = 0;
  const done = Math.max(0, Math.min(program.length, Math.trunc(step)));
  for (const op of program.slice(0, done)) {
    log.events.length = 0;
    if (op.kind === 'alloc') p = op.p;
    held = run(heap, op, held);
  }
  const state = stateOf(heap, new SizeClasses(version), p, held);
  return { step: done, steps: program.length, events: [...log.events], ...state };
}

/** An object that the program still reaches. */
interface Held {
  readonly address: number;
  readonly outlives: number;
}

/** Runs one operation; returns what the program still holds. */
function run(heap: Heap, op: LessonOp, held: Held[]): Held[] {
  switch (op.kind) {
    case 'alloc':
      for (let i = 0; i < op.times; i++)
        held.push({ address: heap.alloc(op.p, op.bytes, op.isNoscan), outlives: op.outlives });
      return held;
    case 'collect': {
      const { keepEvery } = op;
      const kept =
        keepEvery === undefined
          ? held.filter((o) => o.outlives > 0).map((o) => ({ ...o, outlives: o.outlives - 1 }))
          : held.filter((_, i) => i % keepEvery === 0);
      heap.gcStart();
      for (const { address } of kept) heap.mark(address);
      heap.gcFinish(kept.length, TRIGGER_BYTES);
      return kept;
    }
    case 'sweep':
      heap.sweeper.finish();
      return held;
    case 'scavenge':
      heap.flushPageCache(0);
      heap.mheap.scavenge(op.bytes, true);
      return held;
  }
}

/** Writes down what the heap says, pages counted from its first. */
class EventLog implements HeapEvents {
  readonly events: LessonEvent[] = [];
  private readonly heap: Heap;

  constructor(heap: Heap) {
    this.heap = heap;
  }

  smallAllocated(_m: number, spanClass: number, _requestBytes: number, slotAddress: number): void {
    const s = this.heap.spanOf(slotAddress);
    const slotBytes = this.heap.classes.elemBytes[spanClass];
    const page = this.pageOf(s);
    const slot = Math.floor((slotAddress - this.heap.baseOf(s)) / slotBytes);
    this.events.push({ kind: 'slot', spanClass, slotBytes, page, slot });
  }

  tinyAllocated(_m: number, bytes: number, address: number, isNewSlot: boolean): void {
    this.events.push({ kind: 'tiny', bytes, offset: address % 16, isNewSlot });
  }

  largeAllocated(_m: number, _requestBytes: number, s: number): void {
    this.events.push({ kind: 'large', npages: this.heap.spans.npages[s], page: this.pageOf(s) });
  }

  refillBegins(_m: number, spanClass: number, oldSpan: number): void {
    this.events.push({ kind: 'refill', spanClass, hasOld: oldSpan !== 0 });
  }

  fullUnsweptTaken(): void {
    // the sweep that follows tells it
  }

  refillEnds(spanClass: number, source: number, s: number): void {
    this.events.push({ kind: 'refilled', spanClass, source, page: this.pageOf(s) });
  }

  sweepBegins(): void {
    // told when it is done
  }

  swept(s: number, _preserve: boolean, allocCountBefore: number): void {
    this.events.push({
      kind: 'swept',
      page: this.pageOf(s),
      before: allocCountBefore,
      after: this.heap.spans.allocCount[s],
    });
  }

  spanMade(s: number): void {
    this.events.push({ kind: 'span_made', page: this.pageOf(s), npages: this.heap.spans.npages[s] });
  }

  spanFreed(s: number): void {
    this.events.push({ kind: 'span_freed', page: this.pageOf(s), npages: this.heap.spans.npages[s] });
  }

  pageCacheFilled(_p: number, cache: { basePage: number; cacheLo: number; cacheHi: number }): void {
    // asked of an empty heap, the page cache stays without a block
    if (cache.basePage < 0) return;
    const free = onesCount32(cache.cacheLo) + onesCount32(cache.cacheHi);
    this.events.push({ kind: 'cache_filled', page: cache.basePage - this.heap.mheap.basePage, free });
  }

  pageCacheServed(_p: number, page: number, npages: number): void {
    this.events.push({ kind: 'cache_served', page: page - this.heap.mheap.basePage, npages });
  }

  pageCacheFlushed(): void {
    // part of a flush
  }

  heapGrew(_page: number, grownPages: number, npages: number): void {
    this.events.push({ kind: 'grew', npages: grownPages, asked: npages });
  }

  scavenged(page: number, npages: number): void {
    this.events.push({ kind: 'scavenged', page: page - this.heap.mheap.basePage, npages });
  }

  cacheFlushed(): void {
    this.events.push({ kind: 'flushed' });
  }

  sweepCycleBegins(sweepgen: number): void {
    this.events.push({ kind: 'cycle', sweepgen });
  }

  private pageOf(s: number): number {
    return this.heap.spans.startPage[s] - this.heap.mheap.basePage;
  }
}

/** The levels as P `p` sees them. */
function stateOf(
  heap: Heap,
  classes: SizeClasses,
  p: number,
  held: readonly Held[],
): Omit<LessonState, 'step' | 'steps' | 'events'> {
  const { stats } = heap.mheap;
  const spans = spansOf(heap, classes, p, held);
  const hasTiny = p < heap.caches.count && heap.caches.tinyBlock[p] >= 0;
  const cache = heap.mheap.pageCaches[p];
  return {
    p,
    tinyUsed: hasTiny ? heap.caches.tinyOffset[p] : undefined,
    spans,
    queues: queuesOf(heap, classes, spans),
    pageCache:
      cache === undefined || cache.basePage < 0
        ? undefined
        : { page: cache.basePage - heap.mheap.basePage, bits: bitsOf(cache.cacheLo) + bitsOf(cache.cacheHi) },
    pages: pagesOf(heap),
    heapAllocBytes: spans.reduce((sum, s) => sum + s.allocCount * s.elemBytes, 0),
    heapInuseBytes: stats.heapInUseBytes,
    heapIdleBytes: stats.heapFreeBytes + stats.heapReleasedBytes,
    heapReleasedBytes: stats.heapReleasedBytes,
    heapSysBytes: stats.heapInUseBytes + stats.heapFreeBytes + stats.heapReleasedBytes,
  };
}

function spansOf(heap: Heap, classes: SizeClasses, p: number, held: readonly Held[]): LessonSpan[] {
  const { spans, mheap } = heap;
  const first = p * NUM_SPAN_CLASSES;
  const cached = new Set(heap.caches.alloc.subarray(first, first + NUM_SPAN_CLASSES));
  const heldOf = new Map<number, number[]>();
  for (const { address } of held) {
    const s = heap.spanOf(address);
    const known = heldOf.get(s);
    if (known) known.push(address);
    else heldOf.set(s, [address]);
  }
  const out: LessonSpan[] = [];
  for (const s of heap.heapSpans()) {
    const spanClass = spans.spanClass[s];
    const npages = spans.npages[s];
    const elemBytes = spanClass > 1 ? classes.elemBytes[spanClass] : npages * PAGE_BYTES;
    const reached = new Set(heldOf.get(s)?.map((a) => Math.floor((a - heap.baseOf(s)) / elemBytes)));
    let slots = '';
    for (let slot = 0; slot < spans.nelems[s]; slot++) {
      slots += spans.isAllocated(s, slot) ? (reached.has(slot) ? 'o' : 'd') : '.';
    }
    out.push({
      spanClass,
      elemBytes,
      page: spans.startPage[s] - mheap.basePage,
      npages,
      freeIndex: spans.freeIndex[s],
      allocCount: spans.allocCount[s],
      nelems: spans.nelems[s],
      slots,
      isCached: cached.has(s),
      isSwept: !heap.central.isUnswept(s),
    });
  }
  return out.sort((a, b) => a.page - b.page);
}

function queuesOf(heap: Heap, classes: SizeClasses, spans: readonly LessonSpan[]): LessonQueues[] {
  const { central } = heap;
  return [...new Set(spans.map((s) => s.spanClass))]
    .sort((a, b) => a - b)
    .map((spanClass) => ({
      spanClass,
      elemBytes: classes.elemBytes[spanClass],
      partialSwept: central.partialSwept(spanClass).length,
      partialUnswept: central.partialUnswept(spanClass).length,
      fullSwept: central.fullSwept(spanClass).length,
      fullUnswept: central.fullUnswept(spanClass).length,
    }));
}

/** Lowest page first. */
function bitsOf(word: number): string {
  let bits = '';
  for (let i = 0; i < 32; i++) bits += (word >>> i) & 1;
  return bits;
}

function pagesOf(heap: Heap): string {
  const { mheap } = heap;
  if (mheap.curArenaPage < 0) return '';
  let pages = '';
  for (let i = 0; i < SHOWN_PAGES; i++) {
    const page = mheap.basePage + i;
    const s = mheap.spanOf(page);
    if (s !== 0) pages += heap.spans.spanClass[s] > 1 ? 's' : 'l';
    else if (!mheap.pages.isFree(page, 1)) pages += 'c';
    else pages += mheap.pages.isFreeAndBacked(page, 1) ? 'f' : 'r';
  }
  return pages;
}
