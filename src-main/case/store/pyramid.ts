/**
 * Smallest and largest value of every 64, 1,024 and 16,384 rows of a chunk, so that any window of a series is drawn from a few thousand numbers
 * and a spike of one sample never vanishes. A block without a value has NaN for both.
 *
 * Layout of a pyramid: per level, finest first, pairs (min, max). Of the time column: first and last time of every 64 rows.
 */
export const levelRows = [64, 1_024, 16_384] as const;
/** Chunks below this are read whole. */
export const smallestWithPyramid = 256;

function blocksOf(rows: number, level: number): number {
  return Math.ceil(rows / (levelRows[level] as number));
}

/** Index of the first pair of a level. */
export function levelStart(rows: number, level: number): number {
  let at = 0;
  for (let l = 0; l < level; l++) at += blocksOf(rows, l);
  return at;
}

export function buildPyramid(values: Float64Array): Float64Array<ArrayBuffer> {
  const rows = values.length;
  const out = new Float64Array(2 * (levelStart(rows, levelRows.length - 1) + blocksOf(rows, levelRows.length - 1)));
  let at = 0;
  for (let from = 0; from < rows; from += 64) {
    const to = Math.min(rows, from + 64);
    let min = Number.NaN;
    let max = Number.NaN;
    for (let i = from; i < to; i++) {
      const v = values[i] as number;
      if (v < min || Number.isNaN(min)) if (!Number.isNaN(v)) min = v;
      if (v > max || Number.isNaN(max)) if (!Number.isNaN(v)) max = v;
    }
    out[at++] = min;
    out[at++] = max;
  }
  for (let level = 1; level < levelRows.length; level++) {
    const finer = levelStart(rows, level - 1);
    const finerBlocks = blocksOf(rows, level - 1);
    for (let block = 0; block < blocksOf(rows, level); block++) {
      let min = Number.NaN;
      let max = Number.NaN;
      for (let i = block * 16; i < Math.min(finerBlocks, block * 16 + 16); i++) {
        const low = out[2 * (finer + i)] as number;
        const high = out[2 * (finer + i) + 1] as number;
        if (low < min || Number.isNaN(min)) min = low;
        if (high > max || Number.isNaN(max)) max = high;
      }
      out[at++] = min;
      out[at++] = max;
    }
  }
  return out;
}

/** First and last time of every 64 rows. */
export function buildEdges(t: Float64Array): Float64Array<ArrayBuffer> {
  const blocks = blocksOf(t.length, 0);
  const out = new Float64Array(2 * blocks);
  for (let b = 0; b < blocks; b++) {
    out[2 * b] = t[b * 64] as number;
    out[2 * b + 1] = t[Math.min(t.length, b * 64 + 64) - 1] as number;
  }
  return out;
}
