/**
 * The fields of runtime.MemStats and the metric each becomes, with the factor to base units. Fields that are not here (Lookups, EnableGC,
 * DebugGC ...) say nothing about memory.
 *
 * @source runtime/mstats.go MemStats (Go 1.26)
 */
export const memStatsFields: ReadonlyMap<string, { readonly metric: string; readonly scale: number }> = new Map(
  (
    [
      ['HeapAlloc', 'heap_alloc_bytes', 1],
      ['Alloc', 'heap_alloc_bytes', 1],
      ['TotalAlloc', 'total_alloc_bytes', 1],
      ['Sys', 'sys_bytes', 1],
      ['Mallocs', 'mallocs_total', 1],
      ['Frees', 'frees_total', 1],
      ['HeapSys', 'heap_sys_bytes', 1],
      ['HeapIdle', 'heap_idle_bytes', 1],
      ['HeapInuse', 'heap_inuse_bytes', 1],
      ['HeapReleased', 'heap_released_bytes', 1],
      ['HeapObjects', 'heap_objects', 1],
      ['StackInuse', 'stack_inuse_bytes', 1],
      ['StackSys', 'stack_sys_bytes', 1],
      ['MSpanInuse', 'mspan_inuse_bytes', 1],
      ['MSpanSys', 'mspan_sys_bytes', 1],
      ['MCacheInuse', 'mcache_inuse_bytes', 1],
      ['MCacheSys', 'mcache_sys_bytes', 1],
      ['BuckHashSys', 'buck_hash_sys_bytes', 1],
      ['GCSys', 'gc_sys_bytes', 1],
      ['OtherSys', 'other_sys_bytes', 1],
      ['NextGC', 'next_gc_bytes', 1],
      ['LastGC', 'last_gc_wall_ns', 1],
      ['PauseTotalNs', 'gc_pause_total_seconds', 1e-9],
      ['NumGC', 'gc_cycles_total', 1],
      ['NumForcedGC', 'gc_forced_total', 1],
      ['GCCPUFraction', 'gc_cpu_fraction', 1],
    ] as const
  ).map(([name, metric, scale]) => [name, { metric, scale }]),
);

/**
 * What programs that log their MemStats put beside them from /proc/self/status, under the kernel's names but in bytes.
 *
 * @source observed: fixtures/memstats/series-with-rss.jsonl
 */
export const processFields: ReadonlyMap<string, string> = new Map([
  ['VmRSS', 'rss_bytes'],
  ['RssAnon', 'rss_anon_bytes'],
  ['VmHWM', 'rss_peak_bytes'],
]);

/** A text is a MemStats where it has this many of the fields. */
export const fewestFields = 5;
