/**
 * How much is allocated, alive or not. MemStats count objects. gctrace does not, but between two cycles the heap grew from what the first left alive to
 * where the second began: that is what was allocated meanwhile, in bytes.
 */
import { between, median, rate, valueAt } from '../curve.ts';
import { mebi, stretch } from './quantities.ts';
import { atLeast, atMost, type Measured, placeOf, type Scene } from './signal.ts';

const early = [0, 0.22] as const;
const late = [0.6, 1] as const;

export function allocationSignals(scene: Scene): Measured[] {
  return scene.timeline.track('mallocs_total') ? countedObjects(scene) : tracedBytes(scene);
}

function countedObjects(scene: Scene): Measured[] {
  const mallocs = scene.timeline.track('mallocs_total');
  if (!mallocs || mallocs.t.length < 5) return [];
  const r = rate(mallocs);
  if (r.t.length < 4) return [];
  const third = (from: number, to: number) => {
    const s = stretch(r, from, to);
    return median(between(r, s.from, s.to).v);
  };
  const before = third(...early);
  const after = third(...late);
  const mid = third(0.35, 0.65);
  return [
    atLeast(scene, 'malloc_rate', after, 'per_second', placeOf(mallocs), 3_000_000),
    atLeast(scene, 'malloc_rate_rise', after / Math.max(1_000, before), 'ratio', placeOf(mallocs), 10),
    atMost(scene, 'malloc_rate_plateau', after / Math.max(1, mid), 'ratio', placeOf(mallocs), 0.8),
  ];
}

function tracedBytes(scene: Scene): Measured[] {
  const start = scene.timeline.track('gc_heap_start_bytes');
  const live = scene.timeline.track('gc_heap_live_bytes');
  const procs = scene.timeline.tracks('gomaxprocs').find((t) => t.series[0]?.frameName === 'gctrace');
  if (!start || !live || !procs || start.t.length < 8) return [];
  const total: number[] = [];
  for (let i = 0; i < start.t.length; i++) {
    const left = i === 0 ? 0 : valueAt(live, start.t[i - 1] as number);
    total.push((total.at(-1) ?? 0) + Math.max(0, (start.v[i] as number) - left));
  }
  const pace = (part: readonly [number, number]) => {
    const { from, to } = stretch(start, ...part);
    const counted = { t: start.t, v: total };
    return (valueAt(counted, to) - valueAt(counted, from)) / Math.max(1e-9, to - from);
  };
  const after = pace(late) / (procs.v[procs.v.length - 1] as number);
  const rise = pace(late) / Math.max(mebi, pace(early));
  return [
    atLeast(scene, 'allocation_rate', after, 'bytes', placeOf(start), 256 * mebi),
    atLeast(scene, 'allocation_rise', rise, 'ratio', placeOf(start), 10),
  ];
}
