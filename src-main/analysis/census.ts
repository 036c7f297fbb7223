/**
 * The spans of a heap of which only counts are known: from MemStats with BySize, or, less sure, from a heap profile's samples. All of it is
 * estimated: bounds that some heap with these counts reaches. At which moments a case has such counts is in census-moments.ts.
 */
import { type LiveCount, type SpanCensus, spanCensus } from '../engine/estimate/span-census.ts';
import { NEWEST_GO, parseGoVersion } from '../engine/go-versions.ts';
import { NUM_SIZE_CLASSES, PAGE_BYTES, SizeClasses } from '../engine/sizes/size-classes.ts';
import type { ProfileModel } from '../parsers/pprof/profile-model.ts';
import type { CaseData } from './case-data.ts';
import type { BySizeMoment, CensusMoment, ProfileMoment } from './census-moments.ts';

export interface HeapCensus {
  readonly moment: CensusMoment;
  readonly goMinor: number;
  readonly isGoAssumed: boolean;
  /** Undefined where no evidence near the moment tells it. */
  readonly heapInuseBytes: number | undefined;
  /** As MemStats says; of a profile the sum of its live objects. */
  readonly heapAllocBytes: number | undefined;
  readonly census: SpanCensus;
}

/** The census of a MemStats with BySize. */
export function censusOfCounts(data: CaseData, moment: BySizeMoment): HeapCensus {
  const { classes, isGoAssumed } = classesOf(data);
  const { heapInuseBytes, heapAllocBytes, heapObjects } = moment;
  const census = spanCensus(classes, moment.live, { heapInuseBytes, heapAllocBytes, heapObjects });
  return { moment, goMinor: classes.version.minor, isGoAssumed, heapInuseBytes, heapAllocBytes, census };
}

/**
 * The same from a heap profile: a sample's objects have its space over its count as size, and lie in the class of that size; a large one has whole
 * pages. HeapInuse is that of the evidence nearest in time. Undefined where the profile has no live objects as a sample type.
 */
export function censusOfProfile(data: CaseData, moment: ProfileMoment, profile: ProfileModel): HeapCensus | undefined {
  const { classes, isGoAssumed } = classesOf(data);
  const objectsAt = profile.sampleTypes.findIndex((t) => t.type === 'inuse_objects');
  const spaceAt = profile.sampleTypes.findIndex((t) => t.type === 'inuse_space');
  if (objectsAt < 0 || spaceAt < 0) return undefined;
  const objects = new Map<number, number>();
  let largeBytes = 0;
  let largeObjects = 0;
  const width = profile.sampleTypes.length;
  for (let i = 0; i < profile.sampleCount; i++) {
    const count = profile.values[i * width + objectsAt] as number;
    const bytes = profile.values[i * width + spaceAt] as number;
    if (!(count > 0) || !(bytes > 0)) continue;
    const each = Math.max(1, Math.round(bytes / count));
    const slotBytes = classes.elemBytes[classes.spanClassFor(each, true)] as number;
    if (slotBytes > 0) objects.set(slotBytes, (objects.get(slotBytes) ?? 0) + count);
    else {
      largeObjects += count;
      largeBytes += count * Math.ceil(each / PAGE_BYTES) * PAGE_BYTES;
    }
  }
  const live = [...objects].map(([slotBytes, n]): LiveCount => ({ slotBytes, objects: Math.round(n) }));
  live.sort((a, b) => a.slotBytes - b.slotBytes);
  const heapAllocBytes = live.reduce((sum, { slotBytes, objects: n }) => sum + slotBytes * n, largeBytes);
  const heapObjects = live.reduce((sum, { objects: n }) => sum + n, Math.round(largeObjects));
  const { heapInuseBytes } = moment;
  return {
    moment,
    goMinor: classes.version.minor,
    isGoAssumed,
    heapInuseBytes,
    heapAllocBytes,
    census: spanCensus(classes, live, { heapInuseBytes, heapAllocBytes, heapObjects }, NUM_SIZE_CLASSES - 1),
  };
}

function classesOf(data: CaseData): { classes: SizeClasses; isGoAssumed: boolean } {
  const told = data.fact('runtime.go')?.value;
  const named = told === undefined ? undefined : parseGoVersion(told);
  return { classes: new SizeClasses(named ?? NEWEST_GO), isGoAssumed: named === undefined };
}
