/**
 * The memory files of a control group, version 1 and 2: files of one number are told by their name (of the file, of the sample header, or
 * before a colon as `grep . memory.*` prints it), memory.stat, memory.events and memory.oom_control by their keys.
 *
 * @source Linux Documentation/admin-guide/cgroup-v2.rst "Memory Interface Files"; cgroup-v1/memory.rst section 2 and 5.2
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { noLimitBytes } from '../prometheus/prom-names.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { SampleFrames } from '../text/sample-frames.ts';

const numberFiles = new Map([
  ['memory.current', 'cgroup_current_bytes'],
  ['memory.usage_in_bytes', 'cgroup_current_bytes'],
  ['memory.peak', 'cgroup_peak_bytes'],
  ['memory.max_usage_in_bytes', 'cgroup_peak_bytes'],
  ['memory.max', 'cgroup_limit_bytes'],
  ['memory.limit_in_bytes', 'cgroup_limit_bytes'],
  ['memory.high', 'cgroup_high_bytes'],
  ['memory.low', 'cgroup_low_bytes'],
  ['memory.min', 'cgroup_min_bytes'],
  ['memory.soft_limit_in_bytes', 'cgroup_soft_limit_bytes'],
  ['memory.swap.current', 'cgroup_swap_bytes'],
  ['memory.swap.max', 'cgroup_swap_limit_bytes'],
  ['memory.swap.peak', 'cgroup_swap_peak_bytes'],
  ['memory.memsw.usage_in_bytes', 'cgroup_memory_swap_bytes'],
  ['memory.memsw.limit_in_bytes', 'cgroup_memory_swap_limit_bytes'],
  ['memory.memsw.max_usage_in_bytes', 'cgroup_memory_swap_peak_bytes'],
  ['memory.memsw.failcnt', 'cgroup_memory_swap_failures_total'],
  ['memory.kmem.usage_in_bytes', 'cgroup_kernel_bytes'],
  ['memory.kmem.limit_in_bytes', 'cgroup_kernel_limit_bytes'],
  ['memory.failcnt', 'cgroup_failures_total'],
  ['memory.swappiness', 'cgroup_swappiness'],
  ['pids.current', 'cgroup_pids'],
  ['pids.max', 'cgroup_pids_limit'],
]);

/** Keys of memory.stat that are quantities of their own; version 1 names map to the version 2 meaning. */
const statMetrics = new Map([
  ['anon', 'cgroup_anon_bytes'],
  ['rss', 'cgroup_anon_bytes'],
  ['file', 'cgroup_file_bytes'],
  ['cache', 'cgroup_file_bytes'],
  ['shmem', 'cgroup_shmem_bytes'],
  ['file_mapped', 'cgroup_file_mapped_bytes'],
  ['mapped_file', 'cgroup_file_mapped_bytes'],
  ['inactive_file', 'cgroup_inactive_file_bytes'],
  ['active_file', 'cgroup_active_file_bytes'],
  ['anon_thp', 'cgroup_anon_thp_bytes'],
  ['rss_huge', 'cgroup_anon_thp_bytes'],
  ['kernel', 'cgroup_kernel_bytes'],
  ['slab', 'cgroup_slab_bytes'],
  ['kernel_stack', 'cgroup_kernel_stack_bytes'],
  ['pagetables', 'cgroup_page_tables_bytes'],
  ['sock', 'cgroup_socket_bytes'],
  ['swap', 'cgroup_swap_bytes'],
  ['hierarchical_memory_limit', 'cgroup_limit_bytes'],
  ['oom_kill', 'cgroup_oom_kills_total'],
]);

const statKeys =
  /^(?:total_)?(?:anon|file|kernel|kernel_stack|pagetables|sec_pagetables|percpu|sock|vmalloc|shmem|zswap(?:ped)?|file_mapped|file_dirty|file_writeback|swapcached|(?:anon|file|shmem)_thp|(?:in)?active_(?:anon|file)|unevictable|slab(?:_(?:un)?reclaimable)?|workingset_\w{1,40}|pg\w{1,40}|thp_\w{1,40}|cache|rss|rss_huge|mapped_file|dirty|writeback|swap|hierarchical_\w{1,40}|hugetlb|recent_\w{1,40}|numa_\w{1,40}|zswp\w{1,40})$/;
const eventKeys = /^(?:low|high|max|oom|oom_kill|oom_group_kill|oom_kill_disable|under_oom)$/;
const pair = /^([a-z][a-z_0-9]{1,60}) (-?\d{1,20})$/;
const named = /(?:^|[\s/])((?:memory|pids)\.[a-z_]{2,30}(?:\.[a-z_]{2,30})?)[:=][ \t]{0,4}(\S{1,40})$/;
const fileName =
  /((?:memory|pids)\.[a-z_]{2,30}(?:\.(?:current|max|peak|usage_in_bytes|limit_in_bytes|max_usage_in_bytes|failcnt|events|local))?)/;

class Cgroup implements Reading {
  private readonly fileName: string;
  private readonly frames = new SampleFrames('cgroup');
  private readonly counts: Record<string, number | string> = {};
  private taken = 0;
  private version = '';
  private openFor = '';

  constructor(name: string) {
    this.fileName = name;
  }

  take(line: Line, context: TextContext): boolean {
    if (line.length > 200) return false;
    const text = line.text().trimEnd();
    const file = fileName.exec(context.section?.path || this.fileName)?.[1] ?? '';
    if (/^(?:\d{1,20}|max|-1)$/.test(text)) return this.takeNumber(file, text, line, context);
    const inline = named.exec(text);
    if (inline && numberFiles.has(inline[1] as string))
      return this.takeNumber(inline[1] as string, inline[2] as string, line, context);
    const m = pair.exec(text);
    if (!m) return false;
    const key = m[1] as string;
    const value = Number(m[2]);
    if (eventKeys.test(key)) {
      if (!file.startsWith('memory.events') && file !== 'memory.oom_control' && this.openFor !== 'events') return false;
    } else if (!statKeys.test(key)) return false;
    // a text that does not say what it is: memory.stat begins with `cache` (v1) or `anon` (v2), any other such line may be chance
    if (file === '' && this.openFor === '' && key !== 'cache' && key !== 'anon') return false;
    this.takePair(key, value, line, context);
    return true;
  }

  endSection(): void {
    this.openFor = '';
    this.frames.close();
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    return [{ kind: 'cgroup', dialect: this.version, taken: this.taken, counts: this.counts }];
  }

  private takeNumber(file: string, text: string, line: Line, context: TextContext): boolean {
    const metric = numberFiles.get(file);
    if (!metric) return false;
    this.version ||= /in_bytes|failcnt|memsw|kmem/.test(file) ? 'v1' : 'v2';
    this.taken++;
    const value = text === 'max' || text === '-1' ? Number.POSITIVE_INFINITY : Number(text);
    const unlimited = value >= noLimitBytes && /limit|max|high/.test(file);
    this.counts[file] = unlimited || !Number.isSafeInteger(value) ? text : value;
    if (unlimited) return true;
    this.frames.open(line, context);
    this.frames.set({ metric, sourceName: file }, value);
    this.frames.close();
    if (metric === 'cgroup_limit_bytes') context.sink.fact('container.limit_bytes', value, { line: line.number });
    return true;
  }

  private takePair(key: string, value: number, line: Line, context: TextContext): void {
    this.taken++;
    const total = key.startsWith('total_');
    const bare = total ? key.slice(6) : key;
    if (/^(?:cache|rss|rss_huge|mapped_file|hierarchical|total_|oom_kill_disable|under_oom)/.test(key))
      this.version ||= 'v1';
    else if (/^(?:anon|file|slab_|sock|kernel_stack|oom_group_kill)/.test(key)) this.version ||= 'v2';
    if (!this.frames.isOpen) {
      this.frames.open(line, context);
      this.openFor = eventKeys.test(key) ? 'events' : 'stat';
    }
    this.counts[key] = Number.isSafeInteger(value) ? value : String(value);
    if (total || (bare.startsWith('hierarchical_') && value >= noLimitBytes)) return;
    const metric = statMetrics.get(bare);
    this.frames.set({ metric: metric ?? `cgroup_${bare}`, sourceName: key }, value);
    if (bare === 'hierarchical_memory_limit') context.sink.fact('container.limit_bytes', value, { line: line.number });
  }
}

export const cgroupFormat: ReadingFormat = { id: 'cgroup', weight: 1, create: (name) => new Cgroup(name) };
