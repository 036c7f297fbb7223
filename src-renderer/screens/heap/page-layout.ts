/** Where pages of the heap lie on the map: 64 MiB arenas, each a grid of pages. Pages count from the lowest address of the heap. */
import type { HeapMoment, HeapSpans } from '../../../src-main/api/contract/heap.ts';

/** @source Go 1.26 runtime/malloc.go heapArenaBytes on 64-bit systems */
const arenaBytes = 2 ** 26;
export const gridColumns = 128;

export interface Arena {
  /** Index from the first arena of the heap. */
  readonly index: number;
  readonly address: string;
  readonly spans: number;
  readonly pagesInUse: number;
  readonly pages: number;
}

export interface Layout {
  readonly pagesPerArena: number;
  /** Pages between the begin of the first arena and the lowest address: Go 1.26 begins anywhere. */
  readonly offset: number;
  readonly base: bigint;
  readonly pageBytes: number;
}

export function layoutOf(moment: HeapMoment): Layout {
  const base = BigInt(moment.min_address);
  const offsetBytes = base % BigInt(arenaBytes);
  return {
    pagesPerArena: arenaBytes / moment.page_bytes,
    offset: Number(offsetBytes) / moment.page_bytes,
    base,
    pageBytes: moment.page_bytes,
  };
}

export function arenaOf(page: number, layout: Layout): number {
  return Math.floor((page + layout.offset) / layout.pagesPerArena);
}

/** Place of a page in the grid of its arena. */
export function cellOf(page: number, layout: Layout): number {
  return (page + layout.offset) % layout.pagesPerArena;
}

export function pageAt(arena: number, cell: number, layout: Layout): number {
  return arena * layout.pagesPerArena + cell - layout.offset;
}

export function addressOf(page: number, layout: Layout): string {
  return `0x${(layout.base + BigInt(page) * BigInt(layout.pageBytes)).toString(16)}`;
}

export function pageOfAddress(address: string, layout: Layout): number {
  return Number((BigInt(address) - layout.base) / BigInt(layout.pageBytes));
}

/** Arenas that hold a span, by address. A span over a border counts where it begins. */
export function arenasOf(spans: HeapSpans, layout: Layout): Arena[] {
  const found = new Map<number, { spans: number; pagesInUse: number }>();
  for (let i = 0; i < spans.page.length; i++) {
    const index = arenaOf(spans.page[i] as number, layout);
    const arena = found.get(index) ?? { spans: 0, pagesInUse: 0 };
    arena.spans++;
    arena.pagesInUse += spans.npages[i] as number;
    found.set(index, arena);
  }
  return [...found].map(([index, { spans: count, pagesInUse }]) => ({
    index,
    address: `0x${(layout.base - BigInt(layout.offset * layout.pageBytes) + BigInt(index) * BigInt(arenaBytes)).toString(16)}`,
    spans: count,
    pagesInUse: Math.min(pagesInUse, layout.pagesPerArena),
    pages: layout.pagesPerArena,
  }));
}

/** Index of the span that holds a page; -1 where none does. Spans lie by address. */
export function spanWith(spans: HeapSpans, page: number): number {
  let low = 0;
  let high = spans.page.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((spans.page[middle] as number) <= page) low = middle + 1;
    else high = middle;
  }
  const i = low - 1;
  return i >= 0 && page < (spans.page[i] as number) + (spans.npages[i] as number) ? i : -1;
}

/** The span nearest to a page in a direction that is wanted; -1 where there is none. */
export function nextSpan(
  spans: HeapSpans,
  page: number,
  direction: 1 | -1,
  isWanted: (span: number) => boolean,
): number {
  const count = spans.page.length;
  let i = direction > 0 ? spans.page.findIndex((p) => p > page) : spans.page.findLastIndex((p) => p < page);
  while (i >= 0 && i < count) {
    if (isWanted(i)) return i;
    i += direction;
  }
  return -1;
}
