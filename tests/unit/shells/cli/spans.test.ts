import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HeapObject } from '../../../../src-main/api/contract/heap.ts';
import { spanscope } from './run-spanscope.ts';

const trace = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'go-trace', 'go1.26-allocfree.trace');
const sample = join(import.meta.dirname, '..', '..', '..', '..', 'resources', 'sample', 'bundle');

describe('spanscope spans', () => {
  it('shows the highest point of the heap, class by class and span by span', () => {
    const { code, out } = spanscope('spans', sample, '--at', 'peak', '--json');
    expect(code).toBe(0);
    const answer = JSON.parse(out);
    expect(answer).toMatchObject({ label: 'replayed', source: 'trace-110059.out', misfits: 0 });
    expect(answer.at).toMatch(/^2026-11-24T11:01:01\.\d{9}Z$/);
    expect(answer.totals).toMatchObject({ live_bytes: 109_082_016, inuse_bytes: 109_920_256 });
    const used = answer.spans.filter((s: { state: string }) => s.state === 'in_use');
    expect(used).toHaveLength(answer.totals.spans);
    const pages = used.reduce((sum: number, s: { npages: number }) => sum + s.npages, 0);
    expect(pages * answer.page_bytes).toBe(answer.totals.inuse_bytes);
  });

  it('shows the slots of one span with type and birth', () => {
    const list = JSON.parse(spanscope('spans', trace, '--at', 'end', '--class', '5', '--json').out);
    const [{ base, alloc_count }] = list.spans.filter((s: { alloc_count: number }) => s.alloc_count > 1);
    const { code, out } = spanscope('spans', trace, '--at', 'end', '--span', base, '--json');
    expect(code).toBe(0);
    const span = JSON.parse(out);
    expect(span).toMatchObject({ base, span_class: 5, elem_size: 16, alloc_count, free_index: null });
    expect(span.objects).toHaveLength(alloc_count);
    expect(BigInt(span.alloc_bits).toString(2).replaceAll('0', '')).toHaveLength(alloc_count);
    const born = span.objects.filter((o: HeapObject) => o.born !== null);
    expect(born.every((o: HeapObject) => o.offset !== null && o.goroutine !== null)).toBe(true);
  });

  it('says so where no trace is, or no span', () => {
    const none = spanscope('spans', join(trace, '..', 'go1.26-program.trace'), '--json');
    expect(none.code).toBe(3);
    expect(none.err).toContain('heap/no_replay');
    expect(spanscope('spans', trace, '--span', '0x10').err).toContain('heap/no_span');
    expect(spanscope('spans', trace, '--at', 'noon').code).toBe(2);
  });

  it('estimates classes with bounds, and no span, where only counts are known', () => {
    const bundle = join(trace, '..', '..', 'bundle-session');
    const { code, out } = spanscope('spans', bundle, '--at', 'end', '--json');
    expect(code).toBe(0);
    const answer = JSON.parse(out);
    expect(answer).toMatchObject({
      at: '2026-11-24T05:49:08.000000000Z',
      source: 'expvar.jsonl',
      label: 'estimated',
      placement: 'unknown',
      spans: [],
      totals: { inuse_bytes: 380_919_808, live_bytes: 360_599_944, objects: 927_884 },
    });
    const [low, high] = answer.totals.spans_interval;
    expect(answer.totals.spans).toBeGreaterThanOrEqual(low);
    expect(answer.totals.spans).toBeLessThanOrEqual(high);
    const live = answer.classes.reduce((sum: number, c: { live_bytes: number }) => sum + c.live_bytes, 0);
    expect(live).toBe(answer.totals.live_bytes);
    const earlier = JSON.parse(spanscope('spans', bundle, '--at', '2026-11-24T05:48:10Z', '--json').out);
    expect(earlier.at).toMatch(/^2026-11-24T05:48:(?:09|10)\./);
    expect(earlier.totals.live_bytes).toBeLessThan(answer.totals.live_bytes);
    const one = JSON.parse(spanscope('spans', bundle, '--class', '39', '--json').out);
    expect(one.classes).toHaveLength(1);
    expect(one.classes[0]).toMatchObject({ size_class: 19, elem_size: 288, span_class: null, noscan: null });
  });

  it('refuses what an estimate cannot tell', () => {
    const bundle = join(trace, '..', '..', 'bundle-session');
    expect(spanscope('spans', bundle, '--span', '0xc000010000').err).toContain('heap/estimate_no_span');
    expect(spanscope('spans', bundle, '--since', 'start').err).toContain('heap/estimate_no_since');
  });
});
