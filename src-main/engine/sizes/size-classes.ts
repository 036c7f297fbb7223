// Size classes: from a request in bytes to a slot.
//
// A small request is rounded up to one of 67 size classes; class 0 stands for large objects, which get whole pages of their own.
// Each size class exists twice, with and without pointers, and the pair is the span class: sizeClass * 2 + noscan, 136 in all.
// An object with pointers may need its type word (the malloc header) in front, which counts as part of the request. The slots of
// a span are what is left of its pages after the version's reserves: pointer bits of small objects with pointers, and the inline
// mark bits of Green Tea. Class sizes and span lengths never changed from 1.19 to 1.26; headers and reserves did.
import type { GoVersion } from '../go-versions.ts';
import { SIZE_CLASS_TO_BYTES, SIZE_CLASS_TO_NPAGES } from './size-class-table.ts';

/** Bytes of a Go page on every platform; not the 4 KiB page of the operating system. @source internal/runtime/gc/sizeclasses.go PageShift */
export const PAGE_BYTES = 8192;
/** Size classes including class 0. @source internal/runtime/gc/sizeclasses.go NumSizeClasses */
export const NUM_SIZE_CLASSES = 68;
/** Span classes: two for each size class. @source mheap.go numSpanClasses */
export const NUM_SPAN_CLASSES = NUM_SIZE_CLASSES * 2;
/** The span class of tiny blocks: 16 bytes, no pointers. @source mcache.go tinySpanClass */
export const TINY_SPAN_CLASS = 5;
/** Size of a tiny block; pointer-free requests below it may share one. @source malloc.go maxTinySize */
export const TINY_BLOCK_BYTES = 16;

/** Above this the lookup steps are 128 bytes instead of 8. @source internal/runtime/gc/sizeclasses.go SmallSizeMax */
const FINE_STEP_MAX_BYTES = 1016;
const COARSE_STEP_BASE_BYTES = 1024;
/** Slot sizes whose mark bits Green Tea keeps inside the span. @source mgcmark_greenteagc.go gcUsesSpanInlineMarkBits */
const INLINE_MARK_MIN_BYTES = 16;
const INLINE_MARK_MAX_BYTES = 512;

/** spanClass = sizeClass * 2 + noscan. @source mheap.go makeSpanClass */
export function makeSpanClass(sizeClass: number, isNoscan: boolean): number {
  return sizeClass * 2 + (isNoscan ? 1 : 0);
}

/** Is the request served by the tiny allocator? @source malloc.go mallocgc */
export function isTinyRequest(requestBytes: number, isNoscan: boolean): boolean {
  return isNoscan && requestBytes < TINY_BLOCK_BYTES;
}

/** Size classes of one Go version. Arrays are indexed by span class and owned by this object: read only. */
export class SizeClasses {
  readonly version: GoVersion;
  /** Slot size in bytes; 0 for the two large classes. */
  readonly elemBytes = new Int32Array(NUM_SPAN_CLASSES);
  /** Go pages per span; 0 for the two large classes. */
  readonly npages = new Uint8Array(NUM_SPAN_CLASSES);
  /** Slots per span; 1 for the two large classes. */
  readonly nelems = new Uint16Array(NUM_SPAN_CLASSES);
  /** Requests with pointers above this size carry a malloc header. */
  private readonly headerAboveBytes: number;
  private readonly headerBytes: number;
  private readonly maxSmallBytes: number;
  private readonly fineClass = new Uint8Array(FINE_STEP_MAX_BYTES / 8 + 1);
  private readonly coarseClass = new Uint8Array((32768 - COARSE_STEP_BASE_BYTES) / 128 + 1);

  constructor(version: GoVersion) {
    this.version = version;
    this.headerBytes = version.mallocHeaderBytes;
    this.headerAboveBytes = version.mallocHeaderBytes > 0 ? version.heapBitsInSpanMaxBytes : Number.MAX_SAFE_INTEGER;
    this.maxSmallBytes = version.maxSmallRequestBytes;
    for (let spanClass = 0; spanClass < NUM_SPAN_CLASSES; spanClass++) {
      const bytes = SIZE_CLASS_TO_BYTES[spanClass >> 1];
      const npages = SIZE_CLASS_TO_NPAGES[spanClass >> 1];
      this.elemBytes[spanClass] = bytes;
      this.npages[spanClass] = npages;
      const usable = npages * PAGE_BYTES - reservedBytes(version, bytes, npages, (spanClass & 1) === 1);
      this.nelems[spanClass] = bytes === 0 ? 1 : Math.floor(usable / bytes);
    }
    fillLookup(this.fineClass, 0, 8);
    fillLookup(this.coarseClass, COARSE_STEP_BASE_BYTES, 128);
  }

  /** Bytes of type word in front of an object of `requestBytes`: 8 or 0. @source malloc.go heapBitsInSpan */
  mallocHeaderBytes(requestBytes: number, isNoscan: boolean): number {
    return !isNoscan && requestBytes > this.headerAboveBytes && requestBytes <= this.maxSmallBytes
      ? this.headerBytes
      : 0;
  }

  /**
   * Span class that serves a request of 1 byte or more; 0 or 1 for a large object. The header is added here.
   * @source malloc.go mallocgc, mallocgcSmallScanHeader, mallocgcSmallNoscan
   */
  spanClassFor(requestBytes: number, isNoscan: boolean): number {
    if (requestBytes > this.maxSmallBytes) return isNoscan ? 1 : 0;
    if (isNoscan) return this.smallClass(requestBytes) * 2 + 1;
    return this.smallClass(requestBytes > this.headerAboveBytes ? requestBytes + this.headerBytes : requestBytes) * 2;
  }

  /**
   * Usable bytes that a request gets: its slot without the header, or whole pages when large.
   * @source msize.go roundupsize
   */
  roundupsize(requestBytes: number, isNoscan: boolean): number {
    if (requestBytes > this.maxSmallBytes) return Math.ceil(requestBytes / PAGE_BYTES) * PAGE_BYTES;
    const header = this.mallocHeaderBytes(requestBytes, isNoscan);
    return SIZE_CLASS_TO_BYTES[this.smallClass(requestBytes + header)] - header;
  }

  /** Bytes at the end of a span that no slot covers, reserves included. */
  tailBytes(spanClass: number): number {
    const used = this.nelems[spanClass] * this.elemBytes[spanClass];
    return this.npages[spanClass] * PAGE_BYTES - used;
  }

  private smallClass(bytes: number): number {
    return bytes <= FINE_STEP_MAX_BYTES
      ? this.fineClass[(bytes + 7) >> 3]
      : this.coarseClass[(bytes - COARSE_STEP_BASE_BYTES + 127) >> 7];
  }
}

/** Bytes of a span that hold no slots, by rule and not by rounding. @source mheap.go initSpan */
function reservedBytes(version: GoVersion, elemBytes: number, npages: number, isNoscan: boolean): number {
  let reserved = 0;
  if (elemBytes >= INLINE_MARK_MIN_BYTES && elemBytes <= INLINE_MARK_MAX_BYTES) reserved += version.inlineMarkBytes;
  if (!isNoscan && elemBytes <= version.heapBitsInSpanMaxBytes) reserved += (npages * PAGE_BYTES) / 64;
  return reserved;
}

/** Entry i answers for requests of (baseBytes + (i-1)*step, baseBytes + i*step]. */
function fillLookup(table: Uint8Array, baseBytes: number, stepBytes: number): void {
  let sizeClass = 0;
  for (let i = 0; i < table.length; i++) {
    while (SIZE_CLASS_TO_BYTES[sizeClass] < baseBytes + i * stepBytes) sizeClass++;
    table[i] = sizeClass;
  }
}
