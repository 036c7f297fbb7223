/**
 * "RSS is not my heap: where is the rest?" At one moment the resident memory is taken apart into rows that do not overlap: what lives on Go's heap, what is
 * dead or wasted there, what Go keeps, stacks, metadata, files, malloc. Each row is read at the sample nearest to the moment and says its age. What no
 * evidence explains is named as such; what Go has mapped but the kernel does not count as resident is a row of its own, with a negative sign.
 */
import type { Basis } from '../api/contract/evidence.ts';
import { maximum } from './curve.ts';
import { liveHeap } from './signals/live-heap.ts';
import { containerLimit } from './signals/quantities.ts';
import type { Scene } from './signals/signal.ts';
import type { Track } from './timeline.ts';

export const ladderKeys = [
  'rss',
  'cgroup',
  'go',
  'heap_live',
  'heap_dead',
  'heap_waste',
  'heap_in_use',
  'heap_idle',
  'stacks',
  'metadata',
  'lazy_free',
  'malloc',
  'files',
  'shared',
  'page_cache',
  'kernel',
  'not_resident',
] as const;

export type LadderKey = (typeof ladderKeys)[number];

export interface LadderRow {
  readonly key: LadderKey;
  readonly parent: LadderKey | undefined;
  readonly bytes: number;
  readonly basis: Basis;
  readonly evidence: number;
  readonly position: number;
  /** Seconds between the moment and the sample; negative: the sample is earlier. */
  readonly age: number;
  /** Field of the evidence, or the sum it was made of. */
  readonly from: string;
}

export interface Ladder {
  /** Seconds since the case's origin. */
  readonly at: number;
  readonly total: number;
  readonly rows: readonly LadderRow[];
  readonly unattributed: number;
  readonly limit: { readonly bytes: number; readonly evidence: number; readonly position: number } | undefined;
}

interface Reading {
  readonly bytes: number;
  readonly evidence: number;
  readonly position: number;
  readonly age: number;
  readonly from: string;
}

/** The moment a ladder is taken at when none is asked for: the highest resident memory. */
export function peakMoment(scene: Scene): number | undefined {
  for (const metric of ['rss_bytes', 'cgroup_current_bytes', 'sys_bytes', 'heap_alloc_bytes', 'gc_heap_end_bytes']) {
    const track = scene.timeline.track(metric);
    const top = track && maximum(track);
    if (top) return top.t;
  }
  return undefined;
}

export function ladderAt(scene: Scene, at: number): Ladder | undefined {
  return new LadderBuilder(scene, at).build();
}

class LadderBuilder {
  private readonly scene: Scene;
  private readonly at: number;
  private readonly rows: LadderRow[] = [];

  constructor(scene: Scene, at: number) {
    this.scene = scene;
    this.at = at;
  }

  build(): Ladder | undefined {
    const root = this.root();
    if (!root) return undefined;
    const { key, reading } = root;
    const total = reading.bytes;
    this.push(reading, key, undefined, 'measured');
    if (key === 'heap_in_use') this.heapParts(reading);
    else this.goRows(key);
    if (key === 'rss') this.processRows();
    else if (key === 'cgroup') this.groupRows();
    const leaves = this.rows.filter((row) => !this.rows.some((r) => r.parent === row.key) && row.parent !== undefined);
    const explained = leaves.reduce((sum, row) => sum + row.bytes, 0);
    let unattributed = total - explained;
    if (unattributed < 0 && leaves.length > 0) {
      const top = this.rows[0] as LadderRow;
      this.rows.push({ ...top, key: 'not_resident', parent: key, bytes: unattributed, basis: 'estimated', from: '' });
      unattributed = 0;
    }
    const limit = containerLimit(this.scene);
    return {
      at: this.at,
      total,
      rows: this.rows,
      unattributed,
      limit: limit && { bytes: limit.value, evidence: limit.place.evidence, position: limit.place.position },
    };
  }

  /** The outermost quantity that was measured: of the process, of its control group, of Go, of its heap. */
  private root(): { readonly key: LadderKey; readonly reading: Reading } | undefined {
    const rss = this.read('rss_bytes');
    if (rss) return { key: 'rss', reading: rss };
    const cgroup = this.read('cgroup_current_bytes');
    if (cgroup) return { key: 'cgroup', reading: cgroup };
    const go = this.goTotal();
    if (go) return { key: 'go', reading: go };
    const heap = this.read('heap_inuse_bytes') ?? this.read('heap_alloc_bytes') ?? this.read('gc_heap_end_bytes');
    return heap && { key: 'heap_in_use', reading: heap };
  }

  /** What Go has from the system and has not given back. */
  private goTotal(): Reading | undefined {
    const sys = this.read('sys_bytes');
    const released = this.read('heap_released_bytes');
    return sys && { ...sys, bytes: sys.bytes - (released?.bytes ?? 0), from: 'Sys - HeapReleased' };
  }

  private goRows(parent: LadderKey): void {
    const go = this.goTotal();
    const released = this.read('heap_released_bytes');
    const inuse = this.read('heap_inuse_bytes');
    const idle = this.read('heap_idle_bytes');
    const stacks = this.read('stack_inuse_bytes') ?? this.read('gc_stack_scan_bytes');
    if (go && parent !== 'go') this.push(go, 'go', parent, 'measured');
    const under: LadderKey = go ? 'go' : parent;
    let inside = 0;
    if (inuse) {
      this.push(inuse, 'heap_in_use', under, 'measured');
      inside += inuse.bytes;
      this.heapParts(inuse);
    } else {
      const alloc = this.read('heap_alloc_bytes') ?? this.read('gc_heap_end_bytes') ?? this.read('gc_heap_live_bytes');
      if (alloc) {
        this.push(alloc, 'heap_in_use', under, 'measured');
        inside += alloc.bytes;
        this.heapParts(alloc);
      }
    }
    if (idle) {
      const kept = Math.max(0, idle.bytes - (released?.bytes ?? 0));
      this.push({ ...idle, bytes: kept, from: 'HeapIdle - HeapReleased' }, 'heap_idle', under, 'measured');
      inside += kept;
    }
    if (stacks) {
      this.push(stacks, 'stacks', under, 'measured');
      inside += stacks.bytes;
    }
    if (go) {
      const rest = Math.max(0, go.bytes - inside);
      this.push(
        { ...go, bytes: rest, from: 'MSpanSys + MCacheSys + BuckHashSys + GCSys + OtherSys' },
        'metadata',
        under,
        'measured',
      );
    }
  }

  /** Live, dead and unused within the spans in use. */
  private heapParts(inuse: Reading): void {
    const alloc = this.read('heap_alloc_bytes');
    const live = liveHeap(this.scene);
    const marked = live && this.at >= (live.t[0] as number) - 1 ? this.readTrack(live) : undefined;
    const allocated = Math.min(inuse.bytes, alloc?.bytes ?? inuse.bytes);
    if (marked && marked.bytes <= allocated) {
      this.push(marked, 'heap_live', 'heap_in_use', 'measured');
      const source = alloc ?? inuse;
      this.push(
        { ...source, bytes: allocated - marked.bytes, from: 'HeapAlloc - live after marking' },
        'heap_dead',
        'heap_in_use',
        'estimated',
      );
    } else if (alloc) this.push({ ...alloc, bytes: allocated }, 'heap_live', 'heap_in_use', 'estimated');
    if (alloc)
      this.push(
        { ...inuse, bytes: inuse.bytes - allocated, from: 'HeapInuse - HeapAlloc' },
        'heap_waste',
        'heap_in_use',
        'measured',
      );
  }

  /** What of the process is not Go's: the kernel tells by file, shared and mapping. */
  private processRows(): void {
    const files = this.read('rss_file_bytes');
    if (files) this.push(files, 'files', 'rss', 'measured');
    const shared = this.read('rss_shmem_bytes');
    if (shared && shared.bytes > 0) this.push(shared, 'shared', 'rss', 'measured');
    const lazy = this.read('lazy_free_bytes', 30);
    if (lazy && lazy.bytes > 0) this.push(lazy, 'lazy_free', 'rss', 'measured');
    const brk = this.mapping('brk_heap');
    const arenas = this.mapping('malloc_arena');
    const malloc = (brk?.bytes ?? 0) + (arenas?.bytes ?? 0);
    const place = brk ?? arenas;
    if (place && malloc > 0)
      this.push({ ...place, bytes: malloc, from: '[heap] + malloc arenas' }, 'malloc', 'rss', 'measured');
  }

  private groupRows(): void {
    const file = this.read('cgroup_file_bytes');
    if (file) this.push(file, 'page_cache', 'cgroup', 'measured');
    const kernel = this.read('cgroup_kernel_bytes');
    if (kernel) this.push(kernel, 'kernel', 'cgroup', 'measured');
  }

  private mapping(name: string): Reading | undefined {
    const track = this.scene.timeline.tracks('mapping_rss_bytes').find((t) => t.labels.class === name);
    return track && this.readTrack(track, 30);
  }

  private read(metric: string, farthest?: number): Reading | undefined {
    const track = this.scene.timeline.track(metric);
    return track && this.readTrack(track, farthest);
  }

  /** The sample nearest to the moment; undefined where it lies farther away than `farthest` seconds. */
  private readTrack(track: Track, farthest = Number.POSITIVE_INFINITY): Reading | undefined {
    let best = -1;
    for (let i = 0; i < track.t.length; i++) {
      if (best < 0 || Math.abs((track.t[i] as number) - this.at) < Math.abs((track.t[best] as number) - this.at))
        best = i;
    }
    if (best < 0) return undefined;
    const age = (track.t[best] as number) - this.at;
    if (Math.abs(age) > farthest) return undefined;
    return {
      bytes: track.v[best] as number,
      evidence: track.evidence[best] as number,
      position: track.position[best] as number,
      age,
      from: track.series[0]?.sourceName ?? track.source,
    };
  }

  private push(reading: Reading, key: LadderKey, parent: LadderKey | undefined, basis: Basis): void {
    this.rows.push({ key, parent, basis, ...reading });
  }
}
