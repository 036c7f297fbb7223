/**
 * Rows in columns: one typed array a column, filled to 64 Ki rows and then handed on. There is no object for a row anywhere.
 */

/** Most rows of a chunk. */
export const chunkRows = 65_536;
const firstRows = 64;

/** Kind of a column -> its array. */
export interface ColumnArrays {
  f64: Float64Array<ArrayBuffer>;
  u32: Uint32Array<ArrayBuffer>;
  i32: Int32Array<ArrayBuffer>;
  u8: Uint8Array<ArrayBuffer>;
}

export type ColumnSpec = Readonly<Record<string, keyof ColumnArrays>>;

/** The columns of a table. */
export type Columns<S extends ColumnSpec> = { readonly [K in keyof S]: ColumnArrays[S[K]] };

/** Up to 64 Ki rows; every column has exactly `rows` elements. */
export type Chunk<S extends ColumnSpec> = { readonly rows: number } & Columns<S>;

/**
 * Takes a chunk. The arrays belong to the table and are written again after the call, unless the taker returns true: then they are the
 * taker's, and the table goes on with new ones.
 */
export type ChunkTaker<S extends ColumnSpec> = (chunk: Chunk<S>) => boolean;

const arrayOf = {
  f64: (rows: number) => new Float64Array(rows),
  u32: (rows: number) => new Uint32Array(rows),
  i32: (rows: number) => new Int32Array(rows),
  u8: (rows: number) => new Uint8Array(rows),
} as const;

export class ColumnTable<S extends ColumnSpec> {
  /** Write `columns.x[row]` for every column of a row got from `next`; arrays change when `next` is called. */
  columns: Columns<S>;
  /** Rows ever opened. */
  total = 0;
  private rows = 0;
  private capacity = firstRows;
  private readonly spec: S;
  private readonly take: ChunkTaker<S>;

  constructor(spec: S, take: ChunkTaker<S>) {
    this.spec = spec;
    this.take = take;
    this.columns = this.fresh();
  }

  /** Opens a row and returns its index in the columns. */
  next(): number {
    if (this.rows === this.capacity) this.makeRoom();
    this.total++;
    return this.rows++;
  }

  /** Opens many rows in stretches: `write` has those from `from` to `to` of all `count` to write, the first at `at` of the columns. */
  addAll(count: number, write: (at: number, from: number, to: number) => void): void {
    for (let from = 0; from < count; ) {
      if (this.rows === this.capacity) this.makeRoom();
      const to = Math.min(count, from + this.capacity - this.rows);
      const at = this.rows;
      this.rows += to - from;
      write(at, from, to);
      from = to;
    }
    this.total += count;
  }

  /** Hands on what there is. */
  flush(): void {
    if (this.rows === 0) return;
    const chunk = this.map((array) => array.subarray(0, this.rows));
    const isTaken = this.take({ rows: this.rows, ...chunk });
    this.rows = 0;
    if (isTaken) this.columns = this.fresh();
  }

  private makeRoom(): void {
    if (this.capacity === chunkRows) {
      this.flush();
      return;
    }
    const { columns } = this;
    this.capacity = Math.min(chunkRows, this.capacity * 8);
    this.columns = this.fresh();
    for (const name in this.spec) this.columns[name].set(columns[name]);
  }

  private fresh(): Columns<S> {
    return this.build((name) => arrayOf[this.spec[name]](this.capacity));
  }

  private map(change: (array: ColumnArrays[keyof ColumnArrays]) => ColumnArrays[keyof ColumnArrays]): Columns<S> {
    return this.build((name) => change(this.columns[name]));
  }

  private build(make: (name: keyof S) => ColumnArrays[keyof ColumnArrays]): Columns<S> {
    const columns: Partial<Record<keyof S, ColumnArrays[keyof ColumnArrays]>> = {};
    for (const name in this.spec) columns[name] = make(name);
    // The spec gave each name its kind; the compiler cannot follow that through the loop.
    return columns as Columns<S>;
  }
}
