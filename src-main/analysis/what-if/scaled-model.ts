/**
 * The same program under more or less load: it allocates `k` times as much in the same time. Two things are assumptions, and the asker chooses one of
 * them. What stays reachable either is the same (caches, tables: more requests pass through them) or grows with the load (sessions, queues). And work
 * costs CPU: where the recording says that the program filled its Ps, more work takes longer instead; where nothing tells, CPUs suffice.
 */
import { BACKGROUND_UTILIZATION as BACKGROUND_SHARE } from '../../engine/pacer/gc-controller.ts';
import type { Marking, ProgramModel } from './program-model.ts';

export interface Load {
  /** Allocation rate against the recorded one. */
  readonly k: number;
  /** Whether the live heap grows with it. */
  readonly isLiveScaled: boolean;
}

/** O(cycles); `k` of 1 changes nothing. */
export function scaledModel(model: ProgramModel, { k, isLiveScaled }: Load): ProgramModel {
  if (k === 1) return model;
  const live = isLiveScaled ? k : 1;
  const slower = model.isCpuKnown ? Math.max(1, (model.parallelism * k) / model.procs) : 1;
  const moved = <T extends { readonly alloc: number }>(points: readonly T[]) =>
    points.map((p) => ({ ...p, alloc: p.alloc * k }));
  const marking = (m: Marking): Marking => {
    // workers that marked on idle Ps have fewer of them
    const workers = Math.max(
      Math.min(m.workers, BACKGROUND_SHARE * model.procs),
      model.procs - (model.procs - m.workers) * k,
    );
    const faster = model.isCpuKnown ? (model.procs - workers) / Math.max(1e-9, model.procs - m.workers) : k;
    return {
      ...m,
      alloc: m.alloc * k,
      heapStart: m.heapStart * live,
      assistS: m.assistS * live * faster,
      bytesPerCpuS: model.isCpuKnown ? m.bytesPerCpuS : m.bytesPerCpuS * k,
      workers,
    };
  };
  return {
    ...model,
    totalAlloc: model.totalAlloc * k,
    startMarked: model.startMarked * live,
    fixedScanWork: model.fixedScanWork === undefined ? undefined : model.fixedScanWork * live,
    parallelism: Math.min(model.procs, model.parallelism * k),
    isSaturated: model.isSaturated || model.parallelism * k >= model.procs,
    live: model.live.map((p) => ({ alloc: p.alloc * k, bytes: p.bytes * live })),
    markings: model.markings.map(marking),
    forced: model.forced.map((alloc) => alloc * k),
    time: moved(model.time).map((p) => ({ ...p, value: p.value * slower })),
    spread: moved(model.spread),
  };
}
