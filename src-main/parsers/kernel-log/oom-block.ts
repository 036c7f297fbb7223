/**
 * The OOM killer in kernel logs: `dmesg`, journald, syslog, any prefix before the message. One event a kill, with what the lines around it tell:
 * who invoked it, usage and limit of the control group, the victim's memory, the task table. One line alone is a kill too.
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { bootClock, type Clock, wallClock } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import {
  type Fields,
  isReaper,
  readConstraint,
  readInvoked,
  readKill,
  readMemInfo,
  readStats,
  readSystemd,
  readTask,
  readTaskHead,
  readUsage,
} from './oom-lines.ts';

const bootTime = /(?:^|[ \t])(?:kernel: ?)?\[[ \t]{0,6}(\d{1,9})\.(\d{6})\]/;
const oomText =
  /oom|out of memory|Memory cgroup stats|Tasks state|Mem-Info|Kill(?:ed)? process|Killed \/|invoked|killed as a result/i;
/** Trace, registers and zones that stand between the beginning and the kill. @source mm/oom_kill.c dump_header, lib/dump_stack.c, mm/page_alloc.c show_free_areas */
const besideKill =
  /^(?:CPU[: ]|Hardware name:|Workqueue:|Call Trace:|<\/?TASK>|Node \d|DMA|Normal|lowmem_reserve|\[<[0-9a-f]|(?:\? )?[\w.]{1,80}\+0x[0-9a-f]{1,8}\/0x|[0-9a-f]{16}(?: |$)|R[A-Z0-9]{2}: |RIP: |Code: |Modules linked|Swap cache|(?:Free|Total) swap|\d{1,12} (?:total pagecache |swap )?pages|\d{1,12} (?:hugepages|reserved)|[\w-]{1,40} cpuset=)/;
const blockLines = 60;
const tasksHeld = 2_000;
const tasksKept = 40;
const killsShown = 5;
const shortestCut = 78;

interface Block {
  clock: Clock;
  tNs: bigint | undefined;
  line: number;
  readonly data: Fields;
  columns: readonly string[];
  readonly tasks: Fields[];
  readonly stats: Record<string, number>;
  readonly memory: Record<string, number>;
  killed: boolean;
  /** The process was killed, not only chosen. */
  isDone: boolean;
}

class OomBlocks implements Reading {
  private block: Block | undefined;
  private taken = 0;
  private lastLine = -100;
  private kernelLines = 0;
  private cutLines = 0;
  private readonly kills: Fields[] = [];

  take(line: Line, context: TextContext): boolean {
    if (line.length < 12) return false;
    const whole = line.head(3_500).trimEnd();
    // a pager that cuts long lines ends them so
    const isCut = whole.endsWith('>') && whole.length >= shortestCut && !whole.endsWith('TASK>');
    const text = isCut ? whole.slice(0, -1) : whole;
    const near = this.block !== undefined && line.number - this.lastLine <= blockLines;
    if (!near && !oomText.test(text)) return this.takeKernelLine(text);
    if (this.takeOom(text, line, context) || (near && this.takeInside(text))) {
      if (isCut) this.cutLines++;
      this.taken++;
      this.lastLine = line.number;
      return true;
    }
    return this.takeKernelLine(text, near);
  }

  endSection(context: TextContext): void {
    this.finish(context);
  }

  reports(): readonly ReadingReport[] {
    if (this.taken + this.kernelLines === 0) return [];
    const counts: Record<string, number | string> = {
      oom_kills: this.kills.length,
      oom_lines: this.taken,
      kernel_lines: this.kernelLines,
    };
    if (this.cutLines > 0) counts.lines_cut_by_a_pager = this.cutLines;
    this.kills.slice(0, killsShown).forEach((kill, i) => {
      for (const [name, value] of Object.entries(kill))
        if (typeof value === 'number' || typeof value === 'string')
          counts[`kill${i === 0 ? '' : i + 1}_${name}`] = value;
    });
    return [{ kind: 'dmesg', dialect: '', taken: this.taken + this.kernelLines, counts }];
  }

  /** @param inBlock inside a block the kernel's other lines are known without the kernel's mark too */
  private takeKernelLine(text: string, inBlock = false): boolean {
    const isMarked = /^\[[ \t]{0,6}\d{1,9}\.\d{6}\]|\bkernel: /.test(text.slice(0, 200));
    if (!isMarked && !(inBlock && besideKill.test(text.trimStart()))) return false;
    this.kernelLines++;
    return true;
  }

  private takeOom(text: string, line: Line, context: TextContext): boolean {
    const invoked = readInvoked(text);
    if (invoked) {
      this.finish(context);
      Object.assign(this.begin(text, line, context).data, invoked);
      return true;
    }
    const fields = readUsage(text) ?? readConstraint(text);
    if (fields) {
      Object.assign((this.block ?? this.begin(text, line, context)).data, fields);
      return true;
    }
    const kill = readKill(text);
    if (kill) {
      // a deed is followed by the next choice, or by a deed on another process
      if (this.block?.isDone && this.block.data.pid !== kill.fields.pid) this.finish(context);
      const block = this.block ?? this.begin(text, line, context);
      Object.assign(block.data, kill.fields);
      // the thread that was chosen may belong to the process that was killed
      block.data.pid ??= kill.fields.chosen_pid ?? null;
      if (kill.isCgroup) block.data.cgroup_kill = true;
      block.killed = true;
      if (kill.isDeed) {
        block.isDone = true;
        block.line = line.number;
        block.tNs = this.timeOf(text, context).tNs ?? block.tNs;
      }
      return true;
    }
    if (isReaper(text)) return true;
    const systemd = readSystemd(text);
    if (!systemd) return false;
    this.saySystemd(systemd, text, line, context);
    return true;
  }

  /** Lines between the beginning and the kill: memory statistics, the task table, the trace. */
  private takeInside(text: string): boolean {
    const block = this.block as Block;
    const columns = readTaskHead(text);
    if (columns) {
      block.columns = columns;
      return true;
    }
    const task = block.columns.length > 0 ? readTask(text, block.columns) : undefined;
    if (task) {
      if (block.tasks.length < tasksHeld) block.tasks.push(task);
      return true;
    }
    const stats = readStats(text);
    if (stats) {
      Object.assign(block.stats, stats);
      return true;
    }
    const memory = readMemInfo(text);
    if (memory) {
      Object.assign(block.memory, memory);
      return true;
    }
    return /^\[|kernel: /.test(text.slice(0, 200));
  }

  /** The daemon's kill is an event of its own; a unit that lost a process is told beside the kernel's. */
  private saySystemd(fields: Fields, text: string, line: Line, context: TextContext): void {
    if (fields.by !== 'systemd-oomd' || fields.oom_memcg === undefined) return;
    const { clock, tNs } = this.timeOf(text, context);
    this.kills.push(fields);
    context.sink.event({
      kind: 'oom_kill',
      clock,
      tNs,
      at: { line: line.number },
      data: { ...fields, stats: {}, tasks: [] },
    });
  }

  private begin(text: string, line: Line, context: TextContext): Block {
    const { clock, tNs } = this.timeOf(text, context);
    this.block = {
      clock,
      tNs,
      line: line.number,
      data: {},
      columns: [],
      tasks: [],
      stats: {},
      memory: {},
      killed: false,
      isDone: false,
    };
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
    const { block } = this;
    this.block = undefined;
    if (!block || (!block.killed && block.data.constraint === undefined)) return;
    const { data, stats, memory } = block;
    this.kills.push({ ...data, tasks: block.tasks.length, ...stats, ...memory });
    if (typeof data.memory_limit_bytes === 'number')
      context.sink.fact('container.limit_bytes', data.memory_limit_bytes, { line: block.line });
    if (memory.ram_bytes !== undefined) context.sink.fact('host.memory_bytes', memory.ram_bytes, { line: block.line });
    const tasks = block.tasks.sort((a, b) => Number(b.rss_bytes ?? 0) - Number(a.rss_bytes ?? 0)).slice(0, tasksKept);
    context.sink.event({
      kind: 'oom_kill',
      clock: block.clock,
      tNs: block.tNs,
      at: { line: block.line },
      data: { ...data, stats, memory, tasks },
    });
  }
}

export const oomFormat: ReadingFormat = { id: 'kernel-log', weight: 1, create: () => new OomBlocks() };
