/** When the start of a process is bounded on one side only: the offset lies at that side, not in the middle of an hour. */
import { describe, expect, it } from 'vitest';
import { buildClock } from '../../../src-main/analysis/clock/case-clock.ts';
import { epoch, line, type MadeFile, madeData } from './made-case.ts';

const second = 1_000_000_000n;
const start = BigInt(epoch) * second;

/** A gctrace log of a process that started at the epoch, its last cycle 40 s later. */
const log: MadeFile = {
  kind: 'gctrace',
  frame: 'gctrace',
  clock: 'process',
  series: { gc_heap_live_bytes: line(1, 40, 5e6, 5e7, 3) },
};

function offsetSeconds(files: readonly MadeFile[]): number | undefined {
  const of = buildClock(madeData(files))
    .all()
    .find((o) => o.clock.domain === 'process');
  return of && Number(of.offsetNs - start) / 1e9;
}

describe('the clock of a log without stamps', () => {
  it('takes the time of the first line as the start where nothing stands after it', () => {
    const anchors = [{ loNs: start, hiNs: start + 3_600n * second, basis: 'log_line_before' as const }];
    expect(offsetSeconds([{ ...log, anchors }])).toBeCloseTo(0, 0);
  });

  it('takes the latest possible start where only a later line bounds it', () => {
    const anchors = [{ loNs: start - 3_600n * second, hiNs: start + second, basis: 'log_line_after' as const }];
    expect(offsetSeconds([{ ...log, anchors }])).toBeCloseTo(1, 0);
  });

  it('lies between the first line and the file time, which the last cycle came before', () => {
    const anchors = [{ loNs: start, hiNs: start + 3_600n * second, basis: 'log_line_before' as const }];
    const offset = offsetSeconds([{ ...log, modified: 44, anchors }]);
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset).toBeLessThanOrEqual(6);
  });

  it('is placed beside others by its file time, and by that alone not at all', () => {
    const sampled: MadeFile = { modified: 44, series: { rss_bytes: line(0, 44, 1e7, 2e7) } };
    expect(offsetSeconds([{ ...log, modified: 42 }, sampled])).toBeCloseTo(4, 0);
    expect(offsetSeconds([{ ...log, modified: 42 }])).toBeUndefined();
  });

  it('keeps to the first line where the file was copied much later', () => {
    const anchors = [{ loNs: start, hiNs: start + 3_600n * second, basis: 'log_line_before' as const }];
    expect(offsetSeconds([{ ...log, modified: 1_800, anchors }])).toBeCloseTo(0, 0);
  });

  it('is not placed at all without any of these', () => {
    expect(offsetSeconds([log])).toBeUndefined();
  });
});
