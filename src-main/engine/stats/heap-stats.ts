// The counters behind MemStats.
//
// Bytes of spans and pages are counted as they move. Objects are not counted one by one: a span remembers how many slots were in use
// when an mcache took it, and the difference is added when the span leaves the cache. So the counts are exact only right after every
// cache was flushed, which is why ReadMemStats flushes them first.
import { SIZE_CLASS_TO_BYTES } from '../sizes/size-class-table.ts';
import { NUM_SIZE_CLASSES } from '../sizes/size-classes.ts';

/** All in bytes unless said otherwise; plain numbers, exact to 2^53. @source mstats.go heapStatsDelta, mgcpacer.go gcControllerState */
export class HeapStats {
  /** In heap spans, whole spans. */
  heapInUseBytes = 0;
  /** Mapped, in no span, backed. */
  heapFreeBytes = 0;
  /** Mapped, in no span, given back or never touched. */
  heapReleasedBytes = 0;
  stackInUseBytes = 0;
  workBufBytes = 0;
  /** Pages of heap spans. @source mheap.go pagesInUse */
  pagesInUse = 0;
  /** Live heap as the pacer sees it: marked bytes plus whole spans taken since. @source mgcpacer.go heapLive */
  heapLiveBytes = 0;
  /** Number of sub-objects placed in a tiny block that was there already. */
  tinyAllocs = 0;
  /** Number of slots handed out, by size class; class 0 unused. */
  readonly smallAllocs = new Float64Array(NUM_SIZE_CLASSES);
  /** Number of slots freed by sweeps, by size class; class 0 unused. */
  readonly smallFrees = new Float64Array(NUM_SIZE_CLASSES);
  largeAllocBytes = 0;
  largeFreeBytes = 0;
  /** Number of large objects. */
  largeAllocs = 0;
  /** Number of large objects freed. */
  largeFrees = 0;

  /** Bytes of all slots handed out, up to the last flush of each cache. @source mgcpacer.go totalAlloc */
  allocatedBytes(): number {
    return this.largeAllocBytes + bytesOfCounts(this.smallAllocs);
  }

  /** Bytes of all slots freed by sweeps. @source mgcpacer.go totalFree */
  freedBytes(): number {
    return this.largeFreeBytes + bytesOfCounts(this.smallFrees);
  }
}

function bytesOfCounts(counts: Float64Array): number {
  return counts.reduce((sum, count, sizeClass) => sum + count * SIZE_CLASS_TO_BYTES[sizeClass], 0);
}
