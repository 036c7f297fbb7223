import { describe, expect, it } from 'vitest';
import { goVersionOf } from '../../../../src-main/engine/go-versions.ts';
import { Heap } from '../../../../src-main/engine/heap.ts';
import { PiController } from '../../../../src-main/engine/scavenge/pi-controller.ts';
import {
  allocScavengeDebt,
  BackgroundScavenger,
  NO_SCAVENGE_GOALS,
  type ScavengePaceInputs,
  scavengeGoals,
} from '../../../../src-main/engine/scavenge/scavenger.ts';

const MIB = 2 ** 20;

const INPUTS: ScavengePaceInputs = {
  memoryLimitBytes: Infinity,
  mappedReadyBytes: 200 * MIB,
  heapGoalBytes: 50 * MIB,
  lastHeapGoalBytes: 100 * MIB,
  lastHeapInUseBytes: 80 * MIB,
  heapRetainedBytes: 150 * MIB,
};

describe('scavenge goals', () => {
  it('keep the last heap in use, scaled by the heap goal, and a tenth', () => {
    expect(scavengeGoals(INPUTS).gcPercentGoalBytes).toBe(44 * MIB);
  });

  it('are off before the second cycle and while the heap is below', () => {
    expect(scavengeGoals({ ...INPUTS, lastHeapGoalBytes: 0 })).toEqual(NO_SCAVENGE_GOALS);
    expect(scavengeGoals({ ...INPUTS, heapRetainedBytes: 44 * MIB })).toEqual(NO_SCAVENGE_GOALS);
  });

  it('are off within a system page of the goal', () => {
    const goalBytes = 44 * MIB;
    expect(scavengeGoals({ ...INPUTS, heapRetainedBytes: goalBytes + 4095 }).gcPercentGoalBytes).toBe(Infinity);
    expect(scavengeGoals({ ...INPUTS, heapRetainedBytes: goalBytes + 4096 }).gcPercentGoalBytes).toBe(goalBytes);
  });

  it('are 95 % of a memory limit once memory is above that', () => {
    expect(scavengeGoals({ ...INPUTS, memoryLimitBytes: 200 * MIB }).memoryLimitGoalBytes).toBe(190 * MIB);
    expect(scavengeGoals({ ...INPUTS, memoryLimitBytes: 220 * MIB }).memoryLimitGoalBytes).toBe(Infinity);
  });
});

describe('what an allocation must release', () => {
  const debt = {
    goals: { gcPercentGoalBytes: 100 * MIB, memoryLimitGoalBytes: Infinity },
    memoryLimitBytes: 300 * MIB,
    mappedReadyBytes: 200 * MIB,
    heapRetainedBytes: 98 * MIB,
    scavengedBytes: 0,
    growthBytes: 0,
    isLimiting: false,
  };

  it('is nothing unless the heap grew or the limit is passed', () => {
    expect(allocScavengeDebt(debt)).toEqual({ bytes: 0, isForced: false });
  });

  it('is at most the growth, and at most what is over the goal', () => {
    expect(allocScavengeDebt({ ...debt, growthBytes: 4 * MIB }).bytes).toBe(2 * MIB);
    expect(allocScavengeDebt({ ...debt, growthBytes: 4 * MIB, heapRetainedBytes: 120 * MIB }).bytes).toBe(4 * MIB);
  });

  it('is forced above the memory limit, but not while the limiter is on', () => {
    const over = { ...debt, mappedReadyBytes: 299 * MIB, scavengedBytes: 3 * MIB };
    expect(allocScavengeDebt(over)).toEqual({ bytes: 2 * MIB, isForced: true });
    expect(allocScavengeDebt({ ...over, isLimiting: true })).toEqual({ bytes: 0, isForced: false });
  });
});

describe('the background scavenger', () => {
  it('releases in quanta until the goal is met and keeps the books', () => {
    const heap = new Heap(goVersionOf(26) ?? expect.fail(), { hasChecks: true });
    const spans = Array.from({ length: 40 }, () => heap.allocManual(0, 64, 1));
    for (const s of spans) heap.freeManual(s);
    // The background scavenger sees what was freed once the cycle has ended.
    heap.mheap.pages.scavengeIndex.nextGen();
    const before = heap.mheap.retainedBytes;
    const scavenger = new BackgroundScavenger();
    const goals = { gcPercentGoalBytes: before - 10 * MIB, memoryLimitGoalBytes: Infinity };
    let released = 0;
    for (let burst = 0; burst < 1000 && heap.mheap.retainedBytes > goals.gcPercentGoalBytes; burst++) {
      released += scavenger.run(heap.mheap, goals, 0, 1).releasedBytes;
    }
    expect(heap.mheap.retainedBytes).toBeLessThanOrEqual(goals.gcPercentGoalBytes);
    expect(heap.mheap.retainedBytes).toBeGreaterThan(goals.gcPercentGoalBytes - 3 * MIB);
    expect(before - heap.mheap.retainedBytes).toBe(released);
    expect(scavenger.run(heap.mheap, goals, 0, 1).releasedBytes).toBe(0);
  });

  it('finds a sleep that costs 1 % of CPU', () => {
    const scavenger = new BackgroundScavenger();
    const procs = 4;
    let [worked, slept] = [0, 0];
    for (let i = 0; i < 5000; i++) {
      const sleepNs = scavenger.sleepNs(1e6);
      scavenger.awake(sleepNs, 1e6, procs);
      if (i >= 4000) {
        worked += 1e6;
        slept += sleepNs;
      }
    }
    expect(worked / ((worked + slept) * procs)).toBeCloseTo(0.01, 3);
  });
});

describe('the PI controller', () => {
  it('fails, resets and says so when its input overflows', () => {
    const controller = new PiController({ kp: 1, ti: 1, tt: 1, min: 0.5, max: 2 });
    expect([controller.next(-Infinity, 1, 1), controller.isFailed]).toEqual([0.5, true]);
    expect([controller.next(0, 1, 0), controller.isFailed]).toEqual([1, false]);
  });
});
