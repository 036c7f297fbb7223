/**
 * A window of a series for drawing: at most four points a pixel column (first, smallest, largest, last), whatever its length. Where the window
 * holds no more points than that, they are the points themselves; else blocks of the coarsest level that still gives several a pixel.
 */
import { decodeColumn } from './column-codec.ts';
import { blockCount, buildEdges, buildPyramid, type Level, levelRows } from './pyramid.ts';
import type { SeriesKey } from './read-store.ts';
import type { Store } from './store.ts';

export interface Window {
  /** Times are in the evidence's clock, relative to this. */
  readonly originNs: bigint;
  readonly t: Float64Array;
  readonly values: Float64Array;
  /** Line or offset of each point; undefined where points stand for blocks. */
  readonly position: Float64Array | undefined;
  /** Points of the series in the window, drawn or not. */
  readonly points: number;
}

interface Chunk {
  seq: number;
  rows: number;
  origin_ns: bigint;
  sorted: number;
}

const blocksPerPixel = 2;

/**
 * @param fromNs, toNs in the clock of the evidence, both included; the nearest point on either side is given too, so that lines reach the edge
 * @param px width in pixels, 1 to 10,000
 */
export function readWindow(store: Store, key: SeriesKey, fromNs: bigint, toNs: bigint, px: number): Window {
  const chunks = chunksIn(store, key, fromNs, toNs);
  const originNs = chunks[0]?.origin_ns ?? 0n;
  const total = chunks.reduce((sum, c) => sum + c.rows, 0);
  if (total <= 4 * px || chunks.some((c) => c.sorted === 0)) return raw(store, key, chunks, originNs, fromNs, toNs, px);
  const span = chunks.length === 1 ? rowsInside(store, key, chunks[0] as Chunk, fromNs, toNs) : total;
  const level = ([2, 1, 0] as const).find((l) => span / levelRows[l] >= px * blocksPerPixel);
  return level === undefined
    ? raw(store, key, chunks, originNs, fromNs, toNs, px)
    : blocks(store, key, chunks, originNs, fromNs, toNs, px, level);
}

function chunksIn(store: Store, key: SeriesKey, fromNs: bigint, toNs: bigint): Chunk[] {
  const rows = store.db
    .prepare(
      'SELECT seq, rows, origin_ns, sorted, t_min, t_max FROM chunk WHERE evidence = ? AND frame = ? ORDER BY seq',
    )
    .safeIntegers(true)
    .all(key.evidence, key.frame) as {
    seq: bigint;
    rows: bigint;
    origin_ns: bigint;
    sorted: bigint;
    t_min: bigint;
    t_max: bigint;
  }[];
  const inside = rows.map((r) => r.t_max >= fromNs && r.t_min <= toNs);
  // the neighbours hold the points that lines run to
  const wanted = rows.filter((_, i) => inside[i] || inside[i + 1] || inside[i - 1]);
  return wanted.map((r) => ({
    seq: Number(r.seq),
    rows: Number(r.rows),
    origin_ns: r.origin_ns,
    sorted: Number(r.sorted),
  }));
}

function rowsInside(store: Store, key: SeriesKey, chunk: Chunk, fromNs: bigint, toNs: bigint): number {
  const { t } = store.db
    .prepare('SELECT t FROM chunk WHERE evidence = ? AND frame = ? AND seq = ?')
    .get(key.evidence, key.frame, chunk.seq) as { t: Buffer };
  const times = decodeColumn(t, chunk.rows);
  const from = Number(fromNs - chunk.origin_ns);
  const to = Number(toNs - chunk.origin_ns);
  let n = 0;
  for (const x of times) if (x >= from && x <= to) n++;
  return n;
}

/** A point with the chunk and the row it lies in. */
interface Spot {
  readonly t: number;
  readonly v: number;
  readonly chunk: number;
  readonly row: number;
}

function raw(
  store: Store,
  key: SeriesKey,
  chunks: readonly Chunk[],
  originNs: bigint,
  fromNs: bigint,
  toNs: bigint,
  px: number,
): Window {
  const statement = store.db.prepare(
    'SELECT c.t, k.data FROM chunk c JOIN chunk_column k USING (evidence, frame, seq) WHERE c.evidence = ? AND c.frame = ? AND c.seq = ? AND k.col = ?',
  );
  const from = Number(fromNs - originNs);
  const to = Number(toNs - originNs);
  const room = chunks.reduce((sum, c) => sum + c.rows, 0);
  const t = new Float64Array(room);
  const values = new Float64Array(room);
  /** Where each chunk's points begin in `t`, and the row of each point. */
  const row = new Uint32Array(room);
  const starts: number[] = [];
  let inside = 0;
  let before: Spot | undefined;
  let after: Spot | undefined;
  chunks.forEach((chunk, n) => {
    starts.push(inside);
    const blob = statement.get(key.evidence, key.frame, chunk.seq, key.column) as
      | { t: Buffer; data: Buffer }
      | undefined;
    if (!blob) return;
    const shift = Number(chunk.origin_ns - originNs);
    const ct = decodeColumn(blob.t, chunk.rows);
    const cv = decodeColumn(blob.data, chunk.rows);
    const [lo, hi] = chunk.sorted === 1 ? rowsBetween(ct, from - shift, to - shift) : [0, chunk.rows];
    for (let i = lo; i < hi; i++) {
      const v = cv[i] as number;
      const x = (ct[i] as number) + shift;
      if (Number.isNaN(v) || x < from || x > to) continue;
      t[inside] = x;
      values[inside] = v;
      row[inside] = i;
      inside++;
    }
    for (let i = lo - 1; i >= 0; i--) {
      if (Number.isNaN(cv[i] as number)) continue;
      before = { t: (ct[i] as number) + shift, v: cv[i] as number, chunk: n, row: i };
      break;
    }
    for (let i = hi; i < chunk.rows && !after; i++) {
      if (!Number.isNaN(cv[i] as number))
        after = { t: (ct[i] as number) + shift, v: cv[i] as number, chunk: n, row: i };
    }
  });
  const edges = [before, after] as const;
  if (inside <= 4 * px) {
    const positions = chunks.map(() => undefined as Float64Array | undefined);
    const positionOf = (chunk: number, at: number) => {
      positions[chunk] ??= positionsOf(store, key, chunks[chunk] as Chunk);
      return (positions[chunk] as Float64Array)[at] as number;
    };
    const position = new Float64Array(inside);
    for (let i = 0, chunk = 0; i < inside; i++) {
      while (chunk + 1 < starts.length && (starts[chunk + 1] as number) <= i) chunk++;
      position[i] = positionOf(chunk, row[i] as number);
    }
    return {
      originNs,
      t: between(edges, t.subarray(0, inside), (spot) => spot.t),
      values: between(edges, values.subarray(0, inside), (spot) => spot.v),
      position: between(edges, position, (spot) => positionOf(spot.chunk, spot.row)),
      points: inside,
    };
  }
  const drawn = perPixel(t.subarray(0, inside), values, values, from, to, px);
  return {
    originNs,
    t: between(edges, drawn.t, (spot) => spot.t),
    values: between(edges, drawn.values, (spot) => spot.v),
    position: undefined,
    points: inside,
  };
}

/** The first row at or after `from` and the first beyond `to` of ascending times. */
function rowsBetween(t: Float64Array, from: number, to: number): [number, number] {
  const first = (isIn: (x: number) => boolean) => {
    let lo = 0;
    let hi = t.length;
    while (lo < hi) {
      const middle = Math.floor((lo + hi) / 2);
      if (isIn(t[middle] as number)) hi = middle;
      else lo = middle + 1;
    }
    return lo;
  };
  return [first((x) => x >= from), first((x) => x > to)];
}

/** The numbers with those of the nearest points outside on either side. */
function between(
  [before, after]: readonly [Spot | undefined, Spot | undefined],
  numbers: Float64Array,
  of: (spot: Spot) => number,
): Float64Array {
  return Float64Array.from([...(before ? [of(before)] : []), ...numbers, ...(after ? [of(after)] : [])]);
}

function positionsOf(store: Store, key: SeriesKey, chunk: Chunk): Float64Array {
  const { position } = store.db
    .prepare('SELECT position FROM chunk WHERE evidence = ? AND frame = ? AND seq = ?')
    .get(key.evidence, key.frame, chunk.seq) as { position: Buffer };
  return decodeColumn(position, chunk.rows);
}

function blocks(
  store: Store,
  key: SeriesKey,
  chunks: readonly Chunk[],
  originNs: bigint,
  fromNs: bigint,
  toNs: bigint,
  px: number,
  level: Level,
): Window {
  const [edgesName, blocksName] = level === 0 ? ['edges', 'pyramid'] : ['coarse_edges', 'coarse'];
  const statement = store.db.prepare(
    `SELECT c.${edgesName} AS edges, k.${blocksName} AS blocks FROM chunk c JOIN chunk_column k USING (evidence, frame, seq) WHERE c.evidence = ? AND c.frame = ? AND c.seq = ? AND k.col = ?`,
  );
  const from = Number(fromNs - originNs);
  const to = Number(toNs - originNs);
  const rowsABlock = levelRows[level];
  // edges are kept for the two finer levels
  const edgesABlock = level === 2 ? levelRows[2] / levelRows[1] : 1;
  const room = chunks.reduce((sum, c) => sum + blockCount(c.rows, level), 0);
  const t = new Float64Array(room);
  const low = new Float64Array(room);
  const high = new Float64Array(room);
  let n = 0;
  let points = 0;
  for (const chunk of chunks) {
    const row = statement.get(key.evidence, key.frame, chunk.seq, key.column) as BlocksRow | undefined;
    if (!row) continue;
    const [edges, pairs] =
      row.edges && row.blocks ? [doubles(row.edges), doubles(row.blocks)] : blocksOf(store, key, chunk, level);
    const shift = Number(chunk.origin_ns - originNs);
    const first = level === 2 ? blockCount(chunk.rows, 1) : 0;
    for (let b = 0; b < blockCount(chunk.rows, level); b++) {
      const last = Math.min(edges.length / 2, (b + 1) * edgesABlock) - 1;
      const start = (edges[2 * b * edgesABlock] as number) + shift;
      const end = (edges[2 * last + 1] as number) + shift;
      const min = pairs[2 * (first + b)] as number;
      if (end < from || start > to || Number.isNaN(min)) continue;
      t[n] = (start + end) / 2;
      low[n] = min;
      high[n] = pairs[2 * (first + b) + 1] as number;
      n++;
      points += Math.min(rowsABlock, chunk.rows - b * rowsABlock);
    }
  }
  return { originNs, ...perPixel(t.subarray(0, n), low, high, from, to, px), position: undefined, points };
}

interface BlocksRow {
  readonly edges: Buffer | null;
  readonly blocks: Buffer | null;
}

/** Edges and blocks of a chunk too small to have them stored. */
function blocksOf(store: Store, key: SeriesKey, chunk: Chunk, level: Level): [Float64Array, Float64Array] {
  const { t, data } = store.db
    .prepare(
      'SELECT c.t, k.data FROM chunk c JOIN chunk_column k USING (evidence, frame, seq) WHERE c.evidence = ? AND c.frame = ? AND c.seq = ? AND k.col = ?',
    )
    .get(key.evidence, key.frame, chunk.seq, key.column) as { t: Buffer; data: Buffer };
  const edges = buildEdges(decodeColumn(t, chunk.rows));
  const pyramid = buildPyramid(decodeColumn(data, chunk.rows));
  return level === 0 ? [edges.fine, pyramid.fine] : [edges.coarse, pyramid.coarse];
}

/** First, smallest, largest, last of each pixel column, in the order of time. */
export function perPixel(
  t: ArrayLike<number>,
  low: ArrayLike<number>,
  high: ArrayLike<number>,
  from: number,
  to: number,
  px: number,
): { t: Float64Array; values: Float64Array } {
  const outT = new Float64Array(4 * px + 8);
  const outV = new Float64Array(4 * px + 8);
  let n = 0;
  const width = (to - from) / px || 1;
  let i = 0;
  while (i < t.length) {
    const column = Math.floor(((t[i] as number) - from) / width);
    let min = i;
    let max = i;
    let end = i + 1;
    while (end < t.length && Math.floor(((t[end] as number) - from) / width) === column) {
      if ((low[end] as number) < (low[min] as number)) min = end;
      if ((high[end] as number) > (high[max] as number)) max = end;
      end++;
    }
    const [earlier, later] = min <= max ? [min, max] : [max, min];
    for (let pick = 0; pick < 4; pick++) {
      const at = pick === 0 ? i : pick === 1 ? earlier : pick === 2 ? later : end - 1;
      const isHigh = pick === 3 || (pick > 0 && at === max && (min !== max || pick === 2));
      const x = t[at] as number;
      const v = (isHigh ? high[at] : low[at]) as number;
      if ((n > 0 && outT[n - 1] === x && outV[n - 1] === v) || n === outT.length) continue;
      outT[n] = x;
      outV[n] = v;
      n++;
    }
    i = end;
  }
  return { t: outT.subarray(0, n), values: outV.subarray(0, n) };
}

function doubles(buffer: Buffer): Float64Array {
  return buffer.byteOffset % 8 === 0
    ? new Float64Array(buffer.buffer, buffer.byteOffset, buffer.byteLength / 8)
    : new Float64Array(buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength));
}
