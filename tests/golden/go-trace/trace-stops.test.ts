/** What the stops of the world of recorded traces went on. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TraceNames } from '../../../src-main/analysis/heap/trace-names.ts';
import { type Stop, stopsIn } from '../../../src-main/analysis/trace-stops.ts';
import { Service } from '../../../src-main/api/service.ts';
import { valuesAt } from '../../../src-main/api/timeline-queries.ts';
import { TableReader } from '../../../src-main/case/store/tables.ts';

const sample = join(import.meta.dirname, '..', '..', '..', 'resources', 'sample', 'bundle');

describe('stops of the world', () => {
  let service: Service;

  beforeAll(() => {
    service = new Service(1);
  });
  afterAll(async () => {
    await service.close();
  });

  it('fall into the wait for goroutines and the work', async () => {
    const session = await service.open({ inputs: [join(sample, 'trace-110059.out')] });
    const tables = new TableReader(session.source.store);
    const { longest: stops } = stopsIn(tables, 1, new TraceNames(tables, 1), 0, Number.POSITIVE_INFINITY);
    expect(stops.map((s) => s.reason)).toEqual([
      'start trace',
      'read mem stats',
      'read mem stats',
      'GC sweep termination',
      'GC mark termination',
      'read mem stats',
      'read mem stats',
    ]);
    const [termination] = stops.filter((s: Stop) => s.reason === 'GC sweep termination');
    expect(termination).toMatchObject({ endNs: termination.beginNs + 359_872, stoppingNs: 127_296 });
    for (const s of stops) expect(s.beginNs + s.stoppingNs).toBeLessThan(s.endNs);
    session.close();
  });

  it('stand beside the cycle as gctrace has it', async () => {
    const session = await service.open({ inputs: [sample] });
    const [source] = session.heap.sources();
    const { cycle } = valuesAt(session.analysis, source.peak + 0.01, 'en', () => '');
    expect(cycle?.number).toBe(46);
    const texts = cycle?.fields.filter((f) => f.title.startsWith('In the trace')).map((f) => `${f.title}: ${f.text}`);
    expect(texts).toEqual([
      'In the trace: GC sweep termination: 360 µs: 127 µs until all goroutines had stopped, 233 µs work',
      'In the trace: GC mark termination: 124 µs: 0 s until all goroutines had stopped, 124 µs work',
      expect.stringMatching(/^In the trace: what ran: The CPU profiler was off .* no event for marking roots/),
    ]);
    session.close();
  });
});
