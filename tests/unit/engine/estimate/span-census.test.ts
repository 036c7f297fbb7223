/** The census against simulated heaps of which every span is known. */
import { describe, expect, it } from 'vitest';
import { type CensusTotals, spanCensus } from '../../../../src-main/engine/estimate/span-census.ts';
import { goVersionOf } from '../../../../src-main/engine/go-versions.ts';
import { Heap } from '../../../../src-main/engine/heap.ts';
import { PAGE_BYTES, SizeClasses } from '../../../../src-main/engine/sizes/size-classes.ts';
import { seededRandom } from '../seeded-random.ts';

const version = goVersionOf(26);
if (!version) throw new Error('no Go 1.26');
const classes = new SizeClasses(version);

/** A heap of random objects of which a share survives a collection, all swept. */
function heapWith(seed: number, share: number): Heap {
  const heap = new Heap(version as NonNullable<typeof version>);
  const random = seededRandom(seed);
  const objects: number[] = [];
  for (let i = 0; i < 20_000; i++)
    objects.push(heap.alloc(0, 16 + Math.floor(random() * random() * 30_000), random() < 0.5));
  heap.gcStart();
  for (const address of objects) if (random() < share) heap.mark(address);
  heap.gcFinish(1, 2 ** 40);
  heap.sweeper.finish();
  return heap;
}

function inuse(pages: number): CensusTotals {
  return { heapInuseBytes: pages * PAGE_BYTES, heapAllocBytes: undefined, heapObjects: undefined };
}

describe('spanCensus', () => {
  it.each([
    [1, 1],
    [2, 0.5],
    [3, 0.1],
    [4, 0.01],
  ])('holds the true spans and free slots of each class within its bounds (seed %d, %d alive)', (seed, share) => {
    const heap = heapWith(seed, share);
    const { spans } = heap;
    const spansOf = new Map<number, number>();
    const objectsOf = new Map<number, number>();
    const freeOf = new Map<number, number>();
    let alloc = 0;
    for (const s of heap.heapSpans()) {
      const sizeClass = Math.floor((spans.spanClass[s] as number) / 2);
      const used = spans.allocCount[s] as number;
      const elem =
        sizeClass === 0 ? (spans.npages[s] as number) * PAGE_BYTES : (classes.elemBytes[sizeClass * 2] as number);
      alloc += used * elem;
      spansOf.set(sizeClass, (spansOf.get(sizeClass) ?? 0) + 1);
      objectsOf.set(sizeClass, (objectsOf.get(sizeClass) ?? 0) + used);
      freeOf.set(sizeClass, (freeOf.get(sizeClass) ?? 0) + (spans.nelems[s] as number) - used);
    }
    const live = [...objectsOf]
      .filter(([c]) => c >= 1 && c <= 60)
      .map(([c, objects]) => ({ slotBytes: classes.elemBytes[c * 2] as number, objects }));
    const heapInuseBytes = heap.mheap.stats.heapInUseBytes;
    const census = spanCensus(classes, live, { heapInuseBytes, heapAllocBytes: alloc, heapObjects: undefined });
    expect(census.isContradictory).toBe(false);
    expect(census.wasteBytes).toBe(heapInuseBytes - alloc);
    expect(census.classes.length).toBeGreaterThan(20);
    for (const row of census.classes) {
      const [low, high] = row.spans;
      const actual = spansOf.get(row.sizeClass) ?? 0;
      const free = freeOf.get(row.sizeClass) ?? 0;
      // empty spans that still wait in a cache are spans too: the upper bound is of those with objects
      expect(actual, `spans of class ${row.sizeClass}`).toBeGreaterThanOrEqual(low);
      if (share === 1) expect(actual, `spans of class ${row.sizeClass}`).toBeLessThanOrEqual(high);
      expect(free).toBeGreaterThanOrEqual(row.freeSlots[0]);
    }
  });

  it('is exact where the bounds meet: pages in use are just what the counts need', () => {
    const nelems = classes.nelems[21] as number;
    const { classes: rows } = spanCensus(
      classes,
      [{ slotBytes: classes.elemBytes[21] as number, objects: 3 * nelems }],
      inuse(3),
    );
    expect(rows[0]).toMatchObject({ spans: [3, 3], objects: 3 * nelems });
  });

  it('says that counts and pages are of different moments', () => {
    expect(spanCensus(classes, [{ slotBytes: 1024, objects: 800 }], inuse(10)).isContradictory).toBe(true);
  });

  it('leaves out sizes that are no size class', () => {
    expect(spanCensus(classes, [{ slotBytes: 1000, objects: 8 }], inuse(10)).classes).toEqual([]);
  });
});
