/** Signals of the Go heap's inner shape: few large or many small objects, spans that hold little, goals and limits, the pace of collection. */
import { between, ends, excursions, level, maximum, median, smallest, valueAt } from '../curve.ts';
import { allocationSignals } from './allocation.ts';
import { liveHeap } from './live-heap.ts';
import { grownObject } from './profiles.ts';
import { containerLimit, gcPercent, goMemoryLimit, mebi, rise, rss, smallHeap, stretch } from './quantities.ts';
import { atLeast, atMost, type Measured, placeOf, type Scene } from './signal.ts';

/** So many cycles in a stretch, and some sample lies just behind one. */
const manyCycles = 20;

export function heapSignals(scene: Scene): Measured[] {
  return [
    ...objectSignals(scene),
    deadInUse(scene),
    ...goalSignals(scene),
    ...paceSignals(scene),
    ...allocationSignals(scene),
    ...burstSignals(scene),
    ...releaseSignals(scene),
  ];
}

function objectSignals(scene: Scene): Measured[] {
  const { timeline } = scene;
  const objects = timeline.track('heap_objects');
  const heap =
    timeline.tracks('heap_alloc_bytes').find((t) => t.series[0]?.frameName === objects?.series[0]?.frameName) ??
    timeline.track('heap_alloc_bytes');
  const r = rise(objects);
  if (!objects || !r || !heap) return [];
  const out: Measured[] = [];
  out.push(
    atLeast(
      scene,
      'objects_growth',
      (r.peak - r.first) / Math.max(r.first, 10_000),
      'ratio',
      placeOf(objects, r.peakAt),
      4,
    ),
  );
  const bytes = rise(heap);
  if (bytes && bytes.peak - bytes.first > smallHeap / 2) {
    const at = bytes.peakAt;
    const grownObjects = valueAt(objects, at) - r.first;
    const mean = grownObjects > 0 ? (bytes.peak - bytes.first) / grownObjects : Number.NaN;
    out.push(atLeast(scene, 'mean_object_bytes', mean, 'bytes', placeOf(objects, at), 128 * 1024));
  }
  return out;
}

/** HeapInuse that holds nothing alive, at the moment of the last third where the two are nearest: spans kept by few survivors. */
function deadInUse(scene: Scene): Measured {
  const inuse = scene.timeline.track('heap_inuse_bytes');
  const alloc = scene.timeline
    .tracks('heap_alloc_bytes')
    .find((t) => t.series[0]?.frameName === inuse?.series[0]?.frameName);
  if (!inuse || !alloc || inuse.t.length < 3) return undefined;
  const { from, to } = stretch(inuse, 0.67, 1);
  const late = between(inuse, from, to);
  let least = Number.POSITIVE_INFINITY;
  let peak = 0;
  for (let i = 0; i < late.t.length; i++) {
    const used = late.v[i] as number;
    peak = Math.max(peak, used);
    least = Math.min(least, (used - valueAt(alloc, late.t[i] as number)) / used);
  }
  if (peak < 32 * mebi) return undefined;
  return atLeast(scene, 'heap_in_use_but_dead', least, 'ratio', placeOf(inuse), 0.85);
}

function goalSignals(scene: Scene): Measured[] {
  const out: Measured[] = [];
  const live = liveHeap(scene);
  const container = containerLimit(scene);
  const limit = goMemoryLimit(scene);
  if (container) {
    out.push(...goalAgainst(scene, container.value));
    if (live && live.t.length >= 2) {
      const late = level(live, ...lateOf(live));
      out.push(atMost(scene, 'live_well_below_limit', late / container.value, 'ratio', placeOf(live), 0.2));
    }
    const resident = rss(scene);
    const top2 = resident && maximum(resident);
    if (resident && top2)
      out.push(atLeast(scene, 'close_to_limit', top2.v / container.value, 'ratio', placeOf(resident, top2.t), 1));
  }
  // goal against live of the same cycles: the goal printed with a cycle was set by the one before
  const traced = scene.timeline.track('gc_heap_live_bytes');
  const tracedGoal = scene.timeline.tracks('next_gc_bytes').find((t) => t.series[0]?.frameName === 'gctrace');
  if (traced && tracedGoal && traced.t.length >= 8) {
    const { from, to } = stretch(traced, 0.6, 1);
    const ratios: number[] = [];
    for (let i = 1; i < tracedGoal.t.length; i++) {
      const t = tracedGoal.t[i] as number;
      const before = valueAt(traced, (tracedGoal.t[i - 1] as number) + 1e-9);
      if (t >= from && t <= to && before > 8 * mebi) ratios.push((tracedGoal.v[i] as number) / before);
    }
    out.push(
      atMost(scene, 'goal_at_live', ratios.length >= 4 ? median(ratios) : Number.NaN, 'ratio', placeOf(tracedGoal), 1),
    );
  }
  if (!traced) out.push(goalAtLeastSeen(scene));
  if (live && limit && live.t.length >= 2)
    out.push(
      atLeast(scene, 'live_at_memory_limit', level(live, ...lateOf(live)) / limit.value, 'ratio', placeOf(live), 1),
    );
  return out;
}

/** Goal against live heap where only MemStats tell them: over many cycles the least HeapAlloc seen comes down to the live heap. */
function goalAtLeastSeen(scene: Scene): Measured {
  const { timeline } = scene;
  const goal = timeline.track('next_gc_bytes');
  const frame = goal?.series[0]?.frameName;
  const alloc = timeline.tracks('heap_alloc_bytes').find((t) => t.series[0]?.frameName === frame);
  const cycles = timeline.tracks('gc_cycles_total').find((t) => t.series[0]?.frameName === frame);
  if (!goal || !alloc || !cycles || goal.t.length < 8) return undefined;
  const { from, to } = stretch(goal, 0.6, 1);
  if (valueAt(cycles, to) - valueAt(cycles, from) < manyCycles) return undefined;
  const least = smallest(between(alloc, from, to).v);
  if (least < 8 * mebi) return undefined;
  return atMost(
    scene,
    'goal_at_live',
    median(between(goal, from, to).v) / least,
    'ratio',
    placeOf(goal),
    1,
    '',
    'estimated',
  );
}

/** The largest goal printed, and the next one after the last collection seen: the process may have been killed on the way to it. */
function goalAgainst(scene: Scene, limit: number): Measured[] {
  const out: Measured[] = [];
  const goal = scene.timeline.track('next_gc_bytes');
  const top = goal && maximum(goal);
  if (goal && top) out.push(atLeast(scene, 'goal_over_limit', top.v / limit, 'ratio', placeOf(goal, top.t), 1.3));
  const percent = gcPercent(scene);
  const bound = goMemoryLimit(scene)?.value ?? Number.POSITIVE_INFINITY;
  if (!percent) return out;
  out.push(atLeast(scene, 'collector_off', percent.value < 0 && bound > limit ? 1 : 0, 'count', percent.place, 1));
  const live = scene.timeline.track('gc_heap_live_bytes') ?? liveHeap(scene);
  if (percent.value < 0 || !live) return out;
  const last = live.v[live.v.length - 1] as number;
  const next = Math.min(bound, last * (1 + percent.value / 100));
  out.push(atLeast(scene, 'goal_over_limit', next / limit, 'ratio', placeOf(live), 1.3, '', 'estimated'));
  return out;
}

function lateOf(curve: { readonly t: ArrayLike<number> }): [number, number] {
  const { from, to } = stretch({ t: curve.t, v: [] }, 0.67, 1);
  return [from, to];
}

/** Cycles per second and their share of the CPU. */
function paceSignals(scene: Scene): Measured[] {
  const out: Measured[] = [];
  const cycles = scene.timeline.track('gc_cycles_total');
  if (cycles && cycles.t.length >= 4) {
    const pace = (fromShare: number, toShare: number) => {
      const { from, to } = stretch(cycles, fromShare, toShare);
      return (valueAt(cycles, to) - valueAt(cycles, from)) / Math.max(1e-9, to - from);
    };
    const late = pace(0.67, 1);
    out.push(atLeast(scene, 'gc_rate', late, 'per_second', placeOf(cycles), 6));
    const early = pace(0, 0.25);
    if (early > 0) out.push(atLeast(scene, 'gc_rate_rise', late / early, 'ratio', placeOf(cycles), 6));
  }
  const share = gcCpuShare(scene);
  if (share) out.push(atLeast(scene, 'gc_cpu', share.value, 'ratio', share.place, 0.6));
  return out;
}

/** CPU that cycles of the last third took (assist, background, pauses on all processors) against the CPU there was. Idle marking does not count. */
function gcCpuShare(scene: Scene): { value: number; place: ReturnType<typeof placeOf> } | undefined {
  const background = scene.timeline.track('gc_background_cpu_seconds');
  const assist = scene.timeline.track('gc_assist_cpu_seconds');
  const pause = scene.timeline.tracks('gc_pause_seconds').find((t) => t.series[0]?.frameName === 'gctrace');
  const procs = scene.timeline.tracks('gomaxprocs').find((t) => t.series[0]?.frameName === 'gctrace');
  if (!background || !assist || !pause || !procs || background.t.length < 8) return undefined;
  const { from, to } = stretch(background, 0.6, 1);
  const sum = (track: { t: ArrayLike<number>; v: ArrayLike<number> }) =>
    between(track, from, to).v.reduce((a, b) => a + b, 0);
  const p = procs.v[procs.v.length - 1] as number;
  const cpu = sum(background) + sum(assist) + sum(pause) * p;
  return { value: cpu / Math.max(1e-9, (to - from) * p), place: placeOf(background) };
}

/** A heap that multiplies within a third of the time, and how large the objects were that did it. */
function burstSignals(scene: Scene): Measured[] {
  const { timeline } = scene;
  const heap = timeline.track('gc_heap_end_bytes') ?? timeline.track('heap_alloc_bytes') ?? rss(scene);
  const peak = heap && maximum(heap);
  if (!heap || !peak || heap.t.length < 8 || peak.v < 64 * mebi) return [];
  const span = (heap.t[heap.t.length - 1] as number) - (heap.t[0] as number);
  // what it was a third of the time ago, not at the start: a steady rise is no burst
  const settled = level(heap, peak.t - span * 0.45, peak.t - span * 0.3);
  const before = Number.isNaN(settled) ? valueAt(heap, peak.t - span * 0.3) : settled;
  // a peak that comes again and again is how the program works
  const peaks = excursions(heap, peak.v * 0.6, peak.v * 0.75);
  const recurs = peaks.length >= 3 && (peaks.at(-1) as number) - (peaks[0] as number) > span * 0.4;
  const rose = recurs ? 1 : peak.v / Math.max(before, smallHeap);
  const out: Measured[] = [atLeast(scene, 'burst', rose, 'ratio', placeOf(heap, peak.t), 6)];
  const bytes = timeline.track('total_alloc_bytes');
  const mallocs = timeline.tracks('mallocs_total').find((t) => t.series[0]?.frameName === bytes?.series[0]?.frameName);
  if (!bytes || !mallocs) {
    const grown = grownObject(scene);
    if (grown)
      out.push(
        atLeast(
          scene,
          'burst_of_large_objects',
          grown.bytes,
          'bytes',
          grown.place,
          512 * 1024,
          grown.function,
          'estimated',
        ),
      );
  } else {
    const from = peak.t - span * 0.2;
    const objects = valueAt(mallocs, peak.t) - valueAt(mallocs, from);
    if (objects > 0)
      out.push(
        atLeast(
          scene,
          'burst_of_large_objects',
          (valueAt(bytes, peak.t) - valueAt(bytes, from)) / objects,
          'bytes',
          placeOf(bytes, peak.t),
          512 * 1024,
        ),
      );
  }
  return out;
}

/** Memory Go has given back that the kernel still counts. */
function releaseSignals(scene: Scene): Measured[] {
  const out: Measured[] = [];
  const lazy = scene.timeline.track('lazy_free_bytes');
  const peak = lazy && maximum(lazy);
  if (lazy && peak) {
    const resident =
      scene.timeline.tracks('rss_bytes').find((t) => t.series[0]?.frameName === lazy.series[0]?.frameName) ??
      rss(scene);
    if (resident)
      out.push(
        atLeast(
          scene,
          'lazy_free_share',
          peak.v / Math.max(1, valueAt(resident, peak.t)),
          'ratio',
          placeOf(lazy, peak.t),
          0.7,
        ),
      );
  }
  const resident = rss(scene);
  const sys = scene.timeline.track('sys_bytes');
  const released = scene.timeline.track('heap_released_bytes');
  if (resident && sys && released && released.t.length >= 2) {
    const at = resident.t[resident.t.length - 1] as number;
    const now = valueAt(resident, at);
    const beyond = now - (valueAt(sys, at) - valueAt(released, at));
    const files = scene.timeline.track('rss_file_bytes');
    const explained = Math.min(valueAt(released, at), beyond - (files ? valueAt(files, at) : 0));
    const never = ends(released).first;
    out.push(
      atLeast(
        scene,
        'released_but_resident',
        (explained - Math.min(never, 8 * mebi)) / Math.max(1, now),
        'ratio',
        placeOf(released),
        0.7,
        '',
        'estimated',
      ),
    );
  }
  return out;
}
