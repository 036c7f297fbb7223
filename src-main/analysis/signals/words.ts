/** Signals from names: what the program calls its own metrics and what its log says. Weak by themselves: a name is a hint, not a measurement. */

import { metrics } from '../../api/contract/metrics.ts';
import { ends, maximum, stillGrowing, valueAt } from '../curve.ts';
import { type OwnerGrowth, ownersByGrowth } from './profiles.ts';
import { stretch } from './quantities.ts';
import { atLeast, type Measured, type Place, placeOf, type Scene } from './signal.ts';

const queue =
  /queue|backlog|pending|in_?flight|lag\b|depth|mailbox|outbox|spool|waiting|buffered|outstanding|un(?:sent|written|acked|processed|delivered)/i;
/** Containers that are filled at one end and emptied at the other. */
const queueing = /^container\/list\.\(\*List\)\.PushBack$|^container\/heap\.Push$/;
const bound = /max|limit|bound|capacity|evict/i;

export function wordSignals(scene: Scene): Measured[] {
  return [queueWords(scene), boundReached(scene)];
}

/** The program's own series: not the runtime's, not the kernel's. */
function ownMetrics(scene: Scene): readonly string[] {
  return scene.timeline
    .metrics()
    .filter(
      (m) =>
        !(m in metrics) &&
        !/^(?:go|process|container|cgroup|promhttp|profile|mapping|vm|hugetlb|fd|log|last_gc|cmdline)_/.test(m),
    );
}

function queueWords(scene: Scene): Measured {
  let found = 0;
  let place: Place | undefined;
  let subject = '';
  const own = ownMetrics(scene);
  for (const metric of own) {
    if (!queue.test(metric)) continue;
    const track = scene.timeline.track(metric);
    if (!track || track.t.length < 4) continue;
    const { first, last } = ends(track);
    if (last > Math.max(10, first * 3)) {
      found++;
      place ??= placeOf(track);
      subject ||= metric;
    }
  }
  const top = ownersByGrowth(scene)[0];
  if (
    top &&
    [top.function, ...top.callers.slice(0, 2)].some(
      (f) => queue.test(f) || /push|enqueue|submit|publish|produce/i.test(f),
    )
  ) {
    found++;
    place ??= { evidence: top.evidence, position: 0 };
    subject ||= top.function;
  }
  const contained = ownersByGrowth(scene)
    .slice(0, 3)
    .find((o) => o.grown > 0 && queueing.test(o.leaf));
  if (contained) {
    found++;
    place ??= { evidence: contained.evidence, position: 0 };
    subject ||= contained.leaf;
  }
  const log = scene.data.eventsOf('log').find((e) => queue.test(String(e.data.text)));
  if (log) {
    found++;
    place ??= { evidence: log.evidence, position: 'line' in log.at ? log.at.line : log.at.offset };
    subject ||= String(log.data.text).slice(0, 120);
  }
  // the depth of a queue follows a change of service time: something is done more slowly than before
  if (found > 0 && own.some((m) => slowsDown(scene, m))) found++;
  place ??= placeLooked(scene, own, top);
  return place ? atLeast(scene, 'queue_words', found, 'count', place, 3, subject) : undefined;
}

/** A counter of the program's own that runs at less than half its former pace. */
function slowsDown(scene: Scene, metric: string): boolean {
  const track = metric.endsWith('_total') ? scene.timeline.track(metric) : undefined;
  if (!track || track.t.length < 8) return false;
  const pace = (fromShare: number, toShare: number) => {
    const { from, to } = stretch(track, fromShare, toShare);
    return (valueAt(track, to) - valueAt(track, from)) / (to - from);
  };
  const before = pace(0, 0.22);
  return before > 1 && pace(0.6, 1) < before / 2;
}

/** Where names were looked for in vain; undefined where there are none to look at. */
function placeLooked(scene: Scene, own: readonly string[], top: OwnerGrowth | undefined): Place | undefined {
  if (top) return { evidence: top.evidence, position: 0 };
  const track = own[0] === undefined ? undefined : scene.timeline.track(own[0]);
  return track && track.t.length > 0 ? placeOf(track) : undefined;
}

/** A size of the program's own that rises and then stays, or evictions that go on: a cache that has found its bound. */
function boundReached(scene: Scene): Measured {
  let found = 0;
  let place: Place | undefined;
  let subject = '';
  const own = ownMetrics(scene);
  for (const metric of own) {
    const track = scene.timeline.track(metric);
    if (!track || track.t.length < 6) continue;
    const { first, last } = ends(track);
    const peak = maximum(track)?.v ?? 0;
    const rose = peak > first * 1.5 && peak - first > 0;
    if (/evict/i.test(metric) && last > first) {
      found += 2;
      place ??= placeOf(track);
      subject ||= metric;
    } else if (rose && Math.abs(stillGrowing(track)) < 0.1 && !bound.test(metric)) {
      const limit = own.find(
        (m) =>
          /max|limit|bound|capacity/i.test(m) && Math.abs((scene.timeline.track(m)?.v[0] ?? 0) - peak) < peak * 0.02,
      );
      if (limit) {
        found += 2;
        place ??= placeOf(track);
        subject ||= `${metric} = ${limit}`;
      }
    }
  }
  return place ? atLeast(scene, 'bound_reached', found, 'count', place, 3, subject) : undefined;
}
