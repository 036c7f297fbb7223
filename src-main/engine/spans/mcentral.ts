// The central queues: spans of each class that no P holds.
//
// Every span class has four queues: spans with a free slot (partial) and without (full), each swept and unswept. When a GC cycle ends
// the sweep generation advances and the two halves change roles, nothing is moved. An mcache that needs a span walks them:
//
//   1. the oldest partial swept span is taken as it is;
//   2. partial unswept spans are popped; the first that nobody swept yet is swept and used;
//   3. full unswept spans are popped and swept; the first that turns out to have a free slot is used, the others become full swept;
//   4. otherwise the heap makes a new span.
//
// Steps 2 and 3 may look at 101 spans together, then the walk gives up and grows. Others (the background sweeper, the page reclaimer)
// sweep spans without taking them out of the unswept queues, so a popped span may be swept already, or even dead and reborn as another
// span; such entries are dropped and cost one try.
//
// The walk stops wherever a span must be swept, because the sweep needs marks, which the caller has. So it is an object: peek says what
// comes next, accept takes it. A simulation calls both at once; a replay compares in between with what was recorded.
import { NUM_SPAN_CLASSES } from '../sizes/size-classes.ts';
import type { MHeap } from './mheap.ts';
import { SpanSet, SpanSetBlocks } from './span-set.ts';

/** Where cacheSpan got a span from. */
export const SOURCE_PARTIAL_SWEPT = 1;
export const SOURCE_PARTIAL_UNSWEPT = 2;
export const SOURCE_FULL_UNSWEPT = 3;
export const SOURCE_GROWN = 4;

/** Tries in steps 2 and 3, less one. @source mcentral.go cacheSpan, spanBudget */
const SPAN_BUDGET = 100;

/** All central queues. @source mcentral.go mcentral */
export class MCentral {
  private readonly heap: MHeap;
  private readonly blocks = new SpanSetBlocks();
  /** By spanClass * 4: partial[0], partial[1], full[0], full[1]. */
  private readonly sets: readonly SpanSet[];

  constructor(heap: MHeap) {
    this.heap = heap;
    this.sets = Array.from({ length: NUM_SPAN_CLASSES * 4 }, () => new SpanSet(this.blocks));
  }

  partialSwept(spanClass: number): SpanSet {
    return this.sets[spanClass * 4 + this.sweptHalf()];
  }

  partialUnswept(spanClass: number): SpanSet {
    return this.sets[spanClass * 4 + 1 - this.sweptHalf()];
  }

  fullSwept(spanClass: number): SpanSet {
    return this.sets[spanClass * 4 + 2 + this.sweptHalf()];
  }

  fullUnswept(spanClass: number): SpanSet {
    return this.sets[spanClass * 4 + 3 - this.sweptHalf()];
  }

  /** Queues a span that is swept and in no cache where it belongs. @source mcentral.go uncacheSpan, mgcsweep.go sweep */
  pushSwept(s: number): void {
    const { spans } = this.heap;
    const spanClass = spans.spanClass[s];
    if (spans.allocCount[s] < spans.nelems[s]) this.partialSwept(spanClass).push(s);
    else this.fullSwept(spanClass).push(s);
  }

  /** Does the span still have to be swept in this cycle? */
  isUnswept(s: number): boolean {
    return this.heap.spans.sweepgen[s] === this.heap.sweepgen - 2;
  }

  /** Takes a span for sweeping; false if somebody was faster. @source mgcsweep.go tryAcquire */
  tryAcquire(s: number): boolean {
    if (!this.isUnswept(s)) return false;
    this.heap.spans.sweepgen[s] = this.heap.sweepgen - 1;
    return true;
  }

  /** Removes a span from whatever queue of its class holds it; for replays that must follow a log. */
  takeAnywhere(s: number): boolean {
    const first = this.heap.spans.spanClass[s] * 4;
    for (let i = first; i < first + 4; i++) if (this.sets[i].take(s)) return true;
    return false;
  }

  /** Ends a sweep cycle: entries left in the unswept queues are dropped. @source mgcsweep.go finishsweep_m */
  resetUnswept(): void {
    for (let spanClass = 0; spanClass < NUM_SPAN_CLASSES; spanClass++) {
      this.partialUnswept(spanClass).reset();
      this.fullUnswept(spanClass).reset();
    }
  }

  /** Bytes held, for the memory bench. */
  get byteLength(): number {
    return this.blocks.byteLength;
  }

  private sweptHalf(): number {
    return (this.heap.sweepgen >>> 1) & 1;
  }
}

/** One run of cacheSpan by one mcache; reused. @source mcentral.go cacheSpan */
export class CacheSpanWalk {
  /** SOURCE_* of the span that peek returned; SOURCE_GROWN when it returned 0. */
  source = SOURCE_GROWN;
  private spanClass = 0;
  private budget = 0;
  private readonly central: MCentral;

  constructor(central: MCentral) {
    this.central = central;
  }

  begin(spanClass: number): void {
    this.spanClass = spanClass;
    this.budget = SPAN_BUDGET;
    this.source = SOURCE_PARTIAL_SWEPT;
  }

  /** The next span of the walk, 0 when the heap must make one. Drops spans that others swept. May be asked again. */
  peek(): number {
    if (this.source === SOURCE_PARTIAL_SWEPT) {
      const s = this.central.partialSwept(this.spanClass).peek();
      if (s !== 0) return s;
      this.source = SOURCE_PARTIAL_UNSWEPT;
    }
    if (this.source === SOURCE_PARTIAL_UNSWEPT) {
      const s = this.peekUnswept(this.central.partialUnswept(this.spanClass));
      if (s !== 0) return s;
      this.source = SOURCE_FULL_UNSWEPT;
    }
    if (this.source === SOURCE_FULL_UNSWEPT) {
      const s = this.peekUnswept(this.central.fullUnswept(this.spanClass));
      if (s !== 0) return s;
      this.source = SOURCE_GROWN;
    }
    return 0;
  }

  /** Takes the span that peek returned. An unswept one is now being swept by the caller, who must finish. */
  accept(): void {
    if (this.source === SOURCE_PARTIAL_SWEPT) {
      this.central.partialSwept(this.spanClass).pop();
    } else if (this.source === SOURCE_PARTIAL_UNSWEPT) {
      this.central.tryAcquire(this.central.partialUnswept(this.spanClass).pop());
    } else if (this.source === SOURCE_FULL_UNSWEPT) {
      this.central.tryAcquire(this.central.fullUnswept(this.spanClass).pop());
    }
  }

  /** A log shows the walk at this source already; for replays. */
  skipTo(source: number): void {
    if (source > this.source) this.source = source;
  }

  /** The full span just accepted and swept has no free slot: queues it, and the walk may go on. */
  reject(s: number): void {
    this.central.fullSwept(this.spanClass).push(s);
    this.budget--;
  }

  private peekUnswept(set: SpanSet): number {
    while (this.budget >= 0) {
      const s = set.peek();
      if (s === 0 || this.central.isUnswept(s)) return s;
      set.pop();
      this.budget--;
    }
    return 0;
  }
}
