import { describe, expect, it } from 'vitest';
import type { RecordedCycle } from '../../../../src-main/analysis/what-if/recorded-run.ts';
import { replayPacer } from '../../../../src-main/analysis/what-if/replay-pacer.ts';
import { GcController } from '../../../../src-main/engine/pacer/gc-controller.ts';

const MiB = 2 ** 20;
const bytes = (n: number) => BigInt(Math.round(n));

/** Cycles as the pacer would start them; `scanOf` is what each one scans of what it marks. */
function cycles(scanOf: (marked: number) => number): RecordedCycle[] {
  const pacer = new GcController({ gcPercent: 100 });
  pacer.commit(true);
  const out: RecordedCycle[] = [];
  for (let i = 0; i < 40; i++) {
    const marked = (i % 2 === 0 ? 60 : 100) * MiB;
    const heapStart = Math.max(marked, Number(pacer.trigger()));
    const markAlloc = 12 * MiB;
    out.push({
      number: i + 1,
      startS: i,
      heapStart,
      heapEnd: heapStart + markAlloc,
      heapMarked: marked + markAlloc,
      goal: Number(pacer.heapGoal()),
      stackScan: 0,
      globalsScan: 0,
      markS: 0.01,
      pauseS: 0,
      assistS: 0,
      backgroundS: 0.01,
      idleS: 0,
      procs: 4,
      isForced: false,
      allocStart: 0,
      allocEnd: 0,
      markAlloc,
    });
    pacer.heapLive = bytes(heapStart);
    pacer.startCycle(i * 1e9, 4);
    pacer.heapLive = bytes(heapStart + markAlloc);
    pacer.heapScanWork = bytes(scanOf(marked));
    pacer.endCycle((i + 0.01) * 1e9, 4);
    pacer.resetLive(bytes(marked + markAlloc));
    pacer.commit(true);
  }
  return out;
}

const run = { heapPerAlloc: 1, source: 'gctrace' as const };

describe('replayPacer', () => {
  it('believes that cycles scan the same where buffers without pointers come and go', () => {
    const { fixedScanWork, triggerErrors } = replayPacer(
      run,
      cycles(() => 2 * MiB),
      100,
      3,
    );
    expect(fixedScanWork).toBeGreaterThan(0);
    expect(Math.max(...triggerErrors.slice(8).map(Math.abs))).toBeLessThan(0.01);
  });

  it('believes that cycles scan what is reachable where that explains their triggers', () => {
    const { fixedScanWork, triggerErrors } = replayPacer(
      run,
      cycles((marked) => marked),
      100,
      3,
    );
    expect(fixedScanWork).toBeUndefined();
    expect(Math.max(...triggerErrors.slice(8).map(Math.abs))).toBeLessThan(0.01);
  });

  it('takes the usual explanation for rebuilt cycles, which do not say when they started', () => {
    const samples = { ...run, source: 'samples' as const };
    expect(
      replayPacer(
        samples,
        cycles(() => 2 * MiB),
        100,
        3,
      ).fixedScanWork,
    ).toBeUndefined();
  });
});
