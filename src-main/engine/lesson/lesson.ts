// The allocator explained by running it: the lesson's program on the engine, stopped after any of its operations.
//
// A lesson has a few dozen operations of microseconds each, so every step is reached from the beginning; nothing is kept between two.
import { goVersionOf } from '../go-versions.ts';
import { Heap } from '../heap.ts';
import type { HeapEvents } from '../heap-events.ts';
import { onesCount32 } from '../pages/bits64.ts';
import { PAGE_BYTES, SizeClasses } from '../sizes/size-classes.ts';
import { LESSON_PROGRAM, type LessonOp } from './lesson-program.ts';
import type { LessonEvent, LessonQueues, LessonSpan, LessonState } from './lesson-state.ts';

/** Pages shown: one chunk of the bitmap, 4 MiB. */
const SHOWN_PAGES = 512;
const TRIGGER_BYTES = 2 ** 40;

/** The heap after `step` operations (0: before the first) under Go 1.`goMinor`; undefined for a version that is not modelled. */
export function lessonAt(step: number, goMinor: number): LessonState | undefined {
  const version = goVersionOf(goMinor);
  if (version === undefined) return undefined;
  const heap = new Heap({ ...version, hasRandomHeapBase: false });
  const log = new EventLog(heap);
  heap.events = log;
  let live: number[] = [];
  const done = Math.max(0, Math.min(LESSON_PROGRAM.length, Math.trunc(step)));
  for (let i = 0; i < done; i++) {
    log.events.length = 0;
    live = run(heap, LESSON_PROGRAM[i], live);
  }
  return stateOf(heap, new SizeClasses(version), done, log.events, new Set(live));
}

/** Runs one operation; returns the addresses that the program still holds. */
function run(heap: Heap, op: LessonOp, live: number[]): number[] {
  switch (op.kind) {
    case 'alloc': {
      const held = [...live];
      for (let i = 0; i < op.times; i++) held.push(heap.alloc(0, op.bytes, op.isNoscan));
      return held;
    }
    case 'collect': {
      const held = live.filter((_, i) => i % op.keepEvery === 0);
      heap.gcStart();
      for (const address of held) heap.mark(address);
      heap.gcFinish(held.length, TRIGGER_BYTES);
      return held;
    }
    case 'sweep':
      heap.sweeper.finish();
      return live;
    case 'scavenge':
      heap.flushPageCache(0);
      heap.mheap.scavenge(op.bytes, true);
      return live;
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

function stateOf(
  heap: Heap,
  classes: SizeClasses,
  step: number,
  events: readonly LessonEvent[],
  live: ReadonlySet<number>,
): LessonState {
  const { stats } = heap.mheap;
  const spans = spansOf(heap, classes, live);
  const block = heap.caches.tinyBlock[0];
  const cache = heap.mheap.pageCaches[0];
  return {
    step,
    steps: LESSON_PROGRAM.length,
    events: [...events],
    tinyUsed: block < 0 ? undefined : heap.caches.tinyOffset[0],
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

function spansOf(heap: Heap, classes: SizeClasses, live: ReadonlySet<number>): LessonSpan[] {
  const { spans, mheap } = heap;
  const cached = new Set(heap.caches.alloc.subarray(0, classes.nelems.length));
  const out: LessonSpan[] = [];
  for (const s of heap.heapSpans()) {
    const spanClass = spans.spanClass[s];
    const npages = spans.npages[s];
    const elemBytes = spanClass > 1 ? classes.elemBytes[spanClass] : npages * PAGE_BYTES;
    const held = new Set([...live].map((a) => Math.floor((a - heap.baseOf(s)) / elemBytes)));
    let slots = '';
    for (let slot = 0; slot < spans.nelems[s]; slot++) {
      slots += spans.isAllocated(s, slot) ? (held.has(slot) ? 'o' : 'd') : '.';
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
