/**
 * The heap at one moment, rebuilt from alloc/free events: which spans there are, and of each slot whether an object lives in it, its type and when
 * it was born.
 *
 * A span owns a stretch of the slot columns (`slot-columns.ts`), one row for each of its slots. So an event costs a look-up of its page and one
 * or two stores, and a copy of the columns is a keyframe.
 *
 * What the events say and what it means:
 *   - An alloc says slot + 8 for an object with a malloc header, a free and the snapshot say the slot: dividing by the slot size maps both.
 *   - Several allocs of one slot of class 5 are tiny objects that share it; it is freed once.
 *   - Two threads' events about one span can come in the wrong order, because only times order them, and clocks of two processors differ (0.05 to 0.2 ms
 *     seen). An alloc in a taken slot says that a free is still to come: the next one in that slot is of the object before, not of the new one.
 *     What else does not fit is counted in `misfits`, not repaired by guessing.
 *
 * Live means: not yet swept. The object may have been unreachable for a while, as in MemStats.HeapAlloc.
 *
 * @source Go 1.26 runtime/traceallocfree.go, runtime/mcache.go, runtime/mstats.go (what MemStats counts)
 */
import { grownF64, grownI32 } from '../binary/growth.ts';
import { KeyedRows } from '../binary/keyed-rows.ts';
import { AllocFreeKind } from '../model/alloc-free-rows.ts';
import type { Chunk } from '../model/column-table.ts';
import type { allocFreeColumns } from '../trace-sink.ts';
import {
  type HeapKeyframe,
  type HeapTotals,
  type Misfits,
  noMisfits,
  noTotals,
  type ObjectView,
  type SpanView,
} from './heap-figures.ts';
import { PageIndex } from './page-index.ts';
import { SlotColumns } from './slot-columns.ts';
import { sizeClasses, sizeClassOf, slotBytes, slotsInSpan, spanClasses, tinySpanClass } from './span-class.ts';

/** Alloc/free events as the sink gets them. */
export type AllocFreeChunk = Chunk<typeof allocFreeColumns>;

/** What a replay needs of them. */
export const heapEventColumns = ['timeNs', 'kind', 'address', 'npages', 'spanClass', 'type', 'stackBytes'] as const;
export type HeapEvents = Pick<AllocFreeChunk, 'rows' | (typeof heapEventColumns)[number]>;

/** Slots of all spans together: 400 MB of columns. A trace could name many times that in a few bytes; a heap that is traced has fewer. */
const maxSlots = 33_554_432;
/** Pages of the longest span of small objects. @source Go 1.26 internal/runtime/gc/sizeclasses.go SizeClassToNPages */
const maxSmallPages = 10;

/** Span class of spans that hold no objects: stacks, GC work buffers. */
const manual = -1;

const spanWidth = 6;
const pageAt = 0;
const npagesAt = 1;
const classAt = 2;
const firstSlotAt = 3;
const liveAt = 4;
const bornAt = 5;
/** Page of a span row that is free. */
const noPage = -1;

export class HeapState {
  events = 0;
  timeNs = 0;
  readonly totals: HeapTotals = noTotals();
  misfits: Misfits = noMisfits();
  /** Tiny objects that shared a slot with an earlier one. */
  tinyAllocs = 0;
  /** Highest HeapAlloc since `forgetPeak`, and the row of the chunk applied last at which it stood. */
  peakAllocBytes = 0;
  peakRow = 0;
  /** Live objects and spans by span class. */
  readonly liveByClass = new Float64Array(spanClasses);
  readonly spansByClass = new Float64Array(spanClasses);

  private readonly formatVersion: number;
  private readonly pageBytes: number;
  private span = new Float64Array(0);
  private slotSize = new Float64Array(0);
  private spanRows = 0;
  private freeSpans = new Int32Array(0);
  private freeSpanCount = 0;
  private readonly slots = new SlotColumns();
  /** Page -> span row: all pages of a span of small objects, the first page of any other. */
  private pages = new PageIndex();
  private stacks = new KeyedRows();
  private stackBytes = new Float64Array(0);

  /** `formatVersion` is that of the trace, `pageBytes` that of its info batch. */
  constructor(formatVersion: number, pageBytes: number) {
    this.formatVersion = formatVersion;
    this.pageBytes = pageBytes;
  }

  /** Applies rows `[from, to)` of a chunk, which follow the ones applied before. */
  apply(chunk: HeapEvents, from: number, to: number): void {
    const { kind, address, timeNs, type } = chunk;
    for (let r = from; r < to; r++) {
      switch (kind[r]) {
        case AllocFreeKind.HeapObjectAlloc:
        case AllocFreeKind.HeapObject:
          this.alloc(address[r], type[r], timeNs[r]);
          if (this.totals.heapAllocBytes > this.peakAllocBytes) {
            this.peakAllocBytes = this.totals.heapAllocBytes;
            this.peakRow = r;
          }
          break;
        case AllocFreeKind.HeapObjectFree:
          this.free(address[r]);
          break;
        case AllocFreeKind.SpanAlloc:
        case AllocFreeKind.Span:
          this.addSpan(address[r] / this.pageBytes, chunk.npages[r], chunk.spanClass[r], timeNs[r]);
          break;
        case AllocFreeKind.SpanFree:
          this.freeSpan(address[r] / this.pageBytes);
          break;
        case AllocFreeKind.GoroutineStack:
        case AllocFreeKind.GoroutineStackAlloc:
          this.addStack(address[r], chunk.stackBytes[r]);
          break;
        case AllocFreeKind.GoroutineStackFree:
          this.freeStack(address[r]);
          break;
      }
    }
    this.events += to - from;
    if (to > from) this.timeNs = timeNs[to - 1];
  }

  forgetPeak(): void {
    this.peakAllocBytes = this.totals.heapAllocBytes;
    this.peakRow = -1;
  }

  /** Objects of a size class alive, scan and noscan. */
  liveOfSizeClass(sizeClass: number): number {
    return sizeClass < sizeClasses ? this.liveByClass[2 * sizeClass] + this.liveByClass[2 * sizeClass + 1] : 0;
  }

  /** All spans in use, in order of their rows; for a heap map sort by address. */
  *spans(): Generator<SpanView> {
    for (let row = 0; row < this.spanRows; row++)
      if (this.span[row * spanWidth + pageAt] !== noPage) yield this.view(row);
  }

  /** The span that an address lies in, or undefined. */
  spanAt(address: number): SpanView | undefined {
    const row = this.pages.get(Math.floor(address / this.pageBytes));
    if (row >= 0) return this.view(row);
    for (const span of this.spans()) {
      if (address >= span.address && address < span.address + span.npages * this.pageBytes) return span;
    }
    return undefined;
  }

  /** Span class of the span of objects that an address lies in; -1 where there is none. */
  classAt(address: number): number {
    const row = this.pages.get(Math.floor(address / this.pageBytes));
    return row < 0 ? manual : this.span[row * spanWidth + classAt];
  }

  /** Bytes of the slot that an address lies in, in a span of objects; 0 where there is none. */
  slotBytesAt(address: number): number {
    const row = this.pages.get(Math.floor(address / this.pageBytes));
    return row < 0 ? 0 : this.slotSize[row];
  }

  /** When the object at an address was born; NaN where there is none. */
  bornAt(address: number): number {
    const slot = this.slotRowAt(address);
    return slot < 0 ? Number.NaN : birthOf(this.slots.born[slot]);
  }

  /** Whether an alloc at this address takes the slot of an object whose free comes late. */
  replacesAt(address: number): boolean {
    return this.classAt(address) !== tinySpanClass && !Number.isNaN(this.bornAt(address));
  }

  /** Whether a free at this address is the late one of an object that was replaced. */
  isFreeLate(address: number): boolean {
    const slot = this.slotRowAt(address);
    return slot >= 0 && this.slots.born[slot] < 0;
  }

  /** Type of the object at an address; 0 where there is none or it has none. */
  typeAt(address: number): number {
    const slot = this.slotRowAt(address);
    return slot < 0 ? 0 : this.slots.type[slot];
  }

  /** Address of the slot that an address lies in; -1 where there is none. */
  slotAddressAt(address: number): number {
    const row = this.pages.get(Math.floor(address / this.pageBytes));
    if (row < 0 || this.span[row * spanWidth + classAt] === manual) return -1;
    const base = this.span[row * spanWidth + pageAt] * this.pageBytes;
    return base + Math.floor((address - base) / this.slotSize[row]) * this.slotSize[row];
  }

  /** Whether each slot of a span holds an object. */
  allocated(span: SpanView): boolean[] {
    const first = this.span[span.row * spanWidth + firstSlotAt];
    return Array.from({ length: span.slots }, (_, slot) => !Number.isNaN(this.slots.born[first + slot]));
  }

  /** The objects of a span, by address. */
  *objects(span: SpanView): Generator<ObjectView> {
    if (span.spanClass === manual) return;
    const first = this.span[span.row * spanWidth + firstSlotAt];
    for (let slot = 0; slot < span.slots; slot++) {
      const bornNs = birthOf(this.slots.born[first + slot]);
      if (Number.isNaN(bornNs)) continue;
      yield { slot, address: span.address + slot * span.slotBytes, type: this.slots.type[first + slot], bornNs };
    }
  }

  /** The state as flat data: views of it, which hold until the next event is applied. */
  keyframe(): HeapKeyframe {
    const stacks: number[] = [];
    for (const row of this.stacks.inUse()) stacks.push(this.stacks.key[row], this.stackBytes[row]);
    return {
      events: this.events,
      timeNs: this.timeNs,
      spanRows: this.spanRows,
      span: this.span.subarray(0, this.spanRows * spanWidth),
      born: this.slots.born.subarray(0, this.slots.rows),
      type: this.slots.type.subarray(0, this.slots.rows),
      stacks: Float64Array.from(stacks),
      tinyAllocs: this.tinyAllocs,
      misfits: { ...this.misfits },
    };
  }

  /** Rows of the slot columns: what a keyframe costs, at 12 bytes each. */
  get keyframeRows(): number {
    return this.slots.rows;
  }

  /** Becomes what the keyframe was taken of. The arrays of the keyframe become its own. */
  restore(keyframe: HeapKeyframe): void {
    this.events = keyframe.events;
    this.timeNs = keyframe.timeNs;
    this.tinyAllocs = keyframe.tinyAllocs;
    this.misfits = { ...keyframe.misfits };
    Object.assign(this.totals, noTotals());
    this.liveByClass.fill(0);
    this.spansByClass.fill(0);
    this.span = keyframe.span;
    this.spanRows = keyframe.spanRows;
    this.slotSize = grownF64(this.slotSize, this.spanRows);
    this.freeSpanCount = 0;
    this.pages = new PageIndex();
    this.stacks = new KeyedRows();
    for (let i = 0; i < keyframe.stacks.length; i += 2) this.addStack(keyframe.stacks[i], keyframe.stacks[i + 1]);
    for (let row = 0; row < this.spanRows; row++) this.restoreSpan(row);
    this.slots.restore(keyframe.born, keyframe.type, this.stretchesInUse());
  }

  private slotRowAt(address: number): number {
    const row = this.pages.get(Math.floor(address / this.pageBytes));
    if (row < 0 || this.span[row * spanWidth + classAt] === manual) return -1;
    const at = row * spanWidth;
    const slot = Math.floor((address - this.span[at + pageAt] * this.pageBytes) / this.slotSize[row]);
    return this.span[at + firstSlotAt] + slot;
  }

  private alloc(address: number, type: number, timeNs: number): void {
    const row = this.pages.get(Math.floor(address / this.pageBytes));
    const spanClass = row < 0 ? manual : this.span[row * spanWidth + classAt];
    if (spanClass === manual) {
      this.misfits.outsideSpans++;
      return;
    }
    const at = row * spanWidth;
    const size = this.slotSize[row];
    const slot = this.span[at + firstSlotAt] + Math.floor((address - this.span[at + pageAt] * this.pageBytes) / size);
    if (Number.isNaN(this.slots.born[slot])) {
      this.span[at + liveAt]++;
      this.liveByClass[spanClass]++;
      this.totals.heapObjects++;
      this.totals.heapAllocBytes += size;
      this.slots.born[slot] = timeNs;
    } else if (spanClass === tinySpanClass) {
      this.tinyAllocs++;
      return;
    } else {
      this.misfits.slotTaken++;
      this.slots.born[slot] = replacing(timeNs);
    }
    this.slots.type[slot] = type;
  }

  private free(address: number): void {
    const row = this.pages.get(Math.floor(address / this.pageBytes));
    const spanClass = row < 0 ? manual : this.span[row * spanWidth + classAt];
    if (spanClass === manual) {
      this.misfits.outsideSpans++;
      return;
    }
    const at = row * spanWidth;
    const size = this.slotSize[row];
    const slot = this.span[at + firstSlotAt] + Math.floor((address - this.span[at + pageAt] * this.pageBytes) / size);
    const kept = this.slots.born[slot];
    if (Number.isNaN(kept)) {
      this.misfits.slotFree++;
      return;
    }
    if (kept < 0) {
      this.misfits.slotTaken--;
      this.slots.born[slot] = birthOf(kept);
      return;
    }
    this.slots.born[slot] = Number.NaN;
    this.span[at + liveAt]--;
    this.liveByClass[spanClass]--;
    this.totals.heapObjects--;
    this.totals.heapAllocBytes -= size;
  }

  private addSpan(page: number, npages: number, spanClass: number, timeNs: number): void {
    if (!this.isPossible(npages, spanClass)) {
      this.misfits.spanRefused++;
      return;
    }
    for (let p = page; p < page + mappedPages(spanClass, npages); p++) {
      const taken = this.pages.get(p);
      if (taken < 0) continue;
      this.misfits.spanTaken++;
      this.dropSpan(taken);
    }
    const row = this.freeSpanCount > 0 ? this.freeSpans[--this.freeSpanCount] : this.spanRows++;
    this.span = grownF64(this.span, this.spanRows * spanWidth);
    this.slotSize = grownF64(this.slotSize, this.spanRows);
    const at = row * spanWidth;
    this.span[at + pageAt] = page;
    this.span[at + npagesAt] = npages;
    this.span[at + classAt] = spanClass;
    this.span[at + firstSlotAt] = spanClass === manual ? 0 : this.slots.take(this.slotsOf(spanClass, npages));
    this.span[at + liveAt] = 0;
    this.span[at + bornAt] = timeNs;
    this.slotSize[row] = spanClass === manual ? 0 : slotBytes(spanClass, npages * this.pageBytes);
    this.countSpan(spanClass, npages, 1);
    this.mapPages(page, mappedPages(spanClass, npages), row);
  }

  private isPossible(npages: number, spanClass: number): boolean {
    if (npages === 0 || spanClass >= spanClasses) return false;
    if (spanClass === manual) return true;
    const isSmall = sizeClassOf(spanClass) !== 0;
    return (!isSmall || npages <= maxSmallPages) && this.slots.rows + this.slotsOf(spanClass, npages) <= maxSlots;
  }

  private mapPages(page: number, count: number, row: number): void {
    for (let p = page; p < page + count; p++) this.pages.set(p, row);
  }

  private freeSpan(page: number): void {
    const row = this.pages.get(page);
    if (row < 0 || this.span[row * spanWidth + pageAt] !== page) this.misfits.spanMissing++;
    else this.dropSpan(row);
  }

  private dropSpan(row: number): void {
    const at = row * spanWidth;
    const npages = this.span[at + npagesAt];
    const spanClass = this.span[at + classAt];
    const page = this.span[at + pageAt];
    for (let p = page; p < page + mappedPages(spanClass, npages); p++) this.pages.delete(p);
    if (spanClass !== manual) {
      const first = this.span[at + firstSlotAt];
      const length = this.slotsOf(spanClass, npages);
      const live = this.span[at + liveAt];
      this.liveByClass[spanClass] -= live;
      this.totals.heapObjects -= live;
      this.totals.heapAllocBytes -= live * this.slotSize[row];
      this.slots.give(first, length);
    }
    this.countSpan(spanClass, npages, -1);
    this.span[at + pageAt] = noPage;
    this.freeSpans = grownI32(this.freeSpans, this.freeSpanCount + 1);
    this.freeSpans[this.freeSpanCount++] = row;
  }

  private countSpan(spanClass: number, npages: number, sign: number): void {
    const bytes = sign * npages * this.pageBytes;
    if (spanClass === manual) {
      this.totals.manualSpans += sign;
      this.totals.manualBytes += bytes;
      return;
    }
    this.totals.spans += sign;
    this.totals.heapInuseBytes += bytes;
    this.spansByClass[spanClass] += sign;
  }

  /** Slots kept for a span: as many as fit, whatever the runtime reserves, so that no address falls outside. */
  private slotsOf(spanClass: number, npages: number): number {
    const bytes = npages * this.pageBytes;
    return Math.max(1, Math.ceil(bytes / slotBytes(spanClass, bytes)));
  }

  private addStack(address: number, bytes: number): void {
    const known = this.stacks.find(address);
    if (known >= 0) this.freeStack(address);
    const row = this.stacks.add(address);
    this.stackBytes = grownF64(this.stackBytes, this.stacks.length);
    this.stackBytes[row] = bytes;
    this.totals.goroutineStacks++;
    this.totals.goroutineStackBytes += bytes;
  }

  private freeStack(address: number): void {
    const row = this.stacks.find(address);
    if (row < 0) return;
    this.totals.goroutineStacks--;
    this.totals.goroutineStackBytes -= this.stackBytes[row];
    this.stacks.remove(row);
  }

  private restoreSpan(row: number): void {
    const at = row * spanWidth;
    const page = this.span[at + pageAt];
    if (page === noPage) {
      this.freeSpans = grownI32(this.freeSpans, this.freeSpanCount + 1);
      this.freeSpans[this.freeSpanCount++] = row;
      return;
    }
    const npages = this.span[at + npagesAt];
    const spanClass = this.span[at + classAt];
    const live = this.span[at + liveAt];
    this.mapPages(page, mappedPages(spanClass, npages), row);
    this.countSpan(spanClass, npages, 1);
    this.slotSize[row] = spanClass === manual ? 0 : slotBytes(spanClass, npages * this.pageBytes);
    if (spanClass === manual) return;
    this.liveByClass[spanClass] += live;
    this.totals.heapObjects += live;
    this.totals.heapAllocBytes += live * this.slotSize[row];
  }

  /** Stretches of the slot columns that spans own, by first row. */
  private stretchesInUse(): (readonly [number, number])[] {
    const used: (readonly [number, number])[] = [];
    for (let row = 0; row < this.spanRows; row++) {
      const at = row * spanWidth;
      const spanClass = this.span[at + classAt];
      if (this.span[at + pageAt] === noPage || spanClass === manual) continue;
      used.push([this.span[at + firstSlotAt], this.slotsOf(spanClass, this.span[at + npagesAt])]);
    }
    return used.sort((a, b) => a[0] - b[0]);
  }

  private view(row: number): SpanView {
    const at = row * spanWidth;
    const npages = this.span[at + npagesAt];
    const spanClass = this.span[at + classAt];
    const bytes = npages * this.pageBytes;
    return {
      row,
      address: this.span[at + pageAt] * this.pageBytes,
      npages,
      spanClass,
      slotBytes: this.slotSize[row],
      slots: spanClass === manual ? 0 : slotsInSpan(spanClass, bytes, this.formatVersion),
      live: this.span[at + liveAt],
      bornNs: this.span[at + bornAt],
    };
  }
}

/** The birth of an object as it is kept while the free of the one before it in its slot is to come: below 0. */
function replacing(bornNs: number): number {
  return -1 - bornNs;
}

function birthOf(kept: number): number {
  return kept < 0 ? -1 - kept : kept;
}

/** Pages of a span that are in the page index. */
function mappedPages(spanClass: number, npages: number): number {
  return spanClass === manual || sizeClassOf(spanClass) === 0 ? 1 : npages;
}
