/**
 * The ladder as bars that lie where their bytes lie: a row begins where its parent begins, after the rows before it in the same parent. So children fill
 * their parents, and what sticks out at the right (mapped, not resident) is seen to stick out. One scale for all, up to the limit where it is known.
 */
import type { LadderDocument, LadderRowEntry } from '../../../src-main/api/contract/documents.ts';

export interface LadderBar {
  readonly row: LadderRowEntry;
  readonly depth: number;
  /** Shares of the scale. */
  readonly start: number;
  readonly share: number;
  readonly isNegative: boolean;
}

export interface LadderLayout {
  readonly bars: readonly LadderBar[];
  /** Where the limit lies, as a share of the scale. */
  readonly limitAt: number | null;
  readonly unattributed: { readonly start: number; readonly share: number };
  /** Bytes of the whole width. */
  readonly scale: number;
}

/** A limit beyond this many times the largest row is named, not drawn: the bars would be too short to read. */
const limitInView = 6;

export function layOutLadder(ladder: LadderDocument): LadderLayout {
  const placed: { row: LadderRowEntry; depth: number; start: number }[] = [];
  let highest = ladder.total;
  const place = (parent: string | null, depth: number, from: number) => {
    let at = from;
    for (const row of ladder.rows) {
      if (row.parent !== parent) continue;
      const start = row.bytes < 0 ? at + row.bytes : at;
      placed.push({ row, depth, start });
      if (row.bytes > 0) {
        highest = Math.max(highest, start + row.bytes);
        place(row.key, depth + 1, start);
        at += row.bytes;
      }
    }
    return at;
  };
  place(null, 0, 0);
  const limit = ladder.limit?.bytes;
  const isNear = limit !== undefined && limit <= highest * limitInView;
  const scale = Math.max(highest, isNear ? limit : 0, 1);
  return {
    bars: placed.map(({ row, depth, start }) => ({
      row,
      depth,
      start: Math.max(0, start) / scale,
      share: Math.abs(row.bytes) / scale,
      isNegative: row.bytes < 0,
    })),
    limitAt: isNear && limit !== undefined ? limit / scale : null,
    unattributed: { start: (ladder.total - ladder.unattributed) / scale, share: ladder.unattributed / scale },
    scale,
  };
}
