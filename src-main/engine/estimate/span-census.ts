// How many spans of each size class a heap has, from counts of live objects alone.
//
// MemStats counts objects by size class (BySize) and pages in use altogether (HeapInuse), but not the spans between. Each class needs
// at least as many spans as hold its objects tightly packed. At most it has a span for each object, and no class can have more pages
// than are left when all others are packed tightly. Both ends are sharp: some heap has them. In between nothing is known, so nothing is
// said but these bounds, except where they meet.
//
// BySize ends at class 60 (18432 B): what HeapAlloc holds beyond it is in the seven larger classes and in large objects, one row here.
// It does not tell objects with pointers from others either; spans of the two hold slightly different numbers, and the bounds allow both.
//
// Beside the bounds stands one figure, `even`, under one assumption that has a name: the pages that nothing is known of lie in all classes
// in proportion to what each needs at least, so that all are equally full. It is a figure to read the bounds by, not a measurement.
import { NUM_SIZE_CLASSES, NUM_SPAN_CLASSES, PAGE_BYTES, type SizeClasses } from '../sizes/size-classes.ts';
import { BY_SIZE_ROWS } from '../stats/mem-stats.ts';

/** Low and high end, both possible. */
export type Bounds = readonly [low: number, high: number];

/** Live objects of a slot size. */
export interface LiveCount {
  readonly slotBytes: number;
  readonly objects: number;
}

export interface ClassCensus {
  readonly sizeClass: number;
  readonly elemBytes: number;
  readonly npages: number;
  readonly objects: number;
  readonly liveBytes: number;
  readonly spans: Bounds;
  readonly freeSlots: Bounds;
  /** Bytes of the spans that no slot covers. */
  readonly tailBytes: Bounds;
  /** Live objects over slots. */
  readonly occupancy: Bounds;
  readonly even: EvenClass;
}

/** A class if all classes are equally full; each figure within its bounds. */
export interface EvenClass {
  readonly spans: number;
  readonly freeSlots: number;
  readonly tailBytes: number;
  readonly occupancy: number;
}

/** Objects above the classes that were counted, small and large. */
export interface BeyondCensus {
  readonly liveBytes: number;
  /** Undefined where nothing tells how many objects there are in all. */
  readonly objects: number | undefined;
  readonly pages: Bounds;
  readonly spans: Bounds;
  readonly freeSlots: Bounds;
  readonly tailBytes: Bounds;
}

/** What the counts stand in; undefined what nothing tells. Bytes and counts. */
export interface CensusTotals {
  readonly heapInuseBytes: number | undefined;
  readonly heapAllocBytes: number | undefined;
  readonly heapObjects: number | undefined;
}

export interface SpanCensus {
  readonly classes: readonly ClassCensus[];
  /** Undefined without HeapAlloc. */
  readonly beyond: BeyondCensus | undefined;
  /** Undefined without HeapInuse: then a class has at most a span for each object. */
  readonly pagesInUse: number | undefined;
  /** HeapInuse less live: free slots, tails and partly filled pages of large objects together; exact. Undefined without both. */
  readonly wasteBytes: number | undefined;
  /** The counts need more pages than are in use: they belong to different moments. */
  readonly isContradictory: boolean;
}

/** A class of which objects are counted. */
interface Counted {
  readonly sizeClass: number;
  readonly objects: number;
  /** Slots of a span, with pointers or without: the smaller number first. */
  readonly slots: Bounds;
  readonly least: number;
  readonly npages: number;
}

/**
 * Counts whose slot size is no size class are left out. `countedUpTo`: the largest size class that `live` tells of, 60 for BySize.
 */
export function spanCensus(
  classes: SizeClasses,
  live: readonly LiveCount[],
  totals: CensusTotals,
  countedUpTo = BY_SIZE_ROWS - 1,
): SpanCensus {
  const { heapInuseBytes, heapAllocBytes, heapObjects } = totals;
  const rows = live.flatMap((count) => countedOf(classes, count));
  const liveBytes = rows.reduce((sum, r) => sum + r.objects * classes.elemBytes[r.sizeClass * 2], 0);
  const beyondBytes = heapAllocBytes === undefined ? undefined : Math.max(0, heapAllocBytes - liveBytes);
  const beyondPages = Math.ceil((beyondBytes ?? 0) / PAGE_BYTES);
  const leastPages = rows.reduce((sum, r) => sum + r.least * r.npages, beyondPages);
  const pagesInUse = heapInuseBytes === undefined ? undefined : Math.floor(heapInuseBytes / PAGE_BYTES);
  const spare = pagesInUse === undefined ? undefined : Math.max(0, pagesInUse - leastPages);
  const evenShare = spare === undefined ? 0 : spare / Math.max(1, leastPages - beyondPages);
  return {
    classes: rows.map((r) => censusOf(classes, r, spare, evenShare)),
    beyond:
      beyondBytes === undefined
        ? undefined
        : beyondOf(classes, countedUpTo, beyondBytes, spare, othersOf(heapObjects, rows)),
    pagesInUse,
    wasteBytes:
      heapAllocBytes === undefined || heapInuseBytes === undefined ? undefined : heapInuseBytes - heapAllocBytes,
    isContradictory: pagesInUse !== undefined && leastPages > pagesInUse,
  };
}

function countedOf(classes: SizeClasses, { slotBytes, objects }: LiveCount): Counted[] {
  const sizeClass = sizeClassOf(classes, slotBytes);
  if (sizeClass === 0 || !(objects > 0)) return [];
  const scan = classes.nelems[sizeClass * 2];
  const noscan = classes.nelems[sizeClass * 2 + 1];
  const slots: Bounds = [Math.min(scan, noscan), Math.max(scan, noscan)];
  return [{ sizeClass, objects, slots, least: Math.ceil(objects / slots[1]), npages: classes.npages[sizeClass * 2] }];
}

/** Objects that no class counts. */
function othersOf(heapObjects: number | undefined, rows: readonly Counted[]): number | undefined {
  return heapObjects === undefined
    ? undefined
    : Math.max(
        0,
        rows.reduce((rest, r) => rest - r.objects, heapObjects),
      );
}

function beyondOf(
  classes: SizeClasses,
  countedUpTo: number,
  liveBytes: number,
  spare: number | undefined,
  objects: number | undefined,
): BeyondCensus {
  if (liveBytes === 0)
    return { liveBytes, objects: 0, pages: [0, 0], spans: [0, 0], freeSlots: [0, 0], tailBytes: [0, 0] };
  // a large object fills its span
  let mostSlots = 1;
  let mostTail = 0;
  for (let c = (countedUpTo + 1) * 2; c < NUM_SPAN_CLASSES; c++) {
    mostSlots = Math.max(mostSlots, classes.nelems[c]);
    mostTail = Math.max(mostTail, classes.tailBytes(c));
  }
  const pages = Math.ceil(liveBytes / PAGE_BYTES);
  const mostPages = spare === undefined ? Number.POSITIVE_INFINITY : pages + spare;
  const spans = Math.max(1, Math.min(objects ?? mostPages, mostPages));
  return {
    liveBytes,
    objects,
    pages: [pages, mostPages],
    spans: [Math.max(1, Math.ceil((objects ?? 0) / mostSlots)), spans],
    freeSlots: [0, mostSlots === 1 ? 0 : Math.max(0, spans * mostSlots - (objects ?? 1))],
    tailBytes: [0, mostTail === 0 ? 0 : spans * mostTail],
  };
}

function censusOf(classes: SizeClasses, row: Counted, spare: number | undefined, evenShare: number): ClassCensus {
  const { sizeClass, objects, slots, least, npages } = row;
  const elemBytes = classes.elemBytes[sizeClass * 2];
  const roomFor = spare === undefined ? Number.POSITIVE_INFINITY : least + Math.floor(spare / npages);
  const most = Math.max(least, Math.min(objects, roomFor));
  const tails: Bounds = [npages * PAGE_BYTES - slots[1] * elemBytes, npages * PAGE_BYTES - slots[0] * elemBytes];
  return {
    sizeClass,
    elemBytes,
    npages,
    objects,
    liveBytes: objects * elemBytes,
    spans: [least, most],
    freeSlots: [Math.max(0, least * slots[0] - objects), most * slots[1] - objects],
    tailBytes: [least * tails[0], most * tails[1]],
    occupancy: [objects / (most * slots[1]), Math.min(1, objects / (least * slots[0]))],
    even: evenOf(row, Math.min(most, Math.round(least * (1 + evenShare))), elemBytes),
  };
}

/** Half of the spans with pointers, half without. */
function evenOf({ objects, slots, npages }: Counted, spans: number, elemBytes: number): EvenClass {
  const all = Math.max(objects, Math.round((spans * (slots[0] + slots[1])) / 2));
  return {
    spans,
    freeSlots: all - objects,
    tailBytes: Math.max(0, spans * npages * PAGE_BYTES - all * elemBytes),
    occupancy: objects / all,
  };
}

/** Size class with slots of exactly so many bytes; 0 for none. */
function sizeClassOf(classes: SizeClasses, slotBytes: number): number {
  for (let sizeClass = 1; sizeClass < NUM_SIZE_CLASSES; sizeClass++) {
    if (classes.elemBytes[sizeClass * 2] === slotBytes) return sizeClass;
  }
  return 0;
}
