// The scavenger: when free memory is given back to the system, and how much.
//
// Two goals are set each time the pacer commits. The percent goal lets the heap keep what it used at the end of the last cycle, scaled by
// how the heap goal moves, plus a tenth. The limit goal is 95 % of GOMEMLIMIT. A goal is off while memory is below it.
//
// Three callers work towards them. The background scavenger runs in small quanta until both goals are off, and between bursts of about a
// millisecond sleeps as long as it must to cost 1 % of CPU, which a PI controller works out. An allocation that made the heap grow
// releases up to that growth if the percent goal is passed. An allocation that would pass the memory limit releases what is over,
// ignoring density, unless the GC CPU limiter is on. debug.FreeOSMemory forces everything after a collection.
//
// Released means MADV_DONTNEED on Linux: RSS falls at once. With GODEBUG=madvdontneed=0 the system keeps the pages until it needs them;
// the runtime's own numbers are the same.
import type { MHeap } from '../spans/mheap.ts';
import { PiController } from './pi-controller.ts';

/** Heap kept above what is needed, in percent. @source mgcscavenge.go retainExtraPercent; the divisor is exact there too */
const RETAIN_EXTRA_DIVISOR = 10;
/** Part of the memory limit to stay below. @source mgcscavenge.go reduceExtraPercent */
const LIMIT_SHARE = 0.95;
/** CPU share for background scavenging. @source mgcscavenge.go scavengePercent */
const CPU_SHARE = 0.01;
/** Bytes released between looks at the goals. @source mgcscavenge.go run, scavengeQuantum */
export const SCAVENGE_QUANTUM_BYTES = 64 * 1024;
/** Work to do before sleeping. @source mgcscavenge.go minScavWorkTime */
const MIN_WORK_NS = 1e6;
/** @source mgcscavenge.go startingScavSleepRatio */
const STARTING_SLEEP_RATIO = 0.001;
/** @source mgcscavenge.go sleep: controllerCooldown */
const COOLDOWN_NS = 5e9;

/** Bytes; Infinity when off. */
export interface ScavengeGoals {
  /** For the retained heap: in use plus free and backed. */
  readonly gcPercentGoalBytes: number;
  /** For all mapped and backed memory of the runtime. */
  readonly memoryLimitGoalBytes: number;
}

export const NO_SCAVENGE_GOALS: ScavengeGoals = { gcPercentGoalBytes: Infinity, memoryLimitGoalBytes: Infinity };

/** Inputs in bytes. */
export interface ScavengePaceInputs {
  /** GOMEMLIMIT; Infinity when off. */
  readonly memoryLimitBytes: number;
  readonly mappedReadyBytes: number;
  readonly heapGoalBytes: number;
  /** Heap goal of the last cycle, 0 before the first. */
  readonly lastHeapGoalBytes: number;
  /** Heap spans at the end of the last cycle. */
  readonly lastHeapInUseBytes: number;
  /** Heap in use plus free and backed, now. */
  readonly heapRetainedBytes: number;
  /** System page; default 4096. */
  readonly physPageBytes?: number;
}

/** @source mgcscavenge.go gcPaceScavenger */
export function scavengeGoals(inputs: ScavengePaceInputs): ScavengeGoals {
  const physPage = inputs.physPageBytes ?? 4096;
  const limitGoal = Math.trunc(inputs.memoryLimitBytes * LIMIT_SHARE);
  const memoryLimitGoalBytes = inputs.mappedReadyBytes <= limitGoal ? Infinity : limitGoal;
  if (inputs.lastHeapGoalBytes === 0) return { gcPercentGoalBytes: Infinity, memoryLimitGoalBytes };
  let goal = Math.trunc(inputs.lastHeapInUseBytes * (inputs.heapGoalBytes / inputs.lastHeapGoalBytes));
  goal += Math.floor(goal / RETAIN_EXTRA_DIVISOR);
  goal = Math.ceil(goal / physPage) * physPage;
  const isBelow = inputs.heapRetainedBytes <= goal || inputs.heapRetainedBytes - goal < physPage;
  return { gcPercentGoalBytes: isBelow ? Infinity : goal, memoryLimitGoalBytes };
}

/** What an allocation must release before it goes on. Inputs in bytes. */
export interface AllocScavengeInputs {
  readonly goals: ScavengeGoals;
  readonly memoryLimitBytes: number;
  readonly mappedReadyBytes: number;
  readonly heapRetainedBytes: number;
  /** Of the new span: pages that were scavenged and become backed. */
  readonly scavengedBytes: number;
  /** Heap growth that this allocation caused, 0 for none. */
  readonly growthBytes: number;
  /** The GC CPU limiter is on. */
  readonly isLimiting: boolean;
}

/** @source mheap.go allocSpan, at HaveSpan */
export function allocScavengeDebt(inputs: AllocScavengeInputs): { readonly bytes: number; readonly isForced: boolean } {
  let bytes = 0;
  let isForced = false;
  if (!inputs.isLimiting && inputs.scavengedBytes + inputs.mappedReadyBytes > inputs.memoryLimitBytes) {
    bytes = inputs.scavengedBytes + inputs.mappedReadyBytes - inputs.memoryLimitBytes;
    isForced = true;
  }
  const grown = inputs.heapRetainedBytes + inputs.growthBytes;
  if (inputs.growthBytes > 0 && grown > inputs.goals.gcPercentGoalBytes) {
    bytes = Math.max(bytes, Math.min(inputs.growthBytes, grown - inputs.goals.gcPercentGoalBytes));
  }
  return { bytes, isForced };
}

/** Time and memory of one burst of background work. */
export interface ScavengeBurst {
  readonly releasedBytes: number;
  readonly workedNs: number;
}

/** The background scavenger on a virtual clock. @source mgcscavenge.go scavengerState */
export class BackgroundScavenger {
  /** Time worked to time slept. */
  sleepRatio = STARTING_SLEEP_RATIO;
  private readonly controller = new PiController({ kp: 0.3375, ti: 3.2e6, tt: 1e9, min: 0.001, max: 1000 });
  private cooldownNs = 0;

  /**
   * Works until about a millisecond has passed, the goals are met or nothing is left. nsPerByte: what releasing costs. otherReadyBytes:
   * mapped memory outside the heap.
   * @source mgcscavenge.go run
   */
  run(heap: MHeap, goals: ScavengeGoals, otherReadyBytes: number, nsPerByte: number): ScavengeBurst {
    let releasedBytes = 0;
    let workedNs = 0;
    while (workedNs < MIN_WORK_NS) {
      const isPercentMet = heap.retainedBytes <= goals.gcPercentGoalBytes;
      const isLimitMet = heap.mappedReadyBytes + otherReadyBytes <= goals.memoryLimitGoalBytes;
      if (isPercentMet && isLimitMet) break;
      const released = heap.scavenge(SCAVENGE_QUANTUM_BYTES, false);
      releasedBytes += released;
      workedNs += released * nsPerByte;
      if (released < SCAVENGE_QUANTUM_BYTES) break;
    }
    return { releasedBytes, workedNs };
  }

  /** How long to sleep after a burst. @source mgcscavenge.go sleep */
  sleepNs(workedNs: number): number {
    return Math.trunc(Math.max(workedNs, MIN_WORK_NS) / this.sleepRatio);
  }

  /** The sleep is over: adjusts the ratio. @source mgcscavenge.go sleep */
  awake(sleptNs: number, workedNs: number, procs: number): void {
    const worked = Math.max(workedNs, MIN_WORK_NS);
    if (this.cooldownNs > 0) {
      this.cooldownNs = Math.max(0, this.cooldownNs - (sleptNs + worked));
      return;
    }
    const cpuShare = worked / ((sleptNs + worked) * procs);
    this.sleepRatio = this.controller.next(cpuShare, CPU_SHARE, sleptNs + worked);
    if (this.controller.isFailed) {
      this.sleepRatio = STARTING_SLEEP_RATIO;
      this.cooldownNs = COOLDOWN_NS;
    }
  }
}
