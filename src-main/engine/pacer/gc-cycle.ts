// GC cycles of a simulated heap: the heap and the pacer, brought together.
//
// The heap counts what it hands out, the pacer decides what that means. Before a cycle starts the heap's figures go to the pacer; when
// marking ends, what was marked goes to it, and goal and trigger come back and set the pace of sweeping and the goals of the scavenger.
// What is live is the caller's business: it marks objects between start and finish (heap.mark), or says how many bytes survive and
// marks the same.
import type { Heap } from '../heap.ts';
import { NO_SCAVENGE_GOALS, type ScavengeGoals, scavengeGoals } from '../scavenge/scavenger.ts';
import { type GcController, NO_MEMORY_LIMIT } from './gc-controller.ts';

/** What a cycle found. Bytes. */
export interface MarkResult {
  readonly markedBytes: number;
  /** Scan work done, which is what was scannable of the live heap, stacks and globals. */
  readonly heapScanBytes: number;
  readonly stackScanBytes: number;
  readonly globalsScanBytes: number;
  /** CPU time of assists and of idle-priority workers. */
  readonly assistTimeNs: number;
  readonly idleMarkTimeNs: number;
}

/** @source mgc.go gcStart, gcMarkTermination, mgcpacer.go gcControllerCommit */
export class GcCycles {
  /** Cycles finished. */
  count = 0;
  goals: ScavengeGoals = NO_SCAVENGE_GOALS;
  /** Mapped memory of the process outside the heap that a memory limit counts. */
  otherReadyBytes = 0;
  private readonly heap: Heap;
  private readonly pacer: GcController;

  constructor(heap: Heap, pacer: GcController) {
    this.heap = heap;
    this.pacer = pacer;
  }

  /** Has the heap reached the trigger? The runtime asks after refills and large allocations only. @source mgc.go gcTrigger.test */
  isDue(): boolean {
    this.report();
    return !this.heap.isMarking && this.pacer.heapLive >= this.pacer.trigger();
  }

  /** Starts marking. nowNs: virtual time. */
  start(nowNs: number, procs: number): void {
    this.heap.gcStart();
    this.report();
    this.pacer.startCycle(nowNs, procs);
  }

  /** Ends marking and starts sweeping. */
  finish(nowNs: number, procs: number, result: MarkResult): void {
    const { pacer, heap } = this;
    this.report();
    pacer.heapScanWork = BigInt(result.heapScanBytes);
    pacer.stackScanWork = BigInt(result.stackScanBytes);
    pacer.globalsScanWork = BigInt(result.globalsScanBytes);
    pacer.assistTimeNs = result.assistTimeNs;
    pacer.idleMarkTimeNs = result.idleMarkTimeNs;
    pacer.endCycle(nowNs, procs);
    pacer.resetLive(BigInt(result.markedBytes));
    pacer.commit(false);
    const lastHeapInUseBytes = heap.mheap.stats.heapInUseBytes;
    heap.gcFinish(result.markedBytes, Number(pacer.trigger()));
    this.goals = scavengeGoals({
      memoryLimitBytes: pacer.memoryLimit === NO_MEMORY_LIMIT ? Infinity : Number(pacer.memoryLimit),
      mappedReadyBytes: heap.mheap.mappedReadyBytes + this.otherReadyBytes,
      heapGoalBytes: Number(pacer.heapGoal()),
      lastHeapGoalBytes: Number(pacer.lastHeapGoal),
      lastHeapInUseBytes,
      heapRetainedBytes: heap.mheap.retainedBytes,
    });
    this.count++;
  }

  /** Tells the pacer what the heap holds. */
  private report(): void {
    const { stats } = this.heap.mheap;
    this.pacer.heapLive = BigInt(stats.heapLiveBytes);
    this.pacer.heapFree = BigInt(stats.heapFreeBytes);
    this.pacer.totalAlloc = BigInt(stats.allocatedBytes());
    this.pacer.totalFree = BigInt(stats.freedBytes());
    this.pacer.mappedReady = BigInt(this.heap.mheap.mappedReadyBytes + this.otherReadyBytes);
  }
}
