/** Who is to be looked at: a function, a mapping or a setting, told by the evidence that the cause names. */
import { ownerOf } from '../parsers/pprof/go-symbols.ts';
import { maximum, valueAt } from './curve.ts';
import type { Scored } from './hypotheses/score.ts';
import { framesOf, largestGroup, ownFrame } from './signals/goroutines.ts';
import { growingMapping } from './signals/limits.ts';
import { liveHeap } from './signals/live-heap.ts';
import { ownersByGrowth } from './signals/profiles.ts';
import { gcPercent, goMemoryLimit, mebi } from './signals/quantities.ts';
import type { Scene } from './signals/signal.ts';

export interface Culprit {
  readonly function?: string;
  readonly file?: string;
  readonly line?: number;
  readonly mapping?: string;
  readonly setting?: string;
}

/** The likeliest first; empty where the evidence names none. */
export function culpritsOf(scene: Scene, finding: Scored): readonly Culprit[] {
  const out: Culprit[] = [];
  switch (finding.hypothesis.culprit) {
    case 'owner':
      out.push(...owners(scene));
      break;
    case 'goroutine_group':
      out.push(...group(scene), ...goroutineOwners(scene));
      break;
    case 'stack_group':
      out.push(...group(scene, true), ...goroutineOwners(scene));
      break;
    case 'finalizer':
      out.push(...named(finding, 'finalizer_blocked'), ...owners(scene));
      break;
    case 'crash':
      out.push(...crash(scene), ...owners(scene));
      break;
    case 'lock':
      out.push(...named(finding, 'runtime_lock_contention'), ...allocators(scene));
      break;
    case 'churn':
      out.push(...allocators(scene));
      break;
    case 'gogc':
      out.push(...withSetting(owners(scene), gogc(scene)));
      break;
    case 'memory_limit':
      out.push(...withSetting(owners(scene), memoryLimit(scene)));
      break;
    case 'mapping':
      out.push(...withMapping(mappers(scene), growingMapping(scene)), ...owners(scene));
      break;
    case 'malloc':
      out.push(...withMapping([...natives(scene), ...mappers(scene)], '[heap]'));
      break;
    case 'none':
      break;
  }
  const seen = new Set<string>();
  return out.filter((c) => {
    const key = JSON.stringify(c);
    return seen.has(key) ? false : seen.add(key);
  });
}

function owners(scene: Scene): Culprit[] {
  return ownersByGrowth(scene)
    .filter((o) => o.grown > 0 && isProgram(o))
    .slice(0, 3)
    .map((o) => ({ function: o.function, file: o.file, line: o.line }));
}

/** Code that somebody can change: the program's or a module's, not Go's own. */
function isProgram(o: { readonly function: string; readonly file: string }): boolean {
  const owner = ownerOf(o.function, o.file);
  return owner !== 'runtime' && owner !== 'standard';
}

function group(scene: Scene, outermostRecursion = false): Culprit[] {
  const largest = largestGroup(scene);
  if (!largest) return [];
  const own = ownFrame(largest.frames);
  if (!own) return [];
  if (!outermostRecursion) return [{ function: own.function, file: own.file, line: own.line }];
  // deep stacks: the function that stands there most often
  const counts = new Map<string, { n: number; frame: typeof own }>();
  for (const f of largest.frames) {
    const entry = counts.get(f.function) ?? { n: 0, frame: f };
    entry.n++;
    counts.set(f.function, entry);
  }
  const most = [...counts.values()].sort((a, b) => b.n - a.n)[0];
  const frame = most && most.n > 2 ? most.frame : own;
  return [{ function: frame.function, file: frame.file, line: frame.line }];
}

function goroutineOwners(scene: Scene): Culprit[] {
  const profile =
    scene.data.profiles.find((p) => p.summary.what === 'goroutineleak') ??
    scene.data.profiles.find((p) => p.summary.what === 'goroutine');
  return (profile?.summary.owners ?? [])
    .filter(isProgram)
    .slice(0, 2)
    .map((o) => ({ function: o.function, file: o.file, line: o.line }));
}

function named(finding: Scored, signal: string): Culprit[] {
  const subject = finding.support.find((s) => s.id === signal)?.subject;
  return subject && isProgram({ function: subject, file: '' }) ? [{ function: subject }] : [];
}

function crash(scene: Scene): Culprit[] {
  const event = scene.data.eventsOf('crash').find((e) => /out of memory|cannot allocate/.test(String(e.data.message)));
  const own = event && ownFrame(framesOf(event.data.frames));
  return own ? [{ function: own.function, file: own.file, line: own.line }] : [];
}

/** Who allocates most, alive or not: allocation profiles, else CPU under mallocgc. */
function allocators(scene: Scene): Culprit[] {
  const profile = [...scene.data.profiles]
    .reverse()
    .find((p) => p.summary.sampleTypes.some((t) => t.type === 'alloc_objects') && p.summary.samples > 0);
  if (!profile) return [];
  const { summary } = profile;
  const space = summary.sampleTypes.findIndex((t) => t.type === 'alloc_space');
  return [...summary.owners]
    .filter(isProgram)
    .sort((a, b) => (b.values[space] ?? 0) - (a.values[space] ?? 0))
    .slice(0, 3)
    .map((o) => ({ function: o.function, file: o.file, line: o.line }));
}

/** GOGC from goal and live heap: goal = live * (1 + GOGC/100) plus little. */
function gogc(scene: Scene): Culprit[] {
  const told = gcPercent(scene);
  if (told) return [{ setting: told.value < 0 ? 'GOGC=off' : `GOGC=${told.value}` }];
  const goal = scene.timeline.track('next_gc_bytes');
  const live = liveHeap(scene);
  const top = goal && maximum(goal);
  if (top && live) {
    const marked = valueAt(live, top.t);
    if (marked > 4 * mebi) {
      const percent = Math.round(((top.v / marked - 1) * 100) / 10) * 10;
      return [{ setting: percent > 5_000 ? 'GOGC=off' : `GOGC=${percent}` }];
    }
  }
  return [];
}

function memoryLimit(scene: Scene): Culprit[] {
  const limit = goMemoryLimit(scene);
  return limit ? [{ setting: `GOMEMLIMIT=${limit.value}` }] : [];
}

/** The functions by what they hold, the first of them with the setting that is too tight or too wide for it. */
function withSetting(functions: readonly Culprit[], settings: readonly Culprit[]): Culprit[] {
  const [first, ...rest] = functions;
  const setting = settings[0]?.setting;
  return setting === undefined ? [...functions] : [{ ...first, setting }, ...rest];
}

/** The functions by what they asked the kernel for, the first of them with the mapping that grew; the mapping alone where none is known. */
function withMapping(functions: readonly Culprit[], mapping: string): Culprit[] {
  if (mapping === '') return [...functions];
  const [first, ...rest] = functions;
  return [{ ...first, mapping }, ...rest];
}

/** Who keeps most of what it mapped, from recordings of system calls; a stack charged to its leaf has nobody to name. */
function mappers(scene: Scene): Culprit[] {
  return scene.data.profiles.flatMap(({ summary }) => {
    const kept = summary.sampleTypes.findIndex((t) => t.type === 'kept_space');
    if (summary.what !== 'mappings' || kept < 0) return [];
    return summary.owners
      .filter((o) => isProgram(o) && o.function !== o.leaf && (o.values[kept] ?? 0) > 0)
      .slice(0, 3)
      .map((o) => ({ function: o.function, file: o.file, line: o.line }));
  });
}

/** cgo calls that stand in profiles: `_Cfunc_x` and the Go function around it. */
function natives(scene: Scene): Culprit[] {
  const out: Culprit[] = [];
  for (const { summary } of scene.data.profiles) {
    for (const o of summary.owners)
      if (/_Cfunc_|^_cgo_/.test(o.leaf) || [o.function, ...o.callers].some((c) => /_Cfunc_/.test(c)))
        out.push({ function: o.function, file: o.file, line: o.line });
  }
  return out.slice(0, 3);
}
