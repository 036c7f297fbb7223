/** Stamps of a log that name no zone, beside evidence that does. */
import { describe, expect, it } from 'vitest';
import { buildClock } from '../../../src-main/analysis/clock/case-clock.ts';
import { zoneShiftNs } from '../../../src-main/analysis/clock/log-zone.ts';
import { epoch, line, type MadeFile, madeData } from './made-case.ts';

const second = 1_000_000_000n;
const start = BigInt(epoch) * second;

/** A journal whose stamps put the start of the process `hours` after the epoch, where Prometheus has it. */
function files(hours: number): MadeFile[] {
  const stamped = start + BigInt(Math.round(hours * 3_600)) * second;
  return [
    {
      kind: 'gctrace',
      frame: 'gctrace',
      clock: 'process',
      series: { gc_heap_live_bytes: line(1, 40, 5e6, 5e7, 3) },
      anchors: [{ loNs: stamped - second, hiNs: stamped + second, basis: 'log_prefix' }],
    },
    { kind: 'prometheus', facts: { 'process.start_wall_ns': String(start) } },
  ];
}

function startOf(made: readonly MadeFile[]) {
  const found = buildClock(madeData(made))
    .all()
    .find((o) => o.clock.domain === 'process');
  return found && { seconds: Number(found.offsetNs - start) / 1e9, conflicts: found.conflicts };
}

describe('a log in local time', () => {
  it.each([2, -5, 5.75])('is moved where all else was: %d hours', (hours) => {
    const found = startOf(files(hours));
    expect(Math.abs(found?.seconds ?? Number.NaN)).toBeLessThan(2);
    expect(found?.conflicts).toEqual([]);
  });

  it('stays where it is when no zone explains the difference: that is another run', () => {
    expect(startOf(files(0.4))?.conflicts).toEqual(['process_start']);
    expect(startOf(files(40))?.conflicts).toEqual(['process_start']);
  });

  it('is not moved where nothing firm stands beside it', () => {
    expect(zoneShiftNs([{ lo: start, hi: start + second, basis: 'log_prefix' }])).toBe(0n);
  });
});
