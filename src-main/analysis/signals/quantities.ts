/**
 * The few quantities that several signals are made of: the live heap, the limits, how much of the resident memory Go accounts for. Each says where it
 * was read.
 */
import { noLimitBytes } from '../../parsers/prometheus/prom-names.ts';
import { type Curve, ends, maximum, valueAt } from '../curve.ts';
import type { Track } from '../timeline.ts';
import type { Place, Scene } from './signal.ts';
import { placeOf } from './signal.ts';

export const mebi = 2 ** 20;
/** Levels below this are noise of a process that has just started. */
export const smallHeap = 16 * mebi;
export const smallRss = 32 * mebi;

export interface Quantity {
  readonly value: number;
  readonly place: Place;
}

/** The memory limit of the container, the smallest that any evidence tells. */
export function containerLimit(scene: Scene): Quantity | undefined {
  let best: Quantity | undefined;
  for (const f of scene.data.factsOf('container.limit_bytes')) {
    if (f.value > 0 && f.value < noLimitBytes && (!best || f.value < best.value))
      best = { value: f.value, place: { evidence: f.evidence, position: 'line' in f.at ? f.at.line : f.at.offset } };
  }
  for (const track of scene.timeline.tracks('cgroup_limit_bytes')) {
    const value = track.v[track.v.length - 1] as number;
    if (value > 0 && value < noLimitBytes && (!best || value < best.value)) best = { value, place: placeOf(track) };
  }
  return best;
}

/** GOMEMLIMIT, where it is set. */
export function goMemoryLimit(scene: Scene): Quantity | undefined {
  const track = scene.timeline.track('gomemlimit_bytes');
  const value = track?.v[track.v.length - 1];
  if (track && value !== undefined && value > 0 && value < noLimitBytes) return { value, place: placeOf(track) };
  const fact = scene.data.fact('setting.gomemlimit');
  const m = fact && /^(\d{1,20})([KMGT]i?B?|B)?$/.exec(fact.value);
  if (!fact || !m) return undefined;
  const scale: Record<string, number> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
  return {
    value: Number(m[1]) * (scale[(m[2] ?? '').charAt(0)] ?? 1),
    place: { evidence: fact.evidence, position: 'line' in fact.at ? fact.at.line : fact.at.offset },
  };
}

/** GOGC, where it is told; -1: off. */
export function gcPercent(scene: Scene): Quantity | undefined {
  const track = scene.timeline.track('gogc_percent');
  const value = track?.v[track.v.length - 1];
  if (track && value !== undefined) return { value, place: placeOf(track) };
  const fact = scene.data.fact('setting.gogc');
  if (!fact || !/^(?:off|-?\d{1,9})$/.test(fact.value)) return undefined;
  return {
    value: fact.value === 'off' ? -1 : Number(fact.value),
    place: { evidence: fact.evidence, position: 'line' in fact.at ? fact.at.line : fact.at.offset },
  };
}

/** What Go has from the system and has not given back: Sys - HeapReleased, at the times of Sys. */
export function goMapped(scene: Scene): Curve | undefined {
  const sys = scene.timeline.track('sys_bytes');
  const released =
    scene.timeline
      .tracks('heap_released_bytes')
      .find((t) => sys && t.series[0]?.frameName === sys.series[0]?.frameName) ??
    scene.timeline.track('heap_released_bytes');
  if (!sys) {
    const heap = scene.timeline.track('heap_sys_bytes') ?? scene.timeline.track('heap_inuse_bytes');
    if (!heap) return undefined;
    const stacks = scene.timeline.track('stack_inuse_bytes');
    return {
      t: heap.t,
      v: Float64Array.from(heap.v, (v, i) => v + (stacks ? valueAt(stacks, heap.t[i] as number) : 0)),
    };
  }
  return {
    t: sys.t,
    v: Float64Array.from(sys.v, (v, i) => v - (released ? valueAt(released, sys.t[i] as number) : 0)),
  };
}

/** How much a curve rose from its first level to its highest, and when; undefined where it has fewer than two points. */
export function rise(
  curve: Curve | undefined,
): { readonly first: number; readonly peak: number; readonly last: number; readonly peakAt: number } | undefined {
  if (!curve || curve.t.length < 2) return undefined;
  const { first, last } = ends(curve);
  const peak = maximum(curve);
  return peak ? { first, peak: peak.v, last, peakAt: peak.t } : undefined;
}

/** Resident memory: the track with the most points. */
export function rss(scene: Scene): Track | undefined {
  return scene.timeline.track('rss_bytes');
}

/** The share of the time in which a track's last third, last half ... lie. */
export function stretch(
  curve: Curve,
  fromShare: number,
  toShare: number,
): { readonly from: number; readonly to: number } {
  const first = curve.t[0] as number;
  const span = (curve.t[curve.t.length - 1] as number) - first;
  return { from: first + span * fromShare, to: first + span * toShare };
}
