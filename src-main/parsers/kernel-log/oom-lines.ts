/**
 * The lines of the kernel's OOM killer, and of systemd-oomd, one by one. What a line says becomes fields of the kill.
 *
 * | kernel | difference |
 * |---|---|
 * | 2.6.32 to 3.x | task table with `cpu oom_adj`; `Kill process N (x) score S or sacrifice child`, then `Killed process N` |
 * | 3.10 to 4.18 | `Task in /a killed as a result of limit of /b`; `Memory cgroup stats for /b: cache:0KB rss:...` in one line; `nr_ptes` |
 * | 4.19 and later | `oom-kill:constraint=...`; statistics a line each; `pgtables_bytes` |
 * | 5.4 and later | `Killed process` alone, with `UID:` and `pgtables:` |
 * | 6.8 and later | `rss_anon rss_file rss_shmem` in the task table |
 *
 * `rss` and `total_vm` in the task table are pages, in the kill line kB.
 *
 * @source mm/oom_kill.c, mm/memcontrol.c, mm/show_mem.c (3.10 to 6.18); systemd src/oom/oomd-util.c (255)
 */
import type { Json } from '../contract.ts';

const kibi = 1024;
const pageBytes = 4_096;
/** A limit the kernel prints when there is none: the largest page-rounded number of kB. */
const noLimitKb = 9_007_199_254_740_000;

export type Fields = Record<string, Json>;

const invokes = ' invoked oom-killer: ';
const invokedRest =
  /^gfp_mask=[^,]{1,120}, (?:nodemask=[^,]{1,40}, )?order=(-?\d{1,3})(?:, oom_(?:score_)?adj=(-?\d{1,5}))?/;
const usage = /(memory|memory\+swap|swap|kmem): usage (\d{1,20})kB, limit (\d{1,20})kB, failcnt (\d{1,20})/;
const constraint = /oom-kill:constraint=(\w{1,40}),(.{1,3000})/;
const resultOf = /Task in (\S{1,1000}) killed as a result of limit of (\S{1,1000})/;
const killed = /^Kill(ed)? process (\d{1,9}),? ?(?:UID \d{1,10}, ?)?\(([^)]{1,64})\),?(.{0,300})/;
const reaped = /oom_reaper: (?:reaped|unable to reap) (?:process|pid:)/;

export function readInvoked(text: string): Fields | undefined {
  const at = text.indexOf(invokes);
  const m = at > 0 ? invokedRest.exec(text.slice(at + invokes.length)) : null;
  if (!m) return undefined;
  const before = text.slice(0, at);
  // the name of a thread may hold blanks: it begins behind the log's own prefix
  const prefix = Math.max(before.lastIndexOf(': '), before.lastIndexOf('] '));
  const by = before.slice(prefix < 0 ? before.lastIndexOf(' ') + 1 : prefix + 2);
  return { invoked_by: by.slice(0, 64), order: Number(m[1]) };
}

/** Usage and limit of the control group. */
export function readUsage(text: string): Fields | undefined {
  const m = usage.exec(text);
  if (!m) return undefined;
  const key = (m[1] as string).replace('+', '_');
  const fields: Fields = { [`${key}_usage_bytes`]: Number(m[2]) * kibi, [`${key}_failcnt`]: Number(m[4]) };
  if (Number(m[3]) < noLimitKb) fields[`${key}_limit_bytes`] = Number(m[3]) * kibi;
  return fields;
}

/** Which group ran out, and whose task was chosen. */
export function readConstraint(text: string): Fields | undefined {
  const old = resultOf.exec(text);
  if (old) return { task_memcg: (old[1] as string).slice(0, 500), oom_memcg: (old[2] as string).slice(0, 500) };
  const m = constraint.exec(text);
  if (!m) return undefined;
  const fields: Fields = { constraint: m[1] as string };
  for (const part of (m[2] as string).split(',')) {
    const eq = part.indexOf('=');
    const key = part.slice(0, eq);
    if (key === 'oom_memcg' || key === 'task_memcg' || key === 'task') fields[key] = part.slice(eq + 1, eq + 500);
    if (key === 'pid') fields.pid = Number(part.slice(eq + 1)) || null;
  }
  return fields;
}

export interface Kill {
  /** `Kill process`: the choice, perhaps of a thread; `Killed process`: the deed. */
  readonly isDeed: boolean;
  readonly isCgroup: boolean;
  readonly fields: Fields;
}

export function readKill(text: string): Kill | undefined {
  const m = killed.exec(text.slice(Math.max(0, text.search(/Kill(?:ed)? process /))));
  if (!m) return undefined;
  const isDeed = m[1] !== undefined;
  const fields: Fields = isDeed
    ? { pid: Number(m[2]), name: m[3] as string }
    : { chosen_pid: Number(m[2]), name: m[3] as string };
  const rest = m[4] as string;
  for (const [key, name] of [
    ['total-vm:', 'total_vm_bytes'],
    ['anon-rss:', 'anon_rss_bytes'],
    ['file-rss:', 'file_rss_bytes'],
    ['shmem-rss:', 'shmem_rss_bytes'],
    ['pgtables:', 'page_tables_bytes'],
  ] as const) {
    const at = rest.indexOf(key);
    const value = at < 0 ? null : /^(\d{1,18})kB/.exec(rest.slice(at + key.length));
    if (value) fields[name] = Number(value[1]) * kibi;
  }
  const adj = /oom_score_adj:(-?\d{1,5})/.exec(rest);
  if (adj) fields.oom_score_adj = Number(adj[1]);
  const score = /^ ?score (\d{1,9})/.exec(rest);
  if (score) fields.score = Number(score[1]);
  return { isDeed, isCgroup: text.includes('Memory cgroup'), fields };
}

/** The names of the task table's columns, without pid and name; undefined for other lines. */
export function readTaskHead(text: string): string[] | undefined {
  const pid = text.indexOf('pid');
  const open = text.lastIndexOf('[', pid);
  const close = text.indexOf(']', pid);
  if (pid < 0 || open < 0 || close < 0 || !text.endsWith(' name')) return undefined;
  return text
    .slice(close + 1, -5)
    .trim()
    .split(/\s{1,40}/);
}

const taskRow = /^\[ {0,8}(\d{1,9})\]((?: {1,20}-?\d{1,20}){4,14}) (\S.{0,63})$/;
const inPages = new Set(['rss', 'total_vm', 'rss_anon', 'rss_file', 'rss_shmem', 'swapents', 'nr_ptes']);

export function readTask(text: string, columns: readonly string[]): Fields | undefined {
  let m: RegExpExecArray | null = null;
  for (let at = text.indexOf('['); at >= 0 && !m; at = text.indexOf('[', at + 1)) m = taskRow.exec(text.slice(at));
  if (!m) return undefined;
  const values = (m[2] as string).trim().split(/ {1,20}/);
  const task: Fields = { pid: Number(m[1]), name: m[3] as string };
  columns.forEach((column, i) => {
    const value = Number(values[i]);
    if (!Number.isFinite(value)) return;
    if (inPages.has(column)) task[`${column}_bytes`] = value * pageBytes;
    else if (column === 'oom_score_adj' || column === 'oom_adj' || column === 'pgtables_bytes' || column === 'tgid')
      task[column] = value;
  });
  return task;
}

const statName =
  /^(?:total_)?(?:cache|rss|rss_huge|anon|anon_thp|file|file_mapped|shmem|mapped_file|kernel|kernel_stack|pagetables|slab|sock|inactive_file|active_file|inactive_anon|active_anon|swap|unevictable|percpu|vmalloc)$/;
const statLine = /(?:^|[\] :])([a-z][a-z_0-9]{1,40}) (\d{1,20})$/;

/** Statistics of the control group: a line each, or all in one behind `Memory cgroup stats`. */
export function readStats(text: string): Record<string, number> | undefined {
  const at = text.indexOf('Memory cgroup stats');
  if (at >= 0) {
    const stats: Record<string, number> = {};
    for (const m of text.slice(at).matchAll(/ ([a-z_]{2,30}):(\d{1,18})KB/g))
      stats[m[1] as string] = Number(m[2]) * kibi;
    return stats;
  }
  const m = statLine.exec(text);
  return m && statName.test(m[1] as string) ? { [m[1] as string]: Number(m[2]) } : undefined;
}

/** The machine's memory at a global kill: `active_anon:12 inactive_anon:...`, ` 6291350 pages RAM`, `Total swap = 0kB`. */
export function readMemInfo(text: string): Record<string, number> | undefined {
  const ram = /(?:^|[\] ])(\d{1,15}) pages RAM$/.exec(text);
  if (ram) return { ram_bytes: Number(ram[1]) * pageBytes };
  const swap = /(Total|Free) swap {1,4}= (\d{1,15})kB$/.exec(text);
  if (swap) return { [`${swap[1] === 'Total' ? 'total' : 'free'}_swap_bytes`]: Number(swap[2]) * kibi };
  if (/ Node \d| hugepages_/.test(text)) return undefined;
  const out: Record<string, number> = {};
  for (const m of text.matchAll(
    /(?:^|[\] ])(active_anon|inactive_anon|isolated_anon|active_file|inactive_file|unevictable|slab_reclaimable|slab_unreclaimable|mapped|shmem|pagetables|free):(\d{1,15})(?= |$)/g,
  ))
    out[`${m[1]}_bytes`] = Number(m[2]) * pageBytes;
  return Object.keys(out).length > 0 ? out : undefined;
}

export function isReaper(text: string): boolean {
  return reaped.test(text);
}

const oomd = /^Killed (\/\S{1,500}) due to (memory used|memory pressure|swap used)/;
const unitKilled =
  /: (\S{1,200}\.(?:service|scope|slice)): (?:systemd-oomd killed (\d{1,6}) process|A process of this unit has been killed by the OOM killer)/;
const unitFailed = /: (\S{1,200}\.(?:service|scope)): Failed with result 'oom-kill'/;

/** systemd's own words: its daemon killed a group, or a unit lost a process to the kernel. */
export function readSystemd(text: string): Fields | undefined {
  const at = text.indexOf('Killed /');
  const m = at < 0 ? null : oomd.exec(text.slice(at));
  if (m) {
    const percent = /(\d{1,4}\.\d{1,4})%/.exec(text.slice(at + m[0].length));
    return {
      by: 'systemd-oomd',
      oom_memcg: m[1] as string,
      why: m[2] as string,
      percent: percent ? Number(percent[1]) : null,
    };
  }
  const k = unitKilled.exec(text);
  if (k)
    return {
      by: k[2] === undefined ? 'kernel' : 'systemd-oomd',
      unit: k[1] as string,
      processes: k[2] === undefined ? null : Number(k[2]),
    };
  const f = unitFailed.exec(text);
  return f ? { by: 'systemd', unit: f[1] as string, result: 'oom-kill' } : undefined;
}
