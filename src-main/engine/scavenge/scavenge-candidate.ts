// Which pages of a chunk to give back next.
//
// The search runs downward from a page index: the highest run of pages that are free and not yet scavenged. Where a system page is
// larger than a Go page, whole aligned groups must qualify. The run is cut from its top to the wanted length, with one exception:
// if the cut would fall inside a huge page that is free as a whole, the piece is extended down to that huge page's start, because
// breaking a huge page costs more than releasing a little too much.
import { BITMAP_WORDS } from '../pages/palloc-bits.ts';

/** Candidate run inside one chunk; reused between calls of the owner. size 0: nothing to scavenge. */
export interface ScavengeCandidate {
  /** Page index in the chunk. */
  start: number;
  /** Pages. */
  size: number;
}

/** Multiples of m in 32 bits. */
const GROUP_STARTS: Readonly<Record<number, number>> = {
  1: 0xffffffff,
  2: 0x55555555,
  4: 0x11111111,
  8: 0x01010101,
  16: 0x00010001,
  32: 0x00000001,
};

/**
 * Fills each m-aligned group of m bits that has any bit set; m is a power of two up to 32.
 * @source mgcscavenge.go fillAligned, for one half of a word
 */
export function fillAligned32(x: number, m: number): number {
  if (m === 1) return x;
  // Bit i becomes the OR of bits i to i+m-1; at a group's start that is exactly the group.
  for (let width = 1; width < m; width *= 2) x |= x >>> width;
  const starts = x & GROUP_STARTS[m];
  return m === 32 ? 0 - starts : Math.imul(starts, (1 << m) - 1);
}

/**
 * Finds the candidate in a chunk whose alloc bits begin at word `start` of `words`, the scavenged bits right behind.
 * searchIndex: where to begin, downward (the whole 64-bit word counts). minPages: power of two up to 64, size and alignment of
 * groups. maxPages: wanted length; the result may be longer for alignment or to keep a huge page. hugePagePages: Go pages in a huge
 * page, 0 for none. The answer is written to `out`.
 * @source mgcscavenge.go findScavengeCandidate
 */
export function findScavengeCandidate(
  words: Int32Array,
  start: number,
  searchIndex: number,
  minPages: number,
  maxPages: number,
  hugePagePages: number,
  out: ScavengeCandidate,
): void {
  const wanted = maxPages === 0 ? minPages : Math.ceil(maxPages / minPages) * minPages;
  out.start = 0;
  out.size = 0;
  let w = (searchIndex >>> 6) * 2 + 1;
  while (w >= 0 && takenGroups(words, start, w, minPages) === -1) w--;
  if (w < 0) return;

  const taken = takenGroups(words, start, w, minPages);
  const topOnes = Math.clz32(~taken);
  const end = (w + 1) * 32 - topOnes;
  const below = taken << topOnes;
  let run = Math.clz32(below);
  if (below === 0) {
    run = 32 - topOnes;
    for (let v = w - 1; v >= 0; v--) {
      const zeros = Math.clz32(takenGroups(words, start, v, minPages));
      run += zeros;
      if (zeros < 32) break;
    }
  }

  out.size = Math.min(run, wanted);
  out.start = end - out.size;
  if (hugePagePages > 1) keepHugePage(out, end, run, hugePagePages);
}

/** Extends the piece downward if its start would split a huge page that lies inside the run [end-run, end). */
function keepHugePage(out: ScavengeCandidate, end: number, run: number, hugePagePages: number): void {
  const above = Math.ceil(out.start / hugePagePages) * hugePagePages;
  if (above > end) return;
  const below = Math.floor(out.start / hugePagePages) * hugePagePages;
  if (below < end - run) return;
  out.size += out.start - below;
  out.start = below;
}

/** Word w with a 1 for each page that is in use, scavenged, or in one group with such a page. */
function takenGroups(words: Int32Array, start: number, w: number, minPages: number): number {
  if (minPages < 64) {
    return fillAligned32(words[start + w] | words[start + BITMAP_WORDS + w], minPages) | 0;
  }
  const pair = start + (w & ~1);
  const any = words[pair] | words[pair + 1] | words[pair + BITMAP_WORDS] | words[pair + BITMAP_WORDS + 1];
  return any === 0 ? 0 : -1;
}
