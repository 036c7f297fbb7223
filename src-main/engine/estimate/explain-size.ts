// What becomes of a request: the chapter on size classes, answered for one size in one Go version.
import { isTinyRequest, PAGE_BYTES, type SizeClasses, TINY_BLOCK_BYTES } from '../sizes/size-classes.ts';

/** Bytes and counts. For a large object the span holds it alone: sizeClass 0, nelems 1. */
export interface SizeExplanation {
  readonly requestBytes: number;
  readonly isNoscan: boolean;
  /** Shares a 16 B slot with its neighbours: slot and waste are then those of a slot of its own, the most it can cost. */
  readonly isTiny: boolean;
  readonly isLarge: boolean;
  readonly spanClass: number;
  readonly sizeClass: number;
  readonly slotBytes: number;
  /** Type word in front. */
  readonly headerBytes: number;
  /** Slot less header less request. */
  readonly roundingBytes: number;
  readonly npages: number;
  readonly nelems: number;
  /** Bytes of a span that no slot covers; of them, what the version reserves for pointer and mark bits. */
  readonly tailBytes: number;
  /** What an object costs in a full span: span bytes / nelems. */
  readonly bytesPerObject: number;
  /** Share of that which is not the request. */
  readonly wasteShare: number;
}

/** `requestBytes`: a whole number from 1. */
export function explainSize(classes: SizeClasses, requestBytes: number, isNoscan: boolean): SizeExplanation {
  const spanClass = classes.spanClassFor(requestBytes, isNoscan);
  const isLarge = spanClass <= 1;
  const headerBytes = classes.mallocHeaderBytes(requestBytes, isNoscan);
  const npages = isLarge ? Math.ceil(requestBytes / PAGE_BYTES) : classes.npages[spanClass];
  const slotBytes = isLarge ? npages * PAGE_BYTES : classes.elemBytes[spanClass];
  const nelems = isLarge ? 1 : classes.nelems[spanClass];
  const bytesPerObject = (npages * PAGE_BYTES) / nelems;
  return {
    requestBytes,
    isNoscan,
    isTiny: isTinyRequest(requestBytes, isNoscan) && slotBytes <= TINY_BLOCK_BYTES,
    isLarge,
    spanClass,
    sizeClass: spanClass >> 1,
    slotBytes,
    headerBytes,
    roundingBytes: slotBytes - headerBytes - requestBytes,
    npages,
    nelems,
    tailBytes: isLarge ? 0 : classes.tailBytes(spanClass),
    bytesPerObject,
    wasteShare: 1 - requestBytes / bytesPerObject,
  };
}
