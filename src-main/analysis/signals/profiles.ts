/** Signals of profiles: who allocated what lives, where CPU and lock delay go. */
import type { ProfileSummary } from '../../parsers/contract.ts';
import type { ProfileRow } from '../case-data.ts';
import { smallHeap } from './quantities.ts';
import { atLeast, type Measured, type Place, type Scene } from './signal.ts';

export interface OwnerGrowth {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly leaf: string;
  readonly callers: readonly string[];
  /** Bytes alive in the last profile. */
  readonly bytes: number;
  readonly objects: number;
  /** Bytes more than in the first profile; equal to `bytes` where there is one profile. */
  readonly grown: number;
  readonly grownObjects: number;
  readonly evidence: number;
}

const spaceIndex = (p: ProfileSummary) => p.sampleTypes.findIndex((t) => t.type === 'inuse_space');
const objectsIndex = (p: ProfileSummary) => p.sampleTypes.findIndex((t) => t.type === 'inuse_objects');

/** Heap profiles in the order of their making. */
export function heapProfiles(scene: Scene): readonly ProfileRow[] {
  const all = scene.data.profiles.filter((p) => spaceIndex(p.summary) >= 0 && p.summary.samples > 0);
  return [...all].sort(
    (a, b) => Number((a.summary.timeNs ?? 0n) - (b.summary.timeNs ?? 0n)) || a.evidence - b.evidence,
  );
}

/** The profile with most alive: the last may have been taken after a fall. */
function fullest(profiles: readonly ProfileRow[]): ProfileRow | undefined {
  let best: ProfileRow | undefined;
  for (const p of profiles)
    if (!best || (p.summary.totals[spaceIndex(p.summary)] ?? 0) >= (best.summary.totals[spaceIndex(best.summary)] ?? 0))
      best = p;
  return best;
}

/** The program's functions by how much more they hold than at first. */
export function ownersByGrowth(scene: Scene): readonly OwnerGrowth[] {
  const profiles = heapProfiles(scene);
  const last = fullest(profiles);
  if (!last) return [];
  const first = profiles[0] === last ? undefined : profiles[0];
  const space = spaceIndex(last.summary);
  const objects = objectsIndex(last.summary);
  const before = new Map<string, { bytes: number; objects: number }>();
  if (first) {
    for (const o of first.summary.owners) {
      const key = `${o.function} ${o.line}`;
      const held = before.get(key) ?? { bytes: 0, objects: 0 };
      held.bytes += o.values[spaceIndex(first.summary)] ?? 0;
      held.objects += o.values[objectsIndex(first.summary)] ?? 0;
      before.set(key, held);
    }
  }
  return last.summary.owners
    .map((o) => {
      const bytes = o.values[space] ?? 0;
      const counted = o.values[objects] ?? 0;
      const held = before.get(`${o.function} ${o.line}`);
      return {
        function: o.function,
        file: o.file,
        line: o.line,
        leaf: o.leaf,
        callers: o.callers,
        bytes,
        objects: counted,
        grown: bytes - (held?.bytes ?? 0),
        grownObjects: counted - (held?.objects ?? 0),
        evidence: last.evidence,
      };
    })
    .sort((a, b) => b.grown - a.grown || b.bytes - a.bytes);
}

/** Sum of the flat values of functions that match, against the total. */
function flatShare(p: ProfileSummary, sampleType: number, pattern: RegExp): number {
  const total = p.totals[sampleType] ?? 0;
  if (total <= 0) return Number.NaN;
  return (
    p.top.filter((r) => r.sampleType === sampleType && pattern.test(r.function)).reduce((sum, r) => sum + r.flat, 0) /
    total
  );
}

/** The largest cumulative value of a function that matches, against the total. */
function cumShare(p: ProfileSummary, sampleType: number, pattern: RegExp): number {
  const total = p.totals[sampleType] ?? 0;
  if (total <= 0) return Number.NaN;
  return (
    Math.max(0, ...p.top.filter((r) => r.sampleType === sampleType && pattern.test(r.function)).map((r) => r.cum)) /
    total
  );
}

export function profileSignals(scene: Scene): Measured[] {
  return [...heapProfileSignals(scene), ...cpuSignals(scene), lockSignal(scene)];
}

function heapProfileSignals(scene: Scene): Measured[] {
  const last = fullest(heapProfiles(scene));
  if (!last) return [];
  const { summary: p, evidence } = last;
  const space = spaceIndex(p);
  const place = { evidence, position: 0 };
  const out: Measured[] = [];
  const owners = ownersByGrowth(scene);
  const grown = owners.reduce((sum, o) => sum + Math.max(0, o.grown), 0);
  const top = owners[0];
  if (top && grown > 0)
    out.push(atLeast(scene, 'top_owner_share', top.grown / grown, 'ratio', place, 0.9, top.function));
  // MemStats count objects; where they are missing, profiles scale their samples to both
  const object = scene.timeline.track('heap_objects') ? undefined : grownObject(scene);
  if (object)
    out.push(
      atLeast(
        scene,
        'mean_object_bytes',
        object.bytes,
        'bytes',
        object.place,
        128 * 1024,
        object.function,
        'estimated',
      ),
    );
  const tickers = cumShare(p, space, /^time\.(?:NewTicker|Tick)$/);
  out.push(
    atLeast(
      scene,
      'timers_on_heap',
      flatShare(p, space, /^time\.(?:NewTimer|AfterFunc|After|newTimer)$/) - tickers,
      'ratio',
      place,
      0.8,
    ),
  );
  // since Go 1.23 timers and tickers are both made by time.newTimer
  out.push(atLeast(scene, 'tickers_on_heap', tickers, 'ratio', place, 0.1));
  out.push(atLeast(scene, 'contexts_on_heap', flatShare(p, space, /^context\./), 'ratio', place, 0.8));
  out.push(
    atLeast(
      scene,
      'buffers_on_heap',
      flatShare(p, space, /^bytes\.(?:growSlice|makeSlice|\(\*Buffer\))|^bufio\.NewWriterSize/),
      'ratio',
      place,
      0.9,
    ),
  );
  out.push(atLeast(scene, 'pool_on_heap', cumShare(p, space, /^sync\.\(\*Pool\)\.Get$/), 'ratio', place, 0.8));
  out.push(
    atLeast(scene, 'defers_on_heap', flatShare(p, space, /^runtime\.(?:newdefer|deferproc\w*)$/), 'ratio', place, 0.6),
  );
  return out;
}

/** Bytes for each object of what grew between the first and the fullest heap profile; undefined where less than a few MiB grew. */
export function grownObject(
  scene: Scene,
): { readonly bytes: number; readonly function: string; readonly place: Place } | undefined {
  const grown = ownersByGrowth(scene).filter((o) => o.grown > 0);
  const [most] = grown;
  const bytes = grown.reduce((sum, o) => sum + o.grown, 0);
  const objects = grown.reduce((sum, o) => sum + o.grownObjects, 0);
  if (!most || bytes < smallHeap / 2 || objects < 1) return undefined;
  return { bytes: bytes / objects, function: most.function, place: { evidence: most.evidence, position: 0 } };
}

/** Of several CPU profiles the one with the larger share: the incident is in one of them. */
function cpuSignals(scene: Scene): Measured[] {
  const best = new Map<string, Measured>();
  const keep = (s: Measured) => {
    if (s && s.value > (best.get(s.id)?.value ?? -1)) best.set(s.id, s);
  };
  for (const { evidence, summary } of scene.data.profiles) {
    if (summary.what !== 'cpu') continue;
    const cpu = summary.sampleTypes.findIndex((t) => t.type === 'cpu');
    const place = { evidence, position: 0 };
    const marking = cumShare(summary, cpu, /^runtime\.gcBgMarkWorker$/);
    const assisting = cumShare(summary, cpu, /^runtime\.gcAssistAlloc$/);
    keep(atLeast(scene, 'cpu_in_gc', marking + assisting, 'ratio', place, 0.7));
    keep(atLeast(scene, 'cpu_in_malloc', cumShare(summary, cpu, /^runtime\.mallocgc$/), 'ratio', place, 0.5));
  }
  return [...best.values()];
}

/** Delay in locks of the allocator, from the mutex profile with the most delay. */
function lockSignal(scene: Scene): Measured {
  let best: Measured;
  let most = 0;
  for (const { evidence, summary } of scene.data.profiles) {
    if (summary.what !== 'contention') continue;
    const delay = summary.sampleTypes.findIndex((t) => t.type === 'delay');
    const total = summary.totals[delay] ?? 0;
    // a second of delay is little; mutex profiles of idle programs hold microseconds
    if (total < 1e8 || total < most) continue;
    const share = flatShare(summary, delay, /^runtime\.(?:unlock\w*|_LostContendedRuntimeLock)$/);
    const owner = summary.owners.find((o) => o.leaf.startsWith('runtime.'));
    most = total;
    best = atLeast(
      scene,
      'runtime_lock_contention',
      share,
      'ratio',
      { evidence, position: 0 },
      0.9,
      owner?.function ?? '',
    );
  }
  return best;
}
