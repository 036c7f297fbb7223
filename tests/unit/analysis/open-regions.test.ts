import { describe, expect, it } from 'vitest';
import { OpenRegions } from '../../../src-main/analysis/heap/open-regions.ts';
import { Store } from '../../../src-main/case/store/store.ts';
import { storeMessage } from '../../../src-main/case/store/store-message.ts';
import { TableReader } from '../../../src-main/case/store/tables.ts';

/** Rows of goroutine, name, task, begin, end. */
function regionsOf(...rows: readonly (readonly [number, number, number, number, number])[]): OpenRegions {
  const store = new Store(':memory:', false);
  const writer = store.begin({ id: 1, path: 'x', sha256: '0'.repeat(64), sizeBytes: 1, modifiedNs: undefined });
  const f64 = (i: number) => Float64Array.from(rows, (row) => row[i] as number);
  const regions = {
    goroutine: f64(0),
    nameString: Uint32Array.from(rows, (row) => row[1]),
    task: f64(2),
    beginNs: f64(3),
    endNs: f64(4),
  };
  const tasks = { task: Float64Array.of(7), nameString: Uint32Array.of(70) };
  const say = (table: string, columns: typeof regions | typeof tasks) =>
    writer.take(
      storeMessage({ kind: 'table', chunk: { table, rows: columns.task.length, fromNs: 0, toNs: 100, columns } }),
    );
  say('regions', regions);
  say('tasks', tasks);
  return new OpenRegions(new TableReader(store), 1);
}

describe('open regions', () => {
  it('are the innermost of a goroutine at each moment', () => {
    // in the order of their ends, as the trace has them
    const regions = regionsOf([1, 11, 7, 20, 30], [2, 12, 0, 5, 40], [1, 10, 7, 10, 50]);
    const names = [5, 10, 15, 20, 25, 30, 35, 50, 60].map((t) => regions.at(1, t)?.name);
    expect(names).toEqual([undefined, 10, 10, 11, 11, 11, 10, 10, undefined]);
    expect(regions.at(2, 30)?.name).toBe(12);
    expect(regions.at(3, 30)).toBeUndefined();
    expect([regions.taskName(7), regions.taskName(8)]).toEqual([70, 0]);
  });
});
