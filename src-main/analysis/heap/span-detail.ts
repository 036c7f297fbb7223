/**
 * One span at one moment: its slots, the objects in them and what happened to it before and after. The events have no stack; who allocated is told as the
 * goroutine and P of the event.
 */
import { AllocFreeKind } from '../../parsers/go-trace/model/alloc-free-rows.ts';
import { allocFreeKinds } from '../../parsers/go-trace/trace-sink.ts';
import type { HeapHistory } from './heap-history.ts';

/** Events of a span kept in its history: the last before the moment and the first after it. */
const eventsKept = 1_000;

export interface SlotObject {
  readonly slot: number;
  readonly address: bigint;
  /** Of the type tables; 0 where the runtime says none. */
  readonly type: number;
  /** Before the first event: the object was in the snapshot, its birth is not in the trace. */
  readonly bornNs: number;
  /** Whether its birth is in the trace, and then who allocated it and where that stands in the file. */
  readonly isBornInTrace: boolean;
  readonly goroutine: number;
  readonly proc: number;
  readonly offset: number;
  /** When the slot was swept free; undefined while it was not. */
  readonly freedNs: number | undefined;
}

export interface SpanEvent {
  readonly timeNs: number;
  readonly kind: (typeof allocFreeKinds)[number];
  /** Slot, or -1 for an event of the whole span. */
  readonly slot: number;
  readonly goroutine: number;
  readonly proc: number;
  readonly offset: number;
}

export interface SpanDetail {
  readonly base: bigint;
  readonly npages: number;
  /** -1 for a span managed by hand. */
  readonly spanClass: number;
  readonly elemSize: number;
  readonly nelems: number;
  readonly allocCount: number;
  readonly bornNs: number;
  readonly isBornInTrace: boolean;
  /** Bit i of byte i / 8: slot i holds an object. */
  readonly allocBits: Uint8Array;
  readonly objects: readonly SlotObject[];
  readonly events: readonly SpanEvent[];
  /** How many events there were in all. */
  readonly eventCount: number;
}

interface Birth {
  readonly timeNs: number;
  readonly goroutine: number;
  readonly proc: number;
  readonly offset: number;
}

/** The span that an address lies in at a time, or undefined. Cost: one pass over the addresses of all events. */
export function spanDetail(history: HeapHistory, timeNs: number, address: bigint): SpanDetail | undefined {
  const state = history.at(timeNs);
  const span = state.spanAt(history.relative(address));
  if (!span) return undefined;
  const end = span.address + span.npages * history.pageBytes;
  const births = new Map<number, Birth>();
  const freed = new Map<number, number>();
  const before: SpanEvent[] = [];
  const after: SpanEvent[] = [];
  let eventCount = 0;
  let isOver = false;
  const slotOf = (at: number) => (span.slotBytes > 0 ? Math.floor((at - span.address) / span.slotBytes) : 0);
  history.scan(span.bornNs - 1, Number.POSITIVE_INFINITY, (chunk, from, to) => {
    for (let r = from; r < to && !isOver; r++) {
      const at = chunk.address[r] as number;
      if (at < span.address || at >= end) continue;
      const kind = chunk.kind[r] as number;
      if (kind >= AllocFreeKind.GoroutineStack) continue;
      const time = chunk.timeNs[r] as number;
      const isObject = kind >= AllocFreeKind.HeapObject;
      const slot = isObject ? slotOf(at) : -1;
      const event = {
        timeNs: time,
        kind: allocFreeKinds[kind] as SpanEvent['kind'],
        slot,
        goroutine: chunk.goroutine[r] as number,
        proc: chunk.proc[r] as number,
        offset: chunk.offset[r] as number,
      };
      eventCount++;
      if (time <= timeNs) {
        before.push(event);
        if (before.length > eventsKept) before.shift();
        if (kind === AllocFreeKind.HeapObjectAlloc && !births.has(slot)) births.set(slot, event);
        else if (kind === AllocFreeKind.HeapObjectFree) births.delete(slot);
      } else {
        if (after.length < eventsKept) after.push(event);
        if (kind === AllocFreeKind.HeapObjectFree && !freed.has(slot)) freed.set(slot, time);
        // the next span of these pages is another one
        if (kind === AllocFreeKind.SpanFree) isOver = true;
      }
    }
  });
  const allocBits = new Uint8Array(Math.ceil(span.slots / 8));
  const objects = [...state.objects(span)].map(({ slot, address: relative, type, bornNs }): SlotObject => {
    const birth = births.get(slot);
    const byte = Math.floor(slot / 8);
    if (byte < allocBits.length) allocBits[byte] = (allocBits[byte] as number) + 2 ** (slot % 8);
    return {
      slot,
      address: history.absolute(relative),
      type,
      bornNs,
      isBornInTrace: birth !== undefined,
      goroutine: birth?.goroutine ?? -1,
      proc: birth?.proc ?? -1,
      offset: birth?.offset ?? -1,
      freedNs: freed.get(slot),
    };
  });
  return {
    base: history.absolute(span.address),
    npages: span.npages,
    spanClass: span.spanClass,
    elemSize: span.slotBytes,
    nelems: span.slots,
    allocCount: span.live,
    bornNs: span.bornNs,
    isBornInTrace: before.some((e) => e.kind === 'SpanAlloc'),
    allocBits,
    objects,
    events: [...before, ...after],
    eventCount,
  };
}
