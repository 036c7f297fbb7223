/**
 * A window of a series for drawing: at most four points a pixel column (first, smallest, largest, last), whatever its length. Where the window
 * holds no more points than that, they are the points themselves; else blocks of the coarsest level that still gives several a pixel.
 */
import { decodeColumn } from './column-codec.ts';
import { levelRows, levelStart } from './pyramid.ts';
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

const blocksPerPixel = 4;

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
  let level = -1;
  for (let l = 0; l < levelRows.length; l++) if (span / (levelRows[l] as number) >= px * blocksPerPixel) level = l;
  return level < 0
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
    'SELECT c.t, c.position, k.data FROM chunk c JOIN chunk_column k USING (evidence, frame, seq) WHERE c.evidence = ? AND c.frame = ? AND c.seq = ? AND k.col = ?',
  );
  const from = Number(fromNs - originNs);
  const to = Number(toNs - originNs);
  const t: number[] = [];
  const values: number[] = [];
  const position: number[] = [];
  let before = -1;
  let beforeT = Number.NEGATIVE_INFINITY;
  let afterT = Number.POSITIVE_INFINITY;
  let edge: { t: number; v: number; p: number } | undefined;
  let next: { t: number; v: number; p: number } | undefined;
  for (const chunk of chunks) {
    const row = statement.get(key.evidence, key.frame, chunk.seq, key.column) as
      | { t: Buffer; position: Buffer; data: Buffer }
      | undefined;
    if (!row) continue;
    const shift = Number(chunk.origin_ns - originNs);
    const ct = decodeColumn(row.t, chunk.rows);
    const cv = decodeColumn(row.data, chunk.rows);
    const cp = decodeColumn(row.position, chunk.rows);
    for (let i = 0; i < chunk.rows; i++) {
      const v = cv[i] as number;
      if (Number.isNaN(v)) continue;
      const x = (ct[i] as number) + shift;
      if (x < from) {
        if (x >= beforeT) {
          beforeT = x;
          edge = { t: x, v, p: cp[i] as number };
        }
      } else if (x > to) {
        if (x < afterT) {
          afterT = x;
          next = { t: x, v, p: cp[i] as number };
        }
      } else {
        t.push(x);
        values.push(v);
        position.push(cp[i] as number);
      }
      before = i;
    }
  }
  const inside = t.length;
  if (before >= 0 && edge) {
    t.unshift(edge.t);
    values.unshift(edge.v);
    position.unshift(edge.p);
  }
  if (next) {
    t.push(next.t);
    values.push(next.v);
    position.push(next.p);
  }
  if (inside <= 4 * px) {
    return {
      originNs,
      t: Float64Array.from(t),
      values: Float64Array.from(values),
      position: Float64Array.from(position),
      points: inside,
    };
  }
  return { originNs, ...perPixel(t, values, values, from, to, px), position: undefined, points: inside };
}

function blocks(
  store: Store,
  key: SeriesKey,
  chunks: readonly Chunk[],
  originNs: bigint,
  fromNs: bigint,
  toNs: bigint,
  px: number,
  level: number,
): Window {
  const statement = store.db.prepare(
    'SELECT c.edges, k.pyramid FROM chunk c JOIN chunk_column k USING (evidence, frame, seq) WHERE c.evidence = ? AND c.frame = ? AND c.seq = ? AND k.col = ?',
  );
  const from = Number(fromNs - originNs);
  const to = Number(toNs - originNs);
  const per = (levelRows[level] as number) / 64;
  const t: number[] = [];
  const low: number[] = [];
  const high: number[] = [];
  let points = 0;
  for (const chunk of chunks) {
    const row = statement.get(key.evidence, key.frame, chunk.seq, key.column) as
      | { edges: Buffer | null; pyramid: Buffer | null }
      | undefined;
    if (!row?.edges || !row.pyramid) continue;
    const edges = doubles(row.edges);
    const pyramid = doubles(row.pyramid);
    const shift = Number(chunk.origin_ns - originNs);
    const first = levelStart(chunk.rows, level);
    const count = Math.ceil(chunk.rows / (levelRows[level] as number));
    const fine = edges.length / 2;
    for (let b = 0; b < count; b++) {
      const start = (edges[2 * b * per] as number) + shift;
      const end = (edges[2 * Math.min(fine - 1, b * per + per - 1) + 1] as number) + shift;
      if (end < from || start > to) continue;
      const min = pyramid[2 * (first + b)] as number;
      if (Number.isNaN(min)) continue;
      t.push((start + end) / 2);
      low.push(min);
      high.push(pyramid[2 * (first + b) + 1] as number);
      points += Math.min(levelRows[level] as number, chunk.rows - b * (levelRows[level] as number));
    }
  }
  return { originNs, ...perPixel(t, low, high, from, to, px), position: undefined, points };
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
    const picks: [number, number][] = [
      [t[i] as number, low[i] as number],
      [t[min] as number, low[min] as number],
      [t[max] as number, high[max] as number],
      [t[end - 1] as number, high[end - 1] as number],
    ];
    picks.sort((a, b) => a[0] - b[0]);
    for (const [x, v] of picks) {
      if (n > 0 && outT[n - 1] === x && outV[n - 1] === v) continue;
      if (n === outT.length) break;
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
