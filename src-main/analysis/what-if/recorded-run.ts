/**
 * One recorded run of a Go program as what-if needs it: its GC cycles on a clock of allocated bytes, and the samples of its memory.
 *
 * A program does the same work whatever the collector does, so the bytes it has allocated so far (TotalAlloc) are the clock that two runs under
 * different settings share; wall time is not. Cycles come from gctrace, whose heap sizes are whole MiB cut off: half a MiB is added back. What was
 * allocated between two cycles is the difference of two such sizes; where samples tell TotalAlloc and the number of cycles, they correct the sum.
 */
import type { SeriesRow } from '../../case/store/read-store.ts';
import type { CaseData } from '../case-data.ts';
import { type RecordedSample, samplesOf } from './recorded-samples.ts';

const MiB = 2 ** 20;
/** A forced cycle this long after the last one is the runtime's own. @source proc.go forcegcperiod, two minutes */
export const PERIODIC_GC_S = 120;
const periodicSlackS = 1;

/** Sizes are bytes, times seconds. `allocStart` and `allocEnd`: bytes allocated since the start of the program when marking began and ended. */
export interface RecordedCycle {
  readonly number: number;
  readonly startS: number;
  readonly heapStart: number;
  readonly heapEnd: number;
  readonly heapMarked: number;
  readonly goal: number;
  readonly stackScan: number;
  readonly globalsScan: number;
  readonly markS: number;
  readonly pauseS: number;
  readonly assistS: number;
  readonly backgroundS: number;
  readonly idleS: number;
  readonly procs: number;
  /** By the program; not the runtime's own after two minutes. */
  readonly isForced: boolean;
  readonly allocStart: number;
  readonly allocEnd: number;
  /** Bytes allocated while marking ran, smoothed over neighbouring cycles where whole MiB say too little. */
  readonly markAlloc: number;
}

/** CPU seconds that the program itself had while a cycle was marked. */
export function programCpuS(c: Pick<RecordedCycle, 'procs' | 'markS' | 'backgroundS' | 'idleS' | 'assistS'>): number {
  const all = c.procs * c.markS;
  return Math.max(0.05 * all, all - c.backgroundS - c.idleS - c.assistS);
}

/** Bytes reachable when a cycle began. */
export function reachableOf(c: RecordedCycle): number {
  return Math.min(c.heapStart, Math.max(0, c.heapMarked - c.markAlloc));
}

export interface RecordedRun {
  readonly evidence: number;
  /** Where the cycles are from. */
  readonly source: 'gctrace' | 'samples';
  readonly cycles: readonly RecordedCycle[];
  /** The same cycles, once for each assumption about what the evidence does not tell; `cycles` alone where it tells all. */
  readonly guesses: readonly (readonly RecordedCycle[])[];
  /** Bytes marked before the run as recorded begins; 0 where it begins with the process. */
  readonly startMarked: number;
  /** In order of time; empty where no MemStats were sampled. */
  readonly samples: readonly RecordedSample[];
  /** Bytes allocated in the whole run. */
  readonly totalAlloc: number;
  /**
   * What an allocated byte adds to the heap that the pacer sees: it counts whole spans as they are taken, tails included.
   * @source mcache.go refill (Go 1.26)
   */
  readonly heapPerAlloc: number;
  /** Highest RSS that any evidence of the case tells; undefined where none does. */
  readonly peakRss: number | undefined;
  /** Share of all CPU that the collector took, idle-time marking left out; undefined where nothing tells it. */
  readonly gcCpu: { readonly fraction: number; readonly basis: RecordedBasis } | undefined;
  readonly pauses: { readonly totalS: number; readonly basis: RecordedBasis } | undefined;
  readonly wallS: number;
}

/** Read from the evidence, or worked out from it. */
export type RecordedBasis = 'measured' | 'estimated';

/** The longest run with gctrace in a case, with the samples that belong to it; undefined where there is no gctrace. */
export function runWithGctrace(data: CaseData): RecordedRun | undefined {
  const frames = new Map<string, SeriesRow[]>();
  for (const s of data.series) {
    if (s.frameName !== 'gctrace') continue;
    const key = `${s.evidence} ${s.frame}`;
    const frame = frames.get(key);
    if (frame) frame.push(s);
    else frames.set(key, [s]);
  }
  const longest = [...frames.values()].sort((a, b) => (b[0]?.points ?? 0) - (a[0]?.points ?? 0))[0];
  const first = longest?.[0];
  if (!longest || !first) return undefined;
  const { samples } = samplesOf(data);
  const raw = rawCycles(data, longest);
  const heapPerAlloc = heapPerAllocOf(raw, samples);
  const cycles = onAllocClock(raw, samples, heapPerAlloc);
  const last = cycles.at(-1);
  if (!last) return undefined;
  const wallS = last.startS + last.markS + last.pauseS;
  const gcCpuS = cycles.reduce(
    (sum, c) => sum + c.assistS + Math.min(c.backgroundS, c.markS * c.procs) + c.pauseS * c.procs,
    0,
  );
  return {
    evidence: first.evidence,
    source: 'gctrace',
    cycles,
    guesses: [cycles],
    startMarked: 0,
    samples,
    totalAlloc: Math.max(last.allocEnd, ...samples.slice(-1).map((s) => s.totalAlloc || 0)),
    heapPerAlloc,
    peakRss: peakRssOf(data),
    gcCpu: { fraction: wallS > 0 ? gcCpuS / (wallS * Math.max(1, last.procs)) : 0, basis: 'measured' },
    pauses: { totalS: cycles.reduce((sum, c) => sum + c.pauseS, 0), basis: 'measured' },
    wallS,
  };
}

/** Highest RSS that any evidence tells. */
export function peakRssOf(data: CaseData): number | undefined {
  const peaks = data.series.filter((s) => s.metric === 'rss_bytes' || s.metric === 'rss_peak_bytes').map((s) => s.max);
  return peaks.length > 0 ? Math.max(...peaks) : undefined;
}

type RawCycle = Omit<RecordedCycle, 'allocStart' | 'allocEnd' | 'markAlloc'>;

function rawCycles(data: CaseData, frame: readonly SeriesRow[]): RawCycle[] {
  const columns = [
    'gc_cycles_total',
    'gc_heap_start_bytes',
    'gc_heap_end_bytes',
    'gc_heap_live_bytes',
    'next_gc_bytes',
    'gc_stack_scan_bytes',
    'gc_globals_scan_bytes',
    'gc_mark_seconds',
    'gc_pause_seconds',
    'gc_assist_cpu_seconds',
    'gc_background_cpu_seconds',
    'gc_idle_cpu_seconds',
    'gomaxprocs',
    'gc_forced',
  ].map((metric) => frame.find((s) => s.metric === metric)?.column ?? -1);
  const out: RawCycle[] = [];
  const [key] = frame;
  if (!key) return out;
  let lastS = 0;
  data.source.reader.scan(key, columns, ({ originNs, t, values }) => {
    for (let i = 0; i < t.length; i++) {
      const at = (column: number) => {
        const v = values[column]?.[i];
        return v === undefined || Number.isNaN(v) ? 0 : v;
      };
      const startS = (Number(originNs) + (t[i] as number)) / 1e9;
      const isPeriodic = startS - lastS > PERIODIC_GC_S - periodicSlackS;
      lastS = startS;
      out.push({
        number: at(0),
        startS,
        heapStart: at(1) + MiB / 2,
        heapEnd: at(2) + MiB / 2,
        heapMarked: at(3) + MiB / 2,
        goal: at(4) + MiB / 2,
        stackScan: at(5),
        globalsScan: at(6),
        markS: at(7),
        pauseS: at(8),
        assistS: at(9),
        backgroundS: at(10),
        idleS: at(11),
        procs: at(12) || 1,
        isForced: at(13) > 0 && !isPeriodic,
      });
    }
  });
  return out;
}

/** Where no sample tells it: slots of Go 1.22 to 1.26 fill 94 to 97 % of a span. */
export const usualHeapPerAlloc = 1.05;

function growthOf(cycles: readonly RawCycle[]): number[] {
  let marked = 0;
  return cycles.map((c) => {
    const growth = Math.max(0, c.heapStart - marked) + Math.max(0, c.heapEnd - c.heapStart);
    marked = c.heapMarked;
    return growth;
  });
}

/** From the last sample whose cycle is known: growth of the heap in all cycles so far, and what has been allocated. */
function heapPerAllocOf(cycles: readonly RawCycle[], samples: readonly RecordedSample[]): number {
  const growth = growthOf(cycles);
  for (const s of [...samples].reverse()) {
    const index = cycles.findIndex((c) => c.number === s.cycles);
    const c = cycles[index];
    if (!c || Number.isNaN(s.heapAlloc)) continue;
    const grown = growth.slice(0, index + 1).reduce((a, b) => a + b, 0);
    const allocated = s.totalAlloc - Math.max(0, s.heapAlloc - c.heapMarked);
    if (grown > 64 * MiB && allocated > 0) return Math.min(1.3, Math.max(1, grown / allocated));
  }
  return usualHeapPerAlloc;
}

/** Sums what was allocated, and shifts the sum where a sample (so many cycles, so many bytes) shows it to be off. */
function onAllocClock(
  cycles: readonly RawCycle[],
  samples: readonly RecordedSample[],
  heapPerAlloc: number,
): RecordedCycle[] {
  let sum = 0;
  const ends = growthOf(cycles).map((growth) => {
    sum += growth / heapPerAlloc;
    return sum;
  });
  const shifts = shiftsOf(cycles, ends, samples);
  let last = 0;
  return cycles.map((c, i) => {
    const markAlloc = markAllocOf(cycles, i) / heapPerAlloc;
    const allocEnd = Math.max(last, (ends[i] as number) + (shifts[i] as number));
    const allocStart = Math.max(last, allocEnd - markAlloc);
    last = allocEnd;
    return { ...c, allocStart, allocEnd, markAlloc };
  });
}

/** Sizes in whole MiB: below this, what was allocated during a marking is taken from its program time and the speed around. */
const exactMarkAlloc = 6 * MiB;
const neighbours = 4;

function markAllocOf(cycles: readonly RawCycle[], index: number): number {
  const c = cycles[index] as RawCycle;
  const own = Math.max(0, c.heapEnd - c.heapStart);
  if (own >= exactMarkAlloc) return own;
  let bytes = 0;
  let seconds = 0;
  for (const n of cycles.slice(Math.max(0, index - neighbours), index + neighbours + 1)) {
    if (n.heapEnd - n.heapStart >= 2 * exactMarkAlloc) continue;
    bytes += Math.max(0, n.heapEnd - n.heapStart);
    seconds += programCpuS(n);
  }
  const smoothed = seconds > 0 ? (bytes * programCpuS(c)) / seconds : own;
  return Math.min(own + MiB, Math.max(own - MiB, smoothed));
}

function shiftsOf(
  cycles: readonly RawCycle[],
  ends: readonly number[],
  samples: readonly RecordedSample[],
): readonly number[] {
  const indexOf = new Map(cycles.map((c, i) => [c.number, i]));
  const shifts = new Array<number>(cycles.length).fill(0);
  let shift = 0;
  let done = 0;
  for (const s of samples) {
    const i = indexOf.get(s.cycles);
    if (i === undefined) continue;
    for (; done <= i; done++) shifts[done] = shift;
    const low = ends[i] as number;
    const high = ends[i + 1] ?? Number.POSITIVE_INFINITY;
    if (s.totalAlloc < low + shift) shift = s.totalAlloc - low;
    else if (s.totalAlloc > high + shift) shift = s.totalAlloc - high;
    shifts[i] = Math.min(shifts[i] as number, shift);
  }
  for (; done < cycles.length; done++) shifts[done] = shift;
  return shifts;
}
