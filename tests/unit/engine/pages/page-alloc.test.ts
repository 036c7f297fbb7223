import { describe, expect, it } from 'vitest';
import { PageAlloc } from '../../../../src-main/engine/pages/page-alloc.ts';
import { PageCache } from '../../../../src-main/engine/pages/page-cache.ts';
import { CHUNK_PAGES } from '../../../../src-main/engine/pages/palloc-bits.ts';
import { randomInt, seededRandom } from '../seeded-random.ts';

const FREE = 0;
const USED = 1;
const UNMAPPED = 2;

/** A page allocator beside the plainest possible model: one entry per page, first fit by scanning all of them. */
class CheckedPages {
  readonly pages = new PageAlloc({ hasChecks: true });
  readonly state: number[] = [];
  readonly isScavenged: boolean[] = [];
  private readonly spans: [page: number, npages: number][] = [];

  grow(chunk: number, chunks: number): void {
    this.pages.grow(chunk * CHUNK_PAGES, chunks * CHUNK_PAGES);
    while (this.state.length < (chunk + chunks) * CHUNK_PAGES) {
      this.state.push(UNMAPPED);
      this.isScavenged.push(false);
    }
    this.state.fill(FREE, chunk * CHUNK_PAGES, (chunk + chunks) * CHUNK_PAGES);
    this.isScavenged.fill(true, chunk * CHUNK_PAGES, (chunk + chunks) * CHUNK_PAGES);
  }

  alloc(npages: number): void {
    const expected = this.firstFit(npages);
    expect(this.pages.alloc(npages)).toBe(expected);
    if (expected < 0) return;
    const scavenged = this.isScavenged.slice(expected, expected + npages).filter(Boolean).length;
    expect(this.pages.scavengedPages).toBe(scavenged);
    this.state.fill(USED, expected, expected + npages);
    this.isScavenged.fill(false, expected, expected + npages);
    this.spans.push([expected, npages]);
  }

  freeOne(random: () => number): void {
    if (this.spans.length === 0) return;
    const [[page, npages]] = this.spans.splice(randomInt(random, 0, this.spans.length - 1), 1);
    this.pages.free(page, npages);
    this.state.fill(FREE, page, page + npages);
  }

  scavenge(npages: number): void {
    this.pages.scavenge(npages, true, (page, n) => {
      for (let at = page; at < page + n; at++) {
        expect(this.state[at] === FREE && !this.isScavenged[at], `page ${at} was free and backed`).toBe(true);
        this.isScavenged[at] = true;
      }
    });
  }

  throughCache(npages: number): void {
    const cache = new PageCache();
    const first = this.firstFit(1);
    this.pages.allocToCache(cache);
    expect(cache.basePage).toBe(first < 0 ? -1 : first & ~63);
    if (first < 0) return;
    const page = cache.alloc(npages);
    if (page >= 0) {
      this.state.fill(USED, page, page + npages);
      this.isScavenged.fill(false, page, page + npages);
      this.spans.push([page, npages]);
    }
    this.pages.flushCache(cache);
  }

  firstFit(npages: number): number {
    let run = 0;
    for (let at = 0; at < this.state.length; at++) {
      run = this.state[at] === FREE ? run + 1 : 0;
      if (run === npages) return at + 1 - npages;
    }
    return -1;
  }
}

describe('the page allocator', () => {
  it.each([1, 2, 3])('is an exact first fit, whatever the searches skip (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const checked = new CheckedPages();
    checked.grow(0, 2);
    for (let step = 0; step < 1500; step++) {
      const r = random();
      if (r < 0.5) checked.alloc(randomInt(random, 1, r < 0.05 ? 700 : 30));
      else if (r < 0.8) checked.freeOne(random);
      else if (r < 0.9) checked.throughCache(randomInt(random, 1, 15));
      else checked.scavenge(randomInt(random, 1, 300));
      if (step === 500) checked.grow(2, 1);
      // A hole, and a chunk under another entry of the level above.
      if (step === 700) checked.grow(14, 1);
      if (step === 1000) checked.grow(3, 2);
    }
  });

  it('finds runs that cross chunks and levels of the tree', () => {
    const pages = new PageAlloc({ hasChecks: true });
    pages.grow(0, 20 * CHUNK_PAGES);
    pages.allocRange(0, 7 * CHUNK_PAGES + 100);
    pages.allocRange(17 * CHUNK_PAGES, 10);
    expect(pages.alloc(9 * CHUNK_PAGES + 412)).toBe(7 * CHUNK_PAGES + 100);
    expect(pages.alloc(3 * CHUNK_PAGES)).toBe(-1);
    expect(pages.alloc(3 * CHUNK_PAGES - 10)).toBe(17 * CHUNK_PAGES + 10);
    expect(pages.alloc(1)).toBe(-1);
  });

  it('finds a run that begins with an entry free as a whole', () => {
    const pages = new PageAlloc({ hasChecks: true });
    pages.grow(0, 8 * CHUNK_PAGES);
    pages.allocRange(0, 3 * CHUNK_PAGES);
    pages.allocRange(5 * CHUNK_PAGES + 100, 3 * CHUNK_PAGES - 100);
    expect(pages.alloc(2 * CHUNK_PAGES + 100)).toBe(3 * CHUNK_PAGES);
  });

  it('keeps padding pages in use and scavenged', () => {
    const pages = new PageAlloc({ hasChecks: true });
    pages.grow(0, CHUNK_PAGES);
    pages.markPaddingPages(0, 37);
    expect(pages.alloc(1)).toBe(37);
    expect(pages.isFree(36, 1)).toBe(false);
  });

  it('notices pages freed twice and allocated twice when checks are on', () => {
    const pages = new PageAlloc({ hasChecks: true });
    pages.grow(0, CHUNK_PAGES);
    pages.alloc(4);
    pages.free(0, 4);
    expect(() => pages.free(2, 1)).toThrow('page 2 freed twice');
    pages.allocRange(8, 2);
    expect(() => pages.allocRange(9, 3)).toThrow('page 9 allocated twice');
  });

  it('says of pages that are not mapped that they are not free', () => {
    const pages = new PageAlloc();
    pages.grow(CHUNK_PAGES, CHUNK_PAGES);
    expect([pages.isFree(511, 1), pages.isFree(512, 512), pages.isFree(1000, 100)]).toEqual([false, true, false]);
    expect(pages.isFreeAndBacked(512, 1)).toBe(false);
  });
});
