/** Reads the tables of an evidence: chunk by chunk, or the columns of a whole table of names. */
import type { TableColumn } from '../../parsers/contract.ts';
import type { Store } from './store.ts';
import { unpackTable } from './table-codec.ts';

/** A chunk before its columns are read. */
export interface TableChunkRow {
  readonly seq: number;
  readonly rows: number;
  readonly fromNs: number;
  readonly toNs: number;
}

interface RawChunk {
  seq: number;
  rows: number;
  from_ns: number;
  to_ns: number;
}

export class TableReader {
  private readonly store: Store;

  constructor(store: Store) {
    this.store = store;
  }

  /** Numbers of the evidence that have a table of this name. */
  evidenceWith(table: string): number[] {
    const rows = this.store.db
      .prepare('SELECT DISTINCT evidence FROM table_chunk WHERE name = ? ORDER BY evidence')
      .all(table) as { evidence: number }[];
    return rows.map((row) => row.evidence);
  }

  /** All chunks of a table in order. */
  chunks(evidence: number, table: string): TableChunkRow[] {
    const rows = this.store.db
      .prepare('SELECT seq, rows, from_ns, to_ns FROM table_chunk WHERE evidence = ? AND name = ? ORDER BY seq')
      .all(evidence, table) as RawChunk[];
    return rows.map((row) => ({ seq: row.seq, rows: row.rows, fromNs: row.from_ns, toNs: row.to_ns }));
  }

  /** Columns of a chunk, those of `names` or all; undefined where there is no such chunk. The arrays are the caller's. */
  columns(
    evidence: number,
    table: string,
    seq: number,
    names?: readonly string[],
  ): Readonly<Record<string, TableColumn>> | undefined {
    const row = this.store.db
      .prepare('SELECT data FROM table_chunk WHERE evidence = ? AND name = ? AND seq = ?')
      .get(evidence, table, seq) as { data: Buffer } | undefined;
    return row && unpackTable(row.data, names);
  }

  /** The columns of each chunk in order that touches a stretch of time; rows outside it are among them. */
  *touching(
    evidence: number,
    table: string,
    fromNs: number,
    toNs: number,
    names: readonly string[],
  ): Generator<Readonly<Record<string, TableColumn>>> {
    for (const chunk of this.chunks(evidence, table)) {
      if (chunk.toNs < fromNs || chunk.fromNs > toNs) continue;
      const columns = this.columns(evidence, table, chunk.seq, names);
      if (columns) yield columns;
    }
  }

  /** The last chunk whose rows begin at or before a time. */
  lastBefore(evidence: number, table: string, timeNs: number): number | undefined {
    const row = this.store.db
      .prepare('SELECT seq FROM table_chunk WHERE evidence = ? AND name = ? AND from_ns <= ? ORDER BY seq DESC LIMIT 1')
      .get(evidence, table, timeNs) as { seq: number } | undefined;
    return row?.seq;
  }
}
