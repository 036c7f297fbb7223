import { describe, expect, it } from 'vitest';
import type { HeapMoment, HeapSpans } from '../../../src-main/api/contract/heap.ts';
import {
  addressOf,
  arenasOf,
  cellOf,
  layoutOf,
  nextSpan,
  pageAt,
  pageOfAddress,
  spanWith,
} from '../../../src-renderer/screens/heap/page-layout.ts';
import { changeOf, toneOf } from '../../../src-renderer/screens/heap/span-tone.ts';

/** Rows of first page, pages, span class, slots, live. */
function spansOf(...rows: readonly (readonly [number, number, number, number, number])[]): HeapSpans {
  const column = (i: number) => Float64Array.from(rows, (row) => row[i] as number);
  return { page: column(0), npages: column(1), span_class: column(2), slots: column(3), live: column(4) };
}

function momentOf(spans: HeapSpans, minAddress: string, change: readonly number[] = []): HeapMoment {
  return {
    t: 1,
    when: '',
    asked: 1,
    source: { evidence: 1, path: 'trace.out', start: 0, from: 0, to: 2, peak: 1 },
    label: 'replayed',
    page_bytes: 8192,
    min_address: minAddress,
    totals: {
      spans: spans.page.length,
      pages: 0,
      inuse_bytes: 0,
      live_bytes: 0,
      objects: 0,
      free_slots: 0,
      tail_waste: 0,
      manual_spans: 0,
      manual_bytes: 0,
      goroutine_stacks: 0,
      goroutine_stack_bytes: 0,
    },
    classes: [],
    spans,
    change: Float64Array.from(change),
    vanished: null,
    since: change.length > 0 ? 0 : null,
    misfits: 0,
  };
}

const spans = spansOf([0, 1, 5, 512, 500], [2, 3, 83, 8, 8], [7_000, 1, -1, 0, 0], [9_000, 4, 83, 8, 2]);

describe('pages on the map', () => {
  it('lie in 64 MiB arenas, whose first may begin before the lowest address (Go 1.26)', () => {
    // 24 MiB into an arena
    const layout = layoutOf(momentOf(spans, '0x11dff9800000'));
    expect(layout.offset).toBe(3_072);
    expect(cellOf(0, layout)).toBe(3_072);
    expect(pageAt(0, 3_072, layout)).toBe(0);
    const arenas = arenasOf(spans, layout);
    expect(arenas.map((a) => [a.index, a.address, a.spans, a.pagesInUse])).toEqual([
      [0, '0x11dff8000000', 2, 4],
      [1, '0x11dffc000000', 2, 5],
    ]);
  });

  it('have addresses, and addresses have pages', () => {
    const layout = layoutOf(momentOf(spans, '0xc000000000'));
    expect(addressOf(2, layout)).toBe('0xc000004000');
    expect(pageOfAddress('0xc000004000', layout)).toBe(2);
    expect(pageOfAddress('0xc000005fff', layout)).toBe(2);
  });

  it('tell which span holds them', () => {
    expect([0, 1, 2, 4, 5, 9_003, 9_004].map((page) => spanWith(spans, page))).toEqual([0, -1, 1, 1, -1, 3, -1]);
  });

  it('are walked span by span, of one class where one was chosen', () => {
    const all = () => true;
    const ofClass = (i: number) => spans.span_class[i] === 83;
    expect(nextSpan(spans, -1, 1, all)).toBe(0);
    expect(nextSpan(spans, 2, 1, all)).toBe(2);
    expect(nextSpan(spans, 2, 1, ofClass)).toBe(3);
    expect(nextSpan(spans, 9_000, -1, ofClass)).toBe(1);
    expect(nextSpan(spans, 9_000, 1, all)).toBe(-1);
  });
});

describe('colours of spans', () => {
  it('tell objects with and without pointers, large ones and spans without objects', () => {
    expect([82, 83, 0, 1, -1].map(toneOf)).toEqual(['scan', 'noscan', 'large', 'large', 'manual']);
  });

  it('tell the change only where two moments are compared', () => {
    expect(changeOf(momentOf(spans, '0xc000000000'), 1)).toBeUndefined();
    const compared = momentOf(spans, '0xc000000000', [0, 1, 2, 3]);
    expect([0, 1, 2, 3].map((i) => changeOf(compared, i))).toEqual(['same', 'appeared', 'grown', 'shrunk']);
  });
});
