/**
 * What a recorded run tells about the program alone, apart from the settings it ran under.
 *
 * - Live set. At the end of marking everything is marked that was reachable when marking began (the deletion barrier keeps it), and all that was
 *   allocated since (allocate-black). So reachable(start) = marked - (heapEnd - heapStart), whatever the settings. Between two cycles it is
 *   interpolated; where it fell, nobody saw when, and each simulated run draws the moment.
 * - Speed. Bytes allocated per second while no cycle runs, and per second of the program's own CPU while one does.
 * - Marking. CPU time per reachable byte. It grows with the heap through which the same live set is scattered; by how much one run cannot tell, so
 *   each simulated run draws an exponent.
 * - Spread. Which share of the dead bytes stays inside spans with live objects, so that the heap in use does not shrink; what the runtime needs
 *   beside the heap; what of it all is resident.
 */
import { quantile } from './quantile.ts';
import { programCpuS, type RecordedCycle, type RecordedRun, reachableOf } from './recorded-run.ts';
import type { RecordedSample } from './recorded-samples.ts';
import type { PacerReplay } from './replay-pacer.ts';

const MiB = 2 ** 20;
/** Share of CPU that background marking takes. @source mgcpacer.go gcBackgroundUtilization */
const backgroundShare = 0.25;
/** Cycles around one that share in its measurements: sizes are whole MiB, one cycle alone says too little. */
const neighbours = 4;
/** A marking with fewer bytes allocated says nothing about how they vary. */
const tellingBytes = 6 * MiB;
const usualSpanWaste = 0.05;
const usualOtherBytes = 6 * MiB;
const usualOtherShare = 0.025;

/** How one recorded cycle was marked. */
export interface Marking {
  readonly alloc: number;
  /** CPU seconds per byte that was reachable when it began. */
  readonly secondsPerByte: number;
  /** Heap size that went with this cost. */
  readonly heapStart: number;
  readonly assistS: number;
  readonly pauseS: number;
  /** Bytes allocated per CPU second of the program while marking ran. */
  readonly bytesPerCpuS: number;
  /** What was allocated, divided by what `bytesPerCpuS` leads one to expect; undefined where too little was. */
  readonly surprise: number | undefined;
  /** Ps that workers took, on average, and the part of it that was idle-priority work. */
  readonly workers: number;
  readonly idlePart: number;
  /** How far the heap was above the replayed trigger when such cycles began, the middle of them: a jump early in the run is none of later ones. */
  readonly overshoot: number;
  /**
   * By how much of the way to the goal cycles started before the replayed trigger, on average; 0 where markings were measured. The pacer believes the worst
   * of the last markings, and rebuilt ones are all alike: what that makes cycles start earlier shows here.
   */
  readonly headStart: number;
}

export interface ProgramModel {
  readonly totalAlloc: number;
  readonly heapPerAlloc: number;
  readonly procs: number;
  /** How many Ps the program itself keeps busy; as large as `procs` where it may be more. */
  readonly parallelism: number;
  readonly isSaturated: boolean;
  /** Whether the recording tells how busy the program keeps its Ps; without that it is taken to fill them. */
  readonly isCpuKnown: boolean;
  readonly live: readonly { readonly alloc: number; readonly bytes: number }[];
  readonly markings: readonly Marking[];
  /** Bytes that each cycle scans; undefined: what is reachable. See replay-pacer.ts. */
  readonly fixedScanWork: number | undefined;
  readonly stackScan: number;
  readonly globalsScan: number;
  /** Positions of cycles that the program itself asks for. */
  readonly forced: readonly number[];
  /** Seconds that the program needs to get to `alloc`, cycles left out; piecewise linear. */
  readonly time: readonly { readonly alloc: number; readonly value: number }[];
  /** HeapInuse / HeapAlloc - 1 where spans are full. */
  readonly spanWaste: number;
  /**
   * How many neighbours a dead object has on average that keep its span in use, by position; empty where nothing tells it. With a share p of the
   * heap live, dead bytes in spans without a live object are (1-p)^neighbours of all dead ones: those come free. 0 where what dies lies together.
   */
  readonly spread: readonly { readonly alloc: number; readonly value: number }[];
  /** Memory of the runtime beside the heap: bytes, and share of the largest heap so far. */
  readonly otherBytes: number;
  readonly otherShare: number;
  /** RSS - (Sys - HeapReleased); undefined where RSS was not sampled. */
  readonly rssShift: number | undefined;
  readonly hasSamples: boolean;
  /** Whether anything tells how much CPU the collector takes, and how long it stops the program. */
  readonly hasGcCpu: boolean;
  readonly hasPauses: boolean;
  /** Bytes that a cycle had marked when the run as recorded begins. */
  readonly startMarked: number;
}

/** Learns the program from its run. `cycles`: one of the run's guesses. `pacer`: their replay. O(cycles + samples). */
export function learnProgram(
  recorded: RecordedRun,
  cycles: readonly RecordedCycle[],
  pacer: PacerReplay,
): ProgramModel {
  const run = { ...recorded, cycles };
  const procs = Math.max(1, cycles.at(-1)?.procs ?? 1);
  const { parallelism, isSaturated } = parallelismOf(cycles, procs);
  const live = [{ alloc: 0, bytes: run.startMarked }];
  for (const c of cycles) live.push({ alloc: c.allocStart, bytes: reachableOf(c) });
  const last = cycles.at(-1);
  return {
    totalAlloc: run.totalAlloc,
    heapPerAlloc: run.heapPerAlloc,
    procs,
    parallelism,
    isSaturated,
    isCpuKnown: run.source === 'gctrace',
    live,
    markings: markingsOf(cycles, pacer, run.source === 'gctrace'),
    fixedScanWork: pacer.fixedScanWork,
    stackScan: last?.stackScan ?? 0,
    globalsScan: last?.globalsScan ?? 0,
    forced: cycles.filter((c) => c.isForced).map((c) => c.allocStart),
    time: timeOf(run),
    hasGcCpu: run.gcCpu !== undefined,
    hasPauses: run.pauses !== undefined,
    startMarked: run.startMarked,
    ...memoryOf(run),
  };
}

/** Workers on Ps that the program leaves idle mark more than a quarter of the time: what they leave is the program's. */
function parallelismOf(cycles: readonly RecordedCycle[], procs: number) {
  let markS = 0;
  let workersS = 0;
  for (const c of cycles) {
    markS += c.markS;
    workersS += c.backgroundS + c.idleS;
  }
  const workers = markS > 0 ? workersS / markS : 0;
  const isSaturated = workers <= procs * backgroundShare * 1.25 + 0.05;
  return { parallelism: isSaturated ? procs : Math.max(0.5, procs - workers), isSaturated };
}

function markingsOf(
  cycles: readonly RecordedCycle[],
  { overshoots, headStarts }: Pick<PacerReplay, 'overshoots' | 'headStarts'>,
  isMeasured: boolean,
): Marking[] {
  return cycles.map((c, i) => {
    const near = <T>(values: readonly T[]) => values.slice(Math.max(0, i - neighbours), i + neighbours + 1);
    let allocated = 0;
    let cpuS = 0;
    for (const n of near(cycles)) {
      allocated += n.markAlloc;
      cpuS += programCpuS(n);
    }
    const bytesPerCpuS = cpuS > 0 ? allocated / cpuS : 0;
    const own = c.markAlloc;
    const expected = bytesPerCpuS * programCpuS(c);
    return {
      alloc: c.allocStart,
      secondsPerByte: (c.assistS + c.backgroundS + c.idleS) / Math.max(MiB, reachableOf(c)),
      heapStart: Math.max(MiB, c.heapStart),
      assistS: c.assistS,
      pauseS: c.pauseS,
      bytesPerCpuS,
      surprise: isMeasured && own >= tellingBytes && expected > 0 ? own / expected : undefined,
      overshoot: quantile(overshoots.slice(Math.max(0, i - 2), i + 3), 0.5),
      headStart: isMeasured ? 0 : Math.max(0, mean(near(headStarts))),
      idlePart: c.backgroundS + c.idleS > 0 ? c.idleS / (c.backgroundS + c.idleS) : 0,
      workers: c.markS > 0 ? Math.min(c.procs, (c.backgroundS + c.idleS) / c.markS) : backgroundShare * c.procs,
    };
  });
}

/** Time without cycles over allocated bytes: measured between cycles, and through a cycle at the speed before it. */
function timeOf(run: RecordedRun): { alloc: number; value: number }[] {
  const out = [{ alloc: 0, value: 0 }];
  let seconds = 0;
  let alloc = 0;
  let freeAtS = 0;
  for (const c of run.cycles) {
    const between = Math.max(0, c.allocStart - alloc);
    const elapsed = Math.max(0, c.startS - freeAtS);
    seconds += elapsed;
    out.push({ alloc: c.allocStart, value: seconds });
    if (between > 0) seconds += (elapsed / between) * (c.allocEnd - c.allocStart);
    out.push({ alloc: c.allocEnd, value: seconds });
    alloc = c.allocEnd;
    freeAtS = c.startS + c.markS + c.pauseS;
  }
  if (alloc > 0) out.push({ alloc: run.totalAlloc, value: seconds + (seconds / alloc) * (run.totalAlloc - alloc) });
  return out;
}

function memoryOf(run: RecordedRun) {
  const samples = run.samples.filter((s) => s.heapAlloc > 0 && s.heapInuse > 0 && s.sys > 0 && s.heapSys > 0);
  const top = Math.max(0, ...samples.map((s) => s.heapAlloc));
  const full = samples.filter((s) => s.heapAlloc > top / 3);
  const spanWaste =
    samples.length > 0
      ? quantile(
          full.map((s) => s.heapInuse / s.heapAlloc - 1),
          0.05,
        )
      : usualSpanWaste;
  const other = otherOf(samples);
  const shifts = samples.filter((s) => s.rss > 0).map((s) => s.rss - (s.sys - s.heapReleased));
  return {
    spanWaste,
    spread: spreadOf(run, samples, spanWaste),
    otherBytes: other.bytes,
    otherShare: other.share,
    rssShift: shifts.length > 0 ? quantile(shifts, 0.5) : shiftOfPeaks(run, samples),
    hasSamples: samples.length > 0,
  };
}

/** RSS from other evidence than the samples: the two peaks are taken to belong together. */
function shiftOfPeaks(run: RecordedRun, samples: readonly RecordedSample[]): number | undefined {
  if (run.peakRss === undefined || samples.length === 0) return undefined;
  return run.peakRss - Math.max(...samples.map((s) => s.sys - s.heapReleased || 0));
}

/** What is not heap, as a line over the largest heap so far: what describes spans is never given back. */
function otherOf(samples: readonly RecordedSample[]): { bytes: number; share: number } {
  let largest = 0;
  const points = samples.map((s) => {
    largest = Math.max(largest, s.heapInuse);
    return { x: largest, y: s.sys - s.heapSys };
  });
  const n = points.length;
  if (n === 0) return { bytes: usualOtherBytes, share: usualOtherShare };
  const meanX = points.reduce((sum, p) => sum + p.x, 0) / n;
  const meanY = points.reduce((sum, p) => sum + p.y, 0) / n;
  const varX = points.reduce((sum, p) => sum + (p.x - meanX) ** 2, 0);
  const slope = varX > 0 ? points.reduce((sum, p) => sum + (p.x - meanX) * (p.y - meanY), 0) / varX : usualOtherShare;
  const share = Math.min(0.2, Math.max(0, slope));
  return { bytes: Math.max(0, meanY - share * meanX), share };
}

/**
 * How much of what was dead stayed inside spans in use, per cycle, from two samples. Where the heap stayed below what its spans hold, the spans
 * alone tell. Where it filled them, the free slots of the later sample do, with what has been allocated since the cycle added back.
 */
function spreadOf(run: RecordedRun, samples: readonly RecordedSample[], waste: number) {
  const byNumber = new Map(run.cycles.map((c) => [c.number, c]));
  const objectsAtEnd = (n: number) => {
    const marked = byNumber.get(n - 1)?.heapMarked ?? 0;
    return marked + Math.max(0, (byNumber.get(n)?.heapEnd ?? 0) - marked) / run.heapPerAlloc;
  };
  const out: { alloc: number; value: number }[] = [];
  samples.forEach((s, i) => {
    const before = samples[i - 1];
    const c = byNumber.get(s.cycles);
    if (!before || !c || s.cycles <= before.cycles) return;
    let highest = before.heapAlloc;
    for (let n = before.cycles + 1; n <= s.cycles; n++) highest = Math.max(highest, objectsAtEnd(n));
    const used = c.heapMarked * (1 + waste);
    const filled = highest * (1 + waste);
    const isFilled = filled > before.heapInuse;
    const dead = Math.max(before.heapInuse, filled) - used;
    if (dead < 2 * MiB) return;
    const holes = s.heapInuse - s.heapAlloc * (1 + waste);
    const left = isFilled
      ? holes + Math.max(0, s.heapAlloc - c.heapMarked) * (1 + waste)
      : Math.max(0, s.heapInuse - used);
    if (isFilled && holes < 0.05 * dead) return;
    const share = Math.max(0, left / dead) ** (isFilled ? 1 : 1 / (s.cycles - before.cycles));
    const live = used / (used + dead);
    out.push({ alloc: c.allocEnd, value: Math.log(1 - Math.min(mostSpread, share)) / Math.log(1 - live) });
  });
  return out.map(({ alloc }, i) => ({
    alloc,
    value: quantile(
      out.slice(Math.max(0, i - 2), i + 3).map((o) => o.value),
      0.5,
    ),
  }));
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
}

/** Even where dead and live objects are mixed at random some spans come free. */
const mostSpread = 0.998;
