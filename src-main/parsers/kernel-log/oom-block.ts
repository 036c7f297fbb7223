/**
 * The OOM killer in kernel logs: `dmesg`, journald, syslog, any prefix before the message. One event a kill, with what the lines around it tell:
 * who invoked it, usage and limit of the control group, the victim's memory, the task table.
 *
 * @source mm/oom_kill.c oom_kill_process, dump_tasks, dump_oom_victim; mm/memcontrol.c mem_cgroup_print_oom_meminfo (3.10 to 6.18)
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { bootClock, type Clock, type Json, wallClock } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';

const kibi = 1024;
const pageBytes = 4_096;
/** A limit the kernel prints when there is none: the largest page-rounded number of kB. */
const noLimitKb = 9_007_199_254_740_000;
const bootTime = /(?:^|[ \t])(?:kernel: ?)?\[[ \t]{0,6}(\d{1,9})\.(\d{6})\]/;
const invokes = ' invoked oom-killer: ';
const invokedRest = /^gfp_mask=[^,]{1,120}, (?:nodemask=[^,]{1,40}, )?order=(-?\d{1,3}),/;
const usage = /(memory|memory\+swap|swap|kmem): usage (\d{1,20})kB, limit (\d{1,20})kB, failcnt (\d{1,20})/;
const constraint = /oom-kill:constraint=(\w{1,40}),(.{1,3000})/;
const killed =
  /(?:Memory cgroup out of memory|Out of memory(?: \(oom_kill_allocating_task\))?|Memory cgroup out of memory \(\w{1,30}\))?:? ?Kill(?:ed)? process (\d{1,9}) \(([^)]{1,64})\),?(?: UID \d{1,10},?)?(?: score (\d{1,6}) or sacrifice child)?(?:,? ?total-vm:(\d{1,20})kB, anon-rss:(\d{1,20})kB, file-rss:(\d{1,20})kB(?:, shmem-rss:(\d{1,20})kB)?)?/;
const pidOf = /Killed process \d{1,9} \([^)]{1,64}\)/;
const taskRow = /\[ {0,8}(\d{1,9})\]((?: {1,20}-?\d{1,20}){5,12}) (\S.{0,63})$/;
const statRow = /(?:^|\] |: )((?:total_)?[a-z][a-z_0-9]{1,40}):? (\d{1,20})(?:KB)?$/;
const oomText = /oom|out of memory|Memory cgroup stats|Tasks state|Mem-Info|Kill(?:ed)? process|invoked/i;

interface Block {
  clock: Clock;
  tNs: bigint | undefined;
  line: number;
  data: Record<string, Json>;
  columns: string[];
  tasks: Record<string, Json>[];
  stats: Record<string, number>;
  killed: boolean;
}

class OomBlocks implements Reading {
  private block: Block | undefined;
  private kills = 0;
  private taken = 0;
  private lastLine = -100;
  private kernelLines = 0;
  private victims: string[] = [];

  take(line: Line, context: TextContext): boolean {
    if (line.length < 12) return false;
    const text = line.head(3_500).trimEnd();
    const near = this.block !== undefined && line.number - this.lastLine <= 60;
    if (!near && !oomText.test(text)) return this.takeKernelLine(text);
    const taken = this.takeOom(text, line, context) || (near && this.takeInside(text));
    if (taken) {
      this.taken++;
      this.lastLine = line.number;
      return true;
    }
    return this.takeKernelLine(text);
  }

  endSection(context: TextContext): void {
    this.finish(context);
  }

  reports(): readonly ReadingReport[] {
    if (this.taken + this.kernelLines === 0) return [];
    return [
      {
        kind: 'dmesg',
        dialect: '',
        taken: this.taken + this.kernelLines,
        counts: { oom_kills: this.kills, oom_lines: this.taken, kernel_lines: this.kernelLines },
      },
    ];
  }

  private takeKernelLine(text: string): boolean {
    if (!/^\[[ \t]{0,6}\d{1,9}\.\d{6}\]|\bkernel: /.test(text.slice(0, 200))) return false;
    this.kernelLines++;
    return true;
  }

  private takeOom(text: string, line: Line, context: TextContext): boolean {
    const at = text.indexOf(invokes);
    const begun = at > 0 ? invokedRest.exec(text.slice(at + invokes.length)) : null;
    if (begun) {
      this.finish(context);
      const block = this.begin(text, line, context);
      block.data.invoked_by = text.slice(text.lastIndexOf(' ', at - 1) + 1, at).slice(0, 64);
      block.data.order = Number(begun[1]);
      return true;
    }
    let m = usage.exec(text);
    if (m) {
      const block = this.block ?? this.begin(text, line, context);
      const limitKb = Number(m[3]);
      const key = (m[1] as string).replace('+', '_');
      block.data[`${key}_usage_bytes`] = Number(m[2]) * kibi;
      if (limitKb < noLimitKb) block.data[`${key}_limit_bytes`] = limitKb * kibi;
      block.data[`${key}_failcnt`] = Number(m[4]);
      return true;
    }
    m = constraint.exec(text);
    if (m) {
      const block = this.block ?? this.begin(text, line, context);
      block.data.constraint = m[1] as string;
      for (const part of (m[2] as string).split(',')) {
        const eq = part.indexOf('=');
        const key = part.slice(0, eq);
        if (key === 'oom_memcg' || key === 'task_memcg' || key === 'task')
          block.data[key] = part.slice(eq + 1, eq + 500);
        if (key === 'pid') block.data.pid = Number(part.slice(eq + 1)) || null;
      }
      return true;
    }
    m = killed.exec(text);
    if (m) {
      this.sayKilled(m, text, line, context);
      return true;
    }
    return false;
  }

  private sayKilled(m: RegExpExecArray, text: string, line: Line, context: TextContext): void {
    if (this.block?.killed && !pidOf.test(text)) this.finish(context);
    const block = this.block ?? this.begin(text, line, context);
    block.killed = true;
    block.data.pid = Number(m[1]);
    block.data.name = m[2] as string;
    if (/^.{0,200}Memory cgroup/.test(text)) block.data.cgroup_kill = true;
    if (m[4] !== undefined) {
      block.data.total_vm_bytes = Number(m[4]) * kibi;
      block.data.anon_rss_bytes = Number(m[5]) * kibi;
      block.data.file_rss_bytes = Number(m[6]) * kibi;
      if (m[7] !== undefined) block.data.shmem_rss_bytes = Number(m[7]) * kibi;
      block.line = line.number;
      block.tNs = this.timeOf(text, context).tNs ?? block.tNs;
    }
  }

  /** Lines between the beginning and the kill: memory statistics, the task table, the trace. */
  private takeInside(text: string): boolean {
    const block = this.block as Block;
    const pid = text.indexOf('pid');
    if (pid > 0 && text.endsWith(' name') && text.includes(']', pid)) {
      block.columns = text
        .slice(text.indexOf(']', pid) + 1, -5)
        .trim()
        .split(/\s{1,40}/);
      return true;
    }
    const row = taskRow.exec(text);
    if (row && block.columns.length > 0) {
      const values = (row[2] as string).trim().split(/\s+/);
      const task: Record<string, Json> = { pid: Number(row[1]), name: row[3] as string };
      block.columns.forEach((column, i) => {
        const value = Number(values[i]);
        if (column === 'rss' || column === 'total_vm') task[`${column}_bytes`] = value * pageBytes;
        else if (column === 'oom_score_adj' || column === 'swapents') task[column] = value;
      });
      if (block.tasks.length < 200) block.tasks.push(task);
      return true;
    }
    const stat = statRow.exec(text);
    if (
      stat &&
      /^(?:total_)?(?:cache|rss|anon|file|shmem|mapped_file|kernel|slab|inactive_file|swap|rss_huge|file_mapped)$/.test(
        stat[1] as string,
      )
    ) {
      block.stats[stat[1] as string] = Number(stat[2]);
      return true;
    }
    return /^\[|kernel: /.test(text.slice(0, 200));
  }

  private begin(text: string, line: Line, context: TextContext): Block {
    const { clock, tNs } = this.timeOf(text, context);
    this.block = { clock, tNs, line: line.number, data: {}, columns: [], tasks: [], stats: {}, killed: false };
    return this.block;
  }

  private timeOf(text: string, context: TextContext): { clock: Clock; tNs: bigint | undefined } {
    if (context.prefix) return { clock: wallClock, tNs: context.prefix.wallNs };
    const boot = bootTime.exec(text.slice(0, 200));
    if (boot)
      return { clock: bootClock, tNs: BigInt(boot[1] as string) * 1_000_000_000n + BigInt(boot[2] as string) * 1_000n };
    return { clock: wallClock, tNs: undefined };
  }

  private finish(context: TextContext): void {
    const block = this.block;
    this.block = undefined;
    if (!block || (!block.killed && block.data.constraint === undefined)) return;
    this.kills++;
    if (this.victims.length < 20) this.victims.push(String(block.data.name ?? ''));
    if (typeof block.data.memory_limit_bytes === 'number')
      context.sink.fact('container.limit_bytes', block.data.memory_limit_bytes, { line: block.line });
    const tasks = block.tasks.sort((a, b) => Number(b.rss_bytes ?? 0) - Number(a.rss_bytes ?? 0)).slice(0, 40);
    context.sink.event({
      kind: 'oom_kill',
      clock: block.clock,
      tNs: block.tNs,
      at: { line: block.line },
      data: { ...block.data, stats: block.stats, tasks },
    });
  }
}

export const oomFormat: ReadingFormat = { id: 'kernel-log', weight: 1, create: () => new OomBlocks() };
