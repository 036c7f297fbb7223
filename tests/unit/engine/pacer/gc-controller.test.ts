import { describe, expect, it } from 'vitest';
import { GcController, MAX_UINT64, NO_MEMORY_LIMIT } from '../../../../src-main/engine/pacer/gc-controller.ts';
import { toInt64, toUint64 } from '../../../../src-main/engine/pacer/go-conversions.ts';
import { memoryLimitHeapGoal } from '../../../../src-main/engine/pacer/memory-limit-goal.ts';

const MIB = 2n ** 20n;

/** A steady program: each cycle starts at the trigger and allocates `perCycle` while marking `live`. */
function runCycles(pacer: GcController, cycles: number, live: bigint, perCycle: bigint): bigint[] {
  const peaks: bigint[] = [];
  for (let i = 0; i < cycles; i++) {
    pacer.heapLive = pacer.trigger();
    pacer.heapScan = live;
    pacer.startCycle(0, 4);
    pacer.heapLive += perCycle;
    pacer.heapScanWork = live;
    pacer.endCycle(1e6, 4);
    peaks.push(pacer.heapLive);
    pacer.resetLive(live);
    pacer.commit(true);
  }
  return peaks;
}

describe('the pacer', () => {
  it('starts with a goal of 4 MiB, scaled by GOGC', () => {
    expect(new GcController().heapGoal()).toBe(4n * MIB);
    expect(new GcController({ gcPercent: 50 }).heapGoal()).toBe(2n * MIB);
  });

  it('puts the goal out of reach when GOGC is off: 97 % of no limit', () => {
    const pacer = new GcController({ gcPercent: -1 });
    expect(pacer.gcPercentHeapGoal).toBe(MAX_UINT64);
    expect(pacer.heapGoal()).toBe(NO_MEMORY_LIMIT - (NO_MEMORY_LIMIT / 100n) * 3n);
  });

  it('counts stacks and globals in the goal', () => {
    const pacer = new GcController({ gcPercent: 100 });
    pacer.stackScanWork = 3n * MIB;
    pacer.globalsScan = 2n * MIB;
    pacer.resetLive(10n * MIB);
    pacer.commit(true);
    expect(pacer.heapGoal()).toBe(25n * MIB);
  });

  it('learns the runway, so that a steady program ends its cycles near the goal', () => {
    const peaks = runCycles(new GcController(), 12, 40n * MIB, 6n * MIB);
    for (const peak of peaks.slice(4))
      expect(Math.abs(Number(peak - 80n * MIB)) / Number(80n * MIB)).toBeLessThan(0.05);
  });

  it('keeps the trigger between 70 % and 95 % of the way to the goal', () => {
    for (const perCycle of [0n, 1n, 1000n * MIB]) {
      const pacer = new GcController();
      runCycles(pacer, 3, 100n * MIB, perCycle);
      const way = Number(pacer.trigger() - 100n * MIB) / Number(pacer.heapGoal() - 100n * MIB);
      expect(way).toBeGreaterThanOrEqual(0.7);
      expect(way).toBeLessThanOrEqual(0.97);
    }
  });

  it('lets the memory limit win when it is tighter', () => {
    const pacer = new GcController({ gcPercent: 100, memoryLimit: 100n * MIB });
    pacer.resetLive(80n * MIB);
    pacer.commit(true);
    expect(pacer.heapGoal()).toBe(97n * MIB);
  });

  it.each([
    [1, 0, 0.25],
    [2, 0, 0.25],
    [3, 0, 0.25],
    [4, 1, 0],
    [5, 1, 0],
    [6, 1, 0.08333333333333333],
    [16, 4, 0],
  ])('gives %i Ps %i dedicated workers and a fractional share of %f', (procs, dedicated, fraction) => {
    const pacer = new GcController();
    pacer.startCycle(0, procs);
    expect(pacer.dedicatedMarkWorkersNeeded).toBe(dedicated);
    expect(pacer.fractionalUtilizationGoal).toBeCloseTo(fraction, 12);
  });

  it('raises assists as the heap nears the goal', () => {
    const pacer = new GcController();
    pacer.lastHeapScan = 2n * MIB;
    pacer.heapLive = 3n * MIB;
    pacer.startCycle(0, 4);
    const early = pacer.assistWorkPerByte;
    pacer.heapLive = 4n * MIB - 1024n;
    pacer.revise();
    expect(pacer.assistWorkPerByte).toBeGreaterThan(early * 100);
  });
});

describe('the goal from a memory limit', () => {
  const inputs = { mappedReady: 50n * MIB, heapFree: 5n * MIB, heapAlloc: 30n * MIB, heapMarked: 20n * MIB };

  it('is what is left beside non-heap memory, less 3 %', () => {
    const goal = memoryLimitHeapGoal({ ...inputs, memoryLimit: 215n * MIB }, 3);
    expect(goal).toBe(200n * MIB - ((200n * MIB) / 100n) * 3n);
  });

  it('has a flat headroom of 1 MiB in Go 1.19 and 1.20', () => {
    expect(memoryLimitHeapGoal({ ...inputs, memoryLimit: 215n * MIB }, 0)).toBe(199n * MIB);
  });

  it('is the live heap where nothing is left', () => {
    expect(memoryLimitHeapGoal({ ...inputs, memoryLimit: 10n * MIB }, 3)).toBe(20n * MIB);
    expect(memoryLimitHeapGoal({ ...inputs, memoryLimit: 36n * MIB }, 3)).toBe(20n * MIB);
  });
});

describe('conversions to 64-bit integers', () => {
  it('truncate, and send what does not fit where amd64 sends it', () => {
    expect([toInt64(-1.9), toInt64(2 ** 63), toInt64(Number.NaN), toInt64(-Infinity)]).toEqual([
      -1n,
      -(2n ** 63n),
      -(2n ** 63n),
      -(2n ** 63n),
    ]);
    expect([toUint64(1.9), toUint64(2 ** 63 + 2 ** 62), toUint64(-1)]).toEqual([1n, 3n * 2n ** 62n, MAX_UINT64]);
  });
});
