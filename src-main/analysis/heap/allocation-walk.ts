/**
 * Who allocated what in a range of time, and how long it lived: one walk over the events, with the heap beside it, so that each event knows its slot.
 *
 * Bytes are those of slots. A lifetime ends when the slot is swept, which is up to a cycle after the object was last reachable. Tiny objects share
 * a slot: each counts as an allocation, its bytes once.
 */
import type { HeapEvents } from '../../parsers/go-trace/heap/heap-state.ts';
import { spanClasses } from '../../parsers/go-trace/heap/span-class.ts';
import { AllocFreeKind } from '../../parsers/go-trace/model/alloc-free-rows.ts';
import type { HeapHistory } from './heap-history.ts';
import { OpenRegions } from './open-regions.ts';

/** Lifetimes by powers of ten from a microsecond on: below 1 us, 10 us, 100 us, ... the last has no end. */
export const lifetimeEdgesNs = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10] as const;

export interface Allocated {
  readonly key: number;
  allocs: number;
  bytes: number;
  /** Of those allocated in the range: freed within it. */
  frees: number;
  freedBytes: number;
}

export interface AllocationReport {
  readonly allocs: number;
  readonly allocBytes: number;
  readonly frees: number;
  readonly freedBytes: number;
  /** By type index, goroutine and span class, most bytes first. */
  readonly byType: readonly Allocated[];
  readonly byGoroutine: readonly Allocated[];
  readonly bySpanClass: readonly Allocated[];
  /** By the name of the innermost user region and of its task, as strings of the trace, 0 for none; empty where the trace has no region. */
  readonly byRegion: readonly Allocated[];
  readonly byTask: readonly Allocated[];
  /** Objects whose birth and end both lie in the range, by `lifetimeEdgesNs`. */
  readonly lifetimes: Float64Array;
  /** Born in the range and alive at its end. */
  readonly survivors: number;
  readonly survivorBytes: number;
  /** Alive at the end and older than the range. */
  readonly olderObjects: number;
  readonly olderBytes: number;
}

class Tally {
  private readonly rows = new Map<number, Allocated>();

  add(key: number, bytes: number): void {
    const row = this.row(key);
    row.allocs++;
    row.bytes += bytes;
  }

  free(key: number, bytes: number): void {
    const row = this.row(key);
    row.frees++;
    row.freedBytes += bytes;
  }

  sorted(): Allocated[] {
    return [...this.rows.values()].sort((a, b) => b.bytes - a.bytes || b.allocs - a.allocs || a.key - b.key);
  }

  private row(key: number): Allocated {
    let row = this.rows.get(key);
    if (!row) {
      row = { key, allocs: 0, bytes: 0, frees: 0, freedBytes: 0 };
      this.rows.set(key, row);
    }
    return row;
  }
}

/** Walks the events of `(fromNs, toNs]`. Cost: some hundred nanoseconds an event, and the heap at `fromNs`. */
export function walkAllocations(history: HeapHistory, fromNs: number, toNs: number): AllocationReport {
  const state = history.follow(fromNs);
  const byType = new Tally();
  const byGoroutine = new Tally();
  const lifetimes = new Float64Array(lifetimeEdgesNs.length + 1);
  const classAllocs = new Tally();
  const byRegion = new Tally();
  const byTask = new Tally();
  const regions = new OpenRegions(history.tables, history.evidence);
  // what was born in the range, by slot address: its goroutine, to charge the end to
  const owner = new Map<number, number>();
  let allocs = 0;
  let allocBytes = 0;
  let frees = 0;
  let freedBytes = 0;
  let survivorBytes = 0;
  const free = (chunk: HeapEvents, r: number) => {
    const address = chunk.address[r] as number;
    const bornNs = state.bornAt(address);
    if (Number.isNaN(bornNs)) return;
    const bytes = state.slotBytesAt(address);
    frees++;
    freedBytes += bytes;
    const goroutine = owner.get(address);
    if (goroutine === undefined) return;
    owner.delete(address);
    survivorBytes -= bytes;
    byType.free(state.typeAt(address), bytes);
    byGoroutine.free(goroutine, bytes);
    classAllocs.free(state.classAt(address), bytes);
    const age = (chunk.timeNs[r] as number) - bornNs;
    const bucket = lifetimeEdgesNs.findIndex((edge) => age < edge);
    const at = bucket < 0 ? lifetimeEdgesNs.length : bucket;
    lifetimes[at] = (lifetimes[at] as number) + 1;
  };
  history.scan(fromNs, toNs, (chunk, from, to) => {
    for (let r = from; r < to; r++) {
      const kind = chunk.kind[r] as number;
      const isAlloc = kind === AllocFreeKind.HeapObjectAlloc;
      const at = chunk.address[r] as number;
      const isReplacing = isAlloc && state.replacesAt(at);
      const isFree = kind === AllocFreeKind.HeapObjectFree && !state.isFreeLate(at);
      if (isFree || isReplacing) free(chunk, r);
      const before = isAlloc ? state.totals.heapAllocBytes : 0;
      state.apply(chunk, r, r + 1);
      if (!isAlloc) continue;
      const address = state.slotAddressAt(chunk.address[r] as number);
      if (address < 0) continue;
      // of tiny objects that share a slot only the first takes bytes
      const bytes = isReplacing ? state.slotBytesAt(address) : state.totals.heapAllocBytes - before;
      const goroutine = chunk.goroutine[r] as number;
      allocs++;
      allocBytes += bytes;
      byType.add(chunk.type[r] as number, bytes);
      byGoroutine.add(goroutine, bytes);
      classAllocs.add(state.classAt(address), bytes);
      if (!regions.isEmpty) {
        const region = regions.at(goroutine, chunk.timeNs[r] as number);
        byRegion.add(region?.name ?? 0, bytes);
        byTask.add(region === undefined ? 0 : regions.taskName(region.task), bytes);
      }
      if (bytes > 0) {
        owner.set(address, goroutine);
        survivorBytes += bytes;
      }
    }
  });
  return {
    allocs,
    allocBytes,
    frees,
    freedBytes,
    byType: byType.sorted(),
    byGoroutine: byGoroutine.sorted(),
    bySpanClass: classAllocs.sorted().filter((row) => row.key >= 0 && row.key < spanClasses),
    byRegion: byRegion.sorted(),
    byTask: byTask.sorted(),
    lifetimes,
    survivors: owner.size,
    survivorBytes,
    olderObjects: Math.max(0, state.totals.heapObjects - owner.size),
    olderBytes: Math.max(0, state.totals.heapAllocBytes - survivorBytes),
  };
}
