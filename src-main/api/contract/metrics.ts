/**
 * The names under which quantities are known, whatever file they came from: as Prometheus and runtime/metrics users say them.
 * A metric that is not here keeps the name its file gave it.
 */
export type Unit = 'bytes' | 'seconds' | 'count' | 'percent' | 'ratio' | 'per_second';

export interface MetricInfo {
  readonly unit: Unit;
  /** `counter` only rises within one process; a fall means a restart. */
  readonly kind: 'gauge' | 'counter';
}

const bytes: MetricInfo = { unit: 'bytes', kind: 'gauge' };
const bytesTotal: MetricInfo = { unit: 'bytes', kind: 'counter' };
const count: MetricInfo = { unit: 'count', kind: 'gauge' };
const total: MetricInfo = { unit: 'count', kind: 'counter' };
const seconds: MetricInfo = { unit: 'seconds', kind: 'gauge' };
const secondsTotal: MetricInfo = { unit: 'seconds', kind: 'counter' };

export const metrics = {
  // the process as the kernel sees it
  rss_bytes: bytes,
  rss_peak_bytes: bytes,
  rss_anon_bytes: bytes,
  rss_file_bytes: bytes,
  rss_shmem_bytes: bytes,
  pss_bytes: bytes,
  private_dirty_bytes: bytes,
  private_clean_bytes: bytes,
  shared_clean_bytes: bytes,
  shared_dirty_bytes: bytes,
  anonymous_bytes: bytes,
  lazy_free_bytes: bytes,
  anon_huge_pages_bytes: bytes,
  swap_bytes: bytes,
  vm_size_bytes: bytes,
  vm_data_bytes: bytes,
  page_tables_bytes: bytes,
  mapping_rss_bytes: bytes,
  mapping_size_bytes: bytes,
  mappings: count,
  mapped_bytes_total: bytesTotal,
  unmapped_bytes_total: bytesTotal,
  mapped_kept_bytes: bytes,
  mapped_reserved_bytes: bytes,
  memory_calls_total: total,
  madvise_bytes_total: bytesTotal,
  perf_events_total: total,
  threads: count,
  open_fds: count,
  // the control group
  cgroup_current_bytes: bytes,
  cgroup_peak_bytes: bytes,
  cgroup_limit_bytes: bytes,
  cgroup_high_bytes: bytes,
  cgroup_swap_bytes: bytes,
  cgroup_anon_bytes: bytes,
  cgroup_anon_thp_bytes: bytes,
  cgroup_file_bytes: bytes,
  cgroup_inactive_file_bytes: bytes,
  cgroup_file_mapped_bytes: bytes,
  cgroup_shmem_bytes: bytes,
  cgroup_kernel_bytes: bytes,
  cgroup_failures_total: total,
  cgroup_oom_kills_total: total,
  // runtime.MemStats
  heap_alloc_bytes: bytes,
  heap_inuse_bytes: bytes,
  heap_idle_bytes: bytes,
  heap_released_bytes: bytes,
  heap_sys_bytes: bytes,
  heap_objects: count,
  mallocs_total: total,
  frees_total: total,
  total_alloc_bytes: bytesTotal,
  sys_bytes: bytes,
  stack_inuse_bytes: bytes,
  stack_sys_bytes: bytes,
  mspan_inuse_bytes: bytes,
  mspan_sys_bytes: bytes,
  mcache_inuse_bytes: bytes,
  mcache_sys_bytes: bytes,
  buck_hash_sys_bytes: bytes,
  gc_sys_bytes: bytes,
  other_sys_bytes: bytes,
  next_gc_bytes: bytes,
  // garbage collection
  gc_cycles_total: total,
  gc_forced_total: total,
  gc_pause_seconds: seconds,
  gc_pause_total_seconds: secondsTotal,
  gc_sweep_termination_seconds: seconds,
  gc_mark_seconds: seconds,
  gc_mark_termination_seconds: seconds,
  gc_assist_cpu_seconds: seconds,
  gc_background_cpu_seconds: seconds,
  gc_idle_cpu_seconds: seconds,
  gc_heap_start_bytes: bytes,
  gc_heap_end_bytes: bytes,
  gc_heap_live_bytes: bytes,
  gc_stack_scan_bytes: bytes,
  gc_globals_scan_bytes: bytes,
  gc_cpu_percent: { unit: 'percent', kind: 'gauge' },
  gc_cpu_fraction: { unit: 'ratio', kind: 'gauge' },
  gc_forced: count,
  scavenged_bytes: bytes,
  scavenger_retained_bytes: bytes,
  gogc_percent: { unit: 'percent', kind: 'gauge' },
  gomemlimit_bytes: bytes,
  // the scheduler
  goroutines: count,
  gomaxprocs: count,
  idle_procs: count,
  spinning_threads: count,
  idle_threads: count,
  run_queue: count,
  // the log itself
  log_severity: count,
} as const satisfies Record<string, MetricInfo>;

export type KnownMetric = keyof typeof metrics;

/** What is known of a metric; an unknown one is a gauge of plain numbers, a counter where its name ends in `_total`. */
export function metricInfo(name: string): MetricInfo {
  const known = (metrics as Readonly<Record<string, MetricInfo>>)[name];
  if (known) return known;
  const unit: Unit = /_bytes(_total)?$/.test(name)
    ? 'bytes'
    : /_seconds(_total|_sum)?$/.test(name)
      ? 'seconds'
      : /_ratio$/.test(name)
        ? 'ratio'
        : /_percent$/.test(name)
          ? 'percent'
          : 'count';
  return { unit, kind: /_(total|count|sum)$/.test(name) ? 'counter' : 'gauge' };
}
