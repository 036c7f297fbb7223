/**
 * The tables of a trace as the case keeps them: rows of the columns that `trace-sink.ts` describes, and what those name. Row i of all chunks of a
 * names table, in order, is index i; of stacks and types, whose 0 is "none", index i + 1.
 *
 *   strings     `lengths` (bytes of each) and `bytes` (UTF-8, one after the other)
 *   frames      `pc`, `functionString`, `fileString`, `line`
 *   stacks      `depths` and `frames` (leaf first, one stack after the other)
 *   types       `address`, `sizeBytes`, `pointerBytes`, `nameString`
 *   keyframes   one heap a chunk, see `heap/heap-figures.ts`
 *   heapUnits   one row: `minHeapAddress` as two halves of 32 bits (high, low), `pageBytes`, `formatVersion`
 */
import type { Sink, TableChunk, TableColumn } from '../contract.ts';
import type { AllocInfo } from './binary/alloc-experiment.ts';
import { grownU32 } from './binary/growth.ts';
import type { PlacedKeyframe } from './heap/heap-replay.ts';
import type { NewStrings, TraceSink } from './trace-sink.ts';

/** Tables with a row for each event or span of time. */
export const traceTables = [
  'transitions',
  'metrics',
  'ranges',
  'gcCycles',
  'cpuSamples',
  'labels',
  'tasks',
  'regions',
  'logs',
  'goroutines',
  'allocFree',
] as const;
export type TraceTable = (typeof traceTables)[number];

/** Says a chunk of a table. Its times are those of `timeNs`, which rise, or of `beginNs` and `endNs`. */
export function sayRows(sink: Sink, table: TraceTable, chunk: { readonly rows: number }): void {
  const { rows, ...rest } = chunk;
  // Beside the number of rows a chunk holds columns and nothing else.
  const columns = rest as Readonly<Record<string, TableColumn>>;
  const { timeNs, beginNs, endNs } = columns;
  const fromNs = timeNs ? (timeNs[0] as number) : least(beginNs);
  const toNs = timeNs ? (timeNs[rows - 1] as number) : most(endNs ?? beginNs);
  sink.table({ table, rows, fromNs, toNs, columns });
}

/** Hands the tables of names on to the case. */
export function namesSink(sink: Sink): Pick<TraceSink, 'strings' | 'frames' | 'stacks' | 'types'> {
  const say = (table: string, rows: number, columns: TableChunk['columns']) =>
    sink.table({ table, rows, fromNs: 0, toNs: 0, columns });
  return {
    strings: (strings) => say('strings', strings.values.length, stringColumns(strings)),
    frames: ({ pc, functionString, fileString, line }) =>
      say('frames', pc.length, {
        pc: Float64Array.from(pc),
        functionString: Uint32Array.from(functionString),
        fileString: Uint32Array.from(fileString),
        line: Uint32Array.from(line),
      }),
    stacks: ({ offsets, frames }) =>
      say('stacks', offsets.length - 1, {
        depths: Uint32Array.from({ length: offsets.length - 1 }, (_, i) => offsets[i + 1] - offsets[i]),
        frames: Uint32Array.from(frames),
      }),
    types: ({ address, sizeBytes, pointerBytes, nameString }) =>
      say('types', address.length, {
        address: Float64Array.from(address),
        sizeBytes: Float64Array.from(sizeBytes),
        pointerBytes: Float64Array.from(pointerBytes),
        nameString: Uint32Array.from(nameString),
      }),
  };
}

/** Says how addresses of alloc/free events are to be read. */
export function sayHeapUnits(sink: Sink, { minHeapAddress, pageBytes }: AllocInfo, formatVersion: number): void {
  const halves = Uint32Array.of(Number(minHeapAddress / 2n ** 32n), Number(minHeapAddress % 2n ** 32n));
  const columns = {
    minHeapAddress: halves,
    pageBytes: Float64Array.of(pageBytes),
    formatVersion: Uint32Array.of(formatVersion),
  };
  sink.table({ table: 'heapUnits', rows: 1, fromNs: 0, toNs: 0, columns });
}

const wordNs = 2 ** 32;

/** Says a keyframe of the heap: its arrays, and the single figures as `figures`. */
export function sayKeyframe(sink: Sink, { nextChunk, keyframe }: PlacedKeyframe): void {
  const { events, timeNs, spanRows, span, born, type, stacks, tinyAllocs, misfits } = keyframe;
  const figures = Float64Array.of(nextChunk, events, timeNs, spanRows, tinyAllocs, ...Object.values(misfits));
  sink.table({
    table: 'keyframes',
    rows: 1,
    fromNs: timeNs,
    toNs: timeNs,
    columns: { figures, span, ...(halvesOf(born) ?? { born }), type, stacks },
  });
}

/** A keyframe as it was said. `columns` are those of `sayKeyframe`. */
export function keyframeOf(columns: Readonly<Record<string, TableColumn>>): PlacedKeyframe | undefined {
  const { figures, span, bornLow, bornHigh, type, stacks } = columns;
  const born = bornLow instanceof Uint32Array ? bornOf(bornLow, bornHigh) : columns.born;
  const isWhole =
    figures instanceof Float64Array &&
    span instanceof Float64Array &&
    born instanceof Float64Array &&
    type instanceof Uint32Array &&
    stacks instanceof Float64Array;
  if (!isWhole) return undefined;
  const [nextChunk, events, timeNs, spanRows, tinyAllocs, ...misfits] = figures;
  const [outsideSpans, slotTaken, slotFree, spanTaken, spanMissing, spanRefused] = misfits;
  return {
    nextChunk,
    keyframe: {
      events,
      timeNs,
      spanRows,
      span,
      born,
      type,
      stacks,
      tinyAllocs,
      misfits: { outsideSpans, slotTaken, slotFree, spanTaken, spanMissing, spanRefused },
    },
  };
}

/** Holds the births of one keyframe until it is taken. */
let lowScratch = new Uint32Array(0);

/**
 * Births in 4 bytes, or 5 where the trace is longer than 4 s: the time + 1 in units of 1 (`bornLow`) and 2^32 ns (`bornHigh`, left out where all are 0),
 * and 0 for a free slot. Times are whole; undefined where one is negative or beyond the safe integers.
 */
function halvesOf(born: Float64Array): Readonly<Record<string, Uint32Array<ArrayBuffer>>> | undefined {
  let least = 0;
  let most = 0;
  for (let i = 0; i < born.length; i++) {
    if (born[i] > most) most = born[i];
    else if (born[i] < least) least = born[i];
  }
  if (least < 0 || most >= Number.MAX_SAFE_INTEGER) return undefined;
  lowScratch = grownU32(lowScratch, born.length);
  const bornLow = lowScratch.subarray(0, born.length);
  if (most + 1 < wordNs) {
    for (let i = 0; i < born.length; i++) bornLow[i] = Number.isNaN(born[i]) ? 0 : born[i] + 1;
    return { bornLow };
  }
  const bornHigh = new Uint32Array(born.length);
  for (let i = 0; i < born.length; i++) {
    const time = Number.isNaN(born[i]) ? 0 : born[i] + 1;
    bornHigh[i] = Math.floor(time / wordNs);
    bornLow[i] = time - bornHigh[i] * wordNs;
  }
  return { bornLow, bornHigh };
}

function bornOf(low: Uint32Array, high: TableColumn | undefined): Float64Array<ArrayBuffer> {
  const born = new Float64Array(low.length);
  for (let i = 0; i < born.length; i++) {
    const time = high === undefined ? low[i] : high[i] * wordNs + low[i];
    born[i] = time === 0 ? Number.NaN : time - 1;
  }
  return born;
}

function stringColumns({ values }: NewStrings): TableChunk['columns'] {
  const encoder = new TextEncoder();
  const lengths = new Uint32Array(values.length);
  const parts = values.map((value) => encoder.encode(value));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  parts.forEach((part, i) => {
    lengths[i] = part.length;
    bytes.set(part, at);
    at += part.length;
  });
  return { lengths, bytes };
}

function least(column: TableColumn | undefined): number {
  let found = Number.POSITIVE_INFINITY;
  for (const value of column ?? []) if (value < found) found = value;
  return Number.isFinite(found) ? found : 0;
}

function most(column: TableColumn | undefined): number {
  let found = 0;
  for (const value of column ?? []) if (value > found) found = value;
  return found;
}
