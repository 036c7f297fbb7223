// Invariants of one span, for debugging runs: they are checked after each operation when a heap has checks on.
import { assertInvariant } from '../engine-error.ts';
import type { MHeap } from './mheap.ts';
import { SPAN_IN_USE } from './mspan.ts';

/** Throws an InvariantError if a cached span's counts, bits, alloc cache (masks at 2 * place) and pages do not agree. O(slots). */
export function assertSpan(heap: MHeap, s: number, masks: Int32Array, place: number): void {
  const { spans } = heap;
  if (spans.state[s] !== SPAN_IN_USE) return;
  const nelems = spans.nelems[s];
  const freeIndex = spans.freeIndex[s];
  assertInvariant(freeIndex <= nelems, `span ${s}: freeIndex ${freeIndex} of ${nelems}`);
  let inUse = 0;
  for (let slot = 0; slot < nelems; slot++) if (spans.isAllocated(s, slot)) inUse++;
  assertInvariant(inUse === spans.allocCount[s], `span ${s}: ${inUse} slots in use, allocCount ${spans.allocCount[s]}`);
  for (let slot = freeIndex; slot < Math.min(nelems, (freeIndex | 63) + 1); slot++) {
    const bit = slot - freeIndex;
    const half = masks[place * 2 + (bit >> 5)];
    const isFreeInCache = ((half >>> (bit & 31)) & 1) === 1;
    assertInvariant(isFreeInCache !== spans.isAllocated(s, slot), `span ${s}: allocCache wrong at slot ${slot}`);
  }
  const start = spans.startPage[s];
  assertInvariant(heap.spanOf(start) === s, `span ${s}: its first page belongs to another`);
  assertInvariant(heap.spanOf(start + spans.npages[s] - 1) === s, `span ${s}: its last page belongs to another`);
}
