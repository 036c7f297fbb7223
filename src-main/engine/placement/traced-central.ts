// The central queues of a traced heap: four of each span class, as in spans/mcentral.ts, over traced spans.
import { NUM_SPAN_CLASSES } from '../sizes/size-classes.ts';
import { QUEUE_NONE, TracedQueue, type TracedSpan } from './traced-span.ts';

/** @source mcentral.go mcentral */
export class TracedCentral {
  private readonly sets = Array.from({ length: NUM_SPAN_CLASSES * 4 }, (_, id) => new TracedQueue(id));
  /** Position of sweepone in its order of queues; it only rises within a cycle. @source mgcsweep.go centralIndex */
  private sweepAt = 0;
  private cycle = 0;

  partialSwept(spanClass: number): TracedQueue {
    return this.sets[spanClass * 4 + this.sweptHalf];
  }

  partialUnswept(spanClass: number): TracedQueue {
    return this.sets[spanClass * 4 + 1 - this.sweptHalf];
  }

  fullSwept(spanClass: number): TracedQueue {
    return this.sets[spanClass * 4 + 2 + this.sweptHalf];
  }

  fullUnswept(spanClass: number): TracedQueue {
    return this.sets[spanClass * 4 + 3 - this.sweptHalf];
  }

  /** Queues a swept span where it belongs; an empty one goes to no queue. @source mcentral.go uncacheSpan, mgcsweep.go sweep */
  pushSwept(span: TracedSpan): void {
    if (span.isGone) return;
    if (span.allocCount < span.nelems) this.partialSwept(span.spanClass).push(span);
    else this.fullSwept(span.spanClass).push(span);
  }

  remove(span: TracedSpan): void {
    span.queue = QUEUE_NONE;
  }

  /** Swept and unswept change roles. */
  beginCycle(cycle: number): void {
    for (let spanClass = 0; spanClass < NUM_SPAN_CLASSES; spanClass++) {
      this.partialUnswept(spanClass).clear();
      this.fullUnswept(spanClass).clear();
    }
    this.cycle = cycle;
    this.sweepAt = 0;
  }

  /** The span that sweepone would take; undefined when all is swept. @source mgcsweep.go nextSpanForSweep */
  nextForSweep(): TracedSpan | undefined {
    for (; this.sweepAt < 2 * NUM_SPAN_CLASSES; this.sweepAt++) {
      const spanClass = this.sweepAt >> 1;
      const set = (this.sweepAt & 1) === 0 ? this.fullUnswept(spanClass) : this.partialUnswept(spanClass);
      for (let span = set.peek(); span !== undefined; span = set.peek()) {
        if (span.sweptCycle < this.cycle) return span;
        this.remove(span);
      }
    }
    return undefined;
  }

  private get sweptHalf(): number {
    return this.cycle & 1;
  }
}
