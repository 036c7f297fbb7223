import { describe, expect, it } from 'vitest';
import {
  BITMAP_WORDS,
  CHUNK_PAGES,
  clearRange,
  findFree,
  firstFree,
  popcntRange,
  setRange,
} from '../../../../src-main/engine/pages/palloc-bits.ts';
import { PallocSums } from '../../../../src-main/engine/pages/palloc-sum.ts';
import { randomInt, seededRandom } from '../seeded-random.ts';

/** The same bitmap twice: as words, and as one boolean per page. */
class CheckedBitmap {
  readonly words = new Int32Array(BITMAP_WORDS);
  readonly pages: boolean[] = new Array<boolean>(CHUNK_PAGES).fill(false);

  set(index: number, n: number): void {
    setRange(this.words, 0, index, n);
    this.pages.fill(true, index, index + n);
  }

  clear(index: number, n: number): void {
    clearRange(this.words, 0, index, n);
    this.pages.fill(false, index, index + n);
  }

  slowFind(npages: number, from: number): number {
    let run = 0;
    for (let i = from; i < CHUNK_PAGES; i++) {
      run = this.pages[i] ? 0 : run + 1;
      if (run === npages) return i + 1 - npages;
    }
    return -1;
  }

  slowSummary(): [start: number, max: number, end: number] {
    const runs = this.pages.map((used) => (used ? '1' : '0')).join('');
    const longest = runs.split('1').reduce((most, run) => Math.max(most, run.length), 0);
    return [runs.split('1')[0].length, longest, runs.split('1').at(-1)?.length ?? 0];
  }
}

describe('chunk bitmaps', () => {
  it('sets, clears, counts, finds and summarises as a list of pages does', () => {
    const random = seededRandom(3);
    const bitmap = new CheckedBitmap();
    const sums = new PallocSums();
    sums.extendTo(1);
    for (let step = 0; step < 2000; step++) {
      const index = randomInt(random, 0, CHUNK_PAGES - 1);
      const n = randomInt(random, 1, Math.min(CHUNK_PAGES - index, step % 7 === 0 ? 200 : 12));
      if (random() < 0.55) bitmap.set(index, n);
      else bitmap.clear(index, n);
      const [from, width] = [randomInt(random, 0, CHUNK_PAGES - 1), randomInt(random, 1, 40)];
      expect(popcntRange(bitmap.words, 0, index, n)).toBe(bitmap.pages.slice(index, index + n).filter(Boolean).length);
      expect(findFree(bitmap.words, 0, width, from)).toBe(bitmap.slowFind(width, from & ~63));
      expect(firstFree(bitmap.words, 0, from) % CHUNK_PAGES).toBe(Math.max(0, bitmap.slowFind(1, from & ~63)));
      sums.summarize(0, bitmap.words, 0);
      expect([sums.start[0], sums.max[0], sums.end[0]], `step ${step}`).toEqual(bitmap.slowSummary());
    }
  });

  it('summarises a free and a full chunk', () => {
    const words = new Int32Array(BITMAP_WORDS);
    const sums = new PallocSums();
    sums.extendTo(1);
    sums.summarize(0, words, 0);
    expect([sums.start[0], sums.max[0], sums.end[0]]).toEqual([512, 512, 512]);
    words.fill(-1);
    sums.summarize(0, words, 0);
    expect([sums.start[0], sums.max[0], sums.end[0]]).toEqual([0, 0, 0]);
  });
});

describe('merging summaries', () => {
  it('joins free runs across neighbours', () => {
    const leaves = new PallocSums();
    const parents = new PallocSums();
    leaves.extendTo(8);
    parents.extendTo(1);
    const all = [512, 512, 512] as const;
    const entries = [all, [100, 200, 30], all, all, [7, 60, 0], [0, 0, 0], [0, 9, 9], [512, 512, 512]] as const;
    for (const [i, [start, max, end]] of entries.entries()) leaves.set(i, start, max, end);
    parents.merge(0, leaves, 9);
    expect([parents.start[0], parents.max[0], parents.end[0]]).toEqual([612, 1061, 521]);
  });

  it('takes entries that were never grown for used', () => {
    const leaves = new PallocSums();
    const parents = new PallocSums();
    leaves.extendTo(2);
    parents.extendTo(1);
    leaves.set(0, 512, 512, 512);
    leaves.set(1, 512, 512, 512);
    parents.merge(0, leaves, 9);
    expect([parents.start[0], parents.max[0], parents.end[0]]).toEqual([1024, 1024, 0]);
  });
});
