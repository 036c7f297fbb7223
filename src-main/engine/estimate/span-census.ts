// How many spans of each size class a heap has, from counts of live objects alone.
//
// MemStats counts objects by size class (BySize) and pages in use altogether (HeapInuse), but not the spans between. Each class needs
// at least as many spans as hold its objects tightly packed. At most it has a span for each object, and no class can have more pages
// than are left when all others are packed tightly. Both ends are sharp: some heap has them. In between nothing is known, so nothing is
// said but these bounds, except where they meet.
//
// BySize ends at class 60 (18432 B): what HeapAlloc holds beyond it is in the seven larger classes and in large objects, one row here.
// It does not tell objects with pointers from others either; spans of the two hold slightly different numbers, and the bounds allow both.
import { NUM_SIZE_CLASSES, PAGE_BYTES, type SizeClasses } from '../sizes/size-classes.ts';

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
}

export interface SpanCensus {
  readonly classes: readonly ClassCensus[];
  /** Objects above class 60, small and large: bytes live and pages at least. Undefined without HeapAlloc. */
  readonly beyond: { readonly liveBytes: number; readonly pages: Bounds } | undefined;
  readonly pagesInUse: number;
  /** HeapInuse less live: free slots, tails and partly filled pages of large objects together; exact. Undefined without HeapAlloc. */
  readonly wasteBytes: number | undefined;
  /** The counts need more pages than are in use: they belong to different moments. */
  readonly isContradictory: boolean;
}

/** Sizes are bytes. Counts whose slot size is no size class are left out. */
export function spanCensus(
  classes: SizeClasses,
  live: readonly LiveCount[],
  heapInuseBytes: number,
  heapAllocBytes: number | undefined,
): SpanCensus {
  const pagesInUse = Math.floor(heapInuseBytes / PAGE_BYTES);
  const rows = live.flatMap((count) => {
    const sizeClass = sizeClassOf(classes, count.slotBytes);
    if (sizeClass === 0 || !(count.objects > 0)) return [];
    const slots: Bounds = [
      Math.min(classes.nelems[sizeClass * 2], classes.nelems[sizeClass * 2 + 1]),
      Math.max(classes.nelems[sizeClass * 2], classes.nelems[sizeClass * 2 + 1]),
    ];
    return [{ sizeClass, objects: count.objects, slots, least: Math.ceil(count.objects / slots[1]) }];
  });
  const liveBytes = rows.reduce((sum, r) => sum + r.objects * classes.elemBytes[r.sizeClass * 2], 0);
  const beyondBytes = heapAllocBytes === undefined ? undefined : Math.max(0, heapAllocBytes - liveBytes);
  const beyondPages = Math.ceil((beyondBytes ?? 0) / PAGE_BYTES);
  const leastPages = rows.reduce((sum, r) => sum + r.least * classes.npages[r.sizeClass * 2], beyondPages);
  const spare = Math.max(0, pagesInUse - leastPages);
  return {
    classes: rows.map((r) => censusOf(classes, r.sizeClass, r.objects, r.slots, r.least, spare)),
    beyond:
      beyondBytes === undefined
        ? undefined
        : { liveBytes: beyondBytes, pages: [beyondPages, beyondBytes > 0 ? beyondPages + spare : 0] },
    pagesInUse,
    wasteBytes: heapAllocBytes === undefined ? undefined : heapInuseBytes - heapAllocBytes,
    isContradictory: leastPages > pagesInUse,
  };
}

function censusOf(
  classes: SizeClasses,
  sizeClass: number,
  objects: number,
  slots: Bounds,
  least: number,
  sparePages: number,
): ClassCensus {
  const elemBytes = classes.elemBytes[sizeClass * 2];
  const npages = classes.npages[sizeClass * 2];
  const most = Math.max(least, Math.min(objects, least + Math.floor(sparePages / npages)));
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
  };
}

/** Size class with slots of exactly so many bytes; 0 for none. */
function sizeClassOf(classes: SizeClasses, slotBytes: number): number {
  for (let sizeClass = 1; sizeClass < NUM_SIZE_CLASSES; sizeClass++) {
    if (classes.elemBytes[sizeClass * 2] === slotBytes) return sizeClass;
  }
  return 0;
}
