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

  /** The first `n` rows of the block that `picked` names: events of the experiment. */
  addAll(block: EventBlock, picked: Uint16Array, n: number): void {
    this.table.addAll(n, (at, from, to) => this.write(block, picked, at, from, to));
  }

  private write(block: EventBlock, picked: Uint16Array, first: number, from: number, to: number): void {
    const { num, code } = block;
    const { objectAlignBytes } = this.units;
    const { timeNs, kind, address, npages, spanClass, type, stackBytes, proc, goroutine, offset } = this.table.columns;
    let at = first;
    for (let k = from; k < to; k++, at++) {
      const r = picked[k];
      const row = r * rowWidth;
      const event = code[r];
      timeNs[at] = num[row + timeAt];
      kind[at] = event - Ev.Span;
      address[at] = num[row + argsAt] * objectAlignBytes;
      npages[at] = 0;
      spanClass[at] = manual;
      type[at] = event === Ev.HeapObjectAlloc || event === Ev.HeapObject ? num[row + argsAt + 1] : 0;
      stackBytes[at] = 0;
      proc[at] = num[row + procAt];
      goroutine[at] = num[row + goroutineAt];
      offset[at] = num[row + offsetAt];
      if (event <= Ev.SpanFree || event >= Ev.GoroutineStack) this.correct(event, at, num, row + argsAt);
    }
  }

  /** What is no object. `first` is the place of the first argument. */
  private correct(event: number, at: number, num: Float64Array, first: number): void {
    const c = this.table.columns;
    const { units } = this;
    const second = num[first + 1];
    if (event <= Ev.SpanFree) {
      c.address[at] = num[first] * units.pageBytes;
      if (event === Ev.SpanFree) return;
      const kindClass = num[first + 2];
      c.npages[at] = second;
      c.spanClass[at] = kindClass === manualOnWire ? manual : Math.floor(kindClass / 2);
    } else {
      c.address[at] = num[first] * units.stackAlignBytes;
      if (event !== Ev.GoroutineStackFree) c.stackBytes[at] = second > 0 && second <= 32 ? 2 ** (second - 1) : 0;
    }
  }
}
