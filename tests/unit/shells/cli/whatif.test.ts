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
    const { code, out } = spanscope('whatif', join(run, 'series.jsonl'), '--gogc', '200', '--json', '--quiet');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      predicted: null,
      baseline: null,
      refused: expect.stringMatching(/no gctrace/),
    });
  });

  it.each([
    ['--memlimit', '12 parsecs', /--memlimit/],
    ['--go', 'two', /--go/],
    ['--gogc', '0', /--gogc/],
  ])('takes no %s %s', (option, value, err) => {
    expect(spanscope('whatif', run, option, value)).toMatchObject({ code: 2, err: expect.stringMatching(err) });
  });
});
