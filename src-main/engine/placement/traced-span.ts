// A span as a trace of allocations shows it, and queues of such spans.
//
// The trace names every slot taken and freed, but not when a span is swept, where it is queued or which slots were marked. Frees are
// written when the span is swept; so what a span loses between two markings is what that marking found dead, and is known beforehand to
// a reader of the whole trace. It plays the part of the mark bits here.

/** Which of a class's four queues, or none. */
export const QUEUE_NONE = -1;

/** One life of a span, from its allocation (or the begin of the trace) to its end. */
export class TracedSpan {
  readonly page: number;
  readonly npages: number;
  readonly spanClass: number;
  readonly elemBytes: number;
  readonly nelems: number;
  /** Was there when the trace began: what happened to it before is unknown. */
  readonly isOld: boolean;
  /** 1: slot in use, dead but unswept ones included. */
  readonly slots: Uint8Array;
  allocCount = 0;
  freeIndex = 0;
  /** The last cycle in which it was swept; a new span counts as swept. */
  sweptCycle: number;
  /** P that holds it, -1 for none. */
  cachedBy = -1;
  /** Entry in a queue: its set and its place in it. */
  queue = QUEUE_NONE;
  ticket = -1;
  /** Nothing of it was seen before: misses about it have that cause. */
  isTouched = false;
  isGone = false;
  /** By cycle: slots that its sweep frees. */
  private readonly deaths = new Map<number, number[]>();

  constructor(
    page: number,
    npages: number,
    spanClass: number,
    elemBytes: number,
    nelems: number,
    cycle: number,
    isOld: boolean,
  ) {
    this.page = page;
    this.npages = npages;
    this.spanClass = spanClass;
    this.elemBytes = elemBytes;
    this.nelems = nelems;
    this.sweptCycle = cycle;
    this.isOld = isOld;
    this.slots = new Uint8Array(nelems);
  }

  /** The sweep of a cycle frees a slot; told before the replay. */
  addDeath(cycle: number, slot: number): void {
    const slots = this.deaths.get(cycle);
    if (slots && slots.length >= this.nelems) return;
    if (slots) slots.push(slot);
    else this.deaths.set(cycle, [slot]);
  }

  /** Does its sweep in a cycle leave a trace? */
  hasDeaths(cycle: number): boolean {
    return this.deaths.has(cycle);
  }

  diesIn(cycle: number, slot: number): boolean {
    return this.deaths.get(cycle)?.includes(slot) ?? false;
  }

  /** Slots in use that the sweep of a cycle leaves. */
  survivors(cycle: number): number {
    const dead = this.deaths.get(cycle) ?? [];
    return this.allocCount - dead.filter((slot) => this.slots[slot] === 1).length;
  }

  /** Next slot that would be handed out, -1 when full. @source mbitmap.go nextFreeIndex */
  nextFree(): number {
    for (let slot = this.freeIndex; slot < this.nelems; slot++) if (this.slots[slot] === 0) return slot;
    return -1;
  }

  take(slot: number): void {
    if (this.slots[slot] === 0) this.allocCount++;
    this.slots[slot] = 1;
    if (slot >= this.freeIndex) this.freeIndex = slot + 1;
  }

  /** @source mgcsweep.go sweep */
  sweep(cycle: number): void {
    for (const slot of this.deaths.get(cycle) ?? []) {
      if (this.slots[slot] === 1) this.allocCount--;
      this.slots[slot] = 0;
    }
    this.freeIndex = 0;
    this.sweptCycle = cycle;
  }
}

/** First in, first out; an entry is dropped when its span has moved elsewhere. @source mspanset.go spanSet */
export class TracedQueue {
  readonly id: number;
  private readonly entries: TracedSpan[] = [];
  private head = 0;

  constructor(id: number) {
    this.id = id;
  }

  push(span: TracedSpan): void {
    span.queue = this.id;
    span.ticket = this.entries.length;
    this.entries.push(span);
  }

  /** The oldest span, undefined when empty. */
  peek(): TracedSpan | undefined {
    for (; this.head < this.entries.length; this.head++) {
      const span = this.entries[this.head];
      if (this.isHere(span, this.head)) return span;
    }
    return undefined;
  }

  /** Spans from the oldest on. */
  *[Symbol.iterator](): IterableIterator<TracedSpan> {
    for (let i = this.head; i < this.entries.length; i++) {
      if (this.isHere(this.entries[i], i)) yield this.entries[i];
      else if (i === this.head) this.head++;
    }
  }

  clear(): void {
    for (let i = this.head; i < this.entries.length; i++) {
      if (this.isHere(this.entries[i], i)) this.entries[i].queue = QUEUE_NONE;
    }
    this.entries.length = 0;
    this.head = 0;
  }

  private isHere(span: TracedSpan, place: number): boolean {
    return span.queue === this.id && span.ticket === place && !span.isGone;
  }
}
