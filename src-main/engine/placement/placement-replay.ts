// Predicts each address of a traced heap before the trace tells it.
//
// The engine's rules (next free slot in the cached span; when full, the central queues in their order) are applied to what the trace
// shows. Each allocation is predicted first, then compared, then the trace is followed. What an unmodified trace lacks is inferred:
//
//   - Marks. What a span's sweep frees is known from the whole trace (traced-span.ts).
//   - Who swept. The first free of a span shows its sweep. If the span is what the running P's full cache would get next, cacheSpan swept
//     it. If it lies in a cache, that cache was flushed. If nothing in it survives and it is not sweepone's turn, the page reclaimer
//     took it. Otherwise sweepone did, and then everything before it in sweepone's order is swept too, and what follows up to the next
//     span whose sweep would show.
//   - Flushes. A P gives its cache back before the first thing it does in a new cycle; every reading of MemStats flushes all Ps.
//   - New spans. Their allocation is an event; so it is known that the heap made one, and whether it should have.
//
// Objects of the tiny allocator that share a slot, and large objects, are followed but not scored.
import type { ColumnScore } from '../replay/replay-score.ts';
import { NUM_SPAN_CLASSES, PAGE_BYTES, type SizeClasses, TINY_SPAN_CLASS } from '../sizes/size-classes.ts';
import { TracedCentral } from './traced-central.ts';
import type { TracedSpan } from './traced-span.ts';

/** Why an address was not the predicted one. */
export type PlacementMiss =
  /** The span was there, cached or queued, when the trace began. */
  | 'span older than the trace'
  /** A queue held a span, but the heap made a new one. */
  | 'new span instead of a queued one'
  /** Nothing was thought to be queued, but a span was. */
  | 'queued span instead of a new one'
  /** Another span of the same queue, which another P may have taken or given in between. */
  | 'order between Ps'
  /** Another span, of one P: it was swept or flushed at another moment than inferred. */
  | 'sweep order'
  /** The right span, another slot. */
  | 'slot within the span'
  /** In no span that the trace shows. */
  | 'outside all spans';

export interface PlacementScore {
  readonly predicted: number;
  readonly correct: number;
  readonly share: number;
  readonly misses: Readonly<Partial<Record<PlacementMiss, number>>>;
  readonly refills: ColumnScore;
}

/** A row for each scored allocation; bytes from the lowest heap address. -1: no prediction. */
export interface PlacementRow {
  readonly event: number;
  readonly predicted: number;
  readonly recorded: number;
}

interface Prediction {
  readonly span: TracedSpan | undefined;
  readonly slot: number;
  readonly isRefill: boolean;
}

/** Feed it the events of a trace in their order. Addresses are bytes from the lowest heap address, p the P of the event, -1 without one. */
export class PlacementReplay {
  private readonly central = new TracedCentral();
  private readonly classes: SizeClasses;
  private readonly spans: readonly TracedSpan[];
  private readonly byPage = new Map<number, TracedSpan>();
  private readonly caches: (TracedSpan | undefined)[][] = [];
  private readonly made: (TracedSpan | undefined)[][] = [];
  private readonly misses = new Map<PlacementMiss, number>();
  private readonly onRow: ((row: PlacementRow) => void) | undefined;
  /** Ps whose caches are from before the cycle. */
  private readonly unflushed = new Set<number>();
  private nextSpan = 0;
  private cycle = 0;
  private predicted = 0;
  private correct = 0;
  private refills = 0;
  private correctRefills = 0;
  /** 1 as long as only P 0 has allocated. */
  private procs = 1;

  /** `spans`: all spans of the trace in the order of their events, as the survey found them. */
  constructor(classes: SizeClasses, spans: readonly TracedSpan[], onRow?: (row: PlacementRow) => void) {
    this.classes = classes;
    this.spans = spans;
    this.onRow = onRow;
  }

  get score(): PlacementScore {
    const { predicted, correct } = this;
    return {
      predicted,
      correct,
      share: predicted === 0 ? 1 : correct / predicted,
      misses: Object.fromEntries(this.misses),
      refills: { predicted: this.refills, correct: this.correctRefills },
    };
  }

  /** A span of the snapshot, or a new one of P p. */
  spanAllocated(p: number, isOld: boolean): void {
    const span = this.spans[this.nextSpan++];
    for (let i = 0; i < span.npages; i++) this.byPage.set(span.page + i, span);
    if (isOld) return;
    span.sweptCycle = this.cycle;
    if (span.spanClass > 1) this.rowOf(this.made, p)[span.spanClass] = span;
  }

  /** After the snapshot: spans with free slots are taken to be queued in the order of their addresses. */
  endSnapshot(): void {
    const old = [...new Set(this.byPage.values())].sort((a, b) => a.page - b.page);
    for (const span of old) {
      span.freeIndex = 0;
      this.central.pushSwept(span);
    }
  }

  /** An object of the snapshot. */
  objectKept(address: number): void {
    const span = this.spanAt(address);
    if (span !== undefined) span.take(slotOf(span, address));
  }

  spanFreed(page: number): void {
    const span = this.byPage.get(page);
    if (span === undefined) return;
    for (let i = 0; i < span.npages; i++) this.byPage.delete(span.page + i);
    span.isGone = true;
    if (span.cachedBy >= 0) this.rowOf(this.caches, span.cachedBy)[span.spanClass] = undefined;
  }

  /** A slot is taken on P p. `event`: its number, for the table of addresses. */
  objectAllocated(p: number, address: number, event: number): void {
    if (p > 0) this.procs = 2;
    this.wake(p);
    const actual = this.spanAt(address);
    if (actual === undefined) {
      this.predicted++;
      this.miss('outside all spans');
      return;
    }
    if (actual.spanClass <= 1) {
      actual.take(0);
      this.central.fullSwept(actual.spanClass).push(actual);
      return;
    }
    const slot = slotOf(actual, address);
    if (actual.spanClass === TINY_SPAN_CLASS && actual.slots[slot] === 1 && !this.isDead(actual, slot)) return;
    const prediction = this.predict(p, actual.spanClass);
    this.compare(p, prediction, actual, slot, event);
    this.follow(p, prediction, actual, slot);
  }

  /** A slot was freed on P p, by the sweep of its span. */
  objectFreed(p: number, address: number): void {
    this.wake(p);
    const span = this.spanAt(address);
    if (span === undefined || span.sweptCycle >= this.cycle) return;
    this.sweepSeen(p, span);
  }

  /** The world stops to begin a cycle: what is unswept gets swept. @source mgc.go gcStart, mgcsweep.go finishsweep_m */
  cycleBegins(): void {
    for (let span = this.central.nextForSweep(); span !== undefined; span = this.central.nextForSweep())
      this.sweepQueued(span);
  }

  /** Marking is over and sweeping begins. @source mgc.go gcMarkTermination, gcSweep */
  sweepBegins(): void {
    this.cycle++;
    this.central.beginCycle(this.cycle);
    this.unflushed.clear();
    for (let p = 0; p < this.caches.length; p++) this.unflushed.add(p);
  }

  /** A P gives its cache back before it does anything in a new cycle. @source proc.go acquirep, mcache.go prepareForSweep */
  private wake(p: number): void {
    const at = Math.max(0, p) % MOST_PROCS;
    if (this.unflushed.delete(at)) this.flush(at);
  }

  /** All caches give their spans back, in the order of Ps and classes. @source mcache.go releaseAll */
  flushAll(): void {
    for (let p = 0; p < this.caches.length; p++) this.flush(p);
    this.unflushed.clear();
  }

  private flush(p: number): void {
    const cache = this.rowOf(this.caches, p);
    for (let spanClass = 0; spanClass < NUM_SPAN_CLASSES; spanClass++) {
      const span = cache[spanClass];
      if (span === undefined) continue;
      cache[spanClass] = undefined;
      span.cachedBy = -1;
      if (span.sweptCycle < this.cycle) span.sweep(this.cycle);
      this.give(span);
    }
  }

  /** Queues a swept span, unless its sweep left it empty and it goes back to the heap. */
  private give(span: TracedSpan): void {
    if (span.allocCount > 0 || !span.hasDeaths(this.cycle)) this.central.pushSwept(span);
    else this.central.remove(span);
  }

  private sweepQueued(span: TracedSpan): void {
    this.central.remove(span);
    span.sweep(this.cycle);
    this.give(span);
  }

  private sweepSeen(p: number, span: TracedSpan): void {
    if (span.cachedBy >= 0) {
      this.unflushed.delete(span.cachedBy);
      this.flush(span.cachedBy);
      return;
    }
    if (this.isNextForCache(p, span)) {
      this.giveFull(p, span.spanClass);
      for (const full of this.walk(span.spanClass).passed) this.sweepQueued(full);
      this.central.remove(span);
      span.sweep(this.cycle);
      this.central.pushSwept(span);
      return;
    }
    const next = this.nextShowing();
    if (next !== span && this.isWhollyDead(span)) {
      this.sweepQueued(span);
      return;
    }
    for (
      let turn = this.central.nextForSweep();
      turn !== undefined && turn !== span;
      turn = this.central.nextForSweep()
    ) {
      if (turn.hasDeaths(this.cycle)) break;
      this.sweepQueued(turn);
    }
    if (span.sweptCycle < this.cycle) this.sweepQueued(span);
    for (let turn = this.central.nextForSweep(); turn !== undefined; turn = this.central.nextForSweep()) {
      if (turn.hasDeaths(this.cycle)) break;
      this.sweepQueued(turn);
    }
  }

  /** The next span in sweepone's order whose sweep leaves a trace. */
  private nextShowing(): TracedSpan | undefined {
    const next = this.central.nextForSweep();
    if (next === undefined || next.hasDeaths(this.cycle)) return next;
    let looked = 0;
    for (let spanClass = next.spanClass; spanClass < NUM_SPAN_CLASSES; spanClass++) {
      for (const set of [this.central.fullUnswept(spanClass), this.central.partialUnswept(spanClass)]) {
        for (const span of set) {
          if (span.sweptCycle < this.cycle && span.hasDeaths(this.cycle)) return span;
          if (++looked > MOST_LOOKED_AT) return undefined;
        }
      }
    }
    return undefined;
  }

  private isWhollyDead(span: TracedSpan): boolean {
    return span.hasDeaths(this.cycle) && span.survivors(this.cycle) === 0;
  }

  /** A refill gives the full span back first. @source mcache.go refill */
  private giveFull(p: number, spanClass: number): void {
    const cache = this.rowOf(this.caches, p);
    const cached = cache[spanClass];
    if (cached === undefined) return;
    cache[spanClass] = undefined;
    cached.cachedBy = -1;
    this.central.fullSwept(spanClass).push(cached);
  }

  /** Would P p's full cache get this unswept span from cacheSpan now? */
  private isNextForCache(p: number, span: TracedSpan): boolean {
    const cached = this.rowOf(this.caches, p)[span.spanClass];
    if (cached !== undefined && cached.nextFree() >= 0) return false;
    return this.walk(span.spanClass).span === span;
  }

  /** What cacheSpan would find, full spans without deaths passed over. @source mcentral.go cacheSpan */
  private walk(spanClass: number): { readonly span: TracedSpan | undefined; readonly passed: readonly TracedSpan[] } {
    const passed: TracedSpan[] = [];
    const swept = this.central.partialSwept(spanClass).peek();
    if (swept !== undefined) return { span: swept, passed };
    for (const span of this.central.partialUnswept(spanClass))
      if (span.sweptCycle < this.cycle) return { span, passed };
    for (const span of this.central.fullUnswept(spanClass)) {
      if (span.sweptCycle >= this.cycle) continue;
      if (span.hasDeaths(this.cycle)) return { span, passed };
      if (passed.length >= SPAN_BUDGET) break;
      passed.push(span);
    }
    return { span: undefined, passed };
  }

  private predict(p: number, spanClass: number): Prediction {
    const cached = this.rowOf(this.caches, p)[spanClass];
    if (cached !== undefined) {
      const slot = cached.nextFree();
      if (slot >= 0) return { span: cached, slot, isRefill: false };
      this.giveFull(p, spanClass);
    }
    const { span, passed } = this.walk(spanClass);
    for (const full of passed) this.sweepQueued(full);
    const found = span ?? this.rowOf(this.made, p)[spanClass];
    if (found === undefined) return { span: undefined, slot: -1, isRefill: true };
    if (found.sweptCycle < this.cycle) found.sweep(this.cycle);
    return { span: found, slot: found.nextFree(), isRefill: true };
  }

  private compare(p: number, prediction: Prediction, actual: TracedSpan, slot: number, event: number): void {
    const isRefill = prediction.isRefill || prediction.span !== actual;
    const isCorrect = prediction.span === actual && prediction.slot === slot;
    this.predicted++;
    if (isRefill) this.refills++;
    if (isCorrect) {
      this.correct++;
      if (isRefill) this.correctRefills++;
    } else this.miss(this.causeOf(p, prediction, actual));
    this.onRow?.({
      event,
      predicted: prediction.span === undefined ? -1 : addressOf(prediction.span, prediction.slot),
      recorded: addressOf(actual, slot),
    });
  }

  private causeOf(p: number, prediction: Prediction, actual: TracedSpan): PlacementMiss {
    if (actual.isOld && !actual.isTouched) return 'span older than the trace';
    if (prediction.span === actual) return actual.isOld ? 'span older than the trace' : 'slot within the span';
    const isMade = this.rowOf(this.made, p)[actual.spanClass] === actual;
    if (isMade && prediction.span !== undefined) return 'new span instead of a queued one';
    if (this.procs > 1) return 'order between Ps';
    return prediction.span === undefined ? 'queued span instead of a new one' : 'sweep order';
  }

  /** Does what the trace says, whatever was predicted. */
  private follow(p: number, prediction: Prediction, actual: TracedSpan, slot: number): void {
    const cache = this.rowOf(this.caches, p);
    const { spanClass } = actual;
    const cached = cache[spanClass];
    if (cached !== undefined && cached !== actual) {
      cached.cachedBy = -1;
      this.central.pushSwept(cached);
    }
    if (actual.cachedBy >= 0 && actual.cachedBy !== p) this.rowOf(this.caches, actual.cachedBy)[spanClass] = undefined;
    if (actual.sweptCycle < this.cycle) actual.sweep(this.cycle);
    this.central.remove(actual);
    cache[spanClass] = actual;
    actual.cachedBy = p;
    actual.isTouched = true;
    if (this.rowOf(this.made, p)[spanClass] === actual) this.rowOf(this.made, p)[spanClass] = undefined;
    actual.take(slot);
    // a span that was predicted, is swept by the prediction and not used stays where it was, swept
    const other = prediction.span;
    if (other !== undefined && other !== actual && other.cachedBy < 0 && other.queue >= 0 && !other.isGone) {
      if (other.sweptCycle === this.cycle && other.queue !== this.central.partialSwept(spanClass).id) this.give(other);
    }
  }

  /** A tiny slot whose object is dead but unswept can only be seen again after its sweep. */
  private isDead(span: TracedSpan, slot: number): boolean {
    return span.sweptCycle < this.cycle && span.diesIn(this.cycle, slot);
  }

  private spanAt(address: number): TracedSpan | undefined {
    return this.byPage.get(Math.floor(address / PAGE_BYTES));
  }

  private rowOf(rows: (TracedSpan | undefined)[][], p: number): (TracedSpan | undefined)[] {
    const at = Math.max(0, p) % MOST_PROCS;
    while (rows.length <= at) rows.push(new Array<TracedSpan | undefined>(this.classes.nelems.length).fill(undefined));
    return rows[at];
  }

  private miss(cause: PlacementMiss): void {
    this.misses.set(cause, (this.misses.get(cause) ?? 0) + 1);
  }
}

/** Spans looked at to find the next whose sweep shows: a bound on the time that a hostile trace can take. */
const MOST_LOOKED_AT = 10_000;
/** More Ps than any trace has; a trace that names others is damaged, and they share. */
const MOST_PROCS = 4096;
/** @source mcentral.go cacheSpan, spanBudget */
const SPAN_BUDGET = 100;

/** Alloc events of objects with a malloc header say slot + 8. */
function slotOf(span: TracedSpan, address: number): number {
  return Math.floor((address - span.page * PAGE_BYTES) / span.elemBytes);
}

function addressOf(span: TracedSpan, slot: number): number {
  return span.page * PAGE_BYTES + slot * span.elemBytes;
}
