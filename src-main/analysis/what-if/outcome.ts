/** How a run under other settings ends: it survives, spends its time collecting, or passes the container limit and is killed. */
import { NO_MEMORY_LIMIT } from '../../engine/pacer/gc-controller.ts';
import type { CaseData } from '../case-data.ts';
import { lastValue } from './baseline-settings.ts';
import type { Figures, Interval } from './figures.ts';
import type { ProgramModel } from './program-model.ts';
import { quantile } from './quantile.ts';
import type { Settings, SimulatedRun } from './simulated-run.ts';

export type OutcomeWord = 'completed' | 'thrashing' | 'killed';

export interface Outcome {
  readonly word: OutcomeWord;
  /** Share of simulated runs that passed the container limit; undefined where no limit, or no RSS to hold against it, is known. */
  readonly killedShare: number | undefined;
  /** Seconds since the recorded run began at which they passed it: the middle, and where nine in ten lie; undefined unless the word is killed. */
  readonly killedAtS: number | undefined;
  readonly killedAtInterval: Interval | undefined;
}

export interface ContainerLimit {
  readonly bytes: number;
  readonly from: 'asked' | 'evidence';
}

/** What is typed goes before what evidence tells. */
export function containerLimitOf(data: CaseData, asked: bigint | undefined): ContainerLimit | undefined {
  if (asked !== undefined) return { bytes: Number(asked), from: 'asked' };
  const told = lastValue(data, 'cgroup_limit_bytes') ?? data.fact('container.limit_bytes')?.value;
  return told === undefined || told >= noLimit ? undefined : { bytes: told, from: 'evidence' };
}

/** The kernel writes the largest number of pages there is for "max". */
const noLimit = 2 ** 62;
/** A run that was killed dies again where its heap gets as far as in its own replay. */
const killedAgain = 0.97;

/** Where a simulated run is killed. Where RSS is not known, only a run that was killed itself tells how far the heap may grow. */
export function deathOf(
  data: CaseData,
  limit: ContainerLimit | undefined,
  model: Pick<ProgramModel, 'rssShift'>,
  replay: Figures,
): Settings['death'] {
  if (limit?.from !== 'asked' && data.eventsOf('oom_kill').length > 0)
    return { heapBytes: killedAgain * replay.peakHeapBytes };
  if (limit === undefined || model.rssShift === undefined) return undefined;
  return { totalBytes: limit.bytes - model.rssShift };
}

/**
 * Work of the program alone, cycles and CPU time against the recorded settings from which a memory limit counts as thrashing.
 *
 * @source definition of the what-if measurements
 */
const thrashing = { cycles: 3, cpu: 1.5 };

/** `replayed`: the runs under the recorded settings; `load`: how much more work the asked runs do. */
export function outcomeOf(
  runs: readonly SimulatedRun[],
  replayed: readonly SimulatedRun[],
  asked: Settings,
  load: number,
  isLimitInQuestion: boolean,
): Outcome {
  const killed = runs.flatMap((r) => (r.killedS === undefined ? [] : [r.killedS]));
  const killedShare = asked.death === undefined ? undefined : killed.length / runs.length;
  if (killed.length > runs.length / 2)
    return {
      word: 'killed',
      killedShare,
      killedAtS: quantile(killed, 0.5),
      killedAtInterval: [quantile(killed, 0.05), quantile(killed, 0.95)],
    };
  const isThrashing =
    isLimitInQuestion && asked.memoryLimit < NO_MEMORY_LIMIT && isThrashingAgainst(runs, replayed, load);
  return {
    word: isThrashing ? 'thrashing' : 'completed',
    killedShare,
    killedAtS: undefined,
    killedAtInterval: undefined,
  };
}

function isThrashingAgainst(runs: readonly SimulatedRun[], replayed: readonly SimulatedRun[], load: number): boolean {
  if (runs.filter((r) => r.hasEnded).length <= runs.length / 2) return true;
  const ratio = (read: (run: SimulatedRun) => number, least: number) =>
    quantile(runs.map(read), 0.5) / Math.max(least, load * quantile(replayed.map(read), 0.5));
  return ratio((r) => r.cycles, 1) >= thrashing.cycles && ratio((r) => r.gcCpuS + r.programCpuS, 1e-9) >= thrashing.cpu;
}
