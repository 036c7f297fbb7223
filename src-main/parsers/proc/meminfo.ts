/**
 * Memory of the whole machine: /proc/meminfo, /proc/vmstat, pressure (PSI), free pages by order (pagetypeinfo, buddyinfo), settings of transparent
 * huge pages. One row a sample, metrics with `host_` before the kernel's own name.
 * Of /sys/devices/system/node/nodeN the same with `numa_node_`.
 *
 * @source Linux Documentation/filesystems/proc.rst "meminfo", "buddyinfo", "pagetypeinfo"; accounting/psi.rst; admin-guide/mm/transhuge.rst
 */
import type { EvidenceKind, ReadingReport } from '../../api/contract/evidence.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { SampleFrames } from '../text/sample-frames.ts';

const kibi = 1024;
const meminfoLine = /^(?:Node (\d{1,4}) )?([A-Z][A-Za-z0-9_()]{2,24}): {1,24}(\d{1,18})( kB)?\s{0,8}$/;
const meminfoBegins = /^(?:Node \d{1,4} )?(?:MemTotal|MemFree|MemAvailable):/;
const vmstatLine = /^([a-z][a-z0-9_]{2,60}) (\d{1,20})$/;
/** First names of other lists of the same shape, which may follow without a header. @source Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst */
const otherLists = new Set(['anon', 'cache', 'low', 'usage_usec']);
const psiLine =
  /^(some|full) avg10=(\d{1,3}\.\d{1,4}) avg60=(\d{1,3}\.\d{1,4}) avg300=(\d{1,3}\.\d{1,4}) total=(\d{1,20})$/;
const freeOrders =
  /^Node {1,6}(\d{1,4}), zone {1,10}(\w{1,12})(?:, type {1,14}(\w{1,14}))?((?: {1,10}[>]?\d{1,12}){8,16})\s{0,4}$/;
const thpChoice =
  /^(?:(\/\S{1,200}[:=] ?))?((?:always|madvise|never|defer\+madvise|defer|advise|inherit|within_size|\[[a-z+_]{3,16}\])(?: (?:\[?[a-z+_]{3,16}\]?)){2,5})$/;
const hugeOrder = 9;

class HostMemory implements Reading {
  private readonly name: string;
  private readonly frames = new SampleFrames('host memory');
  private readonly counts: Record<string, number | string> = {};
  private readonly inSample = new Set<string>();
  private lastLine = -10;
  private inVmstat = 0;
  private taken = 0;
  private kind: EvidenceKind = 'meminfo';
  private readonly dialects = new Set<string>();
  private freeHuge = 0;
  private freePages = 0;

  constructor(name: string) {
    this.name = name;
  }

  take(line: Line, context: TextContext): boolean {
    if (line.length < 5 || line.length > 300) return false;
    const text = line.text();
    const taken =
      this.takeMeminfo(text, line, context) ||
      this.takePressure(text, line, context) ||
      this.takeVmstat(text, line, context) ||
      this.takeOrders(text, line, context) ||
      this.takeThp(text, line, context);
    if (!taken) return false;
    this.taken++;
    this.lastLine = line.number;
    return true;
  }

  endSection(): void {
    if (this.freePages > 0) {
      this.counts.free_pages = this.freePages;
      this.counts.free_pages_in_huge_blocks = this.freeHuge;
    }
    this.inSample.clear();
    this.inVmstat = 0;
    this.frames.close();
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    return [{ kind: this.kind, dialect: [...this.dialects].join(', '), taken: this.taken, counts: this.counts }];
  }

  /** A row is open while lines of one sample follow each other. */
  private openFor(key: string, line: Line, context: TextContext): void {
    if (this.inSample.has(key) || line.number > this.lastLine + 4 || !this.frames.isOpen) {
      this.inSample.clear();
      this.frames.open(line, context);
    }
    this.inSample.add(key);
  }

  private takeMeminfo(text: string, line: Line, context: TextContext): boolean {
    const m = meminfoLine.exec(text);
    if (!m) return false;
    const inside = this.dialects.has('meminfo') && this.inSample.size > 0 && line.number <= this.lastLine + 2;
    if (!inside && !(meminfoBegins.test(text) && m[4])) return false;
    this.dialects.add('meminfo');
    const [, node, key = '', written, isKb] = m;
    const value = Number(written) * (isKb ? kibi : 1);
    this.openFor(`${node ?? ''} ${key}`, line, context);
    const metric = `${node === undefined ? 'host' : 'numa_node'}_${snake(key)}${isKb ? '_bytes' : ''}`;
    this.frames.set({ metric, sourceName: key, ...(node === undefined ? {} : { labels: { node } }) }, value);
    this.counts[node === undefined ? key : `node ${node} ${key}`] = value;
    return true;
  }

  private takePressure(text: string, line: Line, context: TextContext): boolean {
    const m = psiLine.exec(text);
    if (!m) return false;
    this.dialects.add('psi');
    const path = context.section?.path || this.name;
    const resource =
      /\b(memory|cpu|io|irq)\b/.exec(path.slice(path.lastIndexOf('/') + 1))?.[1] ??
      /\b(memory|cpu|io|irq)\b/.exec(path)?.[1] ??
      'unknown';
    if (path.includes('.pressure')) this.kind = 'cgroup';
    const stem = `psi_${resource}_${m[1]}`;
    this.openFor(stem, line, context);
    ['avg10', 'avg60', 'avg300'].forEach((window, i) => {
      const value = Number(m[i + 2]);
      this.frames.set({ metric: `${stem}_${window}_percent`, sourceName: `${m[1]} ${window}` }, value);
      this.counts[`${stem}_${window}`] = value;
    });
    // microseconds
    this.frames.set({ metric: `${stem}_stalled_seconds_total`, sourceName: `${m[1]} total` }, Number(m[5]) / 1e6);
    this.counts[`${stem}_total_us`] = Number(m[5]);
    return true;
  }

  private takeVmstat(text: string, line: Line, context: TextContext): boolean {
    const m = vmstatLine.exec(text);
    if (!m) return false;
    const key = m[1] as string;
    // one such line may be anything: the file begins with nr_free_pages
    if (this.inVmstat === 0 && key !== 'nr_free_pages' && !/vmstat/.test(context.section?.path || this.name))
      return false;
    if (this.inVmstat > 0 && (line.number > this.lastLine + 2 || otherLists.has(key))) return false;
    this.inVmstat++;
    this.dialects.add('vmstat');
    this.openFor(`vmstat ${key}`, line, context);
    const isGauge = key.startsWith('nr_');
    this.frames.set({ metric: `host_vmstat_${key}${isGauge ? '' : '_total'}`, sourceName: key }, Number(m[2]));
    if (
      /^(?:oom_kill|pgmajfault|thp_fault_alloc|thp_collapse_alloc|allocstall_normal|nr_anon_transparent_hugepages|nr_free_pages|pgscan_direct|pgsteal_direct|compact_fail)$/.test(
        key,
      )
    )
      this.counts[key] = Number(m[2]);
    return true;
  }

  private takeOrders(text: string, line: Line, context: TextContext): boolean {
    if (
      /^(?:Page block order: \d{1,2}|Pages per block: {1,3}\d{1,6}|Free pages count per migrate type at order|Number of blocks type)/.test(
        text,
      )
    ) {
      this.dialects.add('pagetypeinfo');
      return true;
    }
    const m = freeOrders.exec(text);
    if (!m) return false;
    this.dialects.add(m[3] ? 'pagetypeinfo' : 'buddyinfo');
    const orders = (m[4] as string)
      .trim()
      .split(/ {1,10}/)
      .map((n) => Number(n.replace('>', '')));
    let pages = 0;
    let huge = 0;
    orders.forEach((blocks, order) => {
      pages += blocks * 2 ** order;
      if (order >= hugeOrder) huge += blocks * 2 ** order;
    });
    this.freePages += pages;
    this.freeHuge += huge;
    this.openFor(text.slice(0, 60), line, context);
    const labels = { node: m[1] as string, zone: m[2] as string, ...(m[3] ? { type: m[3] } : {}) };
    this.frames.set({ metric: 'host_free_pages', sourceName: 'free pages', labels }, pages);
    this.frames.set({ metric: 'host_free_pages_in_huge_blocks', sourceName: 'order >= 9', labels }, huge);
    return true;
  }

  private takeThp(text: string, line: Line, context: TextContext): boolean {
    const m = thpChoice.exec(text);
    const chosen = m && /\[([a-z+_]{3,16})\]/.exec(m[2] as string);
    if (!m || !chosen) return false;
    this.dialects.add('transparent_hugepage');
    const path = m[1] ?? (context.section?.path || this.name);
    const what = /defrag/.test(path) ? 'defrag' : /shmem/.test(path) ? 'shmem_enabled' : 'enabled';
    this.counts[`thp_${what}`] = chosen[1] as string;
    if (what === 'enabled') context.sink.fact('kernel.thp', chosen[1] as string, { line: line.number });
    return true;
  }
}

/** `MemTotal` -> `mem_total`, `Active(anon)` -> `active_anon`. */
function snake(name: string): string {
  return name
    .replace(/\((\w{1,20})\)/, '_$1')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/__/g, '_')
    .toLowerCase();
}

export const hostMemoryFormat: ReadingFormat = { id: 'host-memory', weight: 1, create: (name) => new HostMemory(name) };
