// What a lesson runs: operations of a program on the allocator. And the little program of the lesson itself: one P, a few dozen operations, each chosen
// because another level of the allocator answers it.

export type LessonOp =
  | {
      readonly kind: 'alloc';
      readonly p: number;
      readonly bytes: number;
      readonly isNoscan: boolean;
      readonly times: number;
      /** Collections that the objects outlive, for those that ask each object. */
      readonly outlives: number;
    }
  /** `keepEvery`: one object in so many is still reachable, oldest first; undefined: each object knows. */
  | { readonly kind: 'collect'; readonly keepEvery: number | undefined }
  | { readonly kind: 'sweep' }
  | { readonly kind: 'scavenge'; readonly bytes: number };

function alloc(bytes: number, isNoscan: boolean, times = 1): LessonOp {
  return { kind: 'alloc', p: 0, bytes, isNoscan, times, outlives: Number.POSITIVE_INFINITY };
}

export const LESSON_PROGRAM: readonly LessonOp[] = [
  // the first object of a class: no span cached, none queued, no pages, no heap
  alloc(24, false),
  alloc(24, false),
  // tiny objects share a slot, aligned as their size asks for
  alloc(5, true),
  alloc(3, true),
  alloc(8, true),
  alloc(12, true),
  alloc(16, true),
  // rounding, and the type word of larger objects with pointers
  alloc(100, true),
  alloc(1024, true),
  alloc(1024, false),
  // a span fills up: the next object needs a refill
  alloc(1024, true, 7),
  alloc(1024, true),
  // large objects: from the page cache below 16 pages, from the page allocator above
  alloc(40_000, true),
  alloc(200_000, true),
  alloc(2048, true, 6),
  alloc(4096, true, 5),
  // one object in three lives on
  { kind: 'collect', keepEvery: 3 },
  // allocation sweeps what it needs
  alloc(1024, true),
  alloc(1024, true, 3),
  alloc(24, false),
  alloc(2048, true),
  // the background sweeper does the rest; dead large objects become free pages
  { kind: 'sweep' },
  // free pages are used again, the lowest first
  alloc(40_000, true),
  alloc(8192, true, 2),
  { kind: 'collect', keepEvery: 4 },
  { kind: 'sweep' },
  // free pages go back to the system, the highest first
  { kind: 'scavenge', bytes: 256 * 1024 },
  alloc(1024, true, 2),
];
