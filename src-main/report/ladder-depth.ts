import type { LadderDocument } from '../api/contract/documents.ts';

/** How many rows a row of the ladder lies under; 0 for the outermost. */
export function ladderDepth(rows: LadderDocument['rows'], key: string): number {
  const parentOf = (k: string) => rows.find((row) => row.key === k)?.parent;
  let depth = 0;
  for (let at = parentOf(key); at; at = parentOf(at)) depth++;
  return depth;
}
