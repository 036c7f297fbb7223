/**
 * GC cycles of a run of which only samples are known: the number of cycles, the bytes allocated, the heap and the next goal, each now and then.
 *
 * What the last cycle before a sample marked follows from the goal that came out of it (or is told, where /gc/heap/live was sampled). Where it ended lies
 * between two samples, and not before HeapAlloc allows, which holds what has been allocated since and what is dead but not yet swept. Of several cycles
 * between two samples it is known how much was allocated in all of them: a live heap that fell, fell at the one cycle that makes their goals add up to that;
 * one that rose, rose along a line. How full a heap gets, of its goal, is learned where the live heap stays as it is. How long a marking took,
 * and so what was allocated in it, no sample tells: that is worked out from an assumed cost of marking, and the caller tries several.
 */
import { BACKGROUND_UTILIZATION as BACKGROUND_SHARE } from '../../engine/pacer/gc-controller.ts';
import type { RecordedCycle } from './recorded-run.ts';
import type { RecordedSample } from './recorded-samples.ts';

const MiB = 2 ** 20;
/** The trigger lies at 70 % of the way to the goal at the lowest, so no more than this share of the growth is allocated in a marking. @source mgcpacer.go */
const mostOfGrowth = 0.3;
/** More than this between two samples, and nothing is known of most of them. */
export const mostBetween = 10_000;
/** Stretches on each side of one that tell how full a heap gets in it; and how full it gets at all, usually and at the extremes. */
const neighbours = 5;
const usualFilling = 0.95;
const leastFilling = 0.7;
const mostFilling = 1.1;
/** A live heap that changes by less, as a share, stays as it is. */
const steady = 0.1;
/** Places tried for a fall. */
const mostTried = 64;
/** Below this goal GOGC does not say what was marked. @source mgcpacer.go defaultHeapMinimum */
export const leastGoal = 4 * MiB;

export interface Assumed {
  /** GOGC in per cent. */
  readonly gogc: number;
  readonly procs: number;
  readonly heapPerAlloc: number;
  /** CPU seconds to mark what is live at a sample, for each byte of it. */
  readonly markSPerByte: (at: RecordedSample) => number;
}

/** What the last cycle before a sample marked: HeapAlloc is never less. */
export function markedAt(s: RecordedSample, gogc: number): number {
  if (s.cycles === 0) return 0;
  return s.live > 0 ? s.live : Math.min(s.heapAlloc, s.nextGc / (1 + gogc / 100));
}

/** What happened between two samples. Bytes allocated count from the last cycle before the first sample. */
interface Stretch {
  readonly before: RecordedSample;
  readonly after: RecordedSample;
  /** Cycles that ended in it. */
  readonly count: number;
  readonly markedBefore: number;
  readonly marked: number;
  /** Bounds of the end of its last cycle, and the end of the stretch before. */
  readonly from: number;
  readonly earliest: number;
  readonly latest: number;
}

/**
 * Cycles in order, on a clock of bytes allocated since the last cycle before the first sample; seconds count from the first sample. Every sample must hold
 * the fields used here. O(samples + cycles).
 */
export function cyclesFromSamples(samples: readonly RecordedSample[], assumed: Assumed): RecordedCycle[] {
  const { gogc, procs, heapPerAlloc } = assumed;
  const [first] = samples;
  if (!first) return [];
  const stretches = stretchesOf(samples, assumed);
  const out: RecordedCycle[] = [];
  let alloc = 0;
  stretches.forEach((stretch, index) => {
    const { before, after, count } = stretch;
    const seconds = after.seconds - before.seconds;
    const bytesPerS = seconds > 0 ? (after.totalAlloc - before.totalAlloc) / seconds : 0;
    const forced = after.forced - before.forced || 0;
    const filling = fillingAround(stretches, index, assumed);
    const along = shapedTo(stretch, (stretch.earliest + stretch.latest) / 2 - alloc, filling, assumed);
    const sums = allocatedIn(along, filling, assumed);
    const sum = sums.at(-1) as number;
    const last = Math.min(stretch.latest, Math.max(stretch.earliest, alloc + sum));
    const stretchStart = alloc;
    sums.forEach((allocated, i) => {
      const marked = along[i] as number;
      const live = along[i + 1] as number;
      const allocEnd = Math.max(alloc, stretch.from, stretchStart + (last - stretchStart) * (allocated / sum));
      // HeapSys never shrinks
      const most = after.heapSys > 0 ? after.heapSys : Number.POSITIVE_INFINITY;
      const heapEnd = Math.max(live, Math.min(most, marked + heapPerAlloc * (allocEnd - alloc)));
      const markCpuS = assumed.markSPerByte(after) * Math.max(MiB, live);
      const markS = markCpuS / (BACKGROUND_SHARE * procs);
      const markAlloc = Math.min(
        (1 - BACKGROUND_SHARE) * bytesPerS * markS,
        (mostOfGrowth * Math.max(0, heapEnd - marked)) / heapPerAlloc,
      );
      const share = (allocEnd - stretch.from) / Math.max(1, after.totalAlloc - before.totalAlloc);
      out.push({
        number: before.cycles + i + 1,
        startS: before.seconds - first.seconds + Math.min(1, Math.max(0, share)) * seconds,
        heapStart: heapEnd - heapPerAlloc * markAlloc,
        heapEnd,
        heapMarked: live,
        goal: marked * (1 + gogc / 100),
        stackScan: 0,
        globalsScan: 0,
        markS,
        pauseS: pauseOf(before, after, count),
        assistS: 0,
        backgroundS: markCpuS,
        idleS: 0,
        procs,
        isForced: i >= count - forced,
        allocStart: allocEnd - markAlloc,
        allocEnd,
        markAlloc,
      });
      alloc = allocEnd;
    });
  });
  return out;
}

function stretchesOf(samples: readonly RecordedSample[], assumed: Assumed): Stretch[] {
  const [first] = samples;
  if (!first) return [];
  const zero = allocZero(first, assumed);
  return samples.slice(1).flatMap((after, i): Stretch[] => {
    const before = samples[i] as RecordedSample;
    const count = Math.min(mostBetween, after.cycles - before.cycles);
    if (!(count > 0)) return [];
    const marked = markedAt(after, assumed.gogc);
    const from = before.totalAlloc - zero;
    const latest = after.totalAlloc - zero;
    const earliest = Math.max(from, latest - Math.max(0, after.heapAlloc - marked) / assumed.heapPerAlloc);
    return [{ before, after, count, markedBefore: markedAt(before, assumed.gogc), marked, from, earliest, latest }];
  });
}

/** What the cycle before the stretch marked, what its first cycle did, and so on: `count` + 1 sizes. */
type Marked = readonly number[];

/** A rise is even; a fall happens at one cycle, before which the live heap is as it was. */
function markedAlong({ markedBefore, marked, count }: Stretch, fallsAt: number): Marked {
  const isFall = marked < markedBefore;
  return Array.from({ length: count + 1 }, (_, i) => {
    if (isFall) return i < fallsAt ? markedBefore : marked;
    return markedBefore + (i / count) * (marked - markedBefore);
  });
}

/** Bytes allocated from the end of the cycle before until each cycle of a stretch ended. */
function allocatedIn(along: Marked, filling: number, { gogc, heapPerAlloc }: Assumed): number[] {
  let sum = 0;
  return along.slice(0, -1).map((marked) => {
    sum += Math.max(1, filling * goalOf(marked, gogc) - marked) / heapPerAlloc;
    return sum;
  });
}

function goalOf(marked: number, gogc: number): number {
  return Math.max(marked * (1 + gogc / 100), (leastGoal * gogc) / 100);
}

/** The live heap along a stretch that makes what its cycles allocate come nearest to `allocated`. */
function shapedTo(stretch: Stretch, allocated: number, filling: number, assumed: Assumed): Marked {
  const { markedBefore, marked, count } = stretch;
  let best = markedAlong(stretch, count);
  if (marked >= markedBefore) return best;
  let least = Number.POSITIVE_INFINITY;
  const tried = Math.min(count, mostTried);
  for (let i = 1; i <= tried; i++) {
    const along = markedAlong(stretch, Math.ceil((i * count) / tried));
    const miss = Math.abs((allocatedIn(along, filling, assumed).at(-1) as number) - allocated);
    if (miss < least) [least, best] = [miss, along];
  }
  return best;
}

/** Heap at the end of marking over its goal where the live heap stays as it is, in the stretches around one; else in all. */
function fillingAround(stretches: readonly Stretch[], index: number, { gogc, heapPerAlloc }: Assumed): number {
  const over = (from: number, to: number) => {
    let heaps = 0;
    let goals = 0;
    for (let i = Math.max(1, from); i < Math.min(to, stretches.length); i++) {
      const { before, after, count, markedBefore, marked, earliest, latest } = stretches[i] as Stretch;
      const { earliest: lastEarliest, latest: lastLatest } = stretches[i - 1] as Stretch;
      if (Math.abs(marked - markedBefore) > steady * marked || after.forced > before.forced) continue;
      const allocated = (earliest + latest - lastEarliest - lastLatest) / 2;
      heaps += heapPerAlloc * allocated + (count * (markedBefore + marked)) / 2;
      goals += count * goalOf((markedBefore + marked) / 2, gogc);
    }
    return goals > 0 ? Math.min(mostFilling, Math.max(leastFilling, heaps / goals)) : undefined;
  };
  return over(index - neighbours, index + neighbours + 1) ?? over(0, stretches.length) ?? usualFilling;
}

/**
 * TotalAlloc when the last cycle before the first sample ended. HeapAlloc beyond what was marked has been allocated since or is not yet swept: the middle of
 * both, unless there was no cycle.
 */
export function allocZero(
  first: RecordedSample,
  { gogc, heapPerAlloc }: Pick<Assumed, 'gogc' | 'heapPerAlloc'>,
): number {
  if (first.cycles === 0) return 0;
  return Math.max(0, first.totalAlloc - Math.max(0, first.heapAlloc - markedAt(first, gogc)) / (2 * heapPerAlloc));
}

function pauseOf(before: RecordedSample, s: RecordedSample, count: number): number {
  const pauses = s.pauseTotalS - before.pauseTotalS;
  return pauses > 0 ? pauses / count : 0;
}
