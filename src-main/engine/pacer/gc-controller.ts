// The pacer: when a GC cycle starts, and how hard the program must help to finish it in time.
//
// The goal. At the end of a cycle the live heap is known. GOGC allows it to grow by a share of itself, of the stacks and of the globals;
// a memory limit may allow less (memory-limit-goal.ts). The smaller of both is the heap goal.
//
// The trigger. Marking runs while the program allocates, so the cycle must start below the goal, by the runway: what the program will
// allocate while all expected scan work is done. consMark, the bytes allocated per byte scanned, is measured in each cycle, and the worst
// of the last five is believed. The trigger is kept between 70 % and 95 % of the way from the live heap to the goal.
//
// Assists. During marking, the scan work that remains is divided by the heap that remains below the goal: that much scanning each
// allocated byte must pay for. If there is more work than expected, or the goal was passed, the goal is first extended (softly, to what
// GOGC would allow again, then by a tenth), or assists would stop the program.
//
// Integers are 64 bits wide in Go and wrap; GOGC=off and no limit are represented by the largest values. They are bigints here, since
// the pacer runs once per refill at most; ratios are floats, computed in the runtime's order so that results agree to the last bit.
import { toInt64, toUint64 } from './go-conversions.ts';
import { memoryLimitHeapGoal } from './memory-limit-goal.ts';

/** GOMEMLIMIT=off. @source mgcpacer.go readGOMEMLIMIT */
export const NO_MEMORY_LIMIT = 2n ** 63n - 1n;
/** Not in a cycle; also the goal when GOGC=off. */
export const MAX_UINT64 = 2n ** 64n - 1n;

/** Heap goal never falls below this, scaled by GOGC. @source mgcpacer.go defaultHeapMinimum */
const DEFAULT_HEAP_MINIMUM = 4n * 2n ** 20n;
/** Share of CPU that background marking gets. @source mgcpacer.go gcBackgroundUtilization, gcGoalUtilization */
export const BACKGROUND_UTILIZATION = 0.25;
const GOAL_UTILIZATION = BACKGROUND_UTILIZATION;
/** The trigger lies between these parts of the way to the goal, in 64ths. @source mgcpacer.go triggerRatioDen */
const TRIGGER_RATIO_DEN = 64n;
const MIN_TRIGGER_NUM = 45n;
const MAX_TRIGGER_NUM = 61n;
/** @source mgcsweep.go sweepMinHeapDistance */
const SWEEP_MIN_HEAP_DISTANCE = 2n ** 20n;
/** A cycle's goal is at least this far above its start. @source mgcpacer.go heapGoalInternal, minRunway */
const MIN_RUNWAY = 64n * 1024n;
/** A dedicated worker count further off than this needs a fractional worker. @source mgcpacer.go startCycle */
const MAX_WORKER_ERROR = 0.3;
/** GOGC that assists assume when GOGC=off. @source mgcpacer.go revise */
export const ASSIST_GC_PERCENT_WHEN_OFF = 100000;

export interface GcControllerOptions {
  /** GOGC; negative for off. Default 100. */
  readonly gcPercent?: number;
  /** GOMEMLIMIT in bytes. */
  readonly memoryLimit?: bigint;
  /** See go-versions.ts; default 3. */
  readonly limitHeadroomPercent?: number;
}

/** Sizes are bytes. Fields are named as in the runtime and may be read at any time. @source mgcpacer.go gcControllerState */
export class GcController {
  gcPercent = 100;
  memoryLimit = NO_MEMORY_LIMIT;
  heapMinimum = DEFAULT_HEAP_MINIMUM;
  heapLive = 0n;
  heapScan = 0n;
  heapMarked = 0n;
  lastHeapScan = 0n;
  lastStackScan = 0n;
  maxStackScan = 0n;
  globalsScan = 0n;
  heapScanWork = 0n;
  stackScanWork = 0n;
  globalsScanWork = 0n;
  /** Heap size at which the running cycle started, MAX_UINT64 between cycles. */
  triggered = MAX_UINT64;
  lastHeapGoal = 0n;
  gcPercentHeapGoal = 0n;
  sweepDistMinTrigger = 0n;
  runway = 0n;
  consMark = 0;
  assistWorkPerByte = 0;
  assistBytesPerWork = 0;
  dedicatedMarkWorkersNeeded = 0;
  fractionalUtilizationGoal = 0;
  /** CPU nanoseconds of the running cycle. */
  assistTimeNs = 0;
  idleMarkTimeNs = 0;
  /** For the memory limit: see MemoryLimitInputs. */
  mappedReady = 0n;
  heapFree = 0n;
  totalAlloc = 0n;
  totalFree = 0n;
  private markStartNs = 0;
  private readonly lastConsMark = [0, 0, 0, 0];
  private readonly limitHeadroomPercent: number;

  /** @source mgcpacer.go init */
  constructor(options: GcControllerOptions = {}) {
    this.limitHeadroomPercent = options.limitHeadroomPercent ?? 3;
    this.setGCPercent(options.gcPercent ?? 100);
    this.memoryLimit = options.memoryLimit ?? NO_MEMORY_LIMIT;
    this.commit(true);
  }

  /** Sets GOGC; call commit afterwards. @source mgcpacer.go setGCPercent */
  setGCPercent(gcPercent: number): void {
    this.gcPercent = gcPercent < 0 ? -1 : gcPercent;
    // For "off" the product wraps, as in the runtime; the minimum is then out of reach anyway.
    this.heapMinimum = BigInt.asUintN(64, DEFAULT_HEAP_MINIMUM * BigInt.asUintN(64, BigInt(this.gcPercent))) / 100n;
  }

  /** Derives goal and runway from the last cycle's marks. @source mgcpacer.go commit */
  commit(isSweepDone: boolean): void {
    this.sweepDistMinTrigger = isSweepDone ? 0n : this.heapLive + SWEEP_MIN_HEAP_DISTANCE;
    const scannable = this.lastStackScan + this.globalsScan;
    let goal = MAX_UINT64;
    if (this.gcPercent >= 0) {
      const growth = BigInt.asUintN(64, (this.heapMarked + scannable) * BigInt(this.gcPercent)) / 100n;
      goal = BigInt.asUintN(64, this.heapMarked + growth);
    }
    this.gcPercentHeapGoal = goal < this.heapMinimum ? this.heapMinimum : goal;
    const ratio = (this.consMark * (1 - GOAL_UTILIZATION)) / GOAL_UTILIZATION;
    this.runway = toUint64(ratio * Number(this.lastHeapScan + scannable));
  }

  /** Heap size the running or next cycle should end at. @source mgcpacer.go heapGoal */
  heapGoal(): bigint {
    const limitGoal = this.memoryLimitHeapGoal();
    if (limitGoal < this.gcPercentHeapGoal) return limitGoal;
    let goal = this.gcPercentHeapGoal;
    if (this.sweepDistMinTrigger > goal) goal = this.sweepDistMinTrigger;
    if (this.triggered !== MAX_UINT64 && goal < this.triggered + MIN_RUNWAY) goal = this.triggered + MIN_RUNWAY;
    return goal;
  }

  /** Goal from the memory limit alone. @source mgcpacer.go memoryLimitHeapGoal */
  memoryLimitHeapGoal(): bigint {
    return memoryLimitHeapGoal(
      {
        memoryLimit: this.memoryLimit,
        mappedReady: this.mappedReady,
        heapFree: this.heapFree,
        heapAlloc: this.totalAlloc - this.totalFree,
        heapMarked: this.heapMarked,
      },
      this.limitHeadroomPercent,
    );
  }

  /** Heap size that starts the next cycle. @source mgcpacer.go trigger */
  trigger(): bigint {
    const goal = this.heapGoal();
    if (this.heapMarked >= goal) return goal;
    const isPercentGoal = this.memoryLimitHeapGoal() >= this.gcPercentHeapGoal;
    const way = (goal - this.heapMarked) / TRIGGER_RATIO_DEN;
    const least = maxOf(
      isPercentGoal ? this.sweepDistMinTrigger : 0n,
      this.heapMarked,
      way * MIN_TRIGGER_NUM + this.heapMarked,
    );
    let most = way * MAX_TRIGGER_NUM + this.heapMarked;
    if (goal > DEFAULT_HEAP_MINIMUM) most = maxOf(most, goal - DEFAULT_HEAP_MINIMUM);
    most = maxOf(most, least);
    const wanted = this.runway > goal ? least : maxOf(goal - this.runway, least);
    return wanted < most ? wanted : most;
  }

  /** A cycle starts at the current heapLive. nowNs: mark start; procs: GOMAXPROCS. @source mgcpacer.go startCycle */
  startCycle(nowNs: number, procs: number): void {
    this.heapScanWork = 0n;
    this.stackScanWork = 0n;
    this.globalsScanWork = 0n;
    this.assistTimeNs = 0;
    this.idleMarkTimeNs = 0;
    this.markStartNs = nowNs;
    this.triggered = this.heapLive;
    const wantedWorkers = procs * BACKGROUND_UTILIZATION;
    let dedicated = Math.trunc(wantedWorkers + 0.5);
    const error = dedicated / wantedWorkers - 1;
    this.fractionalUtilizationGoal = 0;
    if (error < -MAX_WORKER_ERROR || error > MAX_WORKER_ERROR) {
      if (dedicated > wantedWorkers) dedicated--;
      this.fractionalUtilizationGoal = (wantedWorkers - dedicated) / procs;
    }
    this.dedicatedMarkWorkersNeeded = dedicated;
    this.revise();
  }

  /** Recomputes the assist ratio from heapLive, heapScan and the scan work done. @source mgcpacer.go revise */
  revise(): void {
    const gcPercent = this.gcPercent < 0 ? ASSIST_GC_PERCENT_WHEN_OFF : this.gcPercent;
    const triggered = BigInt.asIntN(64, this.triggered);
    const workDone = this.heapScanWork + this.stackScanWork + this.globalsScanWork;
    const maxScanWork = this.heapScan + this.maxStackScan + this.globalsScan;
    let goal = BigInt.asIntN(64, this.heapGoal());
    let expected = this.lastHeapScan + this.lastStackScan + this.globalsScan;
    if (workDone > expected) {
      const perWork = Number(goal - triggered) / Number(expected);
      const extended = BigInt.asIntN(64, toInt64(perWork * Number(maxScanWork)) + triggered);
      expected = maxScanWork;
      const hardGoal = toInt64((1.0 + gcPercent / 100.0) * Number(goal));
      goal = extended > hardGoal ? hardGoal : extended;
    }
    if (this.heapLive > goal) {
      goal = toInt64(Number(goal) * 1.1);
      expected = maxScanWork;
    }
    const workLeft = maxOf(expected - workDone, 1000n);
    const heapLeft = maxOf(BigInt.asIntN(64, goal - this.heapLive), 1n);
    this.assistWorkPerByte = Number(workLeft) / Number(heapLeft);
    this.assistBytesPerWork = Number(heapLeft) / Number(workLeft);
  }

  /** Marking is done: measures consMark. assistTimeNs and idleMarkTimeNs must be set. @source mgcpacer.go endCycle */
  endCycle(nowNs: number, procs: number): void {
    this.lastHeapGoal = this.heapGoal();
    const cpuNs = (nowNs - this.markStartNs) * procs;
    let utilization = BACKGROUND_UTILIZATION;
    if (cpuNs > 0) utilization += this.assistTimeNs / cpuNs;
    if (this.heapLive <= this.triggered) return;
    const idleUtilization = cpuNs > 0 ? this.idleMarkTimeNs / cpuNs : 0;
    const work = this.heapScanWork + this.stackScanWork + this.globalsScanWork;
    const allocated = Number(this.heapLive - this.triggered);
    const measured = (allocated * (utilization + idleUtilization)) / (Number(work) * (1 - utilization));
    this.consMark = measured;
    for (const last of this.lastConsMark) if (last > this.consMark) this.consMark = last;
    this.lastConsMark.shift();
    this.lastConsMark.push(measured);
  }

  /** The cycle marked this much; call commit afterwards. @source mgcpacer.go resetLive */
  resetLive(markedBytes: bigint): void {
    this.heapMarked = markedBytes;
    this.heapLive = markedBytes;
    this.heapScan = this.heapScanWork;
    this.lastHeapScan = this.heapScanWork;
    this.lastStackScan = this.stackScanWork;
    this.triggered = MAX_UINT64;
  }
}

function maxOf(first: bigint, ...others: bigint[]): bigint {
  let most = first;
  for (const other of others) if (other > most) most = other;
  return most;
}
