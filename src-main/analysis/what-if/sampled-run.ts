/**
 * A recorded run of which there is no gctrace, only samples of the runtime's figures. Its cycles are rebuilt (cycles-from-samples.ts) several times over,
 * each time with another cost of marking: what no sample tells is varied, not settled. Where samples hold the CPU time of the collector, they bound it.
 */
import type { CaseData } from '../case-data.ts';
import { type Assumed, allocZero, cyclesFromSamples, leastGoal, markedAt, mostBetween } from './cycles-from-samples.ts';
import { peakRssOf, type RecordedRun, usualHeapPerAlloc } from './recorded-run.ts';
import { type RecordedSample, type RecordedSamples, samplesOf } from './recorded-samples.ts';

const MiB = 2 ** 20;
/** Goals below this say little: stacks and globals are a good part of them. */
const tellingGoal = 12 * MiB;
const defaultGogc = 100;
/** What people set, where nothing names it. */
const usualGogc = [25, 50, 100, 200, 400, 800, 1600];
/** Stacks and globals are in the goal and not in the heap. observed: bounds up to 2 % above GOGC */
const boundSlack = 0.95;
/** CPU seconds to mark one live object. observed: Go 1.21 to 1.26, 20 to 60 ns on a quiet machine, up to 250 ns where CPUs are short. */
const markSPerObject = [20e-9, 35e-9, 60e-9, 110e-9, 200e-9];
/** The same for a byte, where objects were not counted. observed: the same runs */
const markSPerByte = [0.03e-9, 0.1e-9, 0.3e-9, 0.6e-9, 1e-9];
/** Around a cost that follows from CPU time: cycles of one run differ. */
const aroundTold = [0.7, 0.85, 1, 1.2, 1.4];

/** What samples must tell, as MemStats calls it; `time` is when they were taken. */
export type SampleNeed = 'NumGC' | 'TotalAlloc' | 'HeapAlloc' | 'NextGC' | 'time';
const needs: readonly (readonly [need: SampleNeed, metric: string | undefined, field: keyof RecordedSample])[] = [
  ['NumGC', 'gc_cycles_total', 'cycles'],
  ['TotalAlloc', 'total_alloc_bytes', 'totalAlloc'],
  ['HeapAlloc', 'heap_alloc_bytes', 'heapAlloc'],
  ['NextGC', 'next_gc_bytes', 'nextGc'],
  ['time', undefined, 'seconds'],
];

/** Samples that tell all of it, or what they lack; everything where there are none at all. */
export function sampledRun(data: CaseData): RecordedSamples | { readonly missing: readonly SampleNeed[] } {
  const { evidence, samples } = samplesOf(data);
  const usable = samples.filter((s) => needs.every(([, , field]) => !Number.isNaN(s[field])));
  if (evidence !== undefined && usable.length >= 2) return { evidence, samples: usable };
  // one value is no series, wherever it is from
  const isSampled = (metric: string) => {
    const held = data.series.filter((s) => s.metric === metric && s.frameName !== 'gctrace');
    return held.reduce((sum, s) => sum + s.points, 0) >= 2;
  };
  const unsampled = needs.filter(([, metric]) => metric !== undefined && !isSampled(metric)).map(([need]) => need);
  if (unsampled.length > 0)
    return { missing: unsampled.length === needs.length - 1 ? needs.map(([need]) => need) : unsampled };
  const missing = needs.filter(([, , field]) => samples.every((s) => Number.isNaN(s[field]))).map(([need]) => need);
  return { missing: missing.length > 0 ? missing : ['time'] };
}

/**
 * GOGC from the samples, undefined where their heaps are too small. Goals over the live heaps tell it where both were sampled. Else the heap is never below
 * what was marked, and allocation never goes far beyond the goal: both bound GOGC from below, closely where a sample lies soon after a cycle. The smallest
 * usual setting above the bounds is taken.
 */
export function gogcOfSamples(samples: readonly RecordedSample[]): number | undefined {
  let goals = 0;
  let lives = 0;
  let allowed = 0;
  let allocated = 0;
  let bound = 0;
  samples.forEach((s, i) => {
    const before = samples[i - 1];
    if (!before || s.cycles === 0 || s.nextGc < tellingGoal || s.heapAlloc < leastGoal) return;
    bound = Math.max(bound, s.nextGc / s.heapAlloc - 1);
    if (s.live > 0) {
      goals += s.nextGc;
      lives += s.live;
    }
    const count = s.cycles - before.cycles;
    if (!(count > 0) || before.nextGc < tellingGoal || s.forced > before.forced) return;
    allowed += count * Math.max(before.nextGc, s.nextGc);
    allocated += s.totalAlloc - before.totalAlloc;
  });
  if (lives > 0) return nearDefault((100 * (goals - lives)) / lives);
  const share = allowed > 0 ? allocated / allowed : 0;
  const least = 100 * boundSlack * Math.max(bound, share < 1 ? share / (1 - share) : 0);
  return least > 0 ? usualGogc.find((gogc) => gogc >= least) : undefined;
}

function nearDefault(gogc: number): number {
  return Math.abs(gogc - defaultGogc) < 6 ? defaultGogc : Math.round(gogc);
}

/** The run under a known or inferred GOGC. `procs`: GOMAXPROCS. */
export function runOfSamples(
  data: CaseData,
  { evidence, samples }: RecordedSamples,
  gogc: number,
  procs: number,
): RecordedRun | undefined {
  const first = samples[0];
  const last = samples.at(-1);
  if (evidence === undefined || !first || !last || last.cycles - first.cycles > mostBetween * samples.length)
    return undefined;
  const heapPerAlloc = usualHeapPerAlloc;
  const gcCpu = gcCpuOf(samples);
  const cyclesWith = (cost: Assumed['markSPerByte']) =>
    cyclesFromSamples(samples, { gogc, procs, heapPerAlloc, markSPerByte: cost });
  const guesses = costsOf(samples, gogc, gcCpu, procs).map(cyclesWith);
  const middle = guesses[Math.floor(guesses.length / 2)];
  if (!middle || middle.length === 0) return undefined;
  return {
    evidence,
    source: 'samples',
    cycles: middle,
    guesses,
    samples,
    startMarked: markedAt(first, gogc),
    totalAlloc: last.totalAlloc - allocZero(first, { gogc, heapPerAlloc }),
    heapPerAlloc,
    peakRss: peakRssOf(data),
    gcCpu,
    pauses: pausesOf(first, last),
    wallS: last.seconds - first.seconds,
  };
}

function costsOf(
  samples: readonly RecordedSample[],
  gogc: number,
  gcCpu: RecordedRun['gcCpu'],
  procs: number,
): Assumed['markSPerByte'][] {
  const perByte = (s: RecordedSample, cost: number) => (cost * s.objects) / Math.max(1, s.heapAlloc);
  const hasObjects = samples.every((s) => s.objects >= 0);
  if (gcCpu !== undefined) {
    const marked = samples.reduce((sum, s, i) => {
      const before = samples[i - 1];
      return before ? sum + (s.cycles - before.cycles) * markedAt(s, gogc) : 0;
    }, 0);
    const first = samples[0] as RecordedSample;
    const last = samples.at(-1) as RecordedSample;
    const paused = procs * (last.pauseTotalS - first.pauseTotalS || 0);
    const all = gcCpu.fraction * procs * (last.seconds - first.seconds) - paused;
    if (marked > 0 && all > 0) return aroundTold.map((factor) => () => (factor * all) / marked);
  }
  return hasObjects ? markSPerObject.map((cost) => (s) => perByte(s, cost)) : markSPerByte.map((cost) => () => cost);
}

/** Share of all CPU that the collector took, idle-time marking left out. */
function gcCpuOf(samples: readonly RecordedSample[]): RecordedRun['gcCpu'] {
  const first = samples[0] as RecordedSample;
  const last = samples.at(-1) as RecordedSample;
  const all = last.allCpuS - first.allCpuS;
  const gc = last.gcCpuS - first.gcCpuS - (last.gcIdleCpuS - first.gcIdleCpuS || 0);
  if (all > 0 && gc >= 0) return { fraction: gc / all, basis: 'measured' };
  // since the start of the process: the same as that of the run only where the samples begin there
  if (last.gcCpuFraction > 0)
    return { fraction: last.gcCpuFraction, basis: first.cycles <= 1 ? 'measured' : 'estimated' };
  return undefined;
}

function pausesOf(first: RecordedSample, last: RecordedSample): RecordedRun['pauses'] {
  const totalS = last.pauseTotalS - first.pauseTotalS;
  return totalS >= 0 ? { totalS, basis: 'measured' } : undefined;
}
