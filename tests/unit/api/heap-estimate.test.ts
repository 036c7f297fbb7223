/** The estimate against a heap of which every span is known: the sample case has both MemStats with BySize and a trace of its heap. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CaseSession, Service } from '../../../src-main/api/service.ts';

const root = join(import.meta.dirname, '../../..');
let service: Service;
let session: CaseSession;

beforeAll(async () => {
  service = new Service(1);
  session = await service.open({ inputs: [join(root, 'resources/sample/bundle')] });
});

afterAll(async () => {
  session.close();
  await service.close();
});

describe('HeapEstimates', () => {
  it('holds the true spans and free slots of every class within its bounds, at each MemStats within the trace', () => {
    const [trace] = session.heap.sources();
    if (!trace) throw new Error('the sample has a trace');
    let rows = 0;
    const within = session.heapEstimates
      .counts()
      .filter((c) => c.source === 'by_size' && c.t !== null && c.t >= trace.from && c.t <= trace.to);
    expect(within.length).toBeGreaterThanOrEqual(3);
    for (const counts of within) {
      const replayed = session.heap.moment(counts.t ?? 0, undefined);
      const estimate = session.heapEstimates.at({ index: counts.index });
      expect(estimate.totals.inuse_bytes).toBe(replayed.totals.inuse_bytes);
      for (const c of estimate.classes.filter((one) => one.size_class > 0)) {
        const own = replayed.classes.filter((one) => one.size_class === c.size_class);
        const total = (of: (one: (typeof own)[number]) => number) => own.reduce((sum, one) => sum + of(one), 0);
        const [low, high] = c.spans_interval;
        expect(total((one) => one.spans)).toBeGreaterThanOrEqual(low);
        expect(total((one) => one.spans)).toBeLessThanOrEqual(high ?? 0);
        expect(c.spans).toBeGreaterThanOrEqual(low);
        expect(c.spans).toBeLessThanOrEqual(high ?? 0);
        rows++;
      }
      // the figure under the named assumption is not far from the truth here
      expect(Math.abs(estimate.totals.spans / replayed.totals.spans - 1)).toBeLessThan(0.05);
    }
    expect(rows).toBeGreaterThan(100);
  });

  it('takes the counts nearest to a time, those with most bytes without one, and MemStats before a profile at the same moment', () => {
    const counts = session.heapEstimates.counts();
    const profile = counts.find((c) => c.source === 'profile');
    expect(session.heapEstimates.at({ t: profile?.t ?? 0 }).counts.source).toBe('by_size');
    const placed = counts.filter((c) => c.source === 'by_size');
    const most = Math.max(...placed.map((c) => c.heap_alloc_bytes ?? 0));
    expect(session.heapEstimates.at({}).counts.heap_alloc_bytes).toBe(most);
    expect(counts.map((c) => c.t ?? 0)).toEqual([...counts.map((c) => c.t ?? 0)].sort((a, b) => a - b));
  });

  it('estimates from a heap profile, its live bytes and the HeapInuse nearest to it', () => {
    const profile = session.heapEstimates.counts().findLast((c) => c.source === 'profile');
    const { totals, classes, label } = session.heapEstimates.at({ index: profile?.index });
    expect(label).toBe('estimated');
    expect(totals.live_bytes).toBeLessThan(totals.inuse_bytes ?? 0);
    expect(classes.reduce((sum, c) => sum + c.live_bytes, 0)).toBe(totals.live_bytes);
  });

  it('has lower bounds only from a profile alone: no upper one but a span an object', async () => {
    const alone = await service.open({ inputs: [join(root, 'resources/sample/bundle/heap-110103.pb.gz')] });
    try {
      const { totals, classes } = alone.heapEstimates.at({});
      expect(totals).toMatchObject({ inuse_bytes: null, pages: null, waste_bytes: null });
      for (const c of classes.filter((one) => one.size_class > 0)) expect(c.spans_interval[1]).toBe(c.objects);
    } finally {
      alone.close();
    }
  });

  it('takes HeapInuse and time of the run a sample belongs to, where a file holds several', async () => {
    // the process starts again after three samples, and its clock with it
    const times = [0, 2_000, 4_000, 0, 2_000, 4_000];
    const { counts, inuse } = await estimatesOf((record, i) => ({ t_ms: times[i], memstats: record }));
    expect(counts).toHaveLength(6);
    expect(inuse).toEqual([753_664, 851_968, 876_544, 892_928, 901_120, 942_080]);
  });

  it('says that counts contradict the pages in use, and keeps both ends in order', async () => {
    const { estimates } = await estimatesOf((record) => ({ t_ms: 0, memstats: { ...record, HeapInuse: 16_384 } }));
    for (const { totals, is_contradictory } of estimates) {
      expect(is_contradictory).toBe(true);
      expect(totals.spans_interval[1]).toBeGreaterThanOrEqual(totals.spans_interval[0]);
      expect(totals.spans).toBeGreaterThanOrEqual(totals.spans_interval[0]);
    }
  });
});

/** Estimates of the recorded MemStats lines, each changed, by the line they begin in. */
async function estimatesOf(change: (record: Record<string, unknown>, index: number) => object) {
  const folder = mkdtempSync(join(tmpdir(), 'spanscope-estimate-'));
  try {
    const lines = readFileSync(join(root, 'tests/fixtures/memstats/lines.jsonl'), 'utf8').trim().split('\n');
    const path = join(folder, 'memstats.jsonl');
    writeFileSync(path, lines.map((line, i) => `${JSON.stringify(change(JSON.parse(line).memstats, i))}\n`).join(''));
    const own = await service.open({ inputs: [path] });
    try {
      const counts = [...own.heapEstimates.counts()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
      const estimates = counts.map(({ index }) => own.heapEstimates.at({ index }));
      return { counts, estimates, inuse: estimates.map((e) => e.totals.inuse_bytes) };
    } finally {
      own.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
