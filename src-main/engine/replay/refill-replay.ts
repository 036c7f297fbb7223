// Replaying refills and sweeps.
//
// A refill of P p spans several records: R when the full span is given back, then what the search for another one does (sweeps to pay the
// debt, U and W for each full unswept span it tries, P for a new one), then C with the span it got. A partial unswept span is the
// exception: its C comes before the W that sweeps it. Marks come with the sweeps (W): they are the one thing the engine cannot know.
// At each step the walk through the central queues says what comes next, and the record is compared
// with it.
//
// With several Ps the order of records need not be the order in which two Ps pushed to or popped from a queue. So a record that names
// another span than the walk is a miss, not a contradiction, as long as the span can be where the record says; the replay follows the log.
import { ContradictionError } from '../engine-error.ts';
import type { Heap } from '../heap.ts';
import { onesBelow32, onesCount32 } from '../pages/bits64.ts';
import { NUM_SPAN_CLASSES } from '../sizes/size-classes.ts';
import { SOURCE_FULL_UNSWEPT, SOURCE_GROWN, SOURCE_PARTIAL_SWEPT, SOURCE_PARTIAL_UNSWEPT } from '../spans/mcentral.ts';
import { SPAN_IN_USE } from '../spans/mspan.ts';
import type { OplogFields } from './oplog-fields.ts';
import { RECORD, SWEEP_KIND } from './oplog-grammar.ts';
import { MalformedRecordError } from './oplog-scanner.ts';
import type { PageReplay } from './page-replay.ts';
import type { ReplayScore } from './replay-score.ts';

const OTHER_ORDER = 'another span was first in the queue';

/** A refill between R and C. */
interface Refill {
  mcache: number;
  spanClass: number;
  isRunning: boolean;
  /** Full span that was swept and turned out to be usable, 0 for none. */
  readySpan: number;
  /** A U or C record named this unswept span, its W is to come; 0 for none. */
  unsweptSpan: number;
  /** Where that span came from. */
  unsweptSource: number;
  /** Every record so far named the span that the walk named. */
  isForeseen: boolean;
}

export class RefillReplay {
  private readonly heap: Heap;
  private readonly fields: OplogFields;
  private readonly score: ReplayScore;
  private readonly pages: PageReplay;
  private readonly isSingleP: boolean;
  /** By P + 1. */
  private readonly refills: Refill[] = [];

  constructor(heap: Heap, fields: OplogFields, score: ReplayScore, pages: PageReplay, isSingleP: boolean) {
    this.heap = heap;
    this.fields = fields;
    this.score = score;
    this.pages = pages;
    this.isSingleP = isSingleP;
  }

  /** Applies a record if it is one of this part; false if not. */
  apply(code: number): boolean {
    switch (code) {
      case RECORD.R:
        this.beginRefill();
        return true;
      case RECORD.C:
        this.endRefill();
        return true;
      case RECORD.S:
        this.beginSweep();
        return true;
      case RECORD.W:
        this.sweep();
        return true;
      case RECORD.U:
        this.announceFullSweep();
        return true;
      case RECORD.M:
        this.flushCache();
        return true;
      case RECORD.E:
        this.beginCycle();
        return true;
      default:
        return false;
    }
  }

  /** R p m spanClass oldBase */
  private beginRefill(): void {
    const p = this.fields.p(0);
    const m = this.fields.mcache(1);
    const spanClass = this.fields.spanClass(2);
    this.heap.caches.ensure(m);
    const old = this.heap.cachedSpan(m, spanClass);
    const oldPage = old === 0 ? -1 : this.heap.mheap.spans.startPage[old];
    if (oldPage !== this.fields.page(3)) {
      throw new ContradictionError(
        'R.old',
        this.fields.offsetOfPage(oldPage),
        this.fields.offsetOfPage(this.fields.page(3)),
      );
    }
    this.heap.caches.beginRefill(m, spanClass);
    this.score.hit(RECORD.R);
    const refill = this.refillOf(p);
    refill.mcache = m;
    refill.spanClass = spanClass;
    refill.isRunning = true;
    refill.readySpan = 0;
    refill.unsweptSpan = 0;
    refill.isForeseen = true;
  }

  /** U p spanClass base */
  private announceFullSweep(): void {
    const refill = this.runningRefill(this.fields.p(0), this.fields.spanClass(1), 'U');
    const s = this.heapSpanAt(2, refill.spanClass, 'U.base');
    const walk = this.heap.caches.walkOf(refill.mcache);
    const isForeseen = walk.peek() === s && walk.source === SOURCE_FULL_UNSWEPT;
    this.takeUnswept(refill, s, SOURCE_FULL_UNSWEPT, isForeseen, 'U.base');
    if (isForeseen) this.score.hit(RECORD.U);
    else this.score.miss(RECORD.U, OTHER_ORDER);
    refill.unsweptSpan = s;
    refill.unsweptSource = SOURCE_FULL_UNSWEPT;
  }

  /** C p spanClass source base */
  private endRefill(): void {
    const p = this.fields.p(0);
    const refill = this.runningRefill(p, this.fields.spanClass(1), 'C');
    const source = this.fields.natural(2);
    const s = this.heapSpanAt(3, refill.spanClass, 'C.base');
    switch (source) {
      case SOURCE_PARTIAL_SWEPT:
        this.takePartialSwept(refill, s);
        break;
      case SOURCE_PARTIAL_UNSWEPT:
        this.takePartialUnswept(refill, s);
        break;
      case SOURCE_FULL_UNSWEPT:
        if (refill.readySpan !== s) this.throwOrder('C.base', refill.readySpan, s);
        break;
      case SOURCE_GROWN:
        this.takeMade(p, refill, s);
        break;
      default:
        throw new ContradictionError('C.source', '1 to 4', source);
    }
    if (source !== SOURCE_PARTIAL_UNSWEPT) this.finish(refill, s);
    if (refill.isForeseen) this.score.hit(RECORD.C);
    else this.score.miss(RECORD.C, OTHER_ORDER);
  }

  /** S p kind spanClass base */
  private beginSweep(): void {
    const kind = this.fields.letter(1);
    const s = this.heapSpanAt(3, this.fields.spanClass(2), 'S.base');
    const { central, sweeper, mheap } = this.heap;
    if (kind === SWEEP_KIND.sweepone) {
      const foreseen = sweeper.peekForSweep();
      if (foreseen === s) {
        sweeper.acceptForSweep();
        this.score.hit(RECORD.S);
        return;
      }
      if (this.isSingleP) this.throwOrder('S.base', foreseen, s);
      this.score.miss(RECORD.S, OTHER_ORDER);
      this.acquire(s, 'S');
    } else if (kind === SWEEP_KIND.reclaim) {
      this.acquire(s, 'S');
    } else if (kind !== SWEEP_KIND.stale) {
      throw new MalformedRecordError('field 2 is not a kind of sweep');
    } else if (mheap.spans.sweepgen[s] !== mheap.sweepgen - 1 && !central.tryAcquire(s)) {
      throw new ContradictionError('S: sweepgen of a stale span', mheap.sweepgen - 1, mheap.spans.sweepgen[s]);
    }
  }

  /** W p spanClass base preserve before after marks */
  private sweep(): void {
    const preserve = this.fields.natural(3) === 1;
    const s = this.heapSpanAt(2, this.fields.spanClass(1), 'W.base');
    const { spans } = this.heap.mheap;
    const before = this.fields.natural(4);
    if (spans.allocCount[s] !== before) throw new ContradictionError('W.before', spans.allocCount[s], before);
    this.score.hit(RECORD.W);
    const refill = preserve ? this.runningRefill(this.fields.p(0), spans.spanClass[s], 'W') : undefined;
    if (refill !== undefined && refill.unsweptSpan !== s) this.throwOrder('W.base', refill.unsweptSpan, s);
    this.applyMarks(s);
    this.heap.sweeper.sweepSpan(s, preserve);
    if (refill === undefined) return;
    refill.unsweptSpan = 0;
    if (refill.unsweptSource === SOURCE_PARTIAL_UNSWEPT) this.finish(refill, s);
    else if (this.heap.settleFull(s)) refill.readySpan = s;
    else this.heap.caches.walkOf(refill.mcache).reject(s);
  }

  /** M m */
  private flushCache(): void {
    const m = this.fields.mcache(0);
    this.heap.caches.ensure(m);
    // Stale spans are swept by the S and W records that follow.
    for (let spanClass = 0; spanClass < NUM_SPAN_CLASSES; spanClass++) this.heap.caches.release(m, spanClass);
    this.heap.caches.clearTiny(m);
  }

  /** E sweepgen */
  private beginCycle(): void {
    const { mheap, central, sweeper } = this.heap;
    const sweepgen = this.fields.natural(0);
    if (sweepgen !== mheap.sweepgen + 2) throw new ContradictionError('E.sweepgen', mheap.sweepgen + 2, sweepgen);
    const left = sweeper.peekForSweep();
    if (left !== 0 && this.isSingleP) {
      throw new ContradictionError('E: span left unswept', 'none', this.fields.offsetOf(this.heap.baseOf(left)));
    }
    central.resetUnswept();
    sweeper.beginCycle();
    mheap.pages.scavengeIndex.nextGen();
  }

  private takePartialSwept(refill: Refill, s: number): void {
    const walk = this.heap.caches.walkOf(refill.mcache);
    const foreseen = walk.peek();
    if (foreseen === s && walk.source === SOURCE_PARTIAL_SWEPT) {
      walk.accept();
      return;
    }
    if (this.isSingleP) this.throwOrder('C.base', foreseen, s);
    refill.isForeseen = false;
    if (!this.heap.central.takeAnywhere(s))
      throw new ContradictionError('C: span in a queue', 'queued', this.fields.offsetOf(this.heap.baseOf(s)));
  }

  private takePartialUnswept(refill: Refill, s: number): void {
    const walk = this.heap.caches.walkOf(refill.mcache);
    const isForeseen = walk.peek() === s && walk.source === SOURCE_PARTIAL_UNSWEPT;
    this.takeUnswept(refill, s, SOURCE_PARTIAL_UNSWEPT, isForeseen, 'C.base');
    refill.unsweptSpan = s;
    refill.unsweptSource = SOURCE_PARTIAL_UNSWEPT;
  }

  /** The refill is over: the cache has its span. */
  private finish(refill: Refill, s: number): void {
    this.heap.caches.endRefill(refill.mcache, refill.spanClass, s);
    refill.isRunning = false;
  }

  private takeMade(p: number, refill: Refill, s: number): void {
    const made = this.pages.takeMadeSpan(p);
    if (made !== s)
      throw new ContradictionError(
        'C.base',
        this.fields.offsetOf(this.baseOrNone(made)),
        this.fields.offsetOf(this.heap.baseOf(s)),
      );
    const walk = this.heap.caches.walkOf(refill.mcache);
    const foreseen = refill.readySpan === 0 ? walk.peek() : refill.readySpan;
    if (foreseen === 0) return;
    if (this.isSingleP) this.throwOrder('C.base', foreseen, s);
    refill.isForeseen = false;
  }

  /** Takes an unswept span for a refill; not foreseen is a contradiction with one P. */
  private takeUnswept(refill: Refill, s: number, source: number, isForeseen: boolean, what: string): void {
    const walk = this.heap.caches.walkOf(refill.mcache);
    if (isForeseen) {
      walk.accept();
      return;
    }
    if (this.isSingleP) this.throwOrder(what, walk.peek(), s);
    refill.isForeseen = false;
    walk.skipTo(source);
    this.acquire(s, what);
  }

  private acquire(s: number, what: string): void {
    const { spans, sweepgen } = this.heap.mheap;
    if (!this.heap.central.tryAcquire(s)) {
      throw new ContradictionError(`${what}: sweepgen of a span to be swept`, sweepgen - 2, spans.sweepgen[s]);
    }
  }

  /** Copies the surviving marks of a W record and checks them against its count. */
  private applyMarks(s: number): void {
    const { spans } = this.heap.mheap;
    const nelems = spans.nelems[s];
    const words = Math.ceil(this.fields.hexDigits(6) / 8);
    let live = 0;
    for (let w = 0; w < words; w++) {
      const marks = this.fields.hexWord(6, w);
      if ((marks & ~onesBelow32(nelems - w * 32)) !== 0)
        throw new ContradictionError('W.marks', `${nelems} slots`, 'marks behind the last slot');
      live += onesCount32(marks);
      spans.orMarkWord(s, w, marks);
    }
    const after = this.fields.natural(5);
    if (live !== after) throw new ContradictionError('W.after', live, after);
  }

  /** Live heap span of a class that begins at the base in a field. */
  private heapSpanAt(field: number, spanClass: number, what: string): number {
    const page = this.fields.page(field);
    const s = this.heap.mheap.spanStartingAt(page);
    const { spans } = this.heap.mheap;
    if (s === 0 || spans.state[s] !== SPAN_IN_USE)
      throw new ContradictionError(what, 'a heap span', this.fields.offsetOfPage(page));
    if (spans.spanClass[s] !== spanClass)
      throw new ContradictionError(`${what}: span class`, spans.spanClass[s], spanClass);
    return s;
  }

  private runningRefill(p: number, spanClass: number, letter: string): Refill {
    const refill = this.refillOf(p);
    if (!refill.isRunning) throw new ContradictionError(`${letter}: refill of P ${p}`, 'running', 'none');
    if (refill.spanClass !== spanClass)
      throw new ContradictionError(`${letter}.spanClass`, refill.spanClass, spanClass);
    return refill;
  }

  private refillOf(p: number): Refill {
    while (this.refills.length <= p + 1) this.refills.push(noRefill());
    return this.refills[p + 1];
  }

  private baseOrNone(s: number): number {
    return s === 0 ? -1 : this.heap.baseOf(s);
  }

  private throwOrder(what: string, foreseen: number, s: number): never {
    throw new ContradictionError(
      what,
      this.fields.offsetOf(this.baseOrNone(foreseen)),
      this.fields.offsetOf(this.heap.baseOf(s)),
    );
  }
}

function noRefill(): Refill {
  return {
    mcache: 0,
    spanClass: 0,
    isRunning: false,
    readySpan: 0,
    unsweptSpan: 0,
    unsweptSource: 0,
    isForeseen: true,
  };
}
