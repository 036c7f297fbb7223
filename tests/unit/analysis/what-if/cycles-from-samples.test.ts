import { describe, expect, it } from 'vitest';
import { cyclesFromSamples, markedAt } from '../../../../src-main/analysis/what-if/cycles-from-samples.ts';
import type { RecordedSample } from '../../../../src-main/analysis/what-if/recorded-samples.ts';

const MiB = 2 ** 20;
const assumed = { gogc: 100, procs: 2, heapPerAlloc: 1, markSPerByte: () => 1e-12 };

const nothing = Number.NaN;
function sample(known: Partial<RecordedSample>): RecordedSample {
  const none = {
    cycles: nothing,
    forced: nothing,
    totalAlloc: nothing,
    heapAlloc: nothing,
    heapInuse: nothing,
    heapSys: nothing,
    heapReleased: nothing,
    sys: nothing,
    rss: nothing,
    nextGc: nothing,
    live: nothing,
    heapObjects: nothing,
    mallocs: nothing,
    frees: nothing,
    pauseTotalS: nothing,
    gcCpuFraction: nothing,
    gcCpuS: nothing,
    gcIdleCpuS: nothing,
    allCpuS: nothing,
    seconds: nothing,
    objects: nothing,
  };
  return { ...none, ...known };
}

/** Samples of a program that marks `live[n]` MiB in cycle n and collects at twice that, `every` MiB allocated. */
function sampled(live: readonly number[], every: number): RecordedSample[] {
  const out: RecordedSample[] = [];
  let cycles = 0;
  let cycleAt = 0;
  const end = live.reduce((sum, m, i) => sum + (2 * m - (live[i] as number)), 0);
  for (let alloc = 0; alloc <= end; alloc++) {
    const marked = live[cycles] as number;
    if (marked + alloc - cycleAt >= 2 * marked && cycles < live.length - 1) {
      cycles++;
      cycleAt = alloc;
    }
    if (alloc % every !== 0) continue;
    const now = live[cycles] as number;
    out.push(
      sample({
        seconds: alloc / 100,
        cycles: cycles + 1,
        totalAlloc: alloc * MiB,
        heapAlloc: (now + alloc - cycleAt) * MiB,
        nextGc: 2 * now * MiB,
      }),
    );
  }
  return out;
}

const allocated = (bytes: number) => Math.round(bytes / MiB);

describe('cyclesFromSamples', () => {
  it('finds each cycle where the heap reached its goal, several of them between two samples', () => {
    const cycles = cyclesFromSamples(sampled(new Array(12).fill(20), 50), assumed);
    expect(cycles.map((c) => c.number)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    cycles.forEach((c, i) => {
      expect(Math.abs(allocated(c.allocEnd) - 20 * (i + 1))).toBeLessThanOrEqual(2);
      expect(c.heapMarked).toBe(20 * MiB);
    });
  });

  it('puts a fall of the live heap at the cycle that explains what was allocated', () => {
    const live = [...new Array(6).fill(20), ...new Array(3).fill(80), ...new Array(12).fill(20)];
    const cycles = cyclesFromSamples(sampled(live, 200), assumed);
    const rebuilt = cycles.map((c) => allocated(c.heapMarked));
    expect(rebuilt.slice(8)).toEqual(new Array(12).fill(20));
    expect(rebuilt.slice(6, 8)).toEqual([80, 80]);
  });

  it('takes the live heap as told before what the goal says', () => {
    expect(markedAt(sample({ cycles: 3, nextGc: 100 * MiB, heapAlloc: 90 * MiB, live: 30 * MiB }), 100)).toBe(30 * MiB);
    expect(markedAt(sample({ cycles: 3, nextGc: 100 * MiB, heapAlloc: 90 * MiB }), 100)).toBe(50 * MiB);
  });

  it('never marks more than HeapAlloc: stacks are in the goal and not in the heap', () => {
    expect(markedAt(sample({ cycles: 3, nextGc: 100 * MiB, heapAlloc: 5 * MiB }), 100)).toBe(5 * MiB);
  });

  it('says that the last cycles of a stretch were forced, as many as were counted', () => {
    const samples = sampled(new Array(8).fill(20), 50).map((s, i) => ({ ...s, forced: i >= 2 ? 1 : 0 }));
    const cycles = cyclesFromSamples(samples, assumed);
    expect(cycles.filter((c) => c.isForced).length).toBe(1);
  });

  it('shares the pauses between two samples among their cycles', () => {
    const samples = sampled(new Array(8).fill(20), 50).map((s, i) => ({ ...s, pauseTotalS: 0.01 * i }));
    const cycles = cyclesFromSamples(samples, assumed);
    expect(cycles.reduce((sum, c) => sum + c.pauseS, 0)).toBeCloseTo(0.01 * (samples.length - 1), 6);
  });

  it('is empty without samples, and without cycles', () => {
    expect(cyclesFromSamples([], assumed)).toEqual([]);
    expect(cyclesFromSamples(sampled([20], 5).slice(0, 3), assumed)).toEqual([]);
  });
});
