/**
 * The names under which quantities are known, whatever file they came from: as Prometheus and runtime/metrics users say them.
 * A metric that is not here keeps the name its file gave it.
 */
import type { Basis } from './evidence.ts';

export type Unit = 'bytes' | 'seconds' | 'count' | 'percent' | 'ratio' | 'per_second';

export interface MetricInfo {
  readonly unit: Unit;
  /** How its values come to be; measured where nothing is said. */
  readonly basis?: Basis;
  /** `counter` only rises within one process; a fall means a restart. */
  readonly kind: 'gauge' | 'counter';
}

const bytes: MetricInfo = { unit: 'bytes', kind: 'gauge' };
const bytesTotal: MetricInfo = { unit: 'bytes', kind: 'counter' };
const count: MetricInfo = { unit: 'count', kind: 'gauge' };
const total: MetricInfo = { unit: 'count', kind: 'counter' };
const seconds: MetricInfo = { unit: 'seconds', kind: 'gauge' };
const secondsTotal: MetricInfo = { unit: 'seconds', kind: 'counter' };
const replayedBytes: MetricInfo = { unit: 'bytes', kind: 'gauge', basis: 'replayed' };
const replayedCount: MetricInfo = { unit: 'count', kind: 'gauge', basis: 'replayed' };
const replayedTotal: MetricInfo = { unit: 'count', kind: 'counter', basis: 'replayed' };

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
  // an execution trace: a few seconds, in every detail
  trace_heap_live_bytes: bytes,
  trace_heap_goal_bytes: bytes,
  trace_cycle_begin_live_bytes: bytes,
  trace_cycle_end_live_bytes: bytes,
  trace_cycle_goal_bytes: bytes,
  trace_mark_assist_seconds: seconds,
  trace_stop_seconds: seconds,
  trace_goroutines_running: count,
  trace_goroutines_runnable: count,
  trace_goroutines_waiting: count,
  trace_goroutines_syscall: count,
  trace_procs_running: count,
  trace_procs_busy: count,
  // the heap replayed from a trace's alloc/free events
  replay_heap_alloc_bytes: replayedBytes,
  replay_heap_inuse_bytes: replayedBytes,
  replay_heap_objects: replayedCount,
  replay_mallocs_total: replayedTotal,
  replay_frees_total: replayedTotal,
  replay_stack_bytes: replayedBytes,
  replay_manual_bytes: replayedBytes,
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

/** How the values of a metric come to be. */
export function metricBasis(name: string): Basis {
  return metricInfo(name).basis ?? 'measured';
}

/** Whether a series is read off events and not sampled: between two of its points nothing changed, however far apart they are. */
export function isFromEvents(metric: string): boolean {
  return metric.startsWith('trace_') || metric.startsWith('replay_');
}

/**
 * Whether a drawn value read off events is a mean over the stretch before it: a rate, or the use of processors. Between two such values no line slopes.
 *
 * @param isRate the rate of the metric is drawn
 */
export function isMeanBefore(metric: string, isRate: boolean): boolean {
  return isFromEvents(metric) && (isRate || metric === 'trace_procs_busy');
}
