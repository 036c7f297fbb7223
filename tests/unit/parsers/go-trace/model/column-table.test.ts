import { describe, expect, it } from 'vitest';
import { type Chunk, ColumnTable, chunkRows } from '../../../../../src-main/parsers/go-trace/model/column-table.ts';

const spec = { timeNs: 'f64', kind: 'u8', proc: 'i32', stack: 'u32' } as const;

/** A table whose chunks are copied to `chunks`. */
function filled(rows: number, isTaken = false) {
  const chunks: Chunk<typeof spec>[] = [];
  const table = new ColumnTable(spec, (chunk) => {
    chunks.push(isTaken ? chunk : { ...chunk, timeNs: chunk.timeNs.slice(), proc: chunk.proc.slice() });
    return isTaken;
  });
  for (let i = 0; i < rows; i++) {
    const row = table.next();
    table.columns.timeNs[row] = i;
    table.columns.proc[row] = -i;
  }
  table.flush();
  return { table, chunks };
}

describe('ColumnTable', () => {
  it('keeps every row through growth and chunks', () => {
    const rows = 2 * chunkRows + 5;
    const { chunks, table } = filled(rows);
    expect(chunks.map((chunk) => chunk.rows)).toEqual([chunkRows, chunkRows, 5]);
    expect(chunks.flatMap((chunk) => [...chunk.timeNs])).toEqual(Array.from({ length: rows }, (_, i) => i));
    expect(chunks[2].proc[4]).toBe(-(rows - 1));
    expect(table.total).toBe(rows);
  });

  it('hands on columns of the length of the chunk, and nothing where there is no row', () => {
    expect(filled(3).chunks[0].timeNs.length).toBe(3);
    expect(filled(0).chunks).toEqual([]);
  });

  it('takes new arrays once they were taken', () => {
    const { chunks } = filled(chunkRows + 1, true);
    expect(chunks[0].timeNs[0]).toBe(0);
    expect(chunks[1].timeNs[0]).toBe(chunkRows);
  });
});
