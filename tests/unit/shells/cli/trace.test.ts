import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GoroutineRow, TraceStop } from '../../../../src-main/api/contract/trace-range.ts';
import { spanscope } from './run-spanscope.ts';

const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures');
const sample = join(import.meta.dirname, '..', '..', '..', '..', 'resources', 'sample', 'bundle');

describe('spanscope trace', () => {
  it('tells of a stretch who ran, what stopped, what was allocated and which classes grew', () => {
    const { code, out } = spanscope('trace', sample, '--from', '1', '--to', '3', '--json');
    expect(code).toBe(0);
    const answer = JSON.parse(out);
    expect(answer).toMatchObject({ source: 'trace-110059.out', from_t_rel_s: 1, to_t_rel_s: 3 });
    expect(answer.from).toMatch(/^2026-11-24T11:01:00\.166\d{6}Z$/);
    const rows: GoroutineRow[] = answer.goroutines.rows;
    expect(rows.map((r) => r.function)).toContain('main.main');
    // one goroutine waits all along
    const main = rows.find((r) => r.function === 'main.main');
    expect(main?.goroutines).toBe(1);
    expect((main?.running ?? 0) + (main?.runnable ?? 0) + (main?.waiting ?? 0) + (main?.syscall ?? 0)).toBeCloseTo(
      2,
      6,
    );
    expect(answer.stops.rows.map((s: TraceStop) => s.reason)).toContain('GC mark termination');
    for (const s of answer.stops.rows as TraceStop[]) expect(s.stopping + s.work).toBeCloseTo(s.length, 9);
    expect(answer.samples_note).toContain('The CPU profiler was off');
    expect(answer.heap).toMatchObject({ label: 'replayed' });
    expect(answer.heap.by_type[0].bytes).toBeGreaterThan(answer.heap.by_type[1].bytes);
    for (const c of answer.heap.grown) expect(Math.max(c.spans_change, c.live_bytes_change)).toBeGreaterThan(0);
  });

  it('tells the same without a heap of a trace of version 1, with the functions that CPU samples met', () => {
    const old = JSON.parse(spanscope('trace', join(fixtures, 'go-trace', 'go1.21-program.trace'), '--json').out);
    expect(old.heap).toBeNull();
    expect(old.goroutines.goroutines).toBeGreaterThan(5);
    expect(old.stops.count).toBeGreaterThan(0);
    const sampled = JSON.parse(spanscope('trace', join(fixtures, 'go-trace', 'go1.26-program.trace'), '--json').out);
    expect(sampled.samples.all).toBeGreaterThan(0);
    expect(sampled.samples_note).toContain('a trace has no event named markroot');
  });

  it('says so where no trace is', () => {
    expect(spanscope('trace', join(fixtures, 'gctrace'), '--json').code).toBe(3);
    expect(spanscope('trace').code).toBe(2);
  });
});
