import { describe, expect, it } from 'vitest';
import { line, type MadeFile, madeSignals, profile } from '../made-case.ts';

const mebi = 2 ** 20;
const limited: MadeFile = { kind: 'kubectl', facts: { 'container.limit_bytes': 200 * mebi } };

function trace(live: number): MadeFile {
  return {
    kind: 'gctrace',
    frame: 'gctrace',
    series: { gc_heap_live_bytes: line(0, 30, live, live), next_gc_bytes: line(0, 30, 2 * live, 2 * live) },
  };
}

describe('the goal against the limit', () => {
  it('is that of the next cycle where GOGC is told: the process may be killed on the way to it', () => {
    const gogc = { ...limited, facts: { ...limited.facts, 'setting.gogc': '500' } };
    expect(madeSignals([trace(46 * mebi), gogc]).get('goal_over_limit')).toMatchObject({
      met: true,
      basis: 'estimated',
    });
    expect(madeSignals([trace(46 * mebi), limited]).get('goal_over_limit')?.met).toBe(false);
  });

  it('is held back by GOMEMLIMIT', () => {
    const facts = { ...limited.facts, 'setting.gogc': '500', 'setting.gomemlimit': '150MiB' };
    expect(madeSignals([trace(46 * mebi), { ...limited, facts }]).get('goal_over_limit')?.met).toBe(false);
  });

  it('is none where the collector is off and no limit of Go stands below that of the container', () => {
    const off = (more = {}) =>
      madeSignals([{ ...limited, facts: { ...limited.facts, 'setting.gogc': 'off', ...more } }]);
    expect(off().get('collector_off')?.met).toBe(true);
    expect(off({ 'setting.gomemlimit': '180MiB' }).get('collector_off')?.met).toBe(false);
    expect(off({ 'setting.gomemlimit': '2GiB' }).get('collector_off')?.met).toBe(true);
  });
});

describe('spans in use that hold nothing alive', () => {
  const spans = (emptyFrom: number): MadeFile => ({
    series: {
      heap_inuse_bytes: line(0, 60, 160 * mebi, 160 * mebi),
      heap_alloc_bytes: line(0, 60, 0, 0).map(([t]) => [t, t < emptyFrom ? 150 * mebi : 10 * mebi]),
    },
  });

  it('are looked for in the last third: what held them may have gone shortly before', () => {
    expect(madeSignals([spans(35)]).get('heap_in_use_but_dead')?.met).toBe(true);
  });

  it('are none where they were full a moment ago', () => {
    expect(madeSignals([spans(58)]).get('heap_in_use_but_dead')?.met).toBe(false);
  });
});

describe('buffers on the heap', () => {
  const heapOf = (leaf: string): MadeFile => ({
    kind: 'pprof',
    profile: profile({
      what: 'heap',
      types: ['inuse_objects', 'inuse_space'],
      totals: [10, 100 * mebi],
      top: [{ sampleType: 1, function: leaf, flat: 90 * mebi }],
    }),
  });

  it('are those that can be used again', () => {
    expect(madeSignals([heapOf('bytes.growSlice')]).get('buffers_on_heap')?.met).toBe(true);
  });

  it('are not those of strings.Builder, which gives its buffer away as the string', () => {
    expect(madeSignals([heapOf('strings.(*Builder).grow')]).get('buffers_on_heap')?.met).toBe(false);
  });
});

describe('a burst', () => {
  const heap = (value: (t: number) => number): MadeFile => ({
    series: { heap_alloc_bytes: line(0, 60, 0, 0).map(([t]) => [t, value(t) * mebi]) },
  });
  const burst = (file: MadeFile) => madeSignals([file]).get('burst')?.met;

  it('is a heap that multiplies at once', () => {
    expect(burst(heap((t) => (t > 45 ? 400 : 40)))).toBe(true);
  });

  it('is not a steady rise', () => {
    expect(burst(heap((t) => 20 + Math.max(0, t - 20) * 8))).toBe(false);
  });

  it('is not a peak that comes again and again', () => {
    expect(burst(heap((t) => (t % 12 > 8 ? 400 : 40)))).toBe(false);
  });
});

describe('the goal against the live heap, where only MemStats tell them', () => {
  const memstats = (goal: number, cycles: number): MadeFile => ({
    series: {
      heap_alloc_bytes: line(0, 40, 0, 0).map(([t]) => [t, (100 + (t % 4) * 2) * mebi]),
      next_gc_bytes: line(0, 40, goal * mebi, goal * mebi),
      gc_cycles_total: line(0, 40, 0, cycles),
    },
  });

  it('has no room left after many cycles', () => {
    expect(madeSignals([memstats(106, 400)]).get('goal_at_live')).toMatchObject({ met: true, basis: 'estimated' });
    expect(madeSignals([memstats(200, 400)]).get('goal_at_live')?.met).toBe(false);
  });

  it('is not told by a few cycles: HeapAlloc may have been seen only shortly before each', () => {
    expect(madeSignals([memstats(106, 10)]).has('goal_at_live')).toBe(false);
  });
});
