/**
 * The one implementation of `Frame`: fills columns of Float64 and hands them on every 64 Ki rows, so that a log of any length takes
 * the memory of one chunk.
 */
import type { Clock, ColumnSpec, Frame } from './contract.ts';

export const chunkRows = 65_536;
const firstRows = 64;
/** Farther from the origin than this a Float64 no longer tells nanoseconds apart. */
const exactNs = 2 ** 53;

/** Up to 64 Ki rows of one frame. The arrays are handed over: the builder keeps no reference. */
export interface FrameChunk {
  readonly frame: number;
  readonly name: string;
  readonly clock: Clock;
  /** Time of row i = originNs + t[i]. */
  readonly originNs: bigint;
  readonly rows: number;
  readonly t: Float64Array<ArrayBuffer>;
  /** Line or offset of each row. */
  readonly position: Float64Array<ArrayBuffer>;
  readonly columns: readonly ColumnSpec[];
  readonly values: readonly Float64Array<ArrayBuffer>[];
}

export class FrameBuilder implements Frame {
  private readonly specs: ColumnSpec[] = [];
  private readonly byKey = new Map<string, number>();
  private values: Float64Array<ArrayBuffer>[] = [];
  private t: Float64Array<ArrayBuffer>;
  private position: Float64Array<ArrayBuffer>;
  private rows = 0;
  private capacity = firstRows;
  private originNs: bigint | undefined;
  private readonly id: number;
  private readonly name: string;
  private readonly clock: Clock;
  private readonly flushed: (chunk: FrameChunk) => void;

  constructor(id: number, name: string, clock: Clock, flushed: (chunk: FrameChunk) => void) {
    this.id = id;
    this.name = name;
    this.clock = clock;
    this.flushed = flushed;
    this.t = new Float64Array(firstRows);
    this.position = new Float64Array(firstRows);
  }

  column(spec: ColumnSpec): number {
    const key = `${spec.metric}\n${spec.sourceName}\n${spec.labels ? JSON.stringify(spec.labels) : ''}`;
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const index = this.specs.length;
    this.specs.push(spec);
    this.values.push(new Float64Array(this.capacity).fill(Number.NaN));
    this.byKey.set(key, index);
    return index;
  }

  row(tNs: bigint | number, position: number): void {
    if (this.rows === this.capacity) this.grow();
    let relative: number;
    if (typeof tNs === 'number') {
      this.originNs ??= 0n;
      relative = this.originNs === 0n ? tNs : tNs - Number(this.originNs);
    } else {
      this.originNs ??= this.clock.domain === 'wall' ? tNs : 0n;
      relative = Number(tNs - this.originNs);
    }
    if (Math.abs(relative) > exactNs && this.rows > 0) {
      this.flush();
      this.originNs = BigInt(tNs);
      relative = 0;
    }
    const row = this.rows++;
    this.t[row] = relative;
    this.position[row] = position;
  }

  set(column: number, value: number): void {
    (this.values[column] as Float64Array)[this.rows - 1] = value;
  }

  /** Hands on what is there. Called by the sink at the end. */
  flush(): void {
    if (this.rows === 0) return;
    const rows = this.rows;
    const cut = (a: Float64Array<ArrayBuffer>) => (a.length === rows ? a : a.slice(0, rows));
    this.flushed({
      frame: this.id,
      name: this.name,
      clock: this.clock,
      originNs: this.originNs ?? 0n,
      rows,
      t: cut(this.t),
      position: cut(this.position),
      columns: this.specs.slice(),
      values: this.values.map(cut),
    });
    this.rows = 0;
    this.t = new Float64Array(this.capacity);
    this.position = new Float64Array(this.capacity);
    this.values = this.specs.map(() => new Float64Array(this.capacity).fill(Number.NaN));
  }

  private grow(): void {
    if (this.capacity === chunkRows) {
      this.flush();
      return;
    }
    this.capacity = Math.min(chunkRows, this.capacity * 4);
    const larger = (a: Float64Array<ArrayBuffer>, fill: number) => {
      const b = new Float64Array(this.capacity).fill(fill);
      b.set(a);
      return b;
    };
    this.t = larger(this.t, 0);
    this.position = larger(this.position, 0);
    this.values = this.values.map((v) => larger(v, Number.NaN));
  }
}
