/** Signals of the process as the kernel sees it: how its resident memory moved, and what its growth consists of. */
import { between, ends, largest, level, median, smallest, stillGrowing, valueAt } from '../curve.ts';
import type { Track } from '../timeline.ts';
import { liveHeap, liveHeapTrend } from './live-heap.ts';
import { goMapped, mebi, rise, rss, smallHeap, smallRss, stretch } from './quantities.ts';
import { atLeast, atMost, type Measured, placeOf, type Scene } from './signal.ts';

/** What a process does in its first seconds is to load what it needs. */
const startUpSeconds = 5;

/** The smallest goal of a collection with GOGC=100 (mgcpacer.go defaultHeapMinimum): what moves below it moves nothing. */
const leastHeap = 4 * mebi;

/** A line through fewer points is drawn by hand. */
const fewestForTrend = 4;

/** Spread of the values between two shares of the time against their median; the value that held at the beginning counts. */
export function spread(track: Track, fromShare: number): number {
  const { from, to } = stretch(track, fromShare, 1);
  const values: number[] = [valueAt(track, from)];
  for (let i = 0; i < track.t.length; i++)
    if ((track.t[i] as number) >= from && (track.t[i] as number) <= to) values.push(track.v[i] as number);
  return track.t.length < 4 || values.length < 2
    ? Number.NaN
    : (largest(values) - smallest(values)) / Math.max(leastHeap, median(values));
}

export function processSignals(scene: Scene): Measured[] {
  const out: Measured[] = [];
  const track = rss(scene);
  const r = rise(track);
  if (track && r) {
    const place = placeOf(track, r.peakAt);
    out.push(atLeast(scene, 'rss_growth', (r.peak - r.first) / Math.max(r.first, smallRss), 'ratio', place, 3));
    out.push(atLeast(scene, 'rss_still_growing', stillGrowing(track), 'ratio', placeOf(track), 0.8));
    out.push(atMost(scene, 'rss_flat', spread(track, 0.33), 'ratio', placeOf(track)));
    if (track.t.length >= 6) out.push(atMost(scene, 'rss_plateau', stillGrowing(track), 'ratio', placeOf(track)));
    out.push(...growthShares(scene, track, r));
  }
  out.push(...liveHeapSignals(scene));
  return out;
}

/** What the growth of the resident memory consists of, each part measured over the same two moments. */
function growthShares(scene: Scene, track: Track, r: { first: number; peak: number; peakAt: number }): Measured[] {
  const grown = r.peak - r.first;
  if (grown < smallHeap / 2) return [];
  const out: Measured[] = [];
  const startAt = track.t[0] as number;
  const share = (metric: string) => {
    const part = scene.timeline.track(metric);
    if (!part || part.t.length < 2) return undefined;
    const before = Math.min(ends(part).first, valueAt(part, startAt));
    return { value: (valueAt(part, r.peakAt) - before) / grown, place: placeOf(part, r.peakAt) };
  };
  const heap = share('heap_inuse_bytes') ?? share('heap_alloc_bytes') ?? share('gc_heap_end_bytes');
  if (heap) out.push(atLeast(scene, 'growth_in_heap', heap.value, 'ratio', heap.place, 0.9));
  const stacks = share('stack_inuse_bytes');
  if (stacks) out.push(atLeast(scene, 'growth_in_stacks', stacks.value, 'ratio', stacks.place, 0.9));
  const files = share('rss_file_bytes');
  if (files) out.push(atLeast(scene, 'growth_in_files', files.value, 'ratio', files.place, 0.9));
  const mapped = goMapped(scene);
  if (mapped && mapped.t.length >= 2) {
    const go = valueAt(mapped, r.peakAt) - Math.min(ends(mapped).first, valueAt(mapped, startAt));
    out.push(atLeast(scene, 'growth_outside_go', (grown - go) / grown, 'ratio', placeOf(track, r.peakAt), 0.9));
  } else {
    const traced = scene.timeline.track('gc_heap_end_bytes');
    if (traced && traced.t.length >= 2) {
      // what the heap once reached stays resident until the scavenger has given it back
      const go = largest(between(traced, Number.NEGATIVE_INFINITY, r.peakAt).v) - ends(traced).first;
      out.push(
        atLeast(
          scene,
          'growth_outside_go',
          (grown - go) / grown,
          'ratio',
          placeOf(track, r.peakAt),
          0.9,
          '',
          'estimated',
        ),
      );
    }
  }
  return out;
}

function liveHeapSignals(scene: Scene): Measured[] {
  const live = liveHeap(scene);
  const r = rise(live);
  if (!live || !r) return [];
  const out: Measured[] = [];
  const span = (live.t[live.t.length - 1] as number) - (live.t[0] as number);
  if (span < startUpSeconds) return [];
  out.push(
    atLeast(
      scene,
      'live_heap_growth',
      (r.peak - r.first) / Math.max(r.first, smallHeap),
      'ratio',
      placeOf(live, r.peakAt),
      4,
    ),
  );
  if (r.peak - r.first > smallHeap / 4) {
    out.push(...trendSignals(scene, live));
    const end = level(live, (live.t[live.t.length - 1] as number) - span * 0.1, Number.POSITIVE_INFINITY);
    out.push(atLeast(scene, 'live_heap_falls_back', (r.peak - end) / (r.peak - r.first), 'ratio', placeOf(live), 0.9));
  }
  out.push(atMost(scene, 'live_heap_flat', spread(live, 0.5), 'ratio', placeOf(live)));
  return out;
}

/** Whether the live heap goes on rising. A few heap profiles do not tell: there the resident memory does, which rose with it. */
function trendSignals(scene: Scene, live: Track): Measured[] {
  const resident = rss(scene);
  const seen = live.t.length >= fewestForTrend;
  const track = seen ? live : resident;
  if (!track || track.t.length < fewestForTrend) return [];
  const trend = seen ? liveHeapTrend(scene, live) : stillGrowing(track);
  const basis = seen ? 'measured' : 'estimated';
  return [
    atLeast(scene, 'live_heap_still_growing', trend, 'ratio', placeOf(track), 0.8, '', basis),
    atMost(scene, 'live_heap_plateau', trend, 'ratio', placeOf(track), 0, '', basis),
  ];
}
