/**
 * The heap at one moment as figures: totals, span classes with what they waste, and spans as columns, by address.
 *
 * Waste: `tailBytes` is what lies in a span behind its last slot (and what the runtime keeps there: pointer bits, inline marks); `freeSlots` are slots
 * without an object. What a program asked for is not in a trace, so the rounding inside a slot is unknown.
 */
import type { HeapState } from '../../parsers/go-trace/heap/heap-state.ts';
import { classBytes, isNoscan, sizeClassOf, spanClasses } from '../../parsers/go-trace/heap/span-class.ts';

/** Spans of one class. */
export interface ClassFigures {
  readonly spanClass: number;
  readonly sizeClass: number;
  /** Bytes of a slot; 0 for large objects, each as large as its span. */
  readonly elemSize: number;
  readonly isNoscan: boolean;
  readonly spans: number;
  readonly pages: number;
  readonly slots: number;
  readonly objects: number;
  readonly liveBytes: number;
  readonly tailBytes: number;
  readonly freeSlots: number;
  readonly freeBytes: number;
}

export interface HeapFigures {
  readonly spans: number;
  readonly pages: number;
  readonly inuseBytes: number;
  readonly liveBytes: number;
  readonly objects: number;
  readonly freeSlots: number;
  readonly tailBytes: number;
  /** Spans managed by hand: stacks and work of the collector. */
  readonly manualSpans: number;
  readonly manualBytes: number;
  readonly goroutineStacks: number;
  readonly goroutineStackBytes: number;
  readonly classes: readonly ClassFigures[];
}

/** Spans by address, one element a span. */
export interface SpanColumns {
  /** First page, from the lowest address of the heap. */
  readonly page: Float64Array;
  readonly npages: Float64Array;
  /** -1 for spans managed by hand. */
  readonly spanClass: Float64Array;
  readonly slots: Float64Array;
  readonly live: Float64Array;
  /** When the span was allocated; before the first event for those of the snapshot. */
  readonly bornNs: Float64Array;
}

/** All spans in use, by address. Cost: the number of spans, sorted. */
export function spanColumns(state: HeapState, pageBytes: number): SpanColumns {
  const views = [...state.spans()].sort((a, b) => a.address - b.address);
  const column = (of: (view: (typeof views)[number]) => number) => Float64Array.from(views, of);
  return {
    page: column((s) => s.address / pageBytes),
    npages: column((s) => s.npages),
    spanClass: column((s) => s.spanClass),
    slots: column((s) => s.slots),
    live: column((s) => s.live),
    bornNs: column((s) => s.bornNs),
  };
}

/** Totals and classes of a state. `spans` are its columns. */
export function figuresOf(state: HeapState, spans: SpanColumns, pageBytes: number): HeapFigures {
  const count = new Float64Array(spanClasses);
  const pages = new Float64Array(spanClasses);
  const slots = new Float64Array(spanClasses);
  const live = new Float64Array(spanClasses);
  for (let i = 0; i < spans.page.length; i++) {
    const c = spans.spanClass[i] as number;
    if (c < 0) continue;
    count[c] = (count[c] as number) + 1;
    pages[c] = (pages[c] as number) + (spans.npages[i] as number);
    slots[c] = (slots[c] as number) + (spans.slots[i] as number);
    live[c] = (live[c] as number) + (spans.live[i] as number);
  }
  const classes: ClassFigures[] = [];
  for (let c = 0; c < spanClasses; c++)
    if (count[c] !== 0) classes.push(classOf(c, count, pages, slots, live, pageBytes));
  const sum = (of: (c: ClassFigures) => number) => classes.reduce((total, c) => total + of(c), 0);
  const { totals } = state;
  return {
    spans: totals.spans,
    pages: sum((c) => c.pages),
    inuseBytes: totals.heapInuseBytes,
    liveBytes: totals.heapAllocBytes,
    objects: totals.heapObjects,
    freeSlots: sum((c) => c.freeSlots),
    tailBytes: sum((c) => c.tailBytes),
    manualSpans: totals.manualSpans,
    manualBytes: totals.manualBytes,
    goroutineStacks: totals.goroutineStacks,
    goroutineStackBytes: totals.goroutineStackBytes,
    classes,
  };
}

function classOf(
  spanClass: number,
  count: Float64Array,
  pages: Float64Array,
  slots: Float64Array,
  live: Float64Array,
  pageBytes: number,
): ClassFigures {
  const of = (column: Float64Array) => column[spanClass] as number;
  const sizeClass = sizeClassOf(spanClass);
  const elemSize = classBytes[sizeClass] ?? 0;
  const bytes = of(pages) * pageBytes;
  // a large object fills its span; of many the mean stands for each
  const slotBytes = elemSize === 0 ? bytes / Math.max(1, of(slots)) : elemSize;
  const freeSlots = of(slots) - of(live);
  return {
    spanClass,
    sizeClass,
    elemSize,
    isNoscan: isNoscan(spanClass),
    spans: of(count),
    pages: of(pages),
    slots: of(slots),
    objects: of(live),
    liveBytes: of(live) * slotBytes,
    tailBytes: bytes - of(slots) * slotBytes,
    freeSlots,
    freeBytes: freeSlots * slotBytes,
  };
}

/** How a span of one moment stands to another: `same` begins at the same page, with the same length and class, and was born at the same time. */
export const spanChanges = ['same', 'appeared', 'grown', 'shrunk'] as const;

/**
 * Index into `spanChanges` for each span of `now`: against `before`, new spans have appeared, others hold more or fewer objects or as many. The second
 * result are the spans of `before` that are gone.
 */
export function differenceOf(before: SpanColumns, now: SpanColumns): { change: Float64Array; vanished: SpanColumns } {
  const change = new Float64Array(now.page.length);
  const gone: number[] = [];
  let b = 0;
  for (let i = 0; i < now.page.length; i++) {
    while (b < before.page.length && (before.page[b] as number) < (now.page[i] as number)) gone.push(b++);
    const isSame =
      b < before.page.length &&
      before.page[b] === now.page[i] &&
      before.npages[b] === now.npages[i] &&
      before.spanClass[b] === now.spanClass[i] &&
      before.bornNs[b] === now.bornNs[i];
    if (b < before.page.length && before.page[b] === now.page[i] && !isSame) gone.push(b);
    const more = isSame ? (now.live[i] as number) - (before.live[b] as number) : 0;
    change[i] = !isSame ? 1 : more > 0 ? 2 : more < 0 ? 3 : 0;
    if (b < before.page.length && before.page[b] === now.page[i]) b++;
  }
  while (b < before.page.length) gone.push(b++);
  const pick = (column: Float64Array) => Float64Array.from(gone, (i) => column[i] as number);
  return {
    change,
    vanished: {
      page: pick(before.page),
      npages: pick(before.npages),
      spanClass: pick(before.spanClass),
      slots: pick(before.slots),
      live: pick(before.live),
      bornNs: pick(before.bornNs),
    },
  };
}
