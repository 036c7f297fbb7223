/** Signals of goroutines and threads: how many, where they stand, what each costs. */

import type { Json } from '../../parsers/contract.ts';
import { isProgramCode, ownerOf } from '../../parsers/pprof/go-symbols.ts';
import { ends, maximum, stillGrowing, valueAt } from '../curve.ts';
import { mebi, rise } from './quantities.ts';
import { atLeast, atMost, type Measured, type Place, placeOf, type Scene } from './signal.ts';

/** Stacks below this are those of a program that has just started. */
const smallStacks = 8 * mebi;

export interface DumpFrame {
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

export interface DumpGroup {
  readonly count: number;
  readonly state: string;
  readonly minutes: number;
  readonly createdBy: string;
  readonly frames: readonly DumpFrame[];
  readonly place: Place;
}

export interface Dump {
  readonly profile: string;
  readonly total: number;
  readonly groups: readonly DumpGroup[];
}

/** Every goroutine dump of the case, in text, by falling number of goroutines. */
export function dumpsOf(scene: Scene): readonly Dump[] {
  const dumps = new Map<string, { profile: string; total: number; groups: DumpGroup[] }>();
  for (const e of scene.data.eventsOf('goroutine_group')) {
    const key = `${e.evidence} ${e.data.dump}`;
    let dump = dumps.get(key);
    if (!dump) {
      dump = { profile: String(e.data.profile), total: Number(e.data.of), groups: [] };
      dumps.set(key, dump);
    }
    dump.groups.push({
      count: Number(e.data.count),
      state: String(e.data.state),
      minutes: Number(e.data.minutes),
      createdBy: String(e.data.created_by),
      frames: framesOf(e.data.frames),
      place: { evidence: e.evidence, position: 'line' in e.at ? e.at.line : e.at.offset },
    });
  }
  return [...dumps.values()].sort((a, b) => b.total - a.total);
}

export function framesOf(value: Json | undefined): readonly DumpFrame[] {
  return Array.isArray(value) ? (value as unknown as DumpFrame[]) : [];
}

/** The largest group of the largest dump that is not the runtime's own. */
export function largestGroup(scene: Scene): DumpGroup | undefined {
  const dump = dumpsOf(scene).find((d) => d.profile === 'goroutine' || d.profile === 'crash');
  return dump?.groups.find((g) => g.frames.some((f) => ownerOf(f.function, f.file) !== 'runtime'));
}

/** The innermost frame of the program's own code; of another module where there is none. */
export function ownFrame(frames: readonly DumpFrame[]): DumpFrame | undefined {
  return (
    frames.find((f) => isProgramCode(f.function, f.file)) ??
    frames.find((f) => ownerOf(f.function, f.file) === 'dependency')
  );
}

const receiveStates = /^(?:chan receive|select|sync\.|semacquire|sync\.Cond)/;
const sendFunctions = /^runtime\.chansend1?$/;
const receiveFunctions =
  /^runtime\.(?:chanrecv[12]?|selectgo|block)$|^sync\.(?:runtime_Semacquire|\(\*Cond\)\.Wait|runtime_notifyListWait)|^internal\/sync\.runtime_Semacquire/;
const connectionLoops = /^net\/http\.\(\*(?:persistConn\)\.(?:readLoop|writeLoop)|http2ClientConn\)\.readLoop)/;
const finalizerRoots = /^runtime\.(?:runfinq|runFinalizers|runCleanups|\(\*cleanupQueue\))/;

export function goroutineSignals(scene: Scene): Measured[] {
  return [
    ...countSignals(scene),
    ...groupSignals(scene),
    ...profileSignals(scene),
    finalizerSignal(scene),
    ...processCounts(scene),
  ];
}

function countSignals(scene: Scene): Measured[] {
  const out: Measured[] = [];
  const track = scene.timeline.track('goroutines');
  const r = rise(track);
  if (track && r) {
    const grown = r.peak - r.first >= 100 ? r.peak / Math.max(1, r.first) : 1;
    out.push(atLeast(scene, 'goroutines_growth', grown, 'ratio', placeOf(track, r.peakAt), 30));
    if (track.t.length >= 5)
      out.push(atLeast(scene, 'goroutines_still_growing', stillGrowing(track), 'ratio', placeOf(track), 0.8));
    out.push(atMost(scene, 'goroutines_flat', r.last / Math.max(1, r.first), 'ratio', placeOf(track), 1));
  }
  const stacks = scene.timeline.track('stack_inuse_bytes');
  const top = stacks && maximum(stacks);
  if (stacks && top) {
    const before = ends(stacks).first;
    const rose = (top.v - before) / Math.max(before, smallStacks);
    out.push(atLeast(scene, 'stack_growth', rose, 'ratio', placeOf(stacks, top.t), 4));
    const count = track ? valueAt(track, top.t) : Math.max(...dumpsOf(scene).map((d) => d.total), Number.NaN);
    // goroutines that were as deep at first are more, not deeper
    const atFirst = track ? before / Math.max(1, ends(track).first) : Math.min(before, mebi) / count;
    if (count >= 10)
      out.push(atLeast(scene, 'stack_per_goroutine', top.v / count - atFirst, 'bytes', placeOf(stacks, top.t), 65_536));
  }
  return out;
}

/** Where goroutines stand, from dumps in text. */
function groupSignals(scene: Scene): Measured[] {
  const out: Measured[] = [];
  const dump = dumpsOf(scene).find((d) => d.profile === 'goroutine' || d.profile === 'crash');
  if (dump && dump.total >= 20) {
    const place = dump.groups[0]?.place ?? { evidence: 0, position: 0 };
    const largest = largestGroup(scene);
    if (largest) {
      const where = ownFrame(largest.frames)?.function ?? largest.frames[0]?.function ?? '';
      const share = largest.count / dump.total;
      out.push(atLeast(scene, 'goroutine_group_share', share, 'ratio', largest.place, 0.95, where));
      out.push(atLeast(scene, 'goroutine_group_size', largest.count, 'count', largest.place, 3_000, where));
    }
    const share = (test: (g: DumpGroup) => boolean) =>
      dump.groups.filter(test).reduce((sum, g) => sum + g.count, 0) / dump.total;
    // a dump that does not say what most of them wait for speaks neither for the one nor for the other
    if (share((g) => g.state === '') < 0.5)
      out.push(
        atLeast(
          scene,
          'group_blocked_in_send',
          share((g) => g.state.startsWith('chan send')),
          'ratio',
          place,
          0.95,
        ),
        atLeast(
          scene,
          'group_blocked_in_receive',
          share((g) => receiveStates.test(g.state)),
          'ratio',
          place,
          0.95,
        ),
      );
    out.push(
      atLeast(
        scene,
        'http_connections',
        share((g) => g.frames.some((f) => connectionLoops.test(f.function))),
        'ratio',
        place,
        0.95,
      ),
    );
  }
  const leaked = dumpsOf(scene).find((d) => d.profile === 'goroutineleak');
  if (leaked)
    out.push(
      atLeast(
        scene,
        'goroutine_leak_profile',
        leaked.total,
        'count',
        leaked.groups[0]?.place ?? { evidence: 0, position: 0 },
        1_000,
        ownFrame(leaked.groups[0]?.frames ?? [])?.function ?? '',
      ),
    );
  return out;
}

/** The same from goroutine profiles in protobuf form, where the runtime's frames tell the wait. */
function profileSignals(scene: Scene): Measured[] {
  const out: Measured[] = [];
  for (const { evidence, summary } of scene.data.profiles) {
    const total = summary.totals[0] ?? 0;
    const place = { evidence, position: 0 };
    if (summary.what === 'goroutineleak')
      out.push(
        atLeast(scene, 'goroutine_leak_profile', total, 'count', place, 1_000, summary.owners[0]?.function ?? ''),
      );
    if (summary.what !== 'goroutine' || total < 20) continue;
    const largestOf = (pattern: RegExp) =>
      Math.max(0, ...summary.top.filter((r) => pattern.test(r.function)).map((r) => r.cum));
    const receiving = ['chanrecv', 'selectgo', 'Semacquire', 'notifyListWait'].reduce((sum, word) => {
      const rows = summary.top.filter((r) => receiveFunctions.test(r.function) && r.function.includes(word));
      return sum + Math.max(0, ...rows.map((r) => r.cum));
    }, 0);
    const loops = summary.top.filter((r) => connectionLoops.test(r.function)).reduce((sum, r) => sum + r.cum, 0);
    out.push(atLeast(scene, 'group_blocked_in_send', largestOf(sendFunctions) / total, 'ratio', place, 0.95));
    out.push(atLeast(scene, 'group_blocked_in_receive', Math.min(1, receiving / total), 'ratio', place, 0.95));
    out.push(atLeast(scene, 'http_connections', Math.min(1, loops / total), 'ratio', place, 0.95));
    const owner = summary.owners[0];
    if (owner) {
      const count = owner.values[0] ?? 0;
      out.push(atLeast(scene, 'goroutine_group_share', count / total, 'ratio', place, 0.95, owner.function));
      out.push(atLeast(scene, 'goroutine_group_size', count, 'count', place, 3_000, owner.function));
    }
  }
  return out;
}

/**
 * A finalizer goroutine that waits inside the program's code. Tracebacks hide the runtime's frames: there such a goroutine has no creator and does not
 * begin in main. Dumps that tell no creator at all (debug=1) show the runtime's frames instead.
 */
function finalizerSignal(scene: Scene): Measured {
  for (const dump of dumpsOf(scene)) {
    const tellsCreators = dump.groups.some((g) => g.createdBy !== '');
    for (const g of dump.groups) {
      const root = g.frames.at(-1);
      if (!root || g.state === 'running' || g.state === 'finalizer wait' || g.state === 'cleanup wait') continue;
      const inFinalizer = g.frames.some((f) => finalizerRoots.test(f.function));
      const hidden =
        dump.profile === 'goroutine' &&
        tellsCreators &&
        g.createdBy === '' &&
        g.count === 1 &&
        g.state !== '' &&
        !/^(?:main\.main|runtime\.)/.test(root.function) &&
        ownerOf(root.function, root.file) !== 'standard';
      if ((inFinalizer || hidden) && ownFrame(g.frames) && g.state !== '' && !/^(?:IO wait|syscall)/.test(g.state)) {
        return atLeast(
          scene,
          'finalizer_blocked',
          1,
          'count',
          g.place,
          1,
          ownFrame(g.frames)?.function ?? root.function,
        );
      }
    }
  }
  for (const { evidence, summary } of scene.data.profiles) {
    if (summary.what !== 'goroutine') continue;
    const inFinalizer = summary.top.find((r) => finalizerRoots.test(r.function));
    const waiting = summary.owners.find((o) => o.callers.length === 0 && /Mutex|sema|chan|select|Cond/.test(o.leaf));
    if (inFinalizer && waiting)
      return atLeast(scene, 'finalizer_blocked', 1, 'count', { evidence, position: 0 }, 1, waiting.function);
  }
  const [looked] = dumpsOf(scene).filter((d) => d.profile === 'goroutine' || d.profile === 'crash');
  const place = looked?.groups[0]?.place;
  return place ? atLeast(scene, 'finalizer_blocked', 0, 'count', place, 1) : undefined;
}

function processCounts(scene: Scene): Measured[] {
  const out: Measured[] = [];
  // the kernel's table of descriptors doubles when it is full, and never shrinks
  const files = scene.timeline.track('open_fds') ?? scene.timeline.track('fd_table_size');
  const f = rise(files);
  if (files && f)
    out.push(
      atLeast(
        scene,
        'open_files_growth',
        f.peak - f.first >= 50 ? f.peak / Math.max(1, f.first) : 1,
        'ratio',
        placeOf(files, f.peakAt),
        30,
      ),
    );
  const threads = scene.timeline.tracks('threads').find((t) => t.t.length >= 2);
  const n = rise(threads);
  if (threads && n)
    out.push(
      atLeast(
        scene,
        'threads_growth',
        n.peak - n.first >= 20 ? n.peak / Math.max(1, n.first) : 1,
        'ratio',
        placeOf(threads, n.peakAt),
        10,
      ),
    );
  return out;
}
