// The heap goal that a memory limit leaves.
//
// Of the limit, everything that is mapped and not heap is taken off, and so is what the process is over the limit already. What remains
// is the heap's, less a headroom, since the limit must hold while the cycle runs. The goal never falls below the live heap: a limit can
// make the collector run all the time, but not fail an allocation.

const MIN_HEADROOM_BYTES = 2n ** 20n;

/** Inputs in bytes. */
export interface MemoryLimitInputs {
  /** GOMEMLIMIT; the largest int64 when off. */
  readonly memoryLimit: bigint;
  /** All memory of the runtime that is mapped and backed. */
  readonly mappedReady: bigint;
  /** Of it, free heap pages. */
  readonly heapFree: bigint;
  /** Of it, heap objects: allocated minus freed. */
  readonly heapAlloc: bigint;
  /** Live heap at the last mark termination. */
  readonly heapMarked: bigint;
}

/**
 * Goal in bytes. headroomPercent: see go-versions.ts (0 in Go 1.19 and 1.20, where the headroom is 1 MiB flat).
 * @source mgcpacer.go memoryLimitHeapGoal
 */
export function memoryLimitHeapGoal(inputs: MemoryLimitInputs, headroomPercent: number): bigint {
  const nonHeap = inputs.mappedReady - inputs.heapFree - inputs.heapAlloc;
  const overage = inputs.mappedReady > inputs.memoryLimit ? inputs.mappedReady - inputs.memoryLimit : 0n;
  if (nonHeap + overage >= inputs.memoryLimit) return inputs.heapMarked;
  const room = inputs.memoryLimit - (nonHeap + overage);
  const share = (room / 100n) * BigInt(headroomPercent);
  const headroom = share < MIN_HEADROOM_BYTES ? MIN_HEADROOM_BYTES : share;
  const goal = room < headroom || room - headroom < headroom ? headroom : room - headroom;
  return goal < inputs.heapMarked ? inputs.heapMarked : goal;
}
