/**
 * What-if: a recorded run under other settings. First the recorded settings are replayed and compared with the recording; where that fails nothing is
 * predicted. Then the asked settings are simulated many times over, each time with another draw of what one recording cannot tell; the middle run is
 * the prediction and the spread, widened by what the replay got wrong, its interval.
 */
import { goVersionOf, parseGoVersion } from '../../engine/go-versions.ts';
import { NO_MEMORY_LIMIT } from '../../engine/pacer/gc-controller.ts';
import type { CaseData } from '../case-data.ts';
import { learnProgram, type ProgramModel, quantile } from './program-model.ts';
import { type RecordedRun, recordedRun } from './recorded-run.ts';
import { inferGogc, replayPacer } from './replay-pacer.ts';
import { SeededRandom } from './seeded-random.ts';
import { type HeapPoint, type Settings, type SimulatedRun, simulateRun } from './simulated-run.ts';

const MiB = 2 ** 20;
const members = 64;
/** Cycles simulated in all, so that a question is answered within seconds. */
const mostSimulated = 150_000;
/** Above this replay error nothing is predicted. */
export const mostReplayError = 0.2;
/** With fewer cycles there is no curve of the live set. */
const fewestCycles = 4;
const lowest = 0.05;
const highest = 0.95;

/** What is asked; undefined: as recorded. */
export interface WhatIfAsk {
  /** Per cent; negative for off. */
  readonly gogc?: number | undefined;
  readonly memoryLimit?: bigint | undefined;
  readonly procs?: number | undefined;
  readonly madvdontneed?: boolean | undefined;
  /** 22 for Go 1.22. */
  readonly goMinor?: number | undefined;
}

export type Outcome = 'completed' | 'thrashing' | 'killed';

/** Bytes, seconds, counts; `gcCpuFraction` as in MemStats: of all CPU there was, idle-time marking left out. */
export interface Figures {
  readonly gcCycles: number;
  readonly peakHeapBytes: number;
  readonly peakTotalBytes: number | undefined;
  readonly peakRssBytes: number | undefined;
  readonly gcCpuFraction: number;
  readonly totalPauseS: number;
}

export type Figure = keyof Figures;
export type Interval = readonly [low: number, high: number];

export interface BaselineSettings {
  readonly gogc: number;
  readonly isGogcInferred: boolean;
  readonly memoryLimit: bigint | undefined;
  readonly procs: number;
  readonly goMinor: number;
  readonly isGoAssumed: boolean;
}

export type WhatIfRefusal =
  | { readonly reason: 'no_gctrace' }
  | { readonly reason: 'few_cycles'; readonly cycles: number; readonly needed: number }
  | { readonly reason: 'gogc_unknown' }
  | { readonly reason: 'go_unsupported'; readonly minor: number }
  | { readonly reason: 'replay_error'; readonly figure: Figure; readonly error: number; readonly most: number };

export interface WhatIf {
  readonly evidence: number | undefined;
  readonly settings: BaselineSettings | undefined;
  readonly baseline: Figures | undefined;
  /** Replayed over recorded, less 1; undefined where the recording lacks the figure. */
  readonly replayError: Readonly<Partial<Record<Figure | 'goal' | 'trigger', number>>>;
  readonly predicted: Figures | undefined;
  readonly intervals: Readonly<Partial<Record<Figure, Interval>>>;
  readonly outcome: Outcome | undefined;
  readonly refused: WhatIfRefusal | undefined;
  /** How many runs were simulated for the prediction. */
  readonly runs: number;
  /** Heap over seconds since the start of the process: recorded cycles, and the simulated run whose peak is nearest to the predicted one. */
  readonly curves: { readonly recorded: readonly HeapPoint[]; readonly predicted: readonly HeapPoint[] } | undefined;
}

/** Answers one question about a case. Some tens of milliseconds for a run of some hundred cycles, seconds at most. */
export function whatIf(data: CaseData, ask: WhatIfAsk, hasCurves = false): WhatIf {
  const run = recordedRun(data);
  if (!run) return refusal({ reason: 'no_gctrace' });
  if (run.cycles.length < fewestCycles)
    return refusal({ reason: 'few_cycles', cycles: run.cycles.length, needed: fewestCycles }, run.evidence);
  const settings = baselineSettings(data, run);
  if (!settings) return refusal({ reason: 'gogc_unknown' }, run.evidence);
  const version = goVersionOf(ask.goMinor ?? settings.goMinor);
  if (!version) return refusal({ reason: 'go_unsupported', minor: ask.goMinor ?? settings.goMinor }, run.evidence);

  const recordedVersion = goVersionOf(settings.goMinor);
  const headroom = (recordedVersion ?? version).limitHeadroomPercent;
  const pacer = replayPacer(run, settings.gogc, headroom);
  const model = learnProgram(run, pacer.overshoots);
  const own: Settings = {
    gogc: settings.gogc,
    memoryLimit: settings.memoryLimit ?? NO_MEMORY_LIMIT,
    procs: settings.procs,
    limitHeadroomPercent: headroom,
    markCost: [1, 1],
  };
  const baseline = recordedFigures(run, model);
  const replayed = simulate(model, own);
  const replay = figuresOf(replayed, model, own);
  const replayError = {
    ...errorsOf(replay, baseline),
    // under a memory limit the goal depends on memory that no gctrace line tells
    ...(settings.memoryLimit === undefined
      ? { goal: quantile(pacer.goalErrors, 0.5), trigger: quantile(pacer.triggerErrors, 0.5) }
      : {}),
  };
  const shared = { evidence: run.evidence, settings, baseline, replayError };
  const wrong = worstOf(replayError, intervalsOf(replayed, model, own), baseline);
  if (wrong) return { ...refusal(wrong), ...shared };

  const asked: Settings = {
    gogc: ask.gogc ?? own.gogc,
    memoryLimit: ask.memoryLimit ?? own.memoryLimit,
    procs: ask.procs ?? own.procs,
    limitHeadroomPercent: version.limitHeadroomPercent,
    markCost: markCostOf(settings.goMinor, version.minor),
  };
  const runs = simulate(model, asked);
  const predicted = figuresOf(runs, model, asked);
  return {
    ...shared,
    predicted,
    intervals: widened(intervalsOf(runs, model, asked), predicted, replayError, distanceOf(own, asked)),
    outcome: outcomeOf(data, runs, replayed, predicted, replay, ask),
    refused: undefined,
    runs: runs.length,
    curves: hasCurves ? { recorded: recordedCurve(run), predicted: middleCurve(model, asked, runs) } : undefined,
  };
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
    refused,
    runs: 0,
    curves: undefined,
  };
}

/** What the evidence says of the settings; GOGC from the recorded goals where nothing says it. */
function baselineSettings(data: CaseData, run: RecordedRun): BaselineSettings | undefined {
  const told = lastValue(data, 'gogc_percent') ?? numberOf(data.fact('setting.gogc')?.value);
  const gogc = told ?? inferGogc(run.cycles);
  if (gogc === undefined || !(gogc > 0)) return undefined;
  const limit = lastValue(data, 'gomemlimit_bytes') ?? byteCountOf(data.fact('setting.gomemlimit')?.value);
  const go = data.fact('runtime.go')?.value;
  const version = go === undefined ? undefined : parseGoVersion(go);
  return {
    gogc,
    isGogcInferred: told === undefined,
    memoryLimit: limit !== undefined && limit < 2 ** 62 ? BigInt(Math.round(limit)) : undefined,
    procs: Math.max(1, run.cycles.at(-1)?.procs ?? 1),
    goMinor: version?.minor ?? newestGo,
    isGoAssumed: version === undefined,
  };
}

const newestGo = 26;

/** GOGC as the environment has it; "off" is no number. */
function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

/** GOMEMLIMIT as the environment has it. @source runtime/string.go parseByteCount */
function byteCountOf(text: string | undefined): number | undefined {
  const parts = /^(\d{1,15})(B|KiB|MiB|GiB|TiB)?$/.exec(text ?? '');
  if (!parts) return undefined;
  return Number(parts[1]) * 1024 ** Math.max(0, ['B', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(parts[2] ?? 'B'));
}

function lastValue(data: CaseData, metric: string): number | undefined {
  return data.series.find((s) => s.metric === metric)?.last;
}

/**
 * Marking cost of one Go version against another, as a range: Green Tea, the default from 1.26 on, costs 10 to 40 % less CPU.
 *
 * @source Go 1.26 release notes, "New garbage collector"
 */
function markCostOf(from: number, to: number): Interval {
  if (from < newestGo && to >= newestGo) return [0.6, 0.9];
  if (from >= newestGo && to < newestGo) return [1 / 0.9, 1 / 0.6];
  return [1, 1];
}

function simulate(model: ProgramModel, settings: Settings): SimulatedRun[] {
  const runs: SimulatedRun[] = [];
  let cycles = 0;
  for (let seed = 1; seed <= members && (runs.length < 5 || cycles < mostSimulated); seed++) {
    const run = simulateRun(model, settings, new SeededRandom(seed));
    cycles += run.cycles;
    runs.push(run);
  }
  return runs;
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

function middleCurve(model: ProgramModel, settings: Settings, runs: readonly SimulatedRun[]): readonly HeapPoint[] {
  const middle = quantile(
    runs.map((r) => r.peakHeap),
    0.5,
  );
  let nearest = 0;
  runs.forEach((r, i) => {
    if (Math.abs(r.peakHeap - middle) < Math.abs((runs[nearest]?.peakHeap ?? 0) - middle)) nearest = i;
  });
  return simulateRun(model, settings, new SeededRandom(nearest + 1), true).curve;
}

const readers: Readonly<Record<Figure, (run: SimulatedRun, model: ProgramModel, settings: Settings) => number>> = {
  gcCycles: (run) => run.cycles,
  peakHeapBytes: (run) => Math.floor(run.peakHeap / MiB) * MiB,
  peakTotalBytes: (run) => run.peakTotal,
  peakRssBytes: (run, model) => run.peakTotal + (model.rssShift ?? 0),
  gcCpuFraction: (run, _, settings) => run.gcCpuS / Math.max(1e-9, run.wallS * settings.procs),
  totalPauseS: (run) => run.pauseS,
};
export const figureNames = Object.keys(readers) as readonly Figure[];

function isKnown(figure: Figure, model: ProgramModel): boolean {
  if (figure === 'peakTotalBytes') return model.hasSamples;
  return figure !== 'peakRssBytes' || model.rssShift !== undefined;
}

function figuresOf(runs: readonly SimulatedRun[], model: ProgramModel, settings: Settings): Figures {
  const middle = (figure: Figure) =>
    quantile(
      runs.map((run) => readers[figure](run, model, settings)),
      0.5,
    );
  return {
    gcCycles: Math.round(middle('gcCycles')),
    peakHeapBytes: Math.round(middle('peakHeapBytes')),
    peakTotalBytes: isKnown('peakTotalBytes', model) ? Math.round(middle('peakTotalBytes')) : undefined,
    peakRssBytes: isKnown('peakRssBytes', model) ? Math.round(middle('peakRssBytes')) : undefined,
    gcCpuFraction: middle('gcCpuFraction'),
    totalPauseS: middle('totalPauseS'),
  };
}

function intervalsOf(runs: readonly SimulatedRun[], model: ProgramModel, settings: Settings) {
  const out: Partial<Record<Figure, Interval>> = {};
  for (const figure of figureNames) {
    if (!isKnown(figure, model)) continue;
    const values = runs.map((run) => readers[figure](run, model, settings));
    out[figure] = [quantile(values, lowest), quantile(values, highest)];
  }
  return out;
}

/** The recorded run in the same figures. */
function recordedFigures(run: RecordedRun, model: ProgramModel): Figures {
  const { cycles, samples } = run;
  const most = (values: readonly number[]) => values.reduce((a, b) => (b > a ? b : a), 0);
  const last = cycles.at(-1);
  const cpuS = cycles.reduce(
    (sum, c) => sum + c.assistS + Math.min(c.backgroundS, c.markS * c.procs) + c.pauseS * c.procs,
    0,
  );
  const wallS = last ? last.startS + last.markS + last.pauseS : 0;
  return {
    gcCycles: Math.max(cycles.length, ...samples.slice(-1).map((s) => s.cycles || 0)),
    peakHeapBytes: Math.max(
      Math.floor(most(cycles.map((c) => c.heapEnd)) / MiB) * MiB,
      most(samples.map((s) => s.heapAlloc || 0)),
    ),
    peakTotalBytes: model.hasSamples ? most(samples.map((s) => s.sys - s.heapReleased || 0)) : undefined,
    peakRssBytes: model.rssShift === undefined ? undefined : run.peakRss,
    gcCpuFraction: wallS > 0 ? cpuS / (wallS * model.procs) : 0,
    totalPauseS: cycles.reduce((sum, c) => sum + c.pauseS, 0),
  };
}

const replayedFigures: readonly Figure[] = ['gcCycles', 'peakHeapBytes', 'peakTotalBytes', 'peakRssBytes'];

function errorsOf(replay: Figures, recorded: Figures): Partial<Record<Figure, number>> {
  const out: Partial<Record<Figure, number>> = {};
  for (const figure of figureNames) {
    const [a, b] = [replay[figure], recorded[figure]];
    if (a !== undefined && b !== undefined && b > 0) out[figure] = a / b - 1;
  }
  return out;
}

/** A figure that the replay gets wrong by more than a fifth, and that is outside what its runs show. */
function worstOf(
  errors: WhatIf['replayError'],
  intervals: Partial<Record<Figure, Interval>>,
  recorded: Figures,
): WhatIfRefusal | undefined {
  for (const figure of replayedFigures) {
    const error = errors[figure];
    const interval = intervals[figure];
    const value = recorded[figure];
    if (error === undefined || interval === undefined || value === undefined) continue;
    if (Math.abs(error) <= mostReplayError || (value >= interval[0] && value <= interval[1])) continue;
    return { reason: 'replay_error', figure, error, most: mostReplayError };
  }
  return undefined;
}

/** How far the question is from what was recorded: 0 for the same settings, 1 for half or double the room that GOGC leaves, and so on. */
function distanceOf(own: Settings, asked: Settings): number {
  const room = (s: Settings) => (s.gogc < 0 ? 4 : Math.min(4, Math.log2(Math.max(5, s.gogc) / 100)));
  const limit = asked.memoryLimit === own.memoryLimit ? 0 : 1;
  const procs = Math.abs(Math.log2(asked.procs / own.procs));
  return Math.min(3, Math.max(Math.abs(room(asked) - room(own)), limit) + procs);
}

/** Errors that no simulated run shows, in parts: at no distance, and for each step away. observed: tests/oracles of what-if, three runs each */
const modelError: Readonly<Record<Figure, Interval>> = {
  gcCycles: [0.03, 0.03],
  peakHeapBytes: [0.02, 0.02],
  peakTotalBytes: [0.02, 0.02],
  peakRssBytes: [0.02, 0.02],
  gcCpuFraction: [0.2, 0.15],
  totalPauseS: [0.3, 0.2],
};

function widened(
  intervals: Partial<Record<Figure, Interval>>,
  predicted: Figures,
  replayError: WhatIf['replayError'],
  distance: number,
): Partial<Record<Figure, Interval>> {
  const out: Partial<Record<Figure, Interval>> = {};
  for (const figure of figureNames) {
    const interval = intervals[figure];
    const middle = predicted[figure];
    if (!interval || middle === undefined) continue;
    const [still, step] = modelError[figure];
    const error = still + step * distance;
    const miss = replayError[figure] ?? 0;
    const low = Math.max(0, interval[0] * (1 - error) * (miss > 0 ? 1 - Math.min(0.5, miss) : 1));
    const high = interval[1] * (1 + error) * (miss < 0 ? 1 + Math.min(0.5, -miss) : 1);
    out[figure] = figure === 'gcCycles' ? [Math.floor(low), Math.ceil(high)] : [low, high];
  }
  return out;
}

/** Cycles and CPU time against the recorded settings from which a memory limit counts as thrashing. @source definition of the what-if measurements */
const thrashing = { cycles: 3, cpu: 1.5 };

function outcomeOf(
  data: CaseData,
  runs: readonly SimulatedRun[],
  replayed: readonly SimulatedRun[],
  predicted: Figures,
  replay: Figures,
  ask: WhatIfAsk,
): Outcome {
  if (isKilled(data, predicted, replay)) return 'killed';
  if (ask.memoryLimit === undefined) return 'completed';
  const middle = (of: readonly SimulatedRun[], read: (run: SimulatedRun) => number) => quantile(of.map(read), 0.5);
  const cycles =
    middle(runs, (r) => r.cycles) /
    Math.max(
      1,
      middle(replayed, (r) => r.cycles),
    );
  const cpu = (r: SimulatedRun) => r.gcCpuS + r.programCpuS;
  const time = middle(runs, cpu) / Math.max(1e-9, middle(replayed, cpu));
  const hasEnded = runs.filter((r) => r.hasEnded).length > runs.length / 2;
  return !hasEnded || (cycles >= thrashing.cycles && time >= thrashing.cpu) ? 'thrashing' : 'completed';
}

/** A run that was killed dies again where it gets as far as its own replay. */
const killedAgain = 0.97;

function isKilled(data: CaseData, predicted: Figures, replay: Figures): boolean {
  if (data.eventsOf('oom_kill').length > 0) return predicted.peakHeapBytes >= killedAgain * replay.peakHeapBytes;
  const limit = lastValue(data, 'cgroup_limit_bytes') ?? data.fact('container.limit_bytes')?.value;
  return limit !== undefined && predicted.peakRssBytes !== undefined && predicted.peakRssBytes > limit;
}
