/** The figures of a run, recorded or simulated: the middle of the simulated ones, their intervals, and how far a replay is off. */
import type { ProgramModel } from './program-model.ts';
import { quantile } from './quantile.ts';
import type { RecordedBasis, RecordedRun } from './recorded-run.ts';
import type { Settings, SimulatedRun } from './simulated-run.ts';

const MiB = 2 ** 20;
/** Above this replay error nothing is predicted. */
export const mostReplayError = 0.2;
const lowest = 0.05;
const highest = 0.95;

/** Bytes, seconds, counts; `gcCpuFraction` as in MemStats: of all CPU there was, idle-time marking left out. */
export interface Figures {
  readonly gcCycles: number;
  readonly peakHeapBytes: number;
  readonly peakTotalBytes: number | undefined;
  readonly peakRssBytes: number | undefined;
  readonly gcCpuFraction: number | undefined;
  readonly totalPauseS: number | undefined;
}

export type Figure = keyof Figures;
export type Interval = readonly [low: number, high: number];

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
  switch (figure) {
    case 'peakTotalBytes':
      return model.hasSamples;
    case 'peakRssBytes':
      return model.rssShift !== undefined;
    case 'gcCpuFraction':
      return model.hasGcCpu;
    case 'totalPauseS':
      return model.hasPauses;
    default:
      return true;
  }
}

/** The middle of simulated runs, figure by figure; undefined where the recording tells nothing to scale from. */
export function figuresOf(runs: readonly SimulatedRun[], model: ProgramModel, settings: Settings): Figures {
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
    gcCpuFraction: isKnown('gcCpuFraction', model) ? middle('gcCpuFraction') : undefined,
    totalPauseS: isKnown('totalPauseS', model) ? middle('totalPauseS') : undefined,
  };
}

/** Where nine in ten of the simulated runs lie. */
export function intervalsOf(runs: readonly SimulatedRun[], model: ProgramModel, settings: Settings) {
  const out: Partial<Record<Figure, Interval>> = {};
  for (const figure of figureNames) {
    if (!isKnown(figure, model)) continue;
    const values = runs.map((run) => readers[figure](run, model, settings));
    out[figure] = [quantile(values, lowest), quantile(values, highest)];
  }
  return out;
}

export interface Recorded {
  readonly figures: Figures;
  /** Absent where the figure is. */
  readonly basis: Readonly<Partial<Record<Figure, RecordedBasis>>>;
}

/** The recorded run in the same figures. Where only samples are known, the peak of the heap lay between two of them and is estimated. */
export function recordedFigures(run: RecordedRun, model: ProgramModel): Recorded {
  const { cycles, samples, gcCpu, pauses } = run;
  const most = (values: readonly number[]) => values.reduce((a, b) => (b > a ? b : a), 0);
  const isTraced = run.source === 'gctrace';
  const atMarkEnd = Math.floor(most(cycles.map((c) => c.heapEnd)) / MiB) * MiB;
  const sampled = most(samples.map((s) => s.heapAlloc || 0));
  const figures: Figures = {
    gcCycles: Math.max(cycles.length, isTraced ? samples.at(-1)?.cycles || 0 : 0),
    peakHeapBytes: Math.max(atMarkEnd, sampled),
    peakTotalBytes: model.hasSamples ? most(samples.map((s) => s.sys - s.heapReleased || 0)) : undefined,
    peakRssBytes: model.rssShift === undefined ? undefined : run.peakRss,
    gcCpuFraction: gcCpu?.fraction,
    totalPauseS: pauses?.totalS,
  };
  const basis: Partial<Record<Figure, RecordedBasis>> = {};
  for (const figure of figureNames) if (figures[figure] !== undefined) basis[figure] = 'measured';
  if (!isTraced && atMarkEnd > sampled) basis.peakHeapBytes = 'estimated';
  if (gcCpu) basis.gcCpuFraction = gcCpu.basis;
  if (pauses) basis.totalPauseS = pauses.basis;
  return { figures, basis };
}

/** What a replay must get right; times depend on the machine. */
const replayedFigures: readonly Figure[] = ['gcCycles', 'peakHeapBytes', 'peakTotalBytes', 'peakRssBytes'];
/** So few cycles more or less are within what two runs differ by. */
const fewCycles = 2;

export type ReplayErrors = Readonly<Partial<Record<Figure, number>>>;

/** Replayed over recorded, less 1. */
export function errorsOf(replay: Figures, recorded: Figures): ReplayErrors {
  const out: Partial<Record<Figure, number>> = {};
  for (const figure of figureNames) {
    const [a, b] = [replay[figure], recorded[figure]];
    if (a !== undefined && b !== undefined && b > 0) out[figure] = a / b - 1;
  }
  return out;
}

/** A figure that the replay gets wrong by more than a fifth. */
export function worstOf(
  errors: ReplayErrors,
  recorded: Figures,
): { readonly figure: Figure; readonly error: number; readonly most: number } | undefined {
  for (const figure of replayedFigures) {
    const error = errors[figure];
    const value = recorded[figure];
    if (error === undefined || value === undefined || Math.abs(error) <= mostReplayError) continue;
    if (figure === 'gcCycles' && Math.abs(error) * value <= fewCycles) continue;
    return { figure, error, most: mostReplayError };
  }
  return undefined;
}

/** How far the question is from what was recorded: 0 for the same settings, 1 for half or double the room that GOGC leaves, and so on. */
export function distanceOf(own: Settings, asked: Settings, load: number): number {
  const room = (s: Settings) => (s.gogc < 0 ? 4 : Math.min(4, Math.log2(Math.max(5, s.gogc) / 100)));
  const limit = asked.memoryLimit === own.memoryLimit ? 0 : 1;
  const procs = Math.abs(Math.log2(asked.procs / own.procs));
  return Math.min(3, Math.max(Math.abs(room(asked) - room(own)), limit) + procs + Math.abs(Math.log2(load)));
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

/** Intervals with what no simulated run shows: errors of the model, and of its replay. */
export function widened(
  intervals: Partial<Record<Figure, Interval>>,
  predicted: Figures,
  replayError: ReplayErrors,
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
