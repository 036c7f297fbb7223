// Sweeping: finding the slots that the last marking left unmarked.
//
// When marking ends the heap's sweepgen grows by 2, and with that every heap span is unswept. Spans are swept by whoever needs them
// first: an mcache looking for a span (mcentral.ts), the cache flush of a P for spans it held over the end of the cycle, the background
// sweeper and the allocator paying its sweep debt through sweepOne, and the page reclaimer, which picks spans by address.
//
// sweepOne goes by span class from 0 up, full before partial, and never returns to a class it has left in this cycle. The debt: before
// a span of n bytes is taken, pages must have been swept in proportion to the heap allocated since the cycle began, so that the sweep is
// done when the next cycle starts.
//
// A swept span goes back to the heap if it is empty, else to the full or partial swept queue; a span swept for an mcache (preserve) goes
// nowhere.
import { ContradictionError } from '../engine-error.ts';
import { NUM_SPAN_CLASSES, PAGE_BYTES } from '../sizes/size-classes.ts';
import type { MCentral } from './mcentral.ts';
import type { MHeap } from './mheap.ts';
import { SPAN_IN_USE } from './mspan.ts';

const NUM_SWEEP_CLASSES = NUM_SPAN_CLASSES * 2;
/** The sweep should be done this long before the trigger. @source mgcsweep.go gcPaceSweeper */
const SWEEP_MIN_HEAP_DISTANCE_BYTES = 2 ** 20;

/** @source mgcsweep.go sweep, sweepone, deductSweepCredit, gcPaceSweeper */
export class Sweeper {
  /** Pages swept in this cycle. @source mheap.go pagesSwept */
  pagesSwept = 0;
  /** Nothing is left to sweep. @source mgcsweep.go isSweepDone */
  isDone = true;
  private readonly heap: MHeap;
  private readonly central: MCentral;
  /** Class * 2, plus 1 for partial: where sweepOne continues. @source mgcsweep.go centralIndex */
  private classIndex = 0;
  private pagesPerByte = 0;
  private pagesSweptBasis = 0;
  private heapLiveBasisBytes = 0;

  constructor(heap: MHeap, central: MCentral) {
    this.heap = heap;
    this.central = central;
  }

  /** Marking is over: all spans are unswept. The queues must have been swept out before. @source mgcsweep.go gcSweep */
  beginCycle(): void {
    this.heap.sweepgen += 2;
    this.pagesSwept = 0;
    this.classIndex = 0;
    this.isDone = false;
    this.heap.events?.sweepCycleBegins(this.heap.sweepgen);
  }

  /** The span sweepOne would sweep, 0 if there is none. Drops entries that others swept. @source mgcsweep.go nextSpanForSweep */
  peekForSweep(): number {
    for (; this.classIndex < NUM_SWEEP_CLASSES; this.classIndex++) {
      const spanClass = this.classIndex >> 1;
      const isFull = (this.classIndex & 1) === 0;
      const set = isFull ? this.central.fullUnswept(spanClass) : this.central.partialUnswept(spanClass);
      for (let s = set.peek(); s !== 0; s = set.peek()) {
        if (this.heap.spans.state[s] === SPAN_IN_USE && this.central.isUnswept(s)) return s;
        set.pop();
      }
    }
    return 0;
  }

  /** Takes the span that peekForSweep returned. */
  acceptForSweep(): void {
    const spanClass = this.classIndex >> 1;
    const isFull = (this.classIndex & 1) === 0;
    const set = isFull ? this.central.fullUnswept(spanClass) : this.central.partialUnswept(spanClass);
    this.central.tryAcquire(set.pop());
  }

  /** Sweeps one span: the pages it gave back to the heap (0 if it stays), or -1 if nothing is left. @source mgcsweep.go sweepone */
  sweepOne(): number {
    const s = this.peekForSweep();
    if (s === 0) {
      this.isDone = true;
      return -1;
    }
    this.acceptForSweep();
    this.heap.events?.sweepBegins('o', s);
    const npages = this.heap.spans.npages[s];
    if (!this.sweepSpan(s, false)) return 0;
    this.heap.freeSpan(s);
    return npages;
  }

  /**
   * Sweeps a span that was acquired. Returns true if it is empty and to be freed, which is left to the caller. preserve: the caller is
   * an mcache and will use the span.
   * @source mgcsweep.go sweep
   */
  sweepSpan(s: number, preserve: boolean): boolean {
    const { spans, stats, sweepgen } = this.heap;
    if (spans.state[s] !== SPAN_IN_USE || spans.sweepgen[s] !== sweepgen - 1) {
      throw new ContradictionError('sweepgen of a span being swept', sweepgen - 1, spans.sweepgen[s]);
    }
    this.pagesSwept += spans.npages[s];
    const before = spans.allocCount[s];
    const freed = spans.swapBits(s);
    spans.sweepgen[s] = sweepgen;
    this.heap.events?.swept(s, preserve, before);
    const sizeClass = spans.spanClass[s] >> 1;
    if (sizeClass === 0) {
      if (freed === 0) {
        if (!preserve) this.central.pushSwept(s);
        return false;
      }
      stats.largeFrees++;
      stats.largeFreeBytes += spans.npages[s] * PAGE_BYTES;
      return !preserve;
    }
    if (freed > 0) {
      spans.needzero[s] = 1;
      stats.smallFrees[sizeClass] += freed;
    }
    if (preserve) return false;
    if (spans.allocCount[s] === 0) return true;
    this.central.pushSwept(s);
    return false;
  }

  /** Sweeps all that is left and clears the queues for the next cycle. @source mgcsweep.go finishsweep_m */
  finish(): void {
    while (this.sweepOne() >= 0);
    this.central.resetUnswept();
  }

  /** Sets the debt rate for the cycle, given the heap size that will start the next one. @source mgcsweep.go gcPaceSweeper */
  pace(triggerBytes: number): void {
    const { stats } = this.heap;
    const pagesLeft = stats.pagesInUse - this.pagesSwept;
    if (this.isDone || pagesLeft <= 0) {
      this.pagesPerByte = 0;
      return;
    }
    const distance = Math.max(triggerBytes - stats.heapLiveBytes - SWEEP_MIN_HEAP_DISTANCE_BYTES, PAGE_BYTES);
    this.pagesPerByte = pagesLeft / distance;
    this.heapLiveBasisBytes = stats.heapLiveBytes;
    this.pagesSweptBasis = this.pagesSwept;
  }

  /** Pays the debt before a span of spanBytes is taken; callerSweepPages will be swept by the caller. @source mgcsweep.go deductSweepCredit */
  deductSweepCredit(spanBytes: number, callerSweepPages: number): void {
    if (this.pagesPerByte === 0) return;
    const grownBytes = Math.max(0, this.heap.stats.heapLiveBytes - this.heapLiveBasisBytes);
    const targetPages = Math.trunc(this.pagesPerByte * (grownBytes + spanBytes)) - callerSweepPages;
    while (targetPages > this.pagesSwept - this.pagesSweptBasis) {
      if (this.sweepOne() < 0) {
        this.pagesPerByte = 0;
        return;
      }
    }
  }
}
