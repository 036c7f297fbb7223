import { describe, expect, it } from 'vitest';
import { line, type MadeFile, madeSignals, type Points } from '../made-case.ts';

const mebi = 2 ** 20;

/** gctrace with a cycle each `step(t)` seconds: each begins at 12 MiB and leaves 4 MiB alive. */
function cycles(step: (t: number) => number): MadeFile {
  const starts: [number, number][] = [];
  for (let t = 0; t < 40; t += step(t)) starts.push([t, 12 * mebi]);
  const alive: Points = starts.map(([t]) => [t, 4 * mebi]);
  return {
    kind: 'gctrace',
    frame: 'gctrace',
    series: { gc_heap_start_bytes: starts, gc_heap_live_bytes: alive, gomaxprocs: starts.map(([t]) => [t, 2]) },
  };
}

describe('what is allocated, where only gctrace tells it', () => {
  it('is what the heap grew by between cycles, for each processor', () => {
    const signals = madeSignals([cycles((t) => (t < 12 ? 0.5 : 0.02))]);
    expect(signals.get('allocation_rate')?.value).toBeCloseTo(200 * mebi, -7);
    expect(signals.get('allocation_rate')?.met).toBe(true);
    expect(signals.get('allocation_rise')?.value).toBeGreaterThan(10);
  });

  it('is little in a program that collects twice a second', () => {
    expect(madeSignals([cycles(() => 0.5)]).get('allocation_rate')?.met).toBe(false);
  });

  it('is not estimated where MemStats count objects', () => {
    const counted: MadeFile = { series: { mallocs_total: line(0, 40, 0, 40_000) } };
    const signals = madeSignals([cycles(() => 0.02), counted]);
    expect(signals.has('allocation_rate')).toBe(false);
    expect(signals.get('malloc_rate')?.value).toBeCloseTo(1_000, 0);
  });
});
