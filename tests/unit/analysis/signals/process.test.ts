import { describe, expect, it } from 'vitest';
import { line, type MadeFile, madeSignals, profile } from '../made-case.ts';

const mebi = 2 ** 20;

describe('growth outside Go, where only gctrace tells of the heap', () => {
  const traced = (live: (t: number) => number): MadeFile => ({
    kind: 'gctrace',
    frame: 'gctrace',
    series: { gc_heap_end_bytes: line(0, 40, 0, 0).map(([t]) => [t, live(t) * mebi]) },
  });
  const resident: MadeFile = {
    kind: 'proc-status',
    frame: 'proc status',
    series: { rss_bytes: line(0, 40, 40 * mebi, 240 * mebi) },
  };

  it('is what the heap never reached', () => {
    const signal = madeSignals([traced(() => 8), resident]).get('growth_outside_go');
    expect(signal).toMatchObject({ met: true, basis: 'estimated' });
  });

  it('is not what the heap once held and the scavenger has not given back yet', () => {
    const signal = madeSignals([traced((t) => (t > 20 && t < 30 ? 210 : 8)), resident]).get('growth_outside_go');
    expect(signal?.met).toBe(false);
  });
});

describe('whether the live heap still grows', () => {
  const heap = (t: number, bytes: number): MadeFile => ({
    kind: 'pprof',
    series: { profile_heap_inuse_space: [[t, bytes]] },
    frame: 'pprof',
    profile: profile({ what: 'heap', types: ['inuse_objects', 'inuse_space'], totals: [1, bytes], t }),
  });
  const two = [heap(5, 10 * mebi), heap(38, 90 * mebi)];

  it('is not told by two heap profiles', () => {
    expect(madeSignals(two).get('live_heap_growth')?.met).toBe(true);
    expect(madeSignals(two).has('live_heap_still_growing')).toBe(false);
  });

  it('is told by the resident memory that rose with it', () => {
    const resident: MadeFile = { kind: 'proc-status', series: { rss_bytes: line(0, 40, 40 * mebi, 140 * mebi) } };
    expect(madeSignals([...two, resident]).get('live_heap_still_growing')).toMatchObject({
      met: true,
      basis: 'estimated',
    });
  });
});
