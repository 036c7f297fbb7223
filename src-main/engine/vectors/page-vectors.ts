// Vectors of the page structures: bitmaps, page caches, ranges.
import { AddrRanges } from '../pages/addr-ranges.ts';
import { findBitRange64, formatHex64, parseHex64 } from '../pages/bits64.ts';
import { PageCache } from '../pages/page-cache.ts';
import { CHUNK_PAGES, CHUNK_WORDS, findFree, firstFree, popcntRange, setRange } from '../pages/palloc-bits.ts';
import { PallocSums } from '../pages/palloc-sum.ts';
import { PAGE_BYTES } from '../sizes/size-classes.ts';
import { asFields, asHex, asIndex, asList, asNumber, asRanges, type Fields } from './case-reader.ts';

/** What a case computes, in the shape of what it recorded. */
export interface Outcome {
  readonly got: unknown;
  readonly want: unknown;
}

/** 512 bits as the vectors write them: eight 64-bit words, lowest first. */
export function bitmapHex(words: Int32Array, start: number): string {
  let text = '';
  for (let w = 0; w < CHUNK_PAGES / 32; w += 2) text += formatHex64(words[start + w], words[start + w + 1]);
  return text;
}

export function runPallocBits(c: Fields): Outcome {
  const words = new Int32Array(CHUNK_WORDS);
  for (const [index, n] of asRanges(c.alloc, 'alloc', CHUNK_PAGES)) setRange(words, 0, index, n);
  const sums = new PallocSums();
  sums.extendTo(1);
  sums.summarize(0, words, 0);
  const find = asList(c.find, 'find').map((item) => {
    const [npages, searchIndex] = asList(item, 'find');
    const n = asIndex(npages, 'find npages', 1, CHUNK_PAGES);
    const from = asIndex(searchIndex, 'find searchIdx', 0, CHUNK_PAGES - 1);
    const next = firstFree(words, 0, from);
    return [n, from, findFree(words, 0, n, from), next === CHUNK_PAGES ? -1 : next];
  });
  const [at, n] = asList(c.popcnt, 'popcnt');
  const index = asIndex(at, 'popcnt index', 0, CHUNK_PAGES - 1);
  const count = asIndex(n, 'popcnt n', 0, CHUNK_PAGES - index);
  return {
    got: {
      bits: bitmapHex(words, 0),
      start: sums.start[0],
      max: sums.max[0],
      end: sums.end[0],
      find,
      popcnt: [index, count, popcntRange(words, 0, index, count)],
    },
    want: { bits: c.bits, start: c.start, max: c.max, end: c.end, find: c.find, popcnt: c.popcnt },
  };
}

export function runFindBitRange64(c: Fields): Outcome {
  const [lo, hi] = parseHex64(asHex(c.c, 'c', 16));
  const got = asList(c.q, 'q').map((item) => {
    const n = asIndex(asList(item, 'q')[0], 'q n', 1, 64);
    return [n, findBitRange64(lo, hi, n)];
  });
  return { got, want: c.q };
}

export function runPageCache(c: Fields): Outcome {
  const cache = new PageCache();
  const [lo, hi] = parseHex64(asHex(c.cache, 'cache', 16));
  const [scavLo, scavHi] = parseHex64(asHex(c.scav, 'scav', 16));
  cache.fill(0, lo, hi, scavLo, scavHi);
  const got = asList(c.alloc, 'alloc').map((item) => {
    const npages = asIndex(asList(item, 'alloc')[0], 'alloc npages', 1, 64);
    const page = cache.alloc(npages);
    const scavenged = page < 0 ? 0 : cache.scavengedPages * PAGE_BYTES;
    const masks = [formatHex64(cache.cacheLo, cache.cacheHi), formatHex64(cache.scavLo, cache.scavHi)];
    return [String(npages), String(page), String(scavenged), ...masks];
  });
  return { got, want: c.alloc };
}

export function runAddrRanges(c: Fields): Outcome {
  const ranges = new AddrRanges();
  const ops = asList(c.ops, 'ops').map((item) => asFields(item, 'op'));
  const got = ops.map((op) => {
    const add = asList(op.add, 'add').map((limit) => asNumber(limit, 'add'));
    ranges.add(add[0], add[1]);
    const address = asNumber(asList(op.findSucc, 'findSucc')[0], 'findSucc');
    const all = Array.from({ length: ranges.count }, (_, i) => [ranges.baseOf(i), ranges.limitOf(i)]);
    return { ranges: all, total: ranges.total, findSucc: [address, ranges.findSucc(address)] };
  });
  return { got, want: ops.map((op) => ({ ranges: op.ranges, total: op.total, findSucc: op.findSucc })) };
}
