import { describe, expect, it } from 'vitest';
import { BITMAP_WORDS, CHUNK_PAGES, CHUNK_WORDS, setRange } from '../../../../src-main/engine/pages/palloc-bits.ts';
import { fillAligned32, findScavengeCandidate } from '../../../../src-main/engine/scavenge/scavenge-candidate.ts';
import { randomInt, seededRandom } from '../seeded-random.ts';

/** The highest run of whole free groups, by looking at each group from the top. */
function slowCandidate(isTaken: readonly boolean[], from: number, min: number): { end: number; run: number } {
  const isGroupTaken = (page: number): boolean => {
    const base = page - (page % min);
    return isTaken.slice(base, base + min).some(Boolean);
  };
  let end = (from | 63) + 1;
  while (end > 0 && isGroupTaken(end - 1)) end--;
  let start = end;
  while (start > 0 && !isGroupTaken(start - 1)) start--;
  return { end, run: end - start };
}

describe('filling groups', () => {
  it('fills every group that has a bit set', () => {
    expect(fillAligned32(0x0100a3, 8) >>> 0).toBe(0xff00ff);
    expect(fillAligned32(0x80000001 | 0, 16) >>> 0).toBe(0xffffffff);
    expect(fillAligned32(0, 32)).toBe(0);
    expect(fillAligned32(4, 32)).toBe(-1);
  });
});

describe('the scavenge candidate', () => {
  it('is the highest run of free, backed, aligned groups', () => {
    const random = seededRandom(5);
    const out = { start: 0, size: 0 };
    for (let i = 0; i < 2000; i++) {
      const words = new Int32Array(CHUNK_WORDS);
      const isTaken = new Array<boolean>(CHUNK_PAGES).fill(false);
      for (let k = randomInt(random, 0, 30); k > 0; k--) {
        const index = randomInt(random, 0, CHUNK_PAGES - 1);
        const n = randomInt(random, 1, Math.min(CHUNK_PAGES - index, 24));
        setRange(words, random() < 0.5 ? 0 : BITMAP_WORDS, index, n);
        isTaken.fill(true, index, index + n);
      }
      const from = randomInt(random, 0, CHUNK_PAGES - 1);
      const min = 2 ** randomInt(random, 0, 6);
      const expected = slowCandidate(isTaken, from, min);
      findScavengeCandidate(words, 0, from, min, CHUNK_PAGES, 0, out);
      const wanted =
        expected.run === 0 ? { start: 0, size: 0 } : { start: expected.end - expected.run, size: expected.run };
      expect(out, `case ${i}, min ${min}`).toEqual(wanted);
    }
  });

  it('cuts the run from its top', () => {
    const out = { start: 0, size: 0 };
    findScavengeCandidate(new Int32Array(CHUNK_WORDS), 0, 511, 1, 8, 0, out);
    expect(out).toEqual({ start: 504, size: 8 });
  });

  it('extends downward rather than break a huge page that is free as a whole', () => {
    const out = { start: 0, size: 0 };
    const words = new Int32Array(CHUNK_WORDS);
    setRange(words, 0, 500, 12);
    findScavengeCandidate(words, 0, 511, 1, 300, 256, out);
    expect(out).toEqual({ start: 0, size: 500 });
    setRange(words, 0, 3, 1);
    findScavengeCandidate(words, 0, 511, 1, 300, 256, out);
    expect(out).toEqual({ start: 200, size: 300 });
  });
});
