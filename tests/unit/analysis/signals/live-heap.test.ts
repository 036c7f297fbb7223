/** What MemStats and gctrace allow to say about the heap that survives collections. */
import { describe, expect, it } from 'vitest';
import { liveHeap, liveHeapTrend } from '../../../../src-main/analysis/signals/live-heap.ts';
import type { Track } from '../../../../src-main/analysis/timeline.ts';
import { line, type MadeFile, madeScene, madeSignals, type Points } from '../made-case.ts';

const mega = 1e6;

function liveOf(...files: MadeFile[]) {
  return liveHeap(madeScene(files));
}

function trendOf(...files: MadeFile[]): number {
  const scene = madeScene(files);
  return liveHeapTrend(scene, liveHeap(scene) as Track);
}

/** Live heap of a service that leaks steadily: a collection each time it has doubled. */
const leakTrace: MadeFile = {
  kind: 'gctrace',
  frame: 'gctrace',
  series: {
    gc_heap_live_bytes: [1, 2, 4, 8, 16, 32].map((t) => [t, t * mega]),
  },
};

describe('the live heap from MemStats', () => {
  it('is unknown while nothing is collected: HeapAlloc rises in any program', () => {
    const live = liveOf({
      series: { heap_alloc_bytes: line(0, 40, 5 * mega, 200 * mega), gc_cycles_total: line(0, 40, 3, 3) },
    });
    expect(live).toBeUndefined();
  });

  it('is the least seen after each collection, whatever the teeth of the saw reach', () => {
    const teeth: Points = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((t) => [t, (t % 3) * 30 * mega + 10 * mega]);
    const cycles: Points = teeth.map(([t]) => [t, Math.floor(t / 3)]);
    const live = liveOf({ series: { heap_alloc_bytes: teeth, gc_cycles_total: cycles } });
    expect([...(live?.v ?? [])]).toEqual([10 * mega, 10 * mega, 10 * mega, 10 * mega]);
  });
});

describe('whether the live heap still grows after the last collection', () => {
  it('goes on where HeapAlloc does', () => {
    const sampled: MadeFile = {
      series: { heap_alloc_bytes: line(0, 44, 0, 44 * mega), gc_cycles_total: line(0, 44, 0, 6) },
    };
    expect(trendOf(leakTrace, sampled)).toBeGreaterThan(0.3);
  });

  it('has ended where HeapAlloc stands: a peak that is over', () => {
    const after: Points = [...line(0, 33, 0, 40 * mega), ...line(34, 80, 40 * mega, 41 * mega)];
    expect(trendOf(leakTrace, { series: { heap_alloc_bytes: after } })).toBeLessThan(0.1);
  });

  it('has ended where the next collection is long overdue at the former pace', () => {
    const loaded: MadeFile = {
      kind: 'gctrace',
      frame: 'gctrace',
      series: { gc_heap_live_bytes: [1, 2, 3, 4, 5, 6].map((t) => [t, t * 30 * mega]) },
    };
    const alive: MadeFile = { kind: 'cgroup', frame: 'cgroup', series: { cgroup_current_bytes: [[60, 200 * mega]] } };
    expect(trendOf(loaded)).toBeGreaterThan(0.3);
    expect(trendOf(loaded, alive)).toBeLessThan(0.15);
    const overAndGone: MadeFile = { ...alive, series: { cgroup_current_bytes: [[60, 2 * mega]] } };
    expect(trendOf(loaded, overAndGone), 'a group that holds less says nothing of the process').toBeGreaterThan(0.3);
  });

  it('does not take the doubling pauses of a steady leak for its end', () => {
    const alive: MadeFile = {
      kind: 'proc-status',
      frame: 'proc status',
      series: {
        rss_bytes: [
          [10, 30 * mega],
          [60, 80 * mega],
        ],
      },
    };
    expect(trendOf(leakTrace, alive)).toBeGreaterThan(0.3);
  });
});

describe('signals of the live heap', () => {
  it('are not taken from the first seconds of a process', () => {
    const trace = (seconds: number): MadeFile => ({
      kind: 'gctrace',
      frame: 'gctrace',
      clock: 'process',
      series: { gc_heap_live_bytes: line(0, seconds, 4 * mega, 200 * mega, seconds / 20) },
    });
    expect(madeSignals([trace(1)]).has('live_heap_growth')).toBe(false);
    expect(madeSignals([trace(30)]).get('live_heap_growth')?.met).toBe(true);
  });
});
