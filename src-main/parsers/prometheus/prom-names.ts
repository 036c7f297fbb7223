/**
 * Names that Go's client library, the process collector and cAdvisor give to quantities we know by another name, old and new collectors.
 *
 * @source prometheus/client_golang 1.12 to 1.23 collectors, cAdvisor metrics; observed in fixtures/prometheus
 */
export const promMetrics: ReadonlyMap<string, { readonly metric: string; readonly scale: number }> = new Map(
  (
    [
      ['process_resident_memory_bytes', 'rss_bytes', 1],
      ['process_virtual_memory_bytes', 'vm_size_bytes', 1],
      ['process_open_fds', 'open_fds', 1],
      ['process_threads', 'threads', 1],
      ['go_goroutines', 'goroutines', 1],
      ['go_sched_goroutines_goroutines', 'goroutines', 1],
      ['go_threads', 'threads', 1],
      ['go_sched_gomaxprocs_threads', 'gomaxprocs', 1],
      ['go_gc_gogc_percent', 'gogc_percent', 1],
      ['go_gc_gomemlimit_bytes', 'gomemlimit_bytes', 1],
      ['go_gc_duration_seconds_sum', 'gc_pause_total_seconds', 1],
      ['go_gc_duration_seconds_count', 'gc_cycles_total', 1],
      ['go_gc_cycles_total_gc_cycles_total', 'gc_cycles_total', 1],
      ['go_gc_cycles_forced_gc_cycles_total', 'gc_forced_total', 1],
      ['go_gc_heap_goal_bytes', 'next_gc_bytes', 1],
      ['go_gc_heap_live_bytes', 'gc_heap_live_bytes', 1],
      ['go_gc_heap_objects_objects', 'heap_objects', 1],
      ['go_gc_heap_allocs_bytes_total', 'total_alloc_bytes', 1],
      ['go_memory_classes_total_bytes', 'sys_bytes', 1],
      ['go_memory_classes_heap_objects_bytes', 'heap_alloc_bytes', 1],
      ['go_memory_classes_heap_released_bytes', 'heap_released_bytes', 1],
      ['go_memory_classes_heap_stacks_bytes', 'stack_inuse_bytes', 1],
      ['go_memstats_heap_alloc_bytes', 'heap_alloc_bytes', 1],
      ['go_memstats_heap_inuse_bytes', 'heap_inuse_bytes', 1],
      ['go_memstats_heap_idle_bytes', 'heap_idle_bytes', 1],
      ['go_memstats_heap_released_bytes', 'heap_released_bytes', 1],
      ['go_memstats_heap_sys_bytes', 'heap_sys_bytes', 1],
      ['go_memstats_heap_objects', 'heap_objects', 1],
      ['go_memstats_mallocs_total', 'mallocs_total', 1],
      ['go_memstats_frees_total', 'frees_total', 1],
      ['go_memstats_alloc_bytes_total', 'total_alloc_bytes', 1],
      ['go_memstats_sys_bytes', 'sys_bytes', 1],
      ['go_memstats_stack_inuse_bytes', 'stack_inuse_bytes', 1],
      ['go_memstats_stack_sys_bytes', 'stack_sys_bytes', 1],
      ['go_memstats_mspan_inuse_bytes', 'mspan_inuse_bytes', 1],
      ['go_memstats_mspan_sys_bytes', 'mspan_sys_bytes', 1],
      ['go_memstats_mcache_inuse_bytes', 'mcache_inuse_bytes', 1],
      ['go_memstats_mcache_sys_bytes', 'mcache_sys_bytes', 1],
      ['go_memstats_buck_hash_sys_bytes', 'buck_hash_sys_bytes', 1],
      ['go_memstats_gc_sys_bytes', 'gc_sys_bytes', 1],
      ['go_memstats_other_sys_bytes', 'other_sys_bytes', 1],
      ['go_memstats_next_gc_bytes', 'next_gc_bytes', 1],
      ['go_memstats_last_gc_time_seconds', 'last_gc_wall_ns', 1e9],
      ['go_memstats_gc_cpu_fraction', 'gc_cpu_fraction', 1],
      ['container_memory_usage_bytes', 'cgroup_current_bytes', 1],
      ['container_memory_max_usage_bytes', 'cgroup_peak_bytes', 1],
      ['container_memory_working_set_bytes', 'cgroup_working_set_bytes', 1],
      ['container_memory_rss', 'cgroup_anon_bytes', 1],
      ['container_memory_cache', 'cgroup_file_bytes', 1],
      ['container_memory_mapped_file', 'cgroup_file_mapped_bytes', 1],
      ['container_memory_failcnt', 'cgroup_failures_total', 1],
      ['container_oom_events_total', 'cgroup_oom_kills_total', 1],
      ['container_spec_memory_limit_bytes', 'cgroup_limit_bytes', 1],
    ] as const
  ).map(([name, metric, scale]) => [name, { metric, scale }]),
);

/** A limit at or above this means none: math.MaxInt64 as a float, or the kernel's page-rounded maximum. */
export const noLimitBytes = 9e18;
