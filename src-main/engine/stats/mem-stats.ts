// MemStats: what a Go program sees of its own allocator, computed from the counters, and the identities that hold between its fields.

import { SIZE_CLASS_TO_BYTES } from '../sizes/size-class-table.ts';
import { NUM_SIZE_CLASSES } from '../sizes/size-classes.ts';
import type { HeapStats } from './heap-stats.ts';

/** The fields of runtime.MemStats that the allocator decides; bytes or counts, names as in Go. @source mstats.go MemStats */
export interface HeapMemStats {
  readonly HeapAlloc: number;
  readonly HeapSys: number;
  readonly HeapIdle: number;
  readonly HeapInuse: number;
  readonly HeapReleased: number;
  readonly HeapObjects: number;
  readonly StackInuse: number;
  readonly Mallocs: number;
  readonly Frees: number;
}

/** Names of HeapMemStats' fields, in the order of reports. */
export const MEM_STATS_FIELDS: readonly (keyof HeapMemStats)[] = [
  'HeapInuse',
  'HeapSys',
  'HeapIdle',
  'HeapReleased',
  'StackInuse',
  'HeapAlloc',
  'HeapObjects',
  'Mallocs',
  'Frees',
];

/** One row of MemStats.BySize. Tiny sub-objects are in no row; size classes 61 to 67 have none. */
export interface BySizeRow {
  readonly size: number;
  readonly mallocs: number;
  readonly frees: number;
}

/** Rows of BySize: size classes 0 to 60. @source mstats.go MemStats.BySize */
export const BY_SIZE_ROWS = 61;

/** Valid right after all mcaches were flushed. @source mstats.go readmemstats_m */
export function memStatsOf(stats: HeapStats): HeapMemStats {
  let mallocs = stats.largeAllocs + stats.tinyAllocs;
  let frees = stats.largeFrees + stats.tinyAllocs;
  for (let sizeClass = 1; sizeClass < NUM_SIZE_CLASSES; sizeClass++) {
    mallocs += stats.smallAllocs[sizeClass];
    frees += stats.smallFrees[sizeClass];
  }
  const heapIdle = stats.heapFreeBytes + stats.heapReleasedBytes;
  return {
    HeapAlloc: stats.allocatedBytes() - stats.freedBytes(),
    HeapSys: stats.heapInUseBytes + heapIdle,
    HeapIdle: heapIdle,
    HeapInuse: stats.heapInUseBytes,
    HeapReleased: stats.heapReleasedBytes,
    HeapObjects: mallocs - frees,
    StackInuse: stats.stackInUseBytes,
    Mallocs: mallocs,
    Frees: frees,
  };
}

/** Valid right after all mcaches were flushed. @source mstats.go readmemstats_m */
export function bySizeOf(stats: HeapStats): readonly BySizeRow[] {
  return Array.from({ length: BY_SIZE_ROWS }, (_, sizeClass) => ({
    size: SIZE_CLASS_TO_BYTES[sizeClass],
    mallocs: stats.smallAllocs[sizeClass],
    frees: stats.smallFrees[sizeClass],
  }));
}

/** An identity that a set of values breaks. */
export interface BrokenIdentity {
  readonly identity: string;
  readonly left: number;
  readonly right: number;
}

/**
 * The identities between fields of one MemStats that do not hold; empty for a consistent one. Fields that are missing are not checked.
 * @source mstats.go MemStats, field comments, and readmemstats_m
 */
export function brokenIdentities(fields: Readonly<Record<string, number | undefined>>): readonly BrokenIdentity[] {
  const broken: BrokenIdentity[] = [];
  const check = (identity: string, relation: '=' | '<=', left: readonly string[], right: readonly string[]): void => {
    const sum = (names: readonly string[]): number =>
      names.reduce((total, name) => total + (fields[name] ?? Number.NaN), 0);
    const leftSum = sum(left);
    const rightSum = sum(right);
    if (Number.isNaN(leftSum) || Number.isNaN(rightSum)) return;
    if (relation === '=' ? leftSum !== rightSum : leftSum > rightSum) {
      broken.push({ identity, left: leftSum, right: rightSum });
    }
  };
  check('HeapSys = HeapInuse + HeapIdle', '=', ['HeapSys'], ['HeapInuse', 'HeapIdle']);
  check('HeapReleased <= HeapIdle', '<=', ['HeapReleased'], ['HeapIdle']);
  check('HeapAlloc <= HeapInuse', '<=', ['HeapAlloc'], ['HeapInuse']);
  check('HeapAlloc = Alloc', '=', ['HeapAlloc'], ['Alloc']);
  check('Mallocs = HeapObjects + Frees', '=', ['Mallocs'], ['HeapObjects', 'Frees']);
  check('StackInuse <= StackSys', '<=', ['StackInuse'], ['StackSys']);
  check('MSpanInuse <= MSpanSys', '<=', ['MSpanInuse'], ['MSpanSys']);
  check('MCacheInuse <= MCacheSys', '<=', ['MCacheInuse'], ['MCacheSys']);
  const parts = ['HeapSys', 'StackSys', 'MSpanSys', 'MCacheSys', 'BuckHashSys', 'GCSys', 'OtherSys'];
  check('Sys = sum of the *Sys fields', '=', ['Sys'], parts);
  return broken;
}
