/**
 * The runtime's pacer on the recorded inputs: at each recorded cycle it gets what was marked and how the marking went, and says the next goal
 * and trigger. What the recording then shows of both tells whether the assumed settings are right.
 */
import { GcController } from '../../engine/pacer/gc-controller.ts';
import { quantile } from './quantile.ts';
import { type RecordedCycle, type RecordedRun, reachableOf } from './recorded-run.ts';

const MiB = 2 ** 20;
/** Below this, whole MiB say too little. */
const tellingHeap = 12 * MiB;

const defaultGogc = 100;
const nearDefault = 6;

export interface PacerReplay {
  /** Recorded over replayed goal, less 1: one for each cycle large enough to tell. */
  readonly goalErrors: readonly number[];
  /** Recorded heap at the start of marking over the replayed trigger, less 1. */
  readonly triggerErrors: readonly number[];
  /** Bytes above the replayed trigger, per cycle; negative below. */
  readonly overshoots: readonly number[];
  /** By how much of the way from what was marked to the goal each cycle started before the replayed trigger; negative after it. */
  readonly headStarts: readonly number[];
  /** Bytes scanned in each cycle where that explains the triggers clearly better than scanning what is reachable. */
  readonly fixedScanWork: number | undefined;
}

/**
 * Replays the pacer twice: with scan work in proportion to what was reachable, and with the same scan work in each cycle (pointers keep their number, buffers
 * without pointers come and go). Marks in the heap do not say which it was; the triggers that follow do. O(cycles).
 */
export function replayPacer(
  run: Pick<RecordedRun, 'heapPerAlloc' | 'source'>,
  cycles: readonly RecordedCycle[],
  gogc: number,
  limitHeadroomPercent: number,
): PacerReplay {
  const inProportion = replayWith(reachableOf, run, cycles, gogc, limitHeadroomPercent);
  // a rebuilt cycle says nothing of when it started
  if (run.source !== 'gctrace') return inProportion;
  const fixed = quantile(cycles.map(reachableOf), 0.5);
  const constant = replayWith(() => fixed, run, cycles, gogc, limitHeadroomPercent);
  const miss = ({ headStarts }: PacerReplay) =>
    headStarts.reduce((sum, h) => sum + Math.min(triggerRange, Math.abs(h)), 0);
  return miss(constant) < clearlyLess * miss(inProportion) ? { ...constant, fixedScanWork: fixed } : inProportion;
}

/** Part of the way to the goal in which triggers lie; a start further off has another reason. @source mgcpacer.go minTriggerRatioDistance */
const triggerRange = 0.3;
/** What another explanation of the triggers must come to before it is believed. */
const clearlyLess = 0.8;

function replayWith(
  scanWorkOf: (c: RecordedCycle) => number,
  { heapPerAlloc }: Pick<RecordedRun, 'heapPerAlloc'>,
  cycles: readonly RecordedCycle[],
  gogc: number,
  limitHeadroomPercent: number,
): PacerReplay {
  const pacer = new GcController({ gcPercent: gogc, limitHeadroomPercent });
  const goalErrors: number[] = [];
  const triggerErrors: number[] = [];
  const overshoots: number[] = [];
  const headStarts: number[] = [];
  for (const c of cycles) {
    pacer.globalsScan = bytes(c.globalsScan);
    pacer.lastStackScan = bytes(c.stackScan);
    pacer.commit(true);
    const goal = Number(pacer.heapGoal());
    const trigger = Number(pacer.trigger());
    overshoots.push(c.isForced ? 0 : c.heapStart - trigger);
    headStarts.push(c.isForced ? 0 : (trigger - c.heapStart) / Math.max(MiB, goal - Number(pacer.heapMarked)));
    if (c.heapStart > tellingHeap && !c.isForced) {
      goalErrors.push(c.goal / goal - 1);
      triggerErrors.push(c.heapStart / trigger - 1);
    }
    pacer.heapLive = bytes(c.heapStart);
    pacer.startCycle(c.startS * 1e9, c.procs);
    pacer.heapLive = bytes(c.heapStart + c.markAlloc * heapPerAlloc);
    pacer.heapScanWork = bytes(Math.max(1, scanWorkOf(c)));
    pacer.stackScanWork = bytes(c.stackScan);
    pacer.globalsScanWork = bytes(c.globalsScan);
    pacer.assistTimeNs = c.assistS * 1e9;
    pacer.idleMarkTimeNs = c.idleS * 1e9;
    pacer.endCycle((c.startS + c.markS) * 1e9, c.procs);
    pacer.resetLive(bytes(c.heapMarked));
    pacer.commit(true);
  }
  return { goalErrors, triggerErrors, overshoots, headStarts, fixedScanWork: undefined };
}

/** GOGC that explains the recorded goals best; undefined where no cycle is large enough. It was the same all the time, or this is no answer. */
export function inferGogc(cycles: readonly RecordedCycle[]): number | undefined {
  let goals = 0;
  let roots = 0;
  let marked = 0;
  cycles.forEach((c, i) => {
    const before = cycles[i - 1];
    if (!before || before.heapMarked < tellingHeap) return;
    goals += c.goal - before.heapMarked;
    marked += before.heapMarked;
    roots += before.stackScan + before.globalsScan;
  });
  if (marked === 0) return undefined;
  const exact = (100 * goals) / (marked + roots);
  // whole MiB of stacks and globals are cut off: the default, where it is near, is what it was
  if (Math.abs(exact - defaultGogc) < nearDefault) return defaultGogc;
  const round = Math.round(exact / 5) * 5;
  return Math.abs(exact - round) < 0.02 * exact + 1 ? round : Math.round(exact);
}

function bytes(n: number): bigint {
  return BigInt(Math.round(n));
}
