/**
 * What-if: a recorded run under other settings. First the recorded settings are replayed and compared with the recording; where that fails nothing is
 * predicted. Then the asked settings are simulated many times over, each time with another draw of what one recording cannot tell; the middle run is
 * the prediction and the spread, widened by what the replay got wrong, its interval.
 */
import { goVersionOf } from '../../engine/go-versions.ts';
import { NO_MEMORY_LIMIT } from '../../engine/pacer/gc-controller.ts';
import type { CaseData } from '../case-data.ts';
import { type BaselineSettings, settingsOfSamples, settingsOfTrace } from './baseline-settings.ts';
import {
  distanceOf,
  errorsOf,
  type Figure,
  type Figures,
  figuresOf,
  type Interval,
  intervalsOf,
  type Recorded,
  recordedFigures,
  widened,
  worstOf,
} from './figures.ts';
import { type ContainerLimit, containerLimitOf, deathOf, type Outcome, outcomeOf } from './outcome.ts';
import { learnProgram, type ProgramModel } from './program-model.ts';
import { quantile } from './quantile.ts';
import { type RecordedRun, runWithGctrace } from './recorded-run.ts';
import { replayPacer } from './replay-pacer.ts';
import { runOfSamples, type SampleNeed, sampledRun } from './sampled-run.ts';
import { type Load, scaledModel } from './scaled-model.ts';
import { SeededRandom } from './seeded-random.ts';
import { type HeapPoint, type Settings, type SimulatedRun, simulateRun } from './simulated-run.ts';

const members = 64;
/** Cycles simulated in all, so that a question is answered within seconds. */
const mostSimulated = 150_000;
/** With fewer cycles there is no curve of the live set. */
const fewestCycles = 4;
/** Memory this near its limit makes goals that GOGC alone does not explain. */
const nearLimit = 0.85;
/** Green Tea is the default from here on. @source Go 1.26 release notes */
const greenTeaGo = 26;

/** What is asked; undefined: as recorded. */
export interface WhatIfAsk {
  /** Per cent; negative for off. */
  readonly gogc?: number | undefined;
  /** Bytes; NO_MEMORY_LIMIT for off. */
  readonly memoryLimit?: bigint | undefined;
  readonly procs?: number | undefined;
  readonly madvdontneed?: boolean | undefined;
  /** 22 for Go 1.22. */
  readonly goMinor?: number | undefined;
  /** Of the container, bytes; goes before what evidence tells. */
  readonly containerLimit?: bigint | undefined;
  /** Allocation rate against the recorded one, and whether the live heap grows with it (scaled-model.ts). */
  readonly load?: Load | undefined;
}

export type WhatIfRefusal =
  | { readonly reason: 'no_cycles' }
  /** No gctrace, and what the samples lack. */
  | { readonly reason: 'samples_lack'; readonly missing: readonly SampleNeed[] }
  /** Samples of a run at its memory limit: their goals do not say what was marked. */
  | { readonly reason: 'limit_hides_live'; readonly memoryLimit: bigint }
  | { readonly reason: 'few_cycles'; readonly cycles: number; readonly needed: number }
  | { readonly reason: 'gogc_unknown' }
  | { readonly reason: 'go_unsupported'; readonly minor: number }
  | { readonly reason: 'replay_error'; readonly figure: Figure; readonly error: number; readonly most: number };

export interface WhatIf {
  readonly evidence: number | undefined;
  readonly settings: BaselineSettings | undefined;
  readonly baseline: Recorded | undefined;
  /** Replayed over recorded, less 1; undefined where the recording lacks the figure. */
  readonly replayError: Readonly<Partial<Record<Figure | 'goal' | 'trigger', number>>>;
  readonly predicted: Figures | undefined;
  readonly intervals: Readonly<Partial<Record<Figure, Interval>>>;
  readonly outcome: Outcome | undefined;
  /** What RSS is held against; undefined where none is known. */
  readonly containerLimit: ContainerLimit | undefined;
  /** Under more load: whether the recording tells how busy its CPUs were, or they are taken to suffice. */
  readonly cpuUnderLoad: 'recorded' | 'assumed';
  readonly refused: WhatIfRefusal | undefined;
  /** How many runs were simulated for the prediction. */
  readonly runs: number;
  /** Heap over seconds since the start of the process: recorded cycles, and the simulated run whose peak is nearest to the predicted one. */
  readonly curves: { readonly recorded: readonly HeapPoint[]; readonly predicted: readonly HeapPoint[] } | undefined;
}

/** Answers one question about a case. Some tens of milliseconds for a run of some hundred cycles, seconds at most. */
export function whatIf(data: CaseData, ask: WhatIfAsk, hasCurves = false): WhatIf {
  const found = recordedRun(data, ask);
  if ('reason' in found) return refusal(found);
  const { run, settings } = found;
  if (run.cycles.length < fewestCycles)
    return refusal({ reason: 'few_cycles', cycles: run.cycles.length, needed: fewestCycles }, run.evidence);
  if (!settings) return refusal({ reason: 'gogc_unknown' }, run.evidence);
  const version = goVersionOf(ask.goMinor ?? settings.goMinor);
  if (!version) return refusal({ reason: 'go_unsupported', minor: ask.goMinor ?? settings.goMinor }, run.evidence);

  const recordedVersion = goVersionOf(settings.goMinor);
  const headroom = (recordedVersion ?? version).limitHeadroomPercent;
  const learned = run.guesses.map((cycles) => {
    const pacer = replayPacer(run, cycles, settings.gogc, headroom);
    return { pacer, model: learnProgram(run, cycles, pacer) };
  });
  const models = learned.map(({ model }) => model);
  const { pacer, model } = learned[Math.floor(learned.length / 2)] as (typeof learned)[number];
  const own: Settings = {
    gogc: settings.gogc,
    memoryLimit: settings.memoryLimit ?? NO_MEMORY_LIMIT,
    procs: settings.procs,
    limitHeadroomPercent: headroom,
    markCost: [1, 1],
  };
  const baseline = recordedFigures(run, model);
  const replayed = simulate(models, own);
  const replay = figuresOf(replayed, model, own);
  const figureErrors = errorsOf(replay, baseline.figures);
  const replayError = {
    ...figureErrors,
    // under a memory limit the goal depends on memory that no gctrace line tells; and samples tell the trigger only by way of assumptions
    ...(settings.memoryLimit === undefined && run.source === 'gctrace'
      ? { goal: quantile(pacer.goalErrors, 0.5), trigger: quantile(pacer.triggerErrors, 0.5) }
      : {}),
  };
  const shared = { evidence: run.evidence, settings, baseline, replayError };
  const wrong = worstOf(figureErrors, baseline.figures);
  if (wrong) return { ...refusal({ reason: 'replay_error', ...wrong }), ...shared };

  const { load = { k: 1, isLiveScaled: false } } = ask;
  const loaded = models.map((m) => scaledModel(m, load));
  const containerLimit = containerLimitOf(data, ask.containerLimit);
  const asked: Settings = {
    gogc: ask.gogc ?? own.gogc,
    memoryLimit: ask.memoryLimit ?? own.memoryLimit,
    procs: ask.procs ?? own.procs,
    limitHeadroomPercent: version.limitHeadroomPercent,
    markCost: markCostOf(settings.goMinor, version.minor),
    death: deathOf(data, containerLimit, model, replay),
  };
  const runs = simulate(loaded, asked);
  const predicted = figuresOf(runs, model, asked);
  return {
    ...shared,
    predicted,
    intervals: widened(intervalsOf(runs, model, asked), predicted, replayError, distanceOf(own, asked, load.k)),
    outcome: outcomeOf(runs, replayed, asked, load.k, ask.memoryLimit !== undefined || load.k > 1),
    containerLimit,
    cpuUnderLoad: model.isCpuKnown ? 'recorded' : 'assumed',
    refused: undefined,
    runs: runs.length,
    curves: hasCurves ? { recorded: recordedCurve(run), predicted: middleCurve(loaded, asked, runs) } : undefined,
  };
}

/** The run with gctrace, else the one that samples tell of; or why there is neither. */
function recordedRun(
  data: CaseData,
  ask: WhatIfAsk,
): { readonly run: RecordedRun; readonly settings: BaselineSettings | undefined } | WhatIfRefusal {
  const traced = runWithGctrace(data);
  if (traced) return { run: traced, settings: settingsOfTrace(data, traced) };
  const sampled = sampledRun(data);
  if ('missing' in sampled) {
    const { missing } = sampled;
    return missing.includes('time') && missing.length > 1
      ? { reason: 'no_cycles' }
      : { reason: 'samples_lack', missing };
  }
  const settings = settingsOfSamples(data, sampled.samples, ask.procs);
  if (!settings) return { reason: 'gogc_unknown' };
  const { memoryLimit } = settings;
  const isNear = sampled.samples.some((s) => s.sys - s.heapReleased > nearLimit * Number(memoryLimit ?? 0n));
  if (memoryLimit !== undefined && isNear && !sampled.samples.some((s) => s.live > 0))
    return { reason: 'limit_hides_live', memoryLimit };
  const run = runOfSamples(data, sampled, settings.gogc, settings.procs);
  return run ? { run, settings } : { reason: 'few_cycles', cycles: 0, needed: fewestCycles };
}

function refusal(refused: WhatIfRefusal, evidence?: number): WhatIf {
  return {
    evidence,
    settings: undefined,
    baseline: undefined,
    replayError: {},
    predicted: undefined,
    intervals: {},
    outcome: undefined,
    containerLimit: undefined,
    cpuUnderLoad: 'recorded',
    refused,
    runs: 0,
    curves: undefined,
  };
}

/**
 * Marking cost of one Go version against another, as a range: Green Tea, the default from 1.26 on, costs 10 to 40 % less CPU.
 *
 * @source Go 1.26 release notes, "New garbage collector"
 */
function markCostOf(from: number, to: number): Interval {
  if (from < greenTeaGo && to >= greenTeaGo) return [0.6, 0.9];
  if (from >= greenTeaGo && to < greenTeaGo) return [1 / 0.9, 1 / 0.6];
  return [1, 1];
}

function simulate(models: readonly ProgramModel[], settings: Settings): SimulatedRun[] {
  const runs: SimulatedRun[] = [];
  let cycles = 0;
  for (let seed = 1; seed <= members && (runs.length < 5 || cycles < mostSimulated); seed++) {
    const run = simulateRun(modelOf(models, seed), settings, new SeededRandom(seed));
    cycles += run.cycles;
    runs.push(run);
  }
  return runs;
}

/** Each assumption in turn. */
function modelOf(models: readonly ProgramModel[], seed: number): ProgramModel {
  return models[seed % models.length] as ProgramModel;
}

/** As the gctrace lines have it: up to the end of marking, down to what was live. */
function recordedCurve(run: RecordedRun): HeapPoint[] {
  return run.cycles.flatMap((c): HeapPoint[] => {
    const endS = c.startS + c.markS + c.pauseS;
    return [
      [c.startS, c.heapStart],
      [endS, c.heapEnd],
      [endS, c.heapMarked],
    ];
  });
}

function middleCurve(
  models: readonly ProgramModel[],
  settings: Settings,
  runs: readonly SimulatedRun[],
): readonly HeapPoint[] {
  const middle = quantile(
    runs.map((r) => r.peakHeap),
    0.5,
  );
  let nearest = 0;
  runs.forEach((r, i) => {
    if (Math.abs(r.peakHeap - middle) < Math.abs((runs[nearest]?.peakHeap ?? 0) - middle)) nearest = i;
  });
  const seed = nearest + 1;
  return simulateRun(modelOf(models, seed), settings, new SeededRandom(seed), true).curve;
}
