/**
 * What the mappings tell of Go's heap: where its arenas lie, and whether its borders are where the runtime would put them.
 *
 * Arenas are reserved in units of 64 MiB, from 0xc000000000 up to Go 1.25 and at a random base since 1.26; the heap is mapped in steps of 4 MiB and
 * managed in pages of 8 KiB. A border off 8 KiB means another owner: mprotect or munmap of foreign code inside the arenas.
 *
 * @source runtime/malloc.go heapArenaBytes, mallocinit; runtime/mheap.go grow (Go 1.19 to 1.26); engine/manual-claims.md 58 to 65
 */
import type { Mapping } from './mapping-class.ts';

const arenaBytes = 0x400_0000n;
const stepBytes = 0x40_0000n;
const goPageBytes = 0x2000n;
const oldBase = 0xc0_0000_0000n;

export function checkGoHeap(mappings: readonly Mapping[]): Record<string, number | string> {
  const heap = mappings.filter((m) => m.end > m.start).sort((a, b) => (a.start < b.start ? -1 : 1));
  const first = heap[0];
  if (!first) return {};
  const arenas = new Set<bigint>();
  let committed = 0n;
  let reserved = 0n;
  let offPage = 0;
  let onStep = 0;
  for (const { start, end, permissions } of heap) {
    if (permissions.startsWith('rw')) committed += end - start;
    else reserved += end - start;
    if (start % goPageBytes !== 0n || end % goPageBytes !== 0n) offPage++;
    if (start % stepBytes === 0n && end % stepBytes === 0n) onStep++;
    for (let a = start / arenaBytes; a < (end + arenaBytes - 1n) / arenaBytes && arenas.size < 100_000; a++)
      arenas.add(a);
  }
  return {
    go_heap_base: `0x${first.start.toString(16)}`,
    go_heap_base_is_random: first.start >= oldBase && first.start < oldBase + arenaBytes ? 0 : 1,
    go_arenas: arenas.size,
    go_heap_committed_bytes: Number(committed),
    go_heap_reserved_bytes: Number(reserved),
    go_heap_mappings_on_4mib: onStep,
    go_heap_mappings_off_8kib: offPage,
  };
}
