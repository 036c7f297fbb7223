/**
 * gctrace and schedtrace read together: what the Ps did before, during and after one collection. Both logs count from the start of the process, so
 * their rows share a clock; schedtrace is a sample each N ms, and a collection between two samples has nothing to show for its middle.
 */
import type { Timeline, Track } from './timeline.ts';

/** What one SCHED line says. NaN where it does not. */
export interface SchedMoment {
  /** Seconds since the case's origin. */
  readonly t: number;
  readonly procs: number;
  readonly busyProcs: number;
  /** Goroutines that wait for a P, in all queues. */
  readonly queued: number;
  readonly spinningThreads: number;
}

export interface CycleSchedule {
  readonly before: SchedMoment | undefined;
  /** Samples that fell into the collection, in order. */
  readonly during: readonly SchedMoment[];
  readonly after: SchedMoment | undefined;
  /** With scheddetail: the states each P was seen in from before to after, repetitions left out. */
  readonly states: readonly { readonly p: string; readonly states: readonly string[] }[];
}

/** Samples farther off than this say nothing of the collection. */
const farSeconds = 10;
/** @source runtime/runtime2.go _Pidle, _Prunning, _Psyscall, _Pgcstop, _Pdead */
const stateNames = ['idle', 'running', 'syscall', 'gcstop', 'dead'];

/** Undefined where no schedtrace lies near. `from` and `to` are the ends of the collection, seconds since the case's origin. */
export function scheduleAround(timeline: Timeline, from: number, to: number): CycleSchedule | undefined {
  const idle = ofSchedtrace(timeline, 'idle_procs')[0];
  if (!idle) return undefined;
  const first = indexAtOrAfter(idle.t, from);
  const next = indexAtOrAfter(idle.t, to);
  const moment = (i: number) => momentAt(timeline, idle.t[i] as number);
  const near = (i: number, edge: number) =>
    i >= 0 && i < idle.t.length && Math.abs((idle.t[i] as number) - edge) <= farSeconds;
  const before = near(first - 1, from) ? moment(first - 1) : undefined;
  const after = near(next, to) ? moment(next) : undefined;
  const during = Array.from({ length: next - first }, (_, i) => moment(first + i));
  if (!before && !after && during.length === 0) return undefined;
  return { before, during, after, states: statesOf(timeline, before?.t ?? from, after?.t ?? to) };
}

function momentAt(timeline: Timeline, t: number): SchedMoment {
  const sum = (metric: string) => {
    const values = ofSchedtrace(timeline, metric)
      .filter((track) => track.labels.p === undefined)
      .map((track) => valueAtExactly(track, t))
      .filter((v) => !Number.isNaN(v));
    return values.length === 0 ? Number.NaN : values.reduce((a, b) => a + b, 0);
  };
  const procs = sum('gomaxprocs');
  return {
    t,
    procs,
    busyProcs: procs - sum('idle_procs'),
    queued: sum('run_queue'),
    spinningThreads: sum('spinning_threads'),
  };
}

function statesOf(timeline: Timeline, from: number, to: number): CycleSchedule['states'] {
  return ofSchedtrace(timeline, 'sched_proc_state')
    .map((track) => {
      const states: string[] = [];
      for (let i = indexAtOrAfter(track.t, from); i < track.t.length && (track.t[i] as number) <= to; i++) {
        const state = stateNames[track.v[i] as number] ?? String(track.v[i]);
        if (states.at(-1) !== state) states.push(state);
      }
      return { p: track.labels.p ?? '', states };
    })
    .filter(({ states }) => states.length > 0)
    .sort((a, b) => Number(a.p) - Number(b.p));
}

function ofSchedtrace(timeline: Timeline, metric: string): readonly Track[] {
  return timeline.tracks(metric).filter((track) => track.series[0]?.frameName === 'schedtrace');
}

function valueAtExactly(track: Track, t: number): number {
  const i = indexAtOrAfter(track.t, t);
  return track.t[i] === t ? (track.v[i] as number) : Number.NaN;
}

/** By bisection; the length where all lie before. */
function indexAtOrAfter(times: Float64Array, t: number): number {
  let lo = 0;
  let hi = times.length;
  while (lo < hi) {
    const mid = Math.floor((lo + hi) / 2);
    if ((times[mid] as number) < t) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}
