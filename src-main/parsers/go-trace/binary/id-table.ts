/**
 * One table of a generation: ids of the file -> indexes of ours. Filled once, closed, then only asked. Ids are usually 1..n in any order,
 * and then a plain array answers; a table of scattered ids is hashed.
 */
import { grownF64, grownI32 } from './growth.ts';
import { HashIndex } from './hash-index.ts';

const absent = -1;

export class IdTable {
  private ids = new Float64Array(0);
  private values = new Int32Array(0);
  private count = 0;
  private highest = 0;
  private lowest = 0;
  private dense = new Int32Array(0);
  private sparse: HashIndex | undefined;

  get size(): number {
    return this.count;
  }

  add(id: number, value: number): void {
    const i = this.count++;
    this.ids = grownF64(this.ids, this.count);
    this.values = grownI32(this.values, this.count);
    this.ids[i] = id;
    this.values[i] = value;
    if (id > this.highest) this.highest = id;
    if (id < this.lowest) this.lowest = id;
  }

  /**
   * To be called after the last `add`. Returns the first id that was added twice (the later value stays), or undefined. Id 0 counts as
   * taken: it means "none" in every table.
   */
  close(): number | undefined {
    let repeated: number | undefined;
    const isDense = this.lowest >= 0 && this.highest <= 2 * this.count + 16;
    if (isDense) this.dense = new Int32Array(this.highest + 1).fill(absent);
    else this.sparse = new HashIndex();
    for (let i = 0; i < this.count; i++) {
      const id = this.ids[i];
      if (id === 0 || (isDense ? this.dense[id] !== absent : (this.sparse?.get(id) ?? absent) !== absent))
        repeated ??= id;
      if (isDense) this.dense[id] = this.values[i];
      else this.sparse?.set(id, this.values[i]);
    }
    if (isDense) this.dense[0] = 0;
    this.ids = new Float64Array(0);
    this.values = new Int32Array(0);
    return repeated;
  }

  /** Our index of an id; 0 for id 0; -1 where the table lacks the id. */
  get(id: number): number {
    if (id >= 0 && id < this.dense.length) return this.dense[id];
    if (id === 0) return 0;
    return this.sparse === undefined ? absent : this.sparse.get(id);
  }
}
