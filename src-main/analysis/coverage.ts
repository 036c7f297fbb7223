/** Which kinds of evidence a case has, and which would have helped. */
import type { EvidenceKind } from '../api/contract/evidence.ts';
import type { CaseData } from './case-data.ts';
import type { SignalId } from './signals/thresholds.ts';

export const coverageKinds = [
  'gc_log',
  'memstats',
  'metrics',
  'heap_profile',
  'goroutine_dump',
  'cpu_profile',
  'contention_profile',
  'execution_trace',
  'process_status',
  'mappings',
  'cgroup',
  'kernel_log',
  'container_state',
  'application_log',
] as const;

export type CoverageKind = (typeof coverageKinds)[number];

const byKind: Partial<Record<EvidenceKind, CoverageKind>> = {
  gctrace: 'gc_log',
  memstats: 'memstats',
  expvar: 'memstats',
  'heap-debug-text': 'heap_profile',
  'runtime-metrics': 'memstats',
  prometheus: 'metrics',
  'prom-range': 'metrics',
  'goroutine-text': 'goroutine_dump',
  'go-crash': 'goroutine_dump',
  'go-trace': 'execution_trace',
  'proc-status': 'process_status',
  statm: 'process_status',
  'smaps-rollup': 'process_status',
  smaps: 'mappings',
  maps: 'mappings',
  cgroup: 'cgroup',
  dmesg: 'kernel_log',
  kubectl: 'container_state',
  'app-log': 'application_log',
};

const byProfile: Readonly<Record<string, CoverageKind>> = {
  heap: 'heap_profile',
  allocs: 'heap_profile',
  cpu: 'cpu_profile',
  contention: 'contention_profile',
  goroutine: 'goroutine_dump',
  goroutineleak: 'goroutine_dump',
};

/** Which evidence a signal is measured on: what to collect where it is missing. */
const bySignal: Partial<Record<SignalId, CoverageKind>> = {
  live_heap_growth: 'gc_log',
  live_heap_still_growing: 'gc_log',
  live_heap_flat: 'gc_log',
  goal_at_live: 'gc_log',
  gc_rate: 'gc_log',
  gc_cpu: 'gc_log',
  objects_growth: 'memstats',
  mean_object_bytes: 'memstats',
  heap_in_use_but_dead: 'memstats',
  growth_in_heap: 'memstats',
  growth_in_stacks: 'memstats',
  growth_outside_go: 'memstats',
  malloc_rate: 'memstats',
  malloc_rate_rise: 'memstats',
  goal_over_limit: 'cgroup',
  live_well_below_limit: 'cgroup',
  close_to_limit: 'cgroup',
  page_cache_share: 'cgroup',
  shmem_share: 'cgroup',
  rss_growth: 'process_status',
  rss_still_growing: 'process_status',
  growth_in_files: 'process_status',
  threads_growth: 'process_status',
  growth_in_malloc: 'mappings',
  growth_in_mappings: 'mappings',
  huge_pages_share: 'mappings',
  lazy_free_share: 'mappings',
  deleted_file_mappings: 'mappings',
  mapping_count_growth: 'mappings',
  goroutines_growth: 'metrics',
  goroutines_still_growing: 'metrics',
  open_files_growth: 'metrics',
  goroutine_group_share: 'goroutine_dump',
  group_blocked_in_send: 'goroutine_dump',
  group_blocked_in_receive: 'goroutine_dump',
  http_connections: 'goroutine_dump',
  finalizer_blocked: 'goroutine_dump',
  top_owner_share: 'heap_profile',
  timers_on_heap: 'heap_profile',
  tickers_on_heap: 'heap_profile',
  contexts_on_heap: 'heap_profile',
  buffers_on_heap: 'heap_profile',
  pool_on_heap: 'heap_profile',
  defers_on_heap: 'heap_profile',
  cpu_in_gc: 'cpu_profile',
  cpu_in_malloc: 'cpu_profile',
  runtime_lock_contention: 'contention_profile',
  killed_by_oom: 'kernel_log',
};

export function collectedBy(signal: SignalId): CoverageKind | undefined {
  return bySignal[signal];
}

/** How many files of each kind there are. A log counts for each of its readings. */
export function coverageOf(data: CaseData): ReadonlyMap<CoverageKind, number> {
  const counts = new Map<CoverageKind, Set<number>>(coverageKinds.map((k) => [k, new Set<number>()]));
  const add = (kind: CoverageKind | undefined, evidence: number) => {
    if (kind) counts.get(kind)?.add(evidence);
  };
  for (const e of data.evidence) if (e.status === 'parsed' || e.status === 'recognised') add(byKind[e.kind], e.id);
  for (const r of data.source.reader.readings()) add(byKind[r.kind], r.evidence);
  for (const p of data.profiles) add(byProfile[p.summary.what], p.evidence);
  return new Map([...counts].map(([kind, ids]) => [kind, ids.size]));
}
