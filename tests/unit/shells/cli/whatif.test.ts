/** `whatif` as a script sees it. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spanscope } from './run-spanscope.ts';

const run = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'what-if', 'two-workers');

describe('whatif', () => {
  it('prints the prediction with intervals, the baseline it rests on and the replay error', () => {
    const { code, out } = spanscope('whatif', run, '--gogc', 'off', '--memlimit', '250MiB', '--json', '--quiet');
    const answer = JSON.parse(out);
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      refused: null,
      asked: { gogc: 'off', memlimit: String(250 * 2 ** 20), procs: null, go: null },
      baseline: { label: 'measured', gogc: 100, gogc_inferred: true, procs: 2, gc_cycles: 57 },
      predicted: { label: 'simulated', outcome: 'completed' },
    });
    const { predicted } = answer;
    for (const f of [
      'gc_cycles',
      'peak_heap_bytes',
      'peak_total_bytes',
      'peak_rss_bytes',
      'gc_cpu_fraction',
      'total_pause_s',
    ]) {
      const [low, high] = predicted[`${f}_interval`];
      expect(low, f).toBeLessThanOrEqual(predicted[f]);
      expect(high, f).toBeGreaterThanOrEqual(predicted[f]);
    }
    expect(Object.keys(answer.replay_error)).toEqual(expect.arrayContaining(['gc_cycles', 'peak_heap_bytes', 'goal']));
    expect(answer.notes.join('\n')).toMatch(/GOGC=100 .* follows from its goals/);
  });

  it('says what is missing and exits 1 where nothing can be predicted', () => {
    const { code, out } = spanscope('whatif', join(run, 'measured.json'), '--gogc', '200', '--json', '--quiet');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      predicted: null,
      baseline: null,
      refused: expect.stringMatching(/neither gctrace nor/),
    });
  });

  it('says where each figure is from when only samples are there, and null for what none of them tells', () => {
    const { code, out } = spanscope('whatif', join(run, 'series.jsonl'), '--gogc', '200', '--json', '--quiet');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      baseline: {
        cycles_from: 'samples',
        procs_assumed: true,
        gc_cpu_fraction: null,
        basis: {
          gc_cycles: 'measured',
          peak_heap_bytes: 'estimated',
          gc_cpu_fraction: null,
          total_pause_s: 'measured',
        },
      },
      predicted: { gc_cpu_fraction: null, gc_cpu_fraction_interval: null },
    });
  });

  it('takes a container limit and a load, and prints the replay error first', () => {
    const options = ['--limit', '300MiB', '--scale', '1.5', '--scale-live', '1'];
    const answer = JSON.parse(spanscope('whatif', run, ...options, '--json', '--quiet').out);
    expect(answer.asked).toMatchObject({ container_limit: String(300 * 2 ** 20), scale: 1.5, scale_live: 1 });
    expect(answer).toMatchObject({
      container_limit: { bytes: 300 * 2 ** 20, from: 'asked' },
      predicted: { outcome: 'killed', killed_share: 1 },
    });
    const [low, high] = answer.predicted.killed_at_s_interval;
    expect(low).toBeLessThanOrEqual(answer.predicted.killed_at_s);
    expect(high).toBeGreaterThanOrEqual(answer.predicted.killed_at_s);
    const { out } = spanscope('whatif', run, ...options, '--quiet');
    expect(out).toMatch(/^replay error/);
    expect(out).toMatch(/outcome +killed at \d/);
    expect(out).toMatch(/allocation rate and live heap times 1\.5 \(assumption/);
  });

  it.each([
    ['--memlimit', '12 parsecs', /--memlimit/],
    ['--go', 'two', /--go/],
    ['--gogc', '0', /--gogc/],
    ['--limit', 'much', /--limit/],
    ['--scale', '0', /--scale/],
    ['--scale-live', '1', /--scale too/],
  ])('takes no %s %s', (option, value, err) => {
    expect(spanscope('whatif', run, option, value)).toMatchObject({ code: 2, err: expect.stringMatching(err) });
  });
});
