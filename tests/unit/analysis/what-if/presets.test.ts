import { describe, expect, it } from 'vitest';
import { presetsOf } from '../../../../src-main/analysis/what-if/presets.ts';

const MiB = 2 ** 20;
const inputs = {
  gogc: 400,
  memoryLimit: undefined,
  containerLimit: { bytes: 1000 * MiB, from: 'evidence' as const },
  baseline: {
    figures: {
      gcCycles: 10,
      peakHeapBytes: 600 * MiB,
      peakTotalBytes: undefined,
      peakRssBytes: undefined,
      gcCpuFraction: undefined,
      totalPauseS: undefined,
    },
    basis: {},
  },
};

describe('presetsOf', () => {
  it('asks for a memory limit below that of the container where the goal lies above it, and for the default GOGC', () => {
    expect(presetsOf({ ...inputs, causes: ['go.gogc_too_high'] })).toEqual([
      { cause: 'go.gogc_too_high', memoryLimit: 900 * MiB },
      { cause: 'go.gogc_too_high', gogc: 100 },
    ]);
  });

  it('raises the memory limit that sets the pace', () => {
    const [preset] = presetsOf({
      ...inputs,
      causes: ['go.memlimit_death_spiral'],
      memoryLimit: BigInt(200 * MiB),
    });
    expect(preset).toEqual({ cause: 'go.memlimit_death_spiral', memoryLimit: 300 * MiB });
  });

  it('gives churn more room only as far as the container has it', () => {
    expect(presetsOf({ ...inputs, causes: ['go.alloc_churn'] })).toEqual([{ cause: 'go.alloc_churn', gogc: 800 }]);
    expect(presetsOf({ ...inputs, containerLimit: undefined, causes: ['go.alloc_churn'] })).toHaveLength(2);
  });

  it('has none for a cause that is no matter of settings', () => {
    expect(presetsOf({ ...inputs, causes: ['go.timer_leak', 'go.healthy'] })).toEqual([]);
  });
});
