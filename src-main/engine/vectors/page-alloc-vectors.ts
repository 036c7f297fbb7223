// Vectors of the page allocator as a whole and of the scavenger's search: chunks in a given state, then operations in order.
import { formatHex64 } from '../pages/bits64.ts';
import { PageAlloc } from '../pages/page-alloc.ts';
import { PageCache } from '../pages/page-cache.ts';
import { BITMAP_WORDS, CHUNK_PAGES, CHUNK_WORDS, clearRange, setRange } from '../pages/palloc-bits.ts';
import { findScavengeCandidate } from '../scavenge/scavenge-candidate.ts';
import { ScavengeIndex } from '../scavenge/scavenge-index.ts';
import { PAGE_BYTES } from '../sizes/size-classes.ts';
import {
  asBoolean,
  asFields,
  asIndex,
  asList,
  asNumber,
  asRanges,
  asString,
  CaseFormatError,
  type Fields,
} from './case-reader.ts';
import { bitmapHex, type Outcome } from './page-vectors.ts';

/** The runtime's tests ran with huge pages of 2 MiB. */
const HUGE_PAGE_PAGES = 256;
const MAX_CHUNKS = 4096;

export function runScavengeCandidate(c: Fields): Outcome {
  const words = new Int32Array(CHUNK_WORDS);
  for (const [index, n] of asRanges(c.alloc, 'alloc', CHUNK_PAGES)) setRange(words, 0, index, n);
  for (const [index, n] of asRanges(c.scav, 'scav', CHUNK_PAGES)) setRange(words, BITMAP_WORDS, index, n);
  const out = { start: 0, size: 0 };
  const got = asList(c.q, 'q').map((item) => {
    const [searchIndex, minPages, maxPages] = asList(item, 'q');
    const from = asIndex(searchIndex, 'searchIdx', 0, CHUNK_PAGES - 1);
    const min = asIndex(minPages, 'minPages', 1, 64);
    const max = asIndex(maxPages, 'maxPages', 0, 2 ** 31);
    findScavengeCandidate(words, 0, from, min, max, HUGE_PAGE_PAGES, out);
    return [from, min, max, out.start, out.size];
  });
  return { got, want: c.q };
}

export function runScavengeIndex(c: Fields): Outcome {
  const chunks = asIndex(c.chunks, 'chunks', 1, MAX_CHUNKS);
  const index = new ScavengeIndex();
  index.grow(0, chunks);
  const got = asList(c.ops, 'ops').map((item) => {
    const op = asList(item, 'op');
    switch (op[0]) {
      case 'alloc':
      case 'free': {
        const chunk = asIndex(op[1], 'chunk', 0, chunks - 1);
        const page = asIndex(op[2], 'page', 0, CHUNK_PAGES - 1);
        const npages = asIndex(op[3], 'npages', 1, CHUNK_PAGES - page);
        if (op[0] === 'alloc') index.alloc(chunk, npages);
        else index.free(chunk, page, npages);
        return op;
      }
      case 'nextGen':
        index.nextGen();
        return op;
      case 'resetSearchAddrs':
        index.resetSearchAddrs();
        return op;
      case 'setEmpty':
        index.setEmpty(asIndex(op[1], 'chunk', 0, chunks - 1));
        return op;
      case 'find': {
        const isForced = asBoolean(op[1], 'force');
        return ['find', isForced, index.find(isForced), index.foundPage];
      }
      default:
        throw new CaseFormatError('op', 'a scavenge index operation');
    }
  });
  return { got, want: c.ops };
}

export function runPageAlloc(c: Fields): Outcome {
  const pages = new PageAlloc({ hasChecks: true, hugePagePages: HUGE_PAGE_PAGES });
  const layout = asList(c.layout, 'layout').map((item) => asFields(item, 'layout'));
  const scavenged = asList(c.scavenged, 'scavenged').map((item) => asFields(item, 'scavenged'));
  const chunks = layout.map((fields) => asIndex(fields.chunk, 'chunk', 0, MAX_CHUNKS));
  for (const [i, chunk] of chunks.entries()) {
    const scav = scavenged.find((fields) => fields.chunk === chunk);
    layOut(pages, chunk, layout[i].alloc, scav?.scav);
  }
  const caches: PageCache[] = [];
  const got = asList(c.ops, 'ops').map((item) => runPageOp(pages, caches, asList(item, 'op')));
  const final = asList(c.final, 'final').map((item) => {
    const chunk = asIndex(asFields(item, 'final').chunk, 'chunk', 0, MAX_CHUNKS);
    const start = pages.chunks.wordStart(chunk);
    const { words } = pages.chunks;
    return { alloc: bitmapHex(words, start), chunk, scav: bitmapHex(words, start + BITMAP_WORDS) };
  });
  return { got: { ops: got, final }, want: { ops: c.ops, final: c.final } };
}

/** Puts one chunk into a recorded state, as the runtime's test hook does. @source export_test.go NewPageAlloc */
function layOut(pages: PageAlloc, chunk: number, alloc: unknown, scav: unknown): void {
  pages.grow(chunk * CHUNK_PAGES, CHUNK_PAGES);
  const { words } = pages.chunks;
  const start = pages.chunks.wordStart(chunk);
  clearRange(words, start + BITMAP_WORDS, 0, CHUNK_PAGES);
  pages.scavengeIndex.alloc(chunk, CHUNK_PAGES);
  pages.scavengeIndex.free(chunk, 0, CHUNK_PAGES);
  for (const [index, n] of asRanges(scav, 'scav', CHUNK_PAGES)) setRange(words, start + BITMAP_WORDS, index, n);
  for (const [index, n] of asRanges(alloc, 'alloc', CHUNK_PAGES)) {
    setRange(words, start, index, n);
    clearRange(words, start + BITMAP_WORDS, index, n);
    pages.scavengeIndex.alloc(chunk, n);
  }
  pages.tree.update(chunk * CHUNK_PAGES, CHUNK_PAGES, false, false);
}

function runPageOp(pages: PageAlloc, caches: PageCache[], op: readonly unknown[]): readonly unknown[] {
  const name = asString(op[0], 'op');
  switch (name) {
    case 'alloc': {
      const npages = asIndex(op[1], 'npages', 1, MAX_CHUNKS * CHUNK_PAGES);
      const page = pages.alloc(npages);
      return [name, npages, page, page < 0 ? 0 : pages.scavengedPages * PAGE_BYTES];
    }
    case 'free': {
      const page = asIndex(op[1], 'page', 0, MAX_CHUNKS * CHUNK_PAGES);
      pages.free(page, asIndex(op[2], 'npages', 1, MAX_CHUNKS * CHUNK_PAGES));
      return op;
    }
    case 'allocToCache': {
      const cache = new PageCache();
      pages.allocToCache(cache);
      if (!cache.isEmpty) caches.push(cache);
      return [name, cache.basePage, formatHex64(cache.cacheLo, cache.cacheHi), formatHex64(cache.scavLo, cache.scavHi)];
    }
    case 'cacheAlloc': {
      const position = asIndex(op[1], 'position', 0, caches.length - 1);
      const npages = asIndex(op[2], 'npages', 1, 64);
      const cache = caches[position];
      const page = cache.alloc(npages);
      return [name, position, npages, page, page < 0 ? 0 : cache.scavengedPages * PAGE_BYTES];
    }
    case 'cacheFlush': {
      const [cache] = caches.splice(asIndex(op[1], 'position', 0, caches.length - 1), 1);
      pages.flushCache(cache);
      return op;
    }
    case 'scavenge': {
      const bytes = asNumber(op[1], 'bytes');
      return [name, bytes, pages.scavenge(Math.ceil(bytes / PAGE_BYTES), true) * PAGE_BYTES];
    }
    default:
      throw new CaseFormatError('op', 'a page allocator operation');
  }
}
