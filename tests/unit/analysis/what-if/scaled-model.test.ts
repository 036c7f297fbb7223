import { describe, expect, it } from 'vitest';
import type { ProgramModel } from '../../../../src-main/analysis/what-if/program-model.ts';
import { scaledModel } from '../../../../src-main/analysis/what-if/scaled-model.ts';

const marking = {
  alloc: 50,
  secondsPerByte: 1e-9,
  heapStart: 100,
  assistS: 0.1,
  pauseS: 0.001,
  bytesPerCpuS: 1000,
  surprise: undefined,
  workers: 3,
  idlePart: 0.5,
  overshoot: 0,
  headStart: 0,
};
const model: ProgramModel = {
  totalAlloc: 100,
  heapPerAlloc: 1.05,
  procs: 4,
  parallelism: 1,
  isSaturated: false,
  isCpuKnown: true,
  live: [{ alloc: 50, bytes: 10 }],
  markings: [marking],
  fixedScanWork: undefined,
  stackScan: 0,
  globalsScan: 0,
  forced: [70],
  time: [{ alloc: 100, value: 20 }],
  spanWaste: 0.05,
  spread: [{ alloc: 50, value: 3 }],
  otherBytes: 0,
  otherShare: 0,
  rssShift: undefined,
  hasSamples: false,
  hasGcCpu: true,
  hasPauses: true,
  startMarked: 6,
};

describe('scaledModel', () => {
  it('is the model itself at a load of 1', () => {
    expect(scaledModel(model, { k: 1, isLiveScaled: true })).toBe(model);
  });

  it('allocates twice as much in the same time, with the live heap kept', () => {
    expect(scaledModel(model, { k: 2, isLiveScaled: false })).toMatchObject({
      totalAlloc: 200,
      live: [{ alloc: 100, bytes: 10 }],
      forced: [140],
      time: [{ alloc: 200, value: 20 }],
      startMarked: 6,
      parallelism: 2,
      markings: [{ alloc: 100, heapStart: 100, bytesPerCpuS: 1000, workers: 2 }],
    });
  });

  it('lets the live heap grow with the load where that is asked', () => {
    expect(scaledModel(model, { k: 2, isLiveScaled: true })).toMatchObject({
      live: [{ bytes: 20 }],
      startMarked: 12,
      markings: [{ heapStart: 200 }],
    });
  });

  it('takes longer where the program would need more CPUs than there are', () => {
    const busy = scaledModel({ ...model, parallelism: 4, isSaturated: true }, { k: 3, isLiveScaled: false });
    expect(busy).toMatchObject({ time: [{ value: 60 }], parallelism: 4, isSaturated: true });
  });

  it('takes CPUs to suffice where nothing tells how busy they were', () => {
    const unknown = { ...model, parallelism: 4, isSaturated: true, isCpuKnown: false };
    expect(scaledModel(unknown, { k: 3, isLiveScaled: false })).toMatchObject({
      time: [{ value: 20 }],
      markings: [{ bytesPerCpuS: 3000 }],
    });
  });
});
