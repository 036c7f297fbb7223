// Spans: runs of pages, cut into slots of one size.
//
// A span is a number, and its fields are columns of typed arrays (a heap has one span for every page or two, and an object each would
// cost more than what it models). Id 0 is emptymspan, the span that has no slots: a cache without a span points to it and finds it
// full. Span structs are recycled, as in the runtime.
//
// Slots. A slot is in use if it lies below freeIndex or its bit in allocBits is set. allocBits changes only at a sweep; allocating moves
// freeIndex up, past slots whose bit is set (alloc-cache.ts).
//
// A sweep counts the marked slots, makes gcmarkBits the new allocBits, takes fresh zero bits for the next marking and starts over at
// slot 0. Marks are not copied from allocBits, and a marked slot that was free is an error, not a state.
//
// States are dead, in use (heap) and manual (stacks, work buffers). Free and released are states of pages, not of spans.
import { ContradictionError } from '../engine-error.ts';
import { trailingZeros32 } from '../pages/bits64.ts';
import { widened, widerLength } from '../widened.ts';
import { GcBits } from './gc-bits.ts';

/** @source mheap.go mSpanState */
export const SPAN_DEAD = 0;
export const SPAN_IN_USE = 1;
export const SPAN_MANUAL = 2;

/** What a span is for. @source mheap.go spanAllocType */
export const SPAN_KIND_HEAP = 0;
export const SPAN_KIND_STACK = 1;
export const SPAN_KIND_WORK_BUF = 2;

const INITIAL_SPANS = 64;

/** All spans that ever were, by id. Columns are read anywhere and written by engine/spans/ only. @source mheap.go mspan, mheap.allspans */
export class MSpans {
  startPage = new Int32Array(INITIAL_SPANS);
  npages = new Int32Array(INITIAL_SPANS);
  /** SPAN_DEAD, SPAN_IN_USE or SPAN_MANUAL. */
  state = new Uint8Array(INITIAL_SPANS);
  /** SPAN_KIND_*. */
  kind = new Uint8Array(INITIAL_SPANS);
  spanClass = new Uint8Array(INITIAL_SPANS);
  /** 1: slots must be zeroed when handed out. */
  needzero = new Uint8Array(INITIAL_SPANS);
  nelems = new Uint16Array(INITIAL_SPANS);
  freeIndex = new Uint16Array(INITIAL_SPANS);
  /** As freeIndex, but not advanced while marking: the conservative scanner ignores slots beyond. */
  freeIndexForScan = new Uint16Array(INITIAL_SPANS);
  allocCount = new Uint16Array(INITIAL_SPANS);
  /**
   * Against the heap's sweepgen sg: sg-2 to be swept, sg-1 being swept, sg swept, sg+1 cached since before this cycle, sg+3 swept and
   * cached.
   */
  sweepgen = new Int32Array(INITIAL_SPANS);
  /** Handle into `bits`. */
  allocBits = new Int32Array(INITIAL_SPANS);
  /** Handle into `bits`. */
  gcmarkBits = new Int32Array(INITIAL_SPANS);
  readonly bits = new GcBits();
  /** Ids 0 to count-1 exist, dead ones included. */
  count = 1;
  /** Head of the list of dead ids, linked through startPage. */
  private freeHead = 0;

  /** A dead span to be initialised. @source mheap.go allocMSpanLocked */
  create(): number {
    if (this.freeHead !== 0) {
      const s = this.freeHead;
      this.freeHead = this.startPage[s];
      return s;
    }
    if (this.count === this.state.length) this.widen(widerLength(this.count, this.count + 1));
    return this.count++;
  }

  /** Ends a span's life; its id may come back from create. @source mheap.go freeMSpanLocked */
  release(s: number): void {
    this.bits.release(this.allocBits[s], this.nelems[s]);
    this.bits.release(this.gcmarkBits[s], this.nelems[s]);
    this.allocBits[s] = 0;
    this.gcmarkBits[s] = 0;
    this.state[s] = SPAN_DEAD;
    this.npages[s] = 0;
    this.startPage[s] = this.freeHead;
    this.freeHead = s;
  }

  /** Sets up a span's fields for a new life; nelems 0 for manual spans. @source mheap.go initSpan */
  init(s: number, page: number, npages: number, state: number, kind: number, spanClass: number, nelems: number): void {
    this.startPage[s] = page;
    this.npages[s] = npages;
    this.state[s] = state;
    this.kind[s] = kind;
    this.spanClass[s] = spanClass;
    this.nelems[s] = nelems;
    this.needzero[s] = 0;
    this.freeIndex[s] = 0;
    this.freeIndexForScan[s] = 0;
    this.allocCount[s] = 0;
  }

  /** First free slot at or after freeIndex, nelems if there is none; freeIndex stays. */
  firstFreeSlot(s: number): number {
    const nelems = this.nelems[s];
    const index = this.freeIndex[s];
    let free = -1 << (index & 31);
    for (let w = index >>> 5; w << 5 < nelems; w++) {
      free &= ~this.bits.word(this.allocBits[s], w);
      if (free !== 0) return Math.min(nelems, (w << 5) + trailingZeros32(free));
      free = -1;
    }
    return nelems;
  }

  /** Is the slot in use, by the rule above? @source mbitmap.go isFree */
  isAllocated(s: number, slot: number): boolean {
    return slot < this.freeIndex[s] || this.bits.isSet(this.allocBits[s], slot);
  }

  isMarked(s: number, slot: number): boolean {
    return this.bits.isSet(this.gcmarkBits[s], slot);
  }

  /** Marks one slot. */
  setMark(s: number, slot: number): void {
    this.orMarkWord(s, slot >>> 5, 1 << (slot & 31));
  }

  /** Marks slots 32w to 32w+31 where `ones` has a 1. */
  orMarkWord(s: number, w: number, ones: number): void {
    if (ones === 0) return;
    if (this.gcmarkBits[s] === 0) this.gcmarkBits[s] = this.bits.create(this.nelems[s]);
    this.bits.words[this.gcmarkBits[s] + w] |= ones;
  }

  countMarks(s: number): number {
    return this.bits.count(this.gcmarkBits[s], this.nelems[s]);
  }

  /**
   * The bit work of a sweep: marks become allocBits and allocation restarts at slot 0. Returns the slots freed.
   * A mark on a free slot is a contradiction, as it is fatal in the runtime.
   * @source mgcsweep.go sweep
   */
  swapBits(s: number): number {
    const marks = this.gcmarkBits[s];
    const nelems = this.nelems[s];
    if (marks !== 0) this.assertNoZombies(s);
    const live = this.bits.count(marks, nelems);
    const freed = this.allocCount[s] - live;
    this.bits.release(this.allocBits[s], nelems);
    this.allocBits[s] = marks;
    this.gcmarkBits[s] = 0;
    this.allocCount[s] = live;
    this.freeIndex[s] = 0;
    this.freeIndexForScan[s] = 0;
    return freed;
  }

  /** Bytes held, for the memory bench. */
  get byteLength(): number {
    return this.columns().reduce((sum, column) => sum + column.byteLength, this.bits.byteLength);
  }

  /** @source mgcsweep.go reportZombies ("found pointer to free object") */
  private assertNoZombies(s: number): void {
    const freeIndex = this.freeIndex[s];
    for (let w = freeIndex >>> 5; w << 5 < this.nelems[s]; w++) {
      let zombies = this.bits.word(this.gcmarkBits[s], w) & ~this.bits.word(this.allocBits[s], w);
      if (w === freeIndex >>> 5) zombies &= -1 << (freeIndex & 31);
      if (zombies !== 0)
        throw new ContradictionError('marked slot that is free', 'in use', (w << 5) + trailingZeros32(zombies));
    }
  }

  private columns() {
    return [
      this.startPage,
      this.npages,
      this.state,
      this.kind,
      this.spanClass,
      this.needzero,
      this.nelems,
      this.freeIndex,
      this.freeIndexForScan,
      this.allocCount,
      this.sweepgen,
      this.allocBits,
      this.gcmarkBits,
    ];
  }

  private widen(capacity: number): void {
    this.startPage = widened(this.startPage, new Int32Array(capacity));
    this.npages = widened(this.npages, new Int32Array(capacity));
    this.state = widened(this.state, new Uint8Array(capacity));
    this.kind = widened(this.kind, new Uint8Array(capacity));
    this.spanClass = widened(this.spanClass, new Uint8Array(capacity));
    this.needzero = widened(this.needzero, new Uint8Array(capacity));
    this.nelems = widened(this.nelems, new Uint16Array(capacity));
    this.freeIndex = widened(this.freeIndex, new Uint16Array(capacity));
    this.freeIndexForScan = widened(this.freeIndexForScan, new Uint16Array(capacity));
    this.allocCount = widened(this.allocCount, new Uint16Array(capacity));
    this.sweepgen = widened(this.sweepgen, new Int32Array(capacity));
    this.allocBits = widened(this.allocBits, new Int32Array(capacity));
    this.gcmarkBits = widened(this.gcmarkBits, new Int32Array(capacity));
  }
}
