/**
 * Smallest and largest value of every 64, 1,024 and 16,384 rows of a chunk, so that any window of a series is drawn from a few thousand numbers
 * and a spike of one sample never vanishes. A block without a value has NaN for both.
 *
 * Layout: per level pairs (min, max); the finest level is kept apart from the two coarse ones, which follow one another, since a wide window reads
 * only those. Of the time column: first and last time of every 64 and of every 1,024 rows.
 */
export const levelRows = [64, 1_024, 16_384] as const;
export type Level = 0 | 1 | 2;
/** Chunks below this are read whole. */
export const smallestWithPyramid = 256;

export interface Blocks {
  readonly fine: Float64Array<ArrayBuffer>;
  readonly coarse: Float64Array<ArrayBuffer>;
}

export function blockCount(rows: number, level: Level): number {
  return Math.ceil(rows / levelRows[level]);
}

/** Cost: one pass over the values, one over the blocks. */
export function buildPyramid(values: Float64Array): Blocks {
  const rows = values.length;
  const fine = new Float64Array(2 * blockCount(rows, 0));
  for (let block = 0; block < blockCount(rows, 0); block++) {
    const to = Math.min(rows, block * 64 + 64);
    let min = Number.NaN;
    let max = Number.NaN;
    for (let i = block * 64; i < to; i++) {
      const v = values[i] as number;
      if (v < min || Number.isNaN(min)) if (!Number.isNaN(v)) min = v;
      if (v > max || Number.isNaN(max)) if (!Number.isNaN(v)) max = v;
    }
    fine[2 * block] = min;
    fine[2 * block + 1] = max;
  }
  const middle = merge(fine);
  const top = merge(middle);
  const coarse = new Float64Array(middle.length + top.length);
  coarse.set(middle);
  coarse.set(top, middle.length);
  return { fine, coarse };
}

/** Pairs of sixteen blocks each. */
function merge(finer: Float64Array): Float64Array<ArrayBuffer> {
  const blocks = finer.length / 2;
  const out = new Float64Array(2 * Math.ceil(blocks / 16));
  for (let block = 0; block < out.length / 2; block++) {
    let min = Number.NaN;
    let max = Number.NaN;
    for (let i = block * 16; i < Math.min(blocks, block * 16 + 16); i++) {
      const low = finer[2 * i] as number;
      const high = finer[2 * i + 1] as number;
      if (low < min || Number.isNaN(min)) if (!Number.isNaN(low)) min = low;
      if (high > max || Number.isNaN(max)) if (!Number.isNaN(high)) max = high;
    }
    out[2 * block] = min;
    out[2 * block + 1] = max;
  }
  return out;
}

/** First and last time of each block. */
export function buildEdges(t: Float64Array): Blocks {
  return { fine: edgesOf(t, levelRows[0]), coarse: edgesOf(t, levelRows[1]) };
}

function edgesOf(t: Float64Array, rows: number): Float64Array<ArrayBuffer> {
  const blocks = Math.ceil(t.length / rows);
  const out = new Float64Array(2 * blocks);
  for (let b = 0; b < blocks; b++) {
    out[2 * b] = t[b * rows] as number;
    out[2 * b + 1] = t[Math.min(t.length, b * rows + rows) - 1] as number;
  }
  return out;
}
