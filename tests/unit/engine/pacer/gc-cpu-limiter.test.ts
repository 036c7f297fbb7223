import { describe, expect, it } from 'vitest';
import { GcCpuLimiter } from '../../../../src-main/engine/pacer/gc-cpu-limiter.ts';

const SECOND = 1e9;

describe('the GC CPU limiter', () => {
  it('turns on after a second of CPU per P more on GC than on the program, and off when that drains', () => {
    const limiter = new GcCpuLimiter(0, 2);
    limiter.addAssistTime(3 * SECOND);
    limiter.update(2 * SECOND);
    expect(limiter).toMatchObject({ fillNs: 2 * SECOND, capacityNs: 2 * SECOND, overflowNs: 0, isLimiting: true });
    limiter.update(2.1 * SECOND);
    expect(limiter.isLimiting).toBe(false);
  });

  it('counts a quarter of all time as GC while marking, which never fills the bucket', () => {
    const limiter = new GcCpuLimiter(0, 4);
    limiter.startGCTransition(true, 0);
    limiter.finishGCTransition(0);
    limiter.update(100 * SECOND);
    expect(limiter.fillNs).toBe(0);
  });

  it('counts stop-the-world time of all Ps', () => {
    const limiter = new GcCpuLimiter(0, 4);
    limiter.startGCTransition(true, 0);
    limiter.finishGCTransition(0.5 * SECOND);
    expect(limiter.fillNs).toBe(2 * SECOND);
  });

  it('does not let idle time hide thrashing', () => {
    const limiter = new GcCpuLimiter(0, 4);
    limiter.addAssistTime(1.5 * SECOND);
    limiter.addIdleTime(6 * SECOND);
    limiter.update(2 * SECOND);
    expect(limiter.fillNs).toBe(SECOND);
  });
});
