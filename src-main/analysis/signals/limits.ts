/** Signals of limits and ends: kills, crashes, what the control group is charged for, what the mappings are. */
import { ends, maximum, valueAt } from '../curve.ts';
import { framesOf, ownFrame } from './goroutines.ts';
import { rise, rss, smallHeap } from './quantities.ts';
import { atLeast, type Measured, type Place, placeOf, type Scene } from './signal.ts';

export function limitSignals(scene: Scene): Measured[] {
  return [killed(scene), ...crashed(scene), ...charged(scene), ...mappingSignals(scene), hugeSignal(scene)];
}

const at = (e: { evidence: number; at: { line: number } | { offset: number } }): Place => ({
  evidence: e.evidence,
  position: 'line' in e.at ? e.at.line : e.at.offset,
});

function killed(scene: Scene): Measured {
  const { data } = scene;
  const kill = data.eventsOf('oom_kill')[0];
  if (kill) return atLeast(scene, 'killed_by_oom', 1, 'count', at(kill), 1, String(kill.data.name ?? ''));
  const ended = data.eventsOf('container_terminated').find((e) => e.data.reason === 'OOMKilled');
  if (ended) return atLeast(scene, 'killed_by_oom', 1, 'count', at(ended), 1, String(ended.data.container ?? ''));
  const counted = scene.timeline.track('cgroup_oom_kills_total');
  const most = counted && maximum(counted);
  if (counted && most && most.v > 0)
    return atLeast(scene, 'killed_by_oom', most.v, 'count', placeOf(counted, most.t), 1);
  return undefined;
}

function crashed(scene: Scene): Measured[] {
  const crash = scene.data
    .eventsOf('crash')
    .find((e) => /out of memory|cannot allocate memory|VirtualAlloc/.test(String(e.data.message)));
  if (!crash) return [];
  const frames = framesOf(crash.data.frames);
  const large = frames.some((f) => /^runtime\.(?:\(\*mcache\)\.allocLarge|mallocgcLarge|largeAlloc)$/.test(f.function));
  return [
    atLeast(scene, 'crashed_out_of_memory', 1, 'count', at(crash), 1, String(crash.data.message).split('\n')[0] ?? ''),
    atLeast(scene, 'crash_in_large_allocation', large ? 1 : 0, 'count', at(crash), 1, ownFrame(frames)?.function ?? ''),
  ];
}

/** What the control group is charged for, at its fullest. */
function charged(scene: Scene): Measured[] {
  const out: Measured[] = [];
  const { timeline } = scene;
  const current = timeline.track('cgroup_current_bytes');
  const file = timeline.tracks('cgroup_file_bytes')[0];
  const anon = timeline.track('cgroup_anon_bytes');
  if (!file) return out;
  const top = maximum(file) as { t: number; v: number };
  const mapped = timeline.track('cgroup_file_mapped_bytes');
  const shmem = timeline.track('cgroup_shmem_bytes');
  const total = Math.max(current ? valueAt(current, top.t) : 0, top.v + (anon ? valueAt(anon, top.t) : 0));
  if (total < smallHeap) return out;
  const shared = shmem ? valueAt(shmem, top.t) : 0;
  const unmapped = top.v - Math.max(shared, 0) - Math.max(0, (mapped ? valueAt(mapped, top.t) : 0) - shared);
  out.push(atLeast(scene, 'page_cache_share', unmapped / total, 'ratio', placeOf(file, top.t), 0.9));
  if (shmem) out.push(atLeast(scene, 'shmem_share', shared / total, 'ratio', placeOf(shmem, top.t), 0.8));
  return out;
}

/** Growth by what mappings are for, between the first and the fullest smaps; where there is one, its content. */
function mappingSignals(scene: Scene): Measured[] {
  const out: Measured[] = [];
  const byClass = new Map(scene.timeline.tracks('mapping_rss_bytes').map((t) => [t.labels.class ?? '', t]));
  const grownIn = (classes: readonly string[]) => {
    let sum = 0;
    for (const c of classes) {
      const track = byClass.get(c);
      if (track) sum += (maximum(track)?.v ?? 0) - (track.t.length > 1 ? (track.v[0] as number) : 0);
    }
    return sum;
  };
  const resident = scene.timeline.tracks('rss_bytes').find((t) => t.series[0]?.frameName === 'smaps');
  const r = rise(rss(scene));
  if (resident && byClass.size > 0) {
    const top = maximum(resident) as { t: number; v: number };
    const grown =
      resident.t.length > 1 ? top.v - (resident.v[0] as number) : r ? top.v - Math.min(r.first, top.v) : top.v;
    if (grown > smallHeap / 2) {
      const place = placeOf(resident, top.t);
      out.push(
        atLeast(
          scene,
          'growth_in_malloc',
          grownIn(['brk_heap', 'malloc_arena']) / grown,
          'ratio',
          place,
          0.9,
          '[heap]',
        ),
      );
      out.push(
        atLeast(
          scene,
          'growth_in_mappings',
          grownIn(['file', 'file_deleted', 'anonymous', 'shared']) / grown,
          'ratio',
          place,
          0.9,
          growingMapping(scene),
        ),
      );
    }
  }
  const mappings = scene.timeline.tracks('mappings').find((t) => t.t.length > 1);
  if (mappings)
    out.push(
      atLeast(
        scene,
        'mapping_count_growth',
        (maximum(mappings)?.v ?? 0) - ends(mappings).first,
        'count',
        placeOf(mappings),
        200,
      ),
    );
  const deleted = scene.timeline.tracks('mapping_count').find((t) => t.labels.class === 'file_deleted');
  if (deleted)
    out.push(
      atLeast(
        scene,
        'deleted_file_mappings',
        maximum(deleted)?.v ?? 0,
        'count',
        placeOf(deleted),
        40,
        growingMapping(scene),
      ),
    );
  return out;
}

/**
 * The path that most of the memory of the mappings lies under, digits set apart; of anonymous ones the largest, by its address. Where only `maps` was
 * taken, by size instead of by resident memory.
 */
export function growingMapping(scene: Scene): string {
  const sums = new Map<string, { bytes: number; largest: number; name: string }>();
  for (const e of scene.data.eventsOf('mapping')) {
    const kind = String(e.data.class);
    if (kind !== 'file' && kind !== 'file_deleted' && kind !== 'anonymous' && kind !== 'shared') continue;
    const path = String(e.data.path);
    const key = path.replace(/\d+/g, '#');
    const bytes = Number(e.data.rss ?? e.data.bytes ?? 0);
    const entry = sums.get(key) ?? { bytes: 0, largest: -1, name: '' };
    entry.bytes += bytes;
    if (path !== '') entry.name = path;
    else if (bytes > entry.largest) entry.name = `[anon] ${e.data.start}`;
    entry.largest = Math.max(entry.largest, bytes);
    sums.set(key, entry);
  }
  return [...sums.values()].sort((a, b) => b.bytes - a.bytes)[0]?.name ?? '';
}

function hugeSignal(scene: Scene): Measured {
  const huge = scene.timeline.track('anon_huge_pages_bytes');
  const top = huge && maximum(huge);
  if (huge && top) {
    const resident =
      scene.timeline.tracks('rss_bytes').find((t) => t.series[0]?.frameName === huge.series[0]?.frameName) ??
      rss(scene);
    if (resident)
      return atLeast(
        scene,
        'huge_pages_share',
        top.v / Math.max(1, valueAt(resident, top.t)),
        'ratio',
        placeOf(huge, top.t),
        0.95,
      );
  }
  const group = scene.timeline.track('cgroup_anon_thp_bytes');
  const anon = scene.timeline.track('cgroup_anon_bytes');
  const most = group && maximum(group);
  if (group && anon && most && most.v > 0)
    return atLeast(
      scene,
      'huge_pages_share',
      most.v / Math.max(1, valueAt(anon, most.t)),
      'ratio',
      placeOf(group, most.t),
      0.95,
    );
  return undefined;
}
