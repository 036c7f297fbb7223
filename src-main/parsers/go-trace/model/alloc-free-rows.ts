/**
 * Events of the AllocFree experiment as rows: numbers of pages, objects and stacks become byte addresses counted from the lowest heap
 * address.
 *
 * The units are in the info batch, which only the first generation of a process's trace has. A flight recorder window lacks it; then the
 * units of every platform so far are used, addresses stay relative, and the reader warns.
 *
 * @source Go 1.26 runtime/traceallocfree.go traceSpanID, traceHeapObjectID, traceGoroutineStackID, traceSpanTypeAndClass, traceCompressStackSize
 */
import type { AllocInfo } from '../binary/alloc-experiment.ts';
import { argsAt, type EventBlock, goroutineAt, offsetAt, procAt, rowWidth, timeAt } from '../events/event-block.ts';
import { Ev } from '../events/event-table.ts';
import type { allocFreeColumns } from '../trace-sink.ts';
import type { ColumnTable } from './column-table.ts';

/** Kinds, as `allocFreeKinds` lists them. */
export const AllocFreeKind = {
  Span: 0,
  SpanAlloc: 1,
  SpanFree: 2,
  HeapObject: 3,
  HeapObjectAlloc: 4,
  HeapObjectFree: 5,
  GoroutineStack: 6,
  GoroutineStackAlloc: 7,
  GoroutineStackFree: 8,
} as const;

/** The units of all runtimes that have the experiment. @source Go 1.26 runtime/sizeclasses.go pageSize, internal/runtime/gc MinHeapAlign, runtime/stack.go fixedStack */
export const usualUnits: AllocInfo = {
  minHeapAddress: 0n,
  pageBytes: 8192,
  objectAlignBytes: 8,
  stackAlignBytes: 2048,
};

/** Span class of a span that is not heap. */
const manual = -1;
/** What the kind and class of such a span is on the wire. */
const manualOnWire = 1;

export class AllocFreeRows {
  private units = usualUnits;
  private readonly table: ColumnTable<typeof allocFreeColumns>;

  constructor(table: ColumnTable<typeof allocFreeColumns>) {
    this.table = table;
  }

  setUnits(info: AllocInfo): void {
    this.units = info;
  }

  /** Row `r` of the block, one of the experiment's events. */
  add(code: number, block: EventBlock, r: number): void {
    const at = this.table.next();
    const c = this.table.columns;
    const { units } = this;
    const { num } = block;
    const from = r * rowWidth;
    const first = num[from + argsAt];
    const second = num[from + argsAt + 1];
    c.timeNs[at] = num[from + timeAt];
    c.kind[at] = code - Ev.Span;
    c.proc[at] = num[from + procAt];
    c.goroutine[at] = num[from + goroutineAt];
    c.offset[at] = num[from + offsetAt];
    c.npages[at] = 0;
    c.spanClass[at] = manual;
    c.type[at] = 0;
    c.stackBytes[at] = 0;
    if (code === Ev.HeapObjectAlloc || code === Ev.HeapObject) {
      c.address[at] = first * units.objectAlignBytes;
      c.type[at] = second;
    } else if (code === Ev.HeapObjectFree) {
      c.address[at] = first * units.objectAlignBytes;
    } else if (code <= Ev.SpanFree) {
      c.address[at] = first * units.pageBytes;
      if (code !== Ev.SpanFree) {
        const kindClass = num[from + argsAt + 2];
        c.npages[at] = second;
        c.spanClass[at] = kindClass === manualOnWire ? manual : Math.floor(kindClass / 2);
      }
    } else {
      c.address[at] = first * units.stackAlignBytes;
      if (code !== Ev.GoroutineStackFree) c.stackBytes[at] = second > 0 && second <= 32 ? 2 ** (second - 1) : 0;
    }
  }
}
