/**
 * Size classes, as far as a replay needs them: how large a slot of a span class is, and how many there are in a span.
 *
 * Sizes are the same in all versions that can write alloc/free events (1.23 and later). The number of slots is not: from 1.26 on the marks of small
 * objects lie inside their span. A build of 1.26 without Green Tea has one or two slots more than is said here; no trace tells which it was.
 *
 * @source Go 1.26 internal/runtime/gc/sizeclasses.go; runtime/mheap.go initSpan, runtime/mgcmark_greenteagc.go for the reserves. Checked
 *   against runs of 1.23.12, 1.24.9, 1.25.4 and 1.26.8.
 */

/** Bytes of a slot by size class; class 0 is a large object, as large as its span. */
export const classBytes: readonly number[] = [
  0, 8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480,
  512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096, 4864,
  5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072, 20480, 21760,
  24576, 27264, 28672, 32768,
];

export const sizeClasses = classBytes.length;
/** A span class is a size class and whether its objects are free of pointers. */
export const spanClasses = 2 * sizeClasses;

/** Noscan spans of 16 bytes, in which the tiny allocator packs several objects into a slot. */
export const tinySpanClass = 5;

const smallBytes = 512;
const inlineMarkBytes = 128;
const leastInlineBytes = 16;

export function sizeClassOf(spanClass: number): number {
  return Math.floor(spanClass / 2);
}

export function isNoscan(spanClass: number): boolean {
  return spanClass % 2 === 1;
}

/** Bytes of a slot in a span of `spanBytes`. */
export function slotBytes(spanClass: number, spanBytes: number): number {
  return classBytes[sizeClassOf(spanClass)] || spanBytes;
}

/** Slots in a span. `formatVersion` is that of the trace: 23 for Go 1.23 and 1.24. */
export function slotsInSpan(spanClass: number, spanBytes: number, formatVersion: number): number {
  const bytes = slotBytes(spanClass, spanBytes);
  if (bytes >= spanBytes) return 1;
  let reserved = 0;
  if (bytes <= smallBytes && !isNoscan(spanClass)) reserved += spanBytes / 64;
  if (formatVersion >= 26 && bytes <= smallBytes && bytes >= leastInlineBytes) reserved += inlineMarkBytes;
  return Math.floor((spanBytes - reserved) / bytes);
}
