/**
 * The spans of a heap of which only counts are known: from the last MemStats with BySize, or, less sure, from a heap profile's samples. All of it is
 * estimated: bounds that some heap with these counts reaches.
 */
import { type LiveCount, type SpanCensus, spanCensus } from '../engine/estimate/span-census.ts';
import { goVersionOf, parseGoVersion } from '../engine/go-versions.ts';
import { SizeClasses } from '../engine/sizes/size-classes.ts';
import type { ProfileModel } from '../parsers/pprof/profile-model.ts';
import type { CaseData } from './case-data.ts';

const newestGo = 26;

export type CensusRefusal = 'no_by_size' | 'no_heap_inuse';

/** Where the counts of objects are from. A profile's are scaled up from samples. */
export type CensusSource = 'by_size' | 'profile';

export interface HeapCensus {
  readonly source: CensusSource;
  readonly evidence: number;
  readonly line: number | undefined;
  readonly goMinor: number;
  readonly isGoAssumed: boolean;
  readonly heapInuseBytes: number;
  readonly heapAllocBytes: number | undefined;
  readonly census: SpanCensus;
}

/** The census of a case's last MemStats with BySize, or what is missing for one. */
export function censusOf(data: CaseData): HeapCensus | { readonly missing: CensusRefusal } {
  const fact = data.factsOf('memstats.by_size').at(-1);
  if (!fact) return { missing: 'no_by_size' };
  const last = (metric: string) => data.series.find((s) => s.evidence === fact.evidence && s.metric === metric)?.last;
  const heapInuseBytes = last('heap_inuse_bytes');
  if (heapInuseBytes === undefined) return { missing: 'no_heap_inuse' };
  const live: LiveCount[] = fact.value.split('\n').map((line) => {
    const [slotBytes = 0, mallocs = 0, frees = 0] = line.split(' ').map(Number);
    return { slotBytes, objects: mallocs - frees };
  });
  const line = 'line' in fact.at ? fact.at.line : undefined;
  return {
    source: 'by_size',
    evidence: fact.evidence,
    line,
    ...counted(data, live, heapInuseBytes, last('heap_alloc_bytes')),
  };
}

/**
 * The same from a heap profile: a sample's objects have its space over its count as size, and lie in the class of that size. HeapInuse is the last one
 * that any evidence tells.
 */
export function censusOfProfile(
  data: CaseData,
  evidence: number,
  profile: ProfileModel,
): HeapCensus | { readonly missing: CensusRefusal } {
  const heapInuseBytes = data.series.find((s) => s.metric === 'heap_inuse_bytes')?.last;
  const heapAllocBytes = data.series.find((s) => s.metric === 'heap_alloc_bytes')?.last;
  if (heapInuseBytes === undefined) return { missing: 'no_heap_inuse' };
  const { classes } = classesOf(data);
  const objectsAt = profile.sampleTypes.findIndex((t) => t.type === 'inuse_objects');
  const spaceAt = profile.sampleTypes.findIndex((t) => t.type === 'inuse_space');
  if (objectsAt < 0 || spaceAt < 0) return { missing: 'no_by_size' };
  const objects = new Map<number, number>();
  const width = profile.sampleTypes.length;
  for (let i = 0; i < profile.sampleCount; i++) {
    const count = profile.values[i * width + objectsAt] as number;
    const bytes = profile.values[i * width + spaceAt] as number;
    if (!(count > 0) || !(bytes > 0)) continue;
    const spanClass = classes.spanClassFor(Math.max(1, Math.round(bytes / count)), true);
    const slotBytes = classes.elemBytes[spanClass] as number;
    if (slotBytes > 0) objects.set(slotBytes, (objects.get(slotBytes) ?? 0) + count);
  }
  const live = [...objects].map(([slotBytes, n]) => ({ slotBytes, objects: Math.round(n) }));
  live.sort((a, b) => a.slotBytes - b.slotBytes);
  return { source: 'profile', evidence, line: undefined, ...counted(data, live, heapInuseBytes, heapAllocBytes) };
}

function counted(
  data: CaseData,
  live: readonly LiveCount[],
  heapInuseBytes: number,
  heapAllocBytes: number | undefined,
) {
  const { classes, isGoAssumed } = classesOf(data);
  return {
    goMinor: classes.version.minor,
    isGoAssumed,
    heapInuseBytes,
    heapAllocBytes,
    census: spanCensus(classes, live, heapInuseBytes, heapAllocBytes),
  };
}

function classesOf(data: CaseData): { classes: SizeClasses; isGoAssumed: boolean } {
  const told = data.fact('runtime.go')?.value;
  const named = told === undefined ? undefined : parseGoVersion(told);
  const version = named ?? goVersionOf(newestGo);
  if (!version) throw new Error('the newest Go is not in the version table');
  return { classes: new SizeClasses(version), isGoAssumed: named === undefined };
}
