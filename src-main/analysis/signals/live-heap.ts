/**
 * The heap that survives collections. gctrace tells it; MemStats does not, since HeapAlloc counts what is dead and not yet swept. What MemStats does tell
 * is how many collections there were: the least HeapAlloc seen between two of them lies at or above what the first left alive. Without a collection
 * HeapAlloc rises in any program, so a stretch without one says nothing about the live heap.
 *
 * @source runtime/mstats.go HeapAlloc ("reachable objects, as well as unreachable objects that the garbage collector has not yet freed"); runtime/mgcpacer.go
 */
import { between, type Curve, stillGrowing, valueAt } from '../curve.ts';
import type { Track } from '../timeline.ts';
import { gcPercent } from './quantities.ts';
import type { Scene } from './signal.ts';

/** Fewest points that make a curve. */
const enough = 4;
/** More points than this are a sawtooth of many teeth, of which the lower envelope is taken. */
const manyPoints = 24;
/** GOGC where nobody set it. */
const defaultGcPercent = 100;

/**
 * After marking where gctrace tells it, else after collections as MemStats show them, else the totals of heap profiles, else the ends of cycles of an
 * execution trace: a few seconds, but nothing else is there.
 */
export function liveHeap(scene: Scene): Track | undefined {
  const { timeline } = scene;
  const traced = timeline.track('gc_heap_live_bytes');
  if (traced && traced.t.length >= enough) return traced;
  const allocated = timeline.track('heap_alloc_bytes');
  if (allocated && allocated.t.length >= enough) {
    const after = afterCollections(allocated, cyclesBeside(scene, allocated));
    if (after.t.length >= 2) return after.t.length > manyPoints ? lowerEnvelope(after) : after;
  }
  const other = timeline.track('profile_heap_inuse_space') ?? traced;
  if (other) return other;
  const cycles = timeline.track('trace_cycle_end_live_bytes');
  return cycles && cycles.t.length >= enough ? cycles : undefined;
}

/**
 * Growth of the live heap in the last third of the time against its whole growth. What came after the last collection is not seen but bounded: the live
 * heap rose by no more than HeapAlloc did, and by less than what would have started the next collection. Where even the bound is slow against the pace
 * before, the growth has ended: a load at the start, or a peak that is over.
 */
export function liveHeapTrend(scene: Scene, live: Track): number {
  const n = live.t.length;
  const first = live.t[0] as number;
  const last = live.t[n - 1] as number;
  const pace = ((live.v[n - 1] as number) - (live.v[0] as number)) / (last - first);
  const bound = paceBound(scene, live);
  const seen = stillGrowing(live);
  return bound === undefined || !(pace > 0) ? seen : Math.min(seen, bound / pace);
}

/** Bytes per second by which the live heap can have risen since the last collection; undefined where nothing was seen after it. */
function paceBound(scene: Scene, live: Track): number | undefined {
  const last = live.t[live.t.length - 1] as number;
  const allocated = scene.timeline.track('heap_alloc_bytes');
  const after = allocated && between(allocated, last, Number.POSITIVE_INFINITY);
  if (after && after.t.length >= 2) {
    const span = (after.t.at(-1) as number) - (after.t[0] as number);
    if (span >= (last - (live.t[0] as number)) / 4) return ((after.v.at(-1) as number) - (after.v[0] as number)) / span;
  }
  const level = live.v[live.v.length - 1] as number;
  const alive = lastSeen(scene, level);
  if (live.metric !== 'gc_heap_live_bytes' || alive === undefined || alive <= last) return undefined;
  const percent = gcPercent(scene)?.value ?? defaultGcPercent;
  return percent < 0 ? undefined : (level * percent) / 100 / (alive - last);
}

/** When the process was last seen to hold as much as its live heap; undefined if never after the start. */
function lastSeen(scene: Scene, level: number): number | undefined {
  const ends = ['rss_bytes', 'cgroup_current_bytes'].flatMap((metric) => {
    const track = scene.timeline.track(metric);
    const held = track ? [...track.t].filter((_, i) => (track.v[i] as number) >= level) : [];
    return held.slice(-1);
  });
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** Collections counted by the same source at the same times. */
function cyclesBeside(scene: Scene, allocated: Track): Curve | undefined {
  const frame = allocated.series[0]?.frameName;
  return scene.timeline.tracks('gc_cycles_total').find((t) => t.series[0]?.frameName === frame);
}

/** The smallest value seen after each collection; all values where nothing counts them. */
function afterCollections(track: Track, cycles: Curve | undefined): Track {
  if (!cycles) return lowerEnvelope(track);
  const kept: number[] = [];
  let cycle = Number.NaN;
  for (let i = 0; i < track.t.length; i++) {
    const now = valueAt(cycles, track.t[i] as number);
    if (now !== cycle) {
      cycle = now;
      kept.push(i);
    } else if ((track.v[i] as number) < (track.v[kept.at(-1) as number] as number)) kept[kept.length - 1] = i;
  }
  return pick(track, kept);
}

/** The smallest value of each twelfth of the time. */
function lowerEnvelope(track: Track): Track {
  const n = track.t.length;
  const from = track.t[0] as number;
  const width = ((track.t[n - 1] as number) - from) / Math.min(12, Math.max(3, Math.floor(n / 3))) || 1;
  const kept: number[] = [];
  let best = 0;
  let slot = 0;
  for (let i = 0; i < n; i++) {
    const now = Math.floor(((track.t[i] as number) - from) / width);
    if (now !== slot) {
      kept.push(best);
      slot = now;
      best = i;
    } else if ((track.v[i] as number) < (track.v[best] as number)) best = i;
  }
  kept.push(best);
  return pick(track, kept);
}

function pick(track: Track, kept: readonly number[]): Track {
  const of = (a: ArrayLike<number>) => kept.map((i) => a[i] as number);
  return {
    ...track,
    t: Float64Array.from(of(track.t)),
    v: Float64Array.from(of(track.v)),
    evidence: Uint32Array.from(of(track.evidence)),
    position: Float64Array.from(of(track.position)),
  };
}
