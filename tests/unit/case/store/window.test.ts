import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Store } from '../../../../src-main/case/store/store.ts';
import { storeMessage } from '../../../../src-main/case/store/store-message.ts';
import { readWindow } from '../../../../src-main/case/store/window.ts';
import { wallClock } from '../../../../src-main/parsers/contract.ts';
import { chunkRows } from '../../../../src-main/parsers/frame-builder.ts';
import { MessageSink } from '../../../../src-main/parsers/message-sink.ts';

const origin = 1_700_000_000_000_000_000n;
const key = { evidence: 1, frame: 0, column: 0 };

/** A store with one series; times in nanoseconds since `origin`. */
function storeOf(t: ArrayLike<number>, values: ArrayLike<number>): Store {
  const store = new Store(':memory:', false);
  const writer = store.begin({ id: 1, path: 'x', sha256: '0'.repeat(64), sizeBytes: 1, modifiedNs: undefined });
  const sink = new MessageSink((m) => writer.takeAll([storeMessage(m)]));
  const frame = sink.frame('samples', wallClock);
  const column = frame.column({ metric: 'rss_bytes', sourceName: 'VmRSS' });
  for (let i = 0; i < t.length; i++) {
    frame.row(origin + BigInt(t[i] as number), i + 1);
    if (!Number.isNaN(values[i])) frame.set(column, values[i] as number);
  }
  sink.close();
  writer.end({ status: 'parsed', kind: 'proc-status', confidence: 1, parser: 'x', parserVersion: 1 });
  return store;
}

const read = (store: Store, from: number, to: number, px: number) =>
  readWindow(store, key, origin + BigInt(from), origin + BigInt(to), px);

describe('readWindow', () => {
  it('gives few points as they are, with the lines they came from and the nearest on either side', () => {
    const store = storeOf([0, 10, 20, 30, 40], [1, 2, Number.NaN, 4, 5]);
    const w = read(store, 10, 30, 100);
    expect([...w.t].map((t) => Number(w.originNs - origin) + t)).toEqual([0, 10, 30, 40]);
    expect([...w.values]).toEqual([1, 2, 4, 5]);
    expect([...(w.position ?? [])]).toEqual([1, 2, 4, 5]);
    expect(w.points).toBe(2);
  });

  it('gives nothing where nothing is', () => {
    const store = storeOf([0, 10], [1, 2]);
    expect(read(store, 20, 30, 100).points).toBe(0);
    expect(readWindow(store, { ...key, frame: 9 }, origin, origin + 5n, 10).t).toHaveLength(0);
  });

  it('keeps a spike of one sample at any width, over several chunks', () => {
    const n = chunkRows * 3 + 17;
    const spike = chunkRows + 4_321;
    const store = storeOf(
      Float64Array.from({ length: n }, (_, i) => i * 1000),
      Float64Array.from({ length: n }, (_, i) => (i === spike ? 1e9 : 100 + (i % 7))),
    );
    for (const px of [1, 13, 400, 2_000]) {
      const w = read(store, 0, n * 1000, px);
      expect(Math.max(...w.values), `${px} px`).toBe(1e9);
      expect(Math.min(...w.values), `${px} px`).toBe(100);
      expect(w.t.length).toBeLessThanOrEqual(4 * px + 8);
      expect(w.points).toBe(n);
      const at = w.values.indexOf(1e9);
      expect(Math.abs((w.t[at] as number) + Number(w.originNs - origin) - spike * 1000)).toBeLessThanOrEqual(
        Math.max((n * 1000) / px, 16_384 * 1000),
      );
    }
  });

  it('shows of any series, in any window, its smallest and largest value there', () => {
    const series = fc.integer({ min: 1, max: 6_000 }).chain((n) =>
      fc.record({
        steps: fc.infiniteStream(fc.integer({ min: 0, max: 2_000 })).map((s) => [...s.take(n)]),
        values: fc
          .infiniteStream(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constant(Number.NaN)))
          .map((s) => [...s.take(n)]),
        from: fc.double({ min: -0.1, max: 1, noNaN: true }),
        width: fc.double({ min: 0, max: 1.1, noNaN: true }),
        px: fc.integer({ min: 1, max: 40 }),
      }),
    );
    fc.assert(
      fc.property(series, ({ steps, values, from, width, px }) => {
        let at = 0;
        const t = steps.map((s) => (at += s));
        const lo = Math.floor(from * at);
        const hi = lo + Math.floor(width * at) + 1;
        const inside = values.filter((v, i) => !Number.isNaN(v) && (t[i] as number) >= lo && (t[i] as number) <= hi);
        const w = read(storeOf(t, values), lo, hi, px);
        if (inside.length === 0) return;
        expect(Math.min(...w.values)).toBeLessThanOrEqual(Math.min(...inside));
        expect(Math.max(...w.values)).toBeGreaterThanOrEqual(Math.max(...inside));
        const known = new Set(values);
        for (const v of w.values) expect(known.has(v)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('reads times that fall back', () => {
    const store = storeOf([0, 30, 10, 40], [1, 2, 3, 4]);
    const w = read(store, 5, 35, 100);
    expect([...w.values].sort()).toEqual([2, 3]);
  });
});
