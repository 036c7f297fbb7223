// Replaying page records: growth, page caches, spans made and freed, scavenging.
//
// All of these happen under the heap lock or inside one P, so their order in a log is the order in which they happened, and each is
// determined by the records before it at any GOMAXPROCS. A span is made by up to three records of one P: Q fills its page cache, q takes
// pages from it, P is the span; or P alone takes pages from the heap, after a G if the heap had to grow.
import { ContradictionError } from '../engine-error.ts';
import type { Heap } from '../heap.ts';
import { formatHex64 } from '../pages/bits64.ts';
import { PAGE_CACHE_REQUEST_LIMIT, type PageCache } from '../pages/page-cache.ts';
import { CHUNK_PAGES } from '../pages/palloc-bits.ts';
import { PAGE_BYTES } from '../sizes/size-classes.ts';
import { growthPages } from '../spans/mheap.ts';
import { SPAN_KIND_HEAP, SPAN_KIND_WORK_BUF } from '../spans/mspan.ts';
import type { OplogFields } from './oplog-fields.ts';
import { RECORD } from './oplog-grammar.ts';
import type { ReplayScore } from './replay-score.ts';

/** Pages taken for a P whose span record has not come yet; npages 0: none. */
interface PendingPages {
  page: number;
  npages: number;
  scavengedPages: number;
}

export class PageReplay {
  /** Spans made so far. */
  spansMade = 0;
  private readonly heap: Heap;
  private readonly fields: OplogFields;
  private readonly score: ReplayScore;
  /** By P + 1: pages that a `q` took. */
  private readonly served: PendingPages[] = [];
  /** By P + 1: the last heap span made and not used yet, 0 for none. */
  private readonly madeSpans: number[] = [];
  /** Pages being scavenged: count by first page. */
  private readonly scavenging = new Map<number, number>();

  constructor(heap: Heap, fields: OplogFields, score: ReplayScore) {
    this.heap = heap;
    this.fields = fields;
    this.score = score;
  }

  /** The heap span that P p made last, if nobody asked for it yet; 0 for none. */
  takeMadeSpan(p: number): number {
    const s = this.madeSpans[p + 1] ?? 0;
    this.madeSpans[p + 1] = 0;
    return s;
  }

  /** Applies a record if it is one of this part; false if not. */
  apply(code: number): boolean {
    switch (code) {
      case RECORD.P:
        this.makeSpan();
        return true;
      case RECORD.F:
        this.freeSpan();
        return true;
      case RECORD.q:
        this.serveFromPageCache();
        return true;
      case RECORD.Q:
        this.fillPageCache();
        return true;
      case RECORD.K:
        this.flushPageCache();
        return true;
      case RECORD.G:
        this.grow();
        return true;
      case RECORD.X:
        this.beginScavenge();
        return true;
      case RECORD.Y:
        this.endScavenge();
        return true;
      default:
        return false;
    }
  }

  /** G p base bytes npages */
  private grow(): void {
    const { mheap } = this.heap;
    const page = this.fields.page(1);
    const npages = this.fields.npages(3);
    const bytes = growthPages(npages) * PAGE_BYTES;
    if (this.fields.natural(2) !== bytes) throw new ContradictionError('G.bytes', bytes, this.fields.natural(2));
    if (page < 0 || page % CHUNK_PAGES !== 0)
      throw new ContradictionError('G.base', 'a multiple of 4 MiB', this.fields.offsetOfPage(page));
    const freePage = mheap.pages.peek(npages);
    if (freePage >= 0) throw new ContradictionError('G: free run of pages', 'none', this.fields.offsetOfPage(freePage));
    const wantedPage = mheap.nextGrowthPage;
    if (page !== wantedPage) {
      if (mheap.pages.chunks.has(page / CHUNK_PAGES)) {
        throw new ContradictionError('G.base', this.fields.offsetOfPage(wantedPage), this.fields.offsetOfPage(page));
      }
      mheap.relocateGrowth(page, growthPages(npages));
    }
    mheap.grow(npages);
    if (page !== wantedPage) this.score.miss(RECORD.G, 'the system placed the arena elsewhere');
    else this.score.hit(RECORD.G);
  }

  /** Q p base cache scav */
  private fillPageCache(): void {
    const p = this.fields.p(0);
    const page = this.fields.page(1);
    const lo = this.fields.maskLo(2);
    const hi = this.fields.maskHi(2);
    const scavLo = this.fields.maskLo(3);
    const scavHi = this.fields.maskHi(3);
    const cache = this.pageCacheOf(p, 'Q');
    if (!cache.isEmpty)
      throw new ContradictionError('Q: page cache', 'empty', formatHex64(cache.cacheLo, cache.cacheHi));
    this.heap.mheap.pages.allocToCache(cache);
    if (cache.basePage !== page) {
      throw new ContradictionError('Q.base', this.fields.offsetOfPage(cache.basePage), this.fields.offsetOfPage(page));
    }
    assertMask('Q.cache', cache.cacheLo, cache.cacheHi, lo, hi);
    assertMask('Q.scav', cache.scavLo, cache.scavHi, scavLo, scavHi);
    this.score.hit(RECORD.Q);
  }

  /** q p base npages scavengedBytes */
  private serveFromPageCache(): void {
    const p = this.fields.p(0);
    const page = this.fields.page(1);
    const npages = this.fields.npages(2);
    const scavengedPages = this.fields.scavengedPages(3);
    const cache = this.pageCacheOf(p, 'q');
    const got = npages < PAGE_CACHE_REQUEST_LIMIT ? cache.alloc(npages) : -1;
    if (got !== page)
      throw new ContradictionError('q.base', this.fields.offsetOfPage(got), this.fields.offsetOfPage(page));
    if (cache.scavengedPages !== scavengedPages) {
      throw new ContradictionError('q.scav', cache.scavengedPages * PAGE_BYTES, scavengedPages * PAGE_BYTES);
    }
    const served = this.servedFor(p);
    served.page = page;
    served.npages = npages;
    served.scavengedPages = scavengedPages;
    this.score.hit(RECORD.q);
  }

  /** K base cache scav */
  private flushPageCache(): void {
    const page = this.fields.page(0);
    const lo = this.fields.maskLo(1);
    const hi = this.fields.maskHi(1);
    // Two Ps may hold parts of the same block.
    const cache = this.heap.mheap.pageCaches.find((c) => c.basePage === page && c.cacheLo === lo && c.cacheHi === hi);
    if (cache === undefined) throw new ContradictionError('K: page cache with these pages', 'one', 'none');
    assertMask('K.scav', cache.scavLo, cache.scavHi, this.fields.maskLo(2), this.fields.maskHi(2));
    this.heap.mheap.pages.flushCache(cache);
  }

  /** P p kind spanClass base npages scavengedBytes */
  private makeSpan(): void {
    const p = this.fields.p(0);
    const kind = this.fields.natural(1);
    const spanClass = this.fields.spanClass(2);
    const page = this.fields.page(3);
    const npages = this.fields.npages(4);
    const scavengedPages = this.fields.scavengedPages(5);
    if (kind > SPAN_KIND_WORK_BUF) throw new ContradictionError('P.kind', 'at most 2', kind);
    const classPages = this.heap.classes.npages[spanClass];
    if (kind === SPAN_KIND_HEAP && spanClass > 1 && classPages !== npages) {
      throw new ContradictionError('P.npages', classPages, npages);
    }
    const served = this.servedFor(p);
    if (served.npages > 0) {
      if (served.page !== page)
        throw new ContradictionError('P.base', this.fields.offsetOfPage(served.page), this.fields.offsetOfPage(page));
      this.openSpan(p, kind, spanClass, page, npages, served.scavengedPages, scavengedPages);
      served.npages = 0;
      return;
    }
    this.takeFromHeap(p, page, npages);
    this.openSpan(p, kind, spanClass, page, npages, this.heap.mheap.pages.scavengedPages, scavengedPages);
  }

  /** F p kind base npages */
  private freeSpan(): void {
    const kind = this.fields.natural(1);
    const page = this.fields.page(2);
    const npages = this.fields.npages(3);
    const s = this.heap.mheap.spanStartingAt(page);
    if (s === 0) throw new ContradictionError('F: span at base', 'one', 'none');
    const { spans } = this.heap.mheap;
    if (spans.kind[s] !== kind) throw new ContradictionError('F.kind', spans.kind[s], kind);
    if (spans.npages[s] !== npages) throw new ContradictionError('F.npages', spans.npages[s], npages);
    this.heap.mheap.freeSpan(s);
  }

  /** X base npages */
  private beginScavenge(): void {
    const page = this.fields.page(0);
    const npages = this.fields.npages(1);
    const { pages, stats } = this.heap.mheap;
    const isInOneChunk = page >= 0 && (page % CHUNK_PAGES) + npages <= CHUNK_PAGES;
    if (!isInOneChunk || !pages.isFreeAndBacked(page, npages)) {
      throw new ContradictionError('X: pages to scavenge', 'free and backed', this.fields.offsetOfPage(page));
    }
    pages.takeForScavenge(page, npages);
    this.scavenging.set(page, npages);
    stats.heapFreeBytes -= npages * PAGE_BYTES;
    stats.heapReleasedBytes += npages * PAGE_BYTES;
  }

  /** Y base npages */
  private endScavenge(): void {
    const page = this.fields.page(0);
    const npages = this.fields.npages(1);
    const taken = this.scavenging.get(page) ?? 0;
    if (taken !== npages) throw new ContradictionError('Y.npages', taken, npages);
    this.scavenging.delete(page);
    this.heap.mheap.pages.returnScavenged(page, npages);
  }

  /** Takes a span's pages from the page allocator. */
  private takeFromHeap(p: number, page: number, npages: number): void {
    const { pages } = this.heap.mheap;
    if (p >= 0 && npages < PAGE_CACHE_REQUEST_LIMIT && this.pageCacheOf(p, 'P').hasRun(npages)) {
      throw new ContradictionError('P: run in the page cache', 'none', `${npages} pages`);
    }
    const foreseen = pages.peek(npages);
    if (foreseen !== page) {
      const isBehindPadding = this.spansMade === 0 && page > foreseen && page - foreseen < CHUNK_PAGES;
      if (foreseen < 0 || !isBehindPadding || !pages.isFree(foreseen, page - foreseen + npages)) {
        throw new ContradictionError('P.base', this.fields.offsetOfPage(foreseen), this.fields.offsetOfPage(page));
      }
      // A randomised heap begins with pages that are in use for good; the log shows how many by its first span.
      pages.markPaddingPages(foreseen, page - foreseen);
    }
    pages.allocRange(page, npages);
  }

  private openSpan(
    p: number,
    kind: number,
    spanClass: number,
    page: number,
    npages: number,
    takenScavenged: number,
    recordedScavenged: number,
  ): void {
    if (takenScavenged !== recordedScavenged) {
      throw new ContradictionError('P.scav', takenScavenged * PAGE_BYTES, recordedScavenged * PAGE_BYTES);
    }
    const s = this.heap.mheap.openSpan(page, npages, takenScavenged, kind, spanClass);
    if (kind === SPAN_KIND_HEAP) this.madeSpans[p + 1] = s;
    this.spansMade++;
    this.score.hit(RECORD.P);
  }

  private servedFor(p: number): PendingPages {
    while (this.served.length <= p + 1) this.served.push({ page: -1, npages: 0, scavengedPages: 0 });
    return this.served[p + 1];
  }

  private pageCacheOf(p: number, letter: string): PageCache {
    if (p < 0) throw new ContradictionError(`${letter}.p`, 'a P', p);
    return this.heap.mheap.pageCacheOf(p);
  }
}

function assertMask(what: string, lo: number, hi: number, foundLo: number, foundHi: number): void {
  if (lo !== foundLo || hi !== foundHi) {
    throw new ContradictionError(what, formatHex64(lo, hi), formatHex64(foundLo, foundHi));
  }
}
