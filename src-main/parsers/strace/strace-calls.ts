/** Memory calls of a strace log put into a ledger, with the stacks of -k. What is learned is said through `StraceListener`. */
import { MappingLedger } from '../mappings/ledger.ts';
import { StackTable } from '../mappings/stack-table.ts';
import { parseStraceCall, parseStraceFrame, parseStraceLead, type StraceCall, type StraceLead } from './strace-line.ts';

export interface TimedCall {
  readonly pid: number;
  /** Nanoseconds: since 1970 where `isWall`, else since the first line; undefined where lines carry no time. */
  readonly tNs: number | undefined;
  readonly isWall: boolean;
  readonly name: string;
}

export interface StraceListener {
  call(call: TimedCall, line: number, ledger: MappingLedger): void;
  advice(call: TimedCall, line: number, advice: string, bytes: number): void;
  failed(call: TimedCall, line: number, bytes: number, error: string): void;
}

const mostThreads = 100_000;
const secondsOfDay = 86_400;
const memoryCalls = new Set([
  'mmap',
  'mmap2',
  'old_mmap',
  'munmap',
  'mremap',
  'brk',
  'mprotect',
  'pkey_mprotect',
  'madvise',
]);

export class StraceCalls {
  readonly ledger = new MappingLedger();
  readonly stacks = new StackTable();
  /** Finished calls by name, memory calls or not. */
  readonly counts = new Map<string, number>();
  readonly pids = new Set<number>();
  failures = 0;
  hasStacks = false;
  private readonly listener: StraceListener | undefined;
  private open: { call: StraceCall; timed: TimedCall; line: number; frames: number[] } | undefined;
  private readonly unfinished = new Map<number, readonly string[]>();
  private relative = 0;
  private firstOfDay: number | undefined;
  private lastOfDay = 0;
  private days = 0;

  constructor(listener?: StraceListener) {
    this.listener = listener;
  }

  take(text: string, line: number): boolean {
    if (text.startsWith(' > ')) {
      const frame = this.open ? parseStraceFrame(text) : undefined;
      if (!frame || !this.open) return false;
      this.open.frames.push(this.stacks.frame({ ...frame, line: 0 }));
      return true;
    }
    const lead = parseStraceLead(text);
    const body = text.slice(lead.length);
    const call = parseStraceCall(body);
    if (!call && !isNote(body)) return false;
    this.close();
    const at = this.timeOf(lead);
    if (this.pids.size < mostThreads) this.pids.add(lead.pid);
    if (call) this.begin(call, { pid: lead.pid, ...at, name: call.name.replace(/^(?:old_)?mmap2?$/, 'mmap') }, line);
    return true;
  }

  /** Ends the call whose stack was being read. */
  close(): void {
    if (!this.open) return;
    const { call, timed, line, frames } = this.open;
    this.open = undefined;
    if (this.counts.has(timed.name) || this.counts.size < 1_000)
      this.counts.set(timed.name, (this.counts.get(timed.name) ?? 0) + 1);
    if (!memoryCalls.has(call.name)) return;
    if (frames.length > 0) this.hasStacks = true;
    this.apply(call, timed, line, this.stacks.stack(frames));
  }

  private begin(call: StraceCall, timed: TimedCall, line: number): void {
    if (call.state === 'unfinished') {
      if (this.unfinished.size < mostThreads) this.unfinished.set(timed.pid, call.args);
      return;
    }
    let { args } = call;
    if (call.state === 'resumed') {
      args = [...(this.unfinished.get(timed.pid) ?? []), ...call.args];
      this.unfinished.delete(timed.pid);
    }
    this.open = { call: { ...call, args }, timed, line, frames: [] };
  }

  private apply({ args, result, error }: StraceCall, timed: TimedCall, line: number, stack: number): void {
    const { ledger } = this;
    const value = (i: number) => numberOf(args[i]);
    if (error !== '') {
      this.failures++;
      const bytes = timed.name === 'brk' ? 0 : value(timed.name === 'mremap' ? 2 : 1);
      this.listener?.failed(timed, line, bytes, error);
      return;
    }
    if (timed.name === 'madvise') {
      const advice = (args[2] ?? '').replace(/^MADV_/, '').toLowerCase();
      this.listener?.advice(timed, line, advice, value(1));
      return;
    }
    if (timed.name === 'mmap') {
      if (result === undefined) return;
      ledger.map(stack, value(1), result, isNone(args[2]));
    } else if (timed.name === 'munmap') ledger.unmap(stack, value(0), value(1));
    else if (timed.name === 'mremap') ledger.remap(stack, value(0), value(1), value(2), result);
    else if (timed.name === 'brk') {
      if (result !== undefined && result > 0) ledger.brk(stack, result);
    } else ledger.protect(stack, value(0), value(1), isNone(args[2]));
    this.listener?.call(timed, line, ledger);
  }

  private timeOf(lead: StraceLead): { tNs: number | undefined; isWall: boolean } {
    const { time, timeForm } = lead;
    if (time === undefined) return { tNs: undefined, isWall: false };
    if (timeForm === 'epoch') return { tNs: time * 1e9, isWall: true };
    if (timeForm === 'relative') {
      this.relative += time;
      return { tNs: this.relative * 1e9, isWall: false };
    }
    // a time of day has no date: midnight is a great step back
    if (this.firstOfDay !== undefined && time < this.lastOfDay - secondsOfDay / 2) this.days++;
    this.firstOfDay ??= time;
    this.lastOfDay = time;
    return { tNs: (time - this.firstOfDay + this.days * secondsOfDay) * 1e9, isWall: false };
  }
}

/** Whether a log can begin with the line: a call with its result, of memory or behind a thread and a time, so that no other text looks like it. */
export function beginsTrace(text: string): boolean {
  if (/^strace: Process \d{1,10} attached/.test(text)) return true;
  if (!text.includes('(') || !(text.includes(' = ') || text.endsWith('<unfinished ...>'))) return false;
  const lead = parseStraceLead(text);
  const call = parseStraceCall(text.slice(lead.length));
  return call !== undefined && (memoryCalls.has(call.name) || lead.pid > 0 || lead.timeForm !== 'none');
}

function isNote(body: string): boolean {
  return (
    /^(?:\+\+\+|---) .{1,400} (?:\+\+\+|---)$/.test(body) ||
    /^strace: (?:Process|attach|Exit|Can't)/.test(body) ||
    /^<\.\.\. \w{1,40} resumed>/.test(body)
  );
}

function numberOf(text: string | undefined): number {
  if (text === undefined || text === 'NULL') return 0;
  const m = /^(?:0x[0-9a-f]{1,16}|\d{1,20})/.exec(text);
  return m ? Number(m[0]) : 0;
}

function isNone(protection: string | undefined): boolean {
  return protection === 'PROT_NONE' || protection === '0';
}
