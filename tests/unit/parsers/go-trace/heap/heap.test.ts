import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  HeapRecorder,
  HeapReplay,
  type PlacedKeyframe,
} from '../../../../../src-main/parsers/go-trace/heap/heap-replay.ts';
import { type AllocFreeChunk, HeapState } from '../../../../../src-main/parsers/go-trace/heap/heap-state.ts';
import { slotBytes, slotsInSpan } from '../../../../../src-main/parsers/go-trace/heap/span-class.ts';
import { AllocFreeKind } from '../../../../../src-main/parsers/go-trace/model/alloc-free-rows.ts';

const page = 8192;
type Event = readonly [
  kind: keyof typeof AllocFreeKind,
  address: number,
  more?: { npages?: number; spanClass?: number; type?: number; stackBytes?: number },
];

/** Events a nanosecond apart, from `firstNs` on. */
function chunkOf(events: readonly Event[], firstNs = 1): AllocFreeChunk {
  const pick = <T>(of: (event: Event) => T) => events.map(of);
  return {
    rows: events.length,
    timeNs: Float64Array.from(
      pick(() => 0),
      (_, i) => firstNs + i,
    ),
    kind: Uint8Array.from(pick(([kind]) => AllocFreeKind[kind])),
    address: Float64Array.from(pick(([, address]) => address)),
    npages: Uint32Array.from(pick(([, , more]) => more?.npages ?? 0)),
    spanClass: Int32Array.from(pick(([, , more]) => more?.spanClass ?? -1)),
    type: Uint32Array.from(pick(([, , more]) => more?.type ?? 0)),
    stackBytes: Uint32Array.from(pick(([, , more]) => more?.stackBytes ?? 0)),
    proc: new Int32Array(events.length),
    goroutine: new Float64Array(events.length),
    offset: new Float64Array(events.length),
  };
}

function stateAfter(...events: Event[]): HeapState {
  const state = new HeapState(26, page);
  state.apply(chunkOf(events), 0, events.length);
  return state;
}

/** 48-byte objects without pointers: size class 5. */
const class48 = 11;
/** 640-byte objects with pointers, which have a malloc header. */
const class640 = 2 * 26;
const span: Event = ['SpanAlloc', page, { npages: 1, spanClass: class48 }];

describe('HeapState', () => {
  it('counts slots, bytes and spans', () => {
    const state = stateAfter(
      span,
      ['HeapObjectAlloc', page, { type: 3 }],
      ['HeapObjectAlloc', page + 96],
      ['HeapObjectFree', page],
    );
    expect(state.totals).toMatchObject({ heapObjects: 1, heapAllocBytes: 48, heapInuseBytes: page, spans: 1 });
    const [view] = state.spans();
    expect(view).toMatchObject({ address: page, npages: 1, spanClass: class48, slotBytes: 48, live: 1, bornNs: 1 });
    expect([...state.objects(view)]).toEqual([{ slot: 2, address: page + 96, type: 0, bornNs: 3 }]);
    expect(state.allocated(view).indexOf(true)).toBe(2);
    expect(state.liveOfSizeClass(5)).toBe(1);
  });

  it('finds the slot of an object with a malloc header: born at slot + 8, freed at the slot', () => {
    const state = stateAfter(
      ['SpanAlloc', 0, { npages: 1, spanClass: class640 }],
      ['HeapObjectAlloc', 640 + 8],
      ['HeapObjectFree', 640],
    );
    expect(state.totals.heapObjects).toBe(0);
    expect(state.misfits).toEqual(new HeapState(26, page).misfits);
  });

  it('lets tiny objects share a slot, and only them', () => {
    const tiny = stateAfter(
      ['SpanAlloc', 0, { npages: 1, spanClass: 5 }],
      ['HeapObjectAlloc', 16],
      ['HeapObjectAlloc', 24],
      ['HeapObjectFree', 16],
    );
    expect([tiny.totals.heapObjects, tiny.tinyAllocs, tiny.misfits.slotTaken]).toEqual([0, 1, 0]);
    const twice = stateAfter(span, ['HeapObjectAlloc', page], ['HeapObjectAlloc', page]);
    expect([twice.totals.heapObjects, twice.misfits.slotTaken]).toEqual([1, 1]);
  });

  it('takes a free that comes after the next alloc of its slot for one of the object before', () => {
    const late = stateAfter(
      span,
      ['HeapObjectAlloc', page, { type: 1 }],
      ['HeapObjectAlloc', page, { type: 2 }],
      ['HeapObjectFree', page],
    );
    expect([late.totals.heapObjects, late.misfits.slotTaken]).toEqual([1, 0]);
    expect([late.typeAt(page), late.bornAt(page)]).toEqual([2, 3]);
    const restored = new HeapState(26, page);
    restored.restore(
      structuredClone(stateAfter(span, ['HeapObjectAlloc', page], ['HeapObjectAlloc', page]).keyframe()),
    );
    expect([restored.isFreeLate(page), restored.bornAt(page)]).toEqual([true, 3]);
  });

  it('takes a large object for its span', () => {
    const state = stateAfter(['SpanAlloc', 0, { npages: 13, spanClass: 1 }], ['HeapObjectAlloc', 0, { type: 9 }]);
    expect(state.totals).toMatchObject({ heapObjects: 1, heapAllocBytes: 13 * page, heapInuseBytes: 13 * page });
    expect(state.spanAt(12 * page + 5)?.slots).toBe(1);
    expect(state.spanAt(13 * page)).toBeUndefined();
  });

  it('keeps spans managed by hand and goroutine stacks apart from the heap', () => {
    const state = stateAfter(
      ['SpanAlloc', 0, { npages: 4 }],
      ['GoroutineStackAlloc', 2048, { stackBytes: 4096 }],
      ['GoroutineStackAlloc', 8192, { stackBytes: 2048 }],
      ['GoroutineStackFree', 2048],
    );
    expect(state.totals).toMatchObject({
      heapInuseBytes: 0,
      manualSpans: 1,
      manualBytes: 4 * page,
      goroutineStacks: 1,
      goroutineStackBytes: 2048,
    });
  });

  it('forgets the objects of a span that goes, and uses its slots again', () => {
    const state = stateAfter(
      span,
      ['HeapObjectAlloc', page],
      ['SpanFree', page],
      ['SpanAlloc', 5 * page, { npages: 1, spanClass: class48 }],
    );
    expect(state.totals).toMatchObject({ heapObjects: 0, spans: 1, heapInuseBytes: page });
    expect([...state.spans()].flatMap((view) => [...state.objects(view)])).toEqual([]);
    expect(state.keyframeRows).toBe(Math.ceil(page / 48));
  });

  it('counts what does not fit, and does not guess', () => {
    const state = stateAfter(
      ['HeapObjectAlloc', 8],
      span,
      ['HeapObjectFree', page],
      ['SpanAlloc', page, { npages: 2, spanClass: 1 }],
      ['SpanFree', 0],
    );
    expect(state.misfits).toEqual({
      outsideSpans: 1,
      slotTaken: 0,
      slotFree: 1,
      spanTaken: 1,
      spanMissing: 1,
      spanRefused: 0,
    });
    expect(state.totals.spans).toBe(1);
  });

  it('refuses spans that no runtime makes, and more slots than it has room for', () => {
    const impossible = stateAfter(
      ['SpanAlloc', 0, { npages: 4_000_000_000, spanClass: 11 }],
      ['SpanAlloc', 0, { npages: 1, spanClass: 500 }],
      ['SpanAlloc', 0, { npages: 0, spanClass: 11 }],
    );
    expect(impossible.misfits.spanRefused).toBe(3);
    const huge = stateAfter(['SpanAlloc', 0, { npages: 4_000_000_000, spanClass: 1 }]);
    expect(huge.totals.heapInuseBytes).toBe(4_000_000_000 * page);
    const many = Array.from({ length: 40_000 }, (_, i): Event => ['SpanAlloc', i * page, { npages: 1, spanClass: 2 }]);
    expect(stateAfter(...many).misfits.spanRefused).toBe(40_000 - 33_554_432 / 1024);
  });
});

describe('span classes', () => {
  const tables = '/work/shared/engine/size-classes/';
  it.skipIf(!existsSync(tables)).each([
    ['go1.23.json', 23],
    ['go1.24.json', 23],
    ['go1.25.json', 25],
    ['go1.26.json', 26],
  ])('have the slots that runs of %s had', (file, version) => {
    const { classes, rows } = JSON.parse(readFileSync(tables + file, 'utf8'));
    const list: number[][] = rows ?? classes;
    for (const [sizeClass, bytes, npages, noscan, scan] of list) {
      if (sizeClass === 0) continue;
      expect(slotBytes(2 * sizeClass, npages * page)).toBe(bytes);
      expect([bytes, slotsInSpan(2 * sizeClass + 1, npages * page, version)]).toEqual([bytes, noscan]);
      expect([bytes, slotsInSpan(2 * sizeClass, npages * page, version)]).toEqual([bytes, scan]);
    }
  });
});

/** A heap that lives: spans come and go, objects are born and die. */
function life(chunks: number, rowsOfChunk: number): AllocFreeChunk[] {
  const out: AllocFreeChunk[] = [];
  const live: number[] = [];
  let state = 7;
  const next = (n: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % n;
  };
  const used = new Set<number>();
  const events: Event[] = Array.from({ length: 50 }, (_, i) => ['Span', i * page, { npages: 1, spanClass: class48 }]);
  for (let c = 0; c < chunks; c++) {
    while (events.length < rowsOfChunk) {
      if (live.length > 0 && next(5) < 2) {
        const [address] = live.splice(next(live.length), 1);
        used.delete(address);
        events.push(['HeapObjectFree', address]);
      } else {
        const address = next(50) * page + 48 * next(150);
        if (used.has(address)) continue;
        used.add(address);
        live.push(address);
        events.push(['HeapObjectAlloc', address, { type: next(9) }]);
      }
      if (live.length > 4000)
        for (const gone of live.splice(0, 3000)) {
          used.delete(gone);
          events.push(['HeapObjectFree', gone]);
        }
    }
    out.push(chunkOf(events.splice(0, rowsOfChunk), 1 + c * rowsOfChunk));
  }
  return out;
}

describe('HeapReplay', () => {
  const rowsOfChunk = 80_000;
  const chunks = life(10, rowsOfChunk);
  const keyframes: PlacedKeyframe[] = [];
  const recorder = new HeapRecorder(26, page, (placed) => keyframes.push(structuredClone(placed)));
  for (const chunk of chunks) recorder.add(chunk);
  const store = {
    keyframeBefore: (timeNs: number) =>
      structuredClone(keyframes.findLast(({ keyframe }) => keyframe.timeNs <= timeNs)),
    chunk: (index: number) => chunks[index],
  };
  const content = (state: HeapState) => ({
    totals: { ...state.totals },
    events: state.events,
    objects: [...state.spans()].sort((a, b) => a.address - b.address).flatMap((view) => [...state.objects(view)]),
  });
  const fromStart = (timeNs: number) => {
    const state = new HeapState(26, page);
    for (const chunk of chunks) state.apply(chunk, 0, chunk.timeNs.filter((t) => t <= timeNs).length);
    return state;
  };

  it('leaves keyframes, not too many', () => {
    expect(keyframes.map(({ nextChunk }) => nextChunk)).toEqual([4, 8]);
  });

  it('reaches any moment, in any order, as if replayed from the start', () => {
    const replay = new HeapReplay(26, page, store);
    for (const timeNs of [0, 799_999, 1, 560_000, 560_001, 559_999, 200_000, 200_001, 320_000, 700_000, 1e9, 5]) {
      expect(content(replay.at(timeNs))).toEqual(content(fromStart(timeNs)));
    }
  });

  it('goes on rightly after a restored keyframe: free slots and spans are used again', () => {
    const [{ keyframe }] = structuredClone(keyframes);
    const restored = new HeapState(26, page);
    restored.restore(keyframe);
    const more = chunkOf(
      [
        ['SpanFree', 0],
        ['SpanAlloc', 99 * page, { npages: 1, spanClass: class48 }],
        ['HeapObjectAlloc', 99 * page],
      ],
      1e6,
    );
    restored.apply(more, 0, 3);
    expect(restored.keyframeRows).toBe(keyframe.born.length);
    expect([...restored.objects(restored.spanAt(99 * page) ?? fail())].length).toBe(1);
  });
});

function fail(): never {
  throw new Error('no span');
}
