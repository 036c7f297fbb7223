import { describe, expect, it } from 'vitest';
import { goVersionOf } from '../../../../src-main/engine/go-versions.ts';
import { Heap } from '../../../../src-main/engine/heap.ts';
import { brokenIdentities, bySizeOf } from '../../../../src-main/engine/stats/mem-stats.ts';

describe('MemStats', () => {
  it('counts slots with their rounding and header, and large objects by pages', () => {
    const heap = new Heap(goVersionOf(26) ?? expect.fail());
    heap.alloc(0, 25, true);
    heap.alloc(0, 1024, false);
    heap.alloc(0, 40_000, true);
    expect(heap.readMemStats()).toMatchObject({
      HeapAlloc: 32 + 1152 + 40_960,
      Mallocs: 3,
      HeapInuse: 8192 * (1 + 1 + 5),
    });
  });

  it('has 61 rows by size, without the largest classes', () => {
    const heap = new Heap(goVersionOf(26) ?? expect.fail());
    heap.alloc(0, 18_432, true);
    heap.alloc(0, 19_072, true);
    heap.readMemStats();
    const rows = bySizeOf(heap.mheap.stats);
    expect(rows).toHaveLength(61);
    expect(rows.at(-1)).toEqual({ size: 18_432, mallocs: 1, frees: 0 });
    expect(rows.reduce((sum, row) => sum + row.mallocs, 0)).toBe(1);
  });

  it('changes placement when it is read, as ReadMemStats does', () => {
    const heap = new Heap(goVersionOf(26) ?? expect.fail());
    const first = Array.from({ length: 9 }, () => heap.alloc(0, 1024, true));
    heap.readMemStats();
    heap.alloc(0, 1024, true);
    heap.readMemStats();
    expect(heap.alloc(0, 1024, true) - first[8]).toBe(2 * 1024);
  });
});

describe('identities between fields', () => {
  const consistent = {
    HeapSys: 30,
    HeapInuse: 10,
    HeapIdle: 20,
    HeapReleased: 5,
    HeapAlloc: 9,
    Mallocs: 7,
    Frees: 3,
    HeapObjects: 4,
  };

  it('hold for a consistent reading, and are not asked of missing fields', () => {
    expect(brokenIdentities(consistent)).toEqual([]);
    expect(brokenIdentities({})).toEqual([]);
  });

  it('name what is broken, with both sides', () => {
    expect(brokenIdentities({ ...consistent, HeapSys: 31, HeapReleased: 25 })).toEqual([
      { identity: 'HeapSys = HeapInuse + HeapIdle', left: 31, right: 30 },
      { identity: 'HeapReleased <= HeapIdle', left: 25, right: 20 },
    ]);
  });
});
