/**
 * Events of `perf script` put to use: calls for address space go to a ledger, everything else is counted by stack. Takes line by line; what it
 * learns is said through `PerfListener` and, at the end, as profiles.
 */
import { churnProfile } from '../mappings/churn-profile.ts';
import { adviceName } from '../mappings/churn-series.ts';
import { MappingLedger } from '../mappings/ledger.ts';
import { StackTable } from '../mappings/stack-table.ts';
import { ProfileBuilder } from '../pprof/profile-builder.ts';
import type { ProfileModel } from '../pprof/profile-model.ts';
import {
  type PerfEvent,
  type PerfFrame,
  parsePerfEvent,
  parsePerfFrame,
  parsePerfPlace,
  parseSourceLine,
  traceFields,
} from './perf-line.ts';

export interface PerfListener {
  call(event: PerfEvent, line: number, name: string, ledger: MappingLedger): void;
  advice(event: PerfEvent, line: number, advice: string, bytes: number): void;
  sample(event: PerfEvent, line: number): void;
  failed(event: PerfEvent, line: number, name: string, bytes: number, error: number): void;
}

/** @source include/uapi/asm-generic/errno-base.h; the kernel returns -errno down to -4095 */
const largestErrno = 4_095;
const mostEvents = 1_000;
const mostThreads = 100_000;

interface Pending {
  readonly name: string;
  readonly fields: ReadonlyMap<string, number>;
  readonly stack: number;
  /** It went into the ledger before its result was known. */
  readonly isApplied: boolean;
}

export class PerfEvents {
  readonly ledger = new MappingLedger();
  readonly stacks = new StackTable();
  /** Events by name. */
  readonly counts = new Map<string, number>();
  readonly comms = new Map<string, number>();
  events = 0;
  lost = 0;
  private readonly listener: PerfListener | undefined;
  private open: { event: PerfEvent; line: number } | undefined;
  private frames: PerfFrame[] = [];
  private readonly bySample = new Map<string, Map<number, { count: number; weight: number }>>();
  private readonly entered = new Map<number, Pending>();
  /** Calls whose results were recorded: only then is an enter held back until its exit. */
  private readonly answered = new Set<string>();
  private inHeader = false;

  constructor(listener?: PerfListener) {
    this.listener = listener;
  }

  take(text: string, line: number): boolean {
    const first = text.charCodeAt(0);
    if (first === 35) return this.takeHeader(text);
    if (text === '') {
      this.close();
      return false;
    }
    const isIndented = first === 32 || first === 9;
    if (this.open && isIndented) {
      const frame = parsePerfFrame(text);
      if (frame) {
        this.frames.push(frame);
        return true;
      }
      const source = parseSourceLine(text);
      if (source && this.frames.length > 0) {
        const last = this.frames[this.frames.length - 1] as PerfFrame;
        if (source.line > 0) this.frames[this.frames.length - 1] = { ...last, ...source };
        return true;
      }
    }
    const event = parsePerfEvent(text);
    if (!event) return this.takeRecord(text);
    this.close();
    this.open = { event, line };
    return true;
  }

  /** Ends the event whose stack was being read. */
  close(): void {
    if (!this.open) return;
    const { event, line } = this.open;
    this.open = undefined;
    this.events++;
    if (this.counts.has(event.event) || this.counts.size < mostEvents)
      this.counts.set(event.event, (this.counts.get(event.event) ?? 0) + 1);
    if (this.comms.has(event.comm) || this.comms.size < mostEvents)
      this.comms.set(event.comm, (this.comms.get(event.comm) ?? 0) + 1);
    const call = /^syscalls:sys_(enter|exit)_(mmap|munmap|mremap|brk|mprotect|madvise)$/.exec(event.event);
    if (!call) this.sample(event, line);
    else if (call[1] === 'enter') this.enter(event, line, call[2] as string);
    else this.exit(event, line, call[2] as string);
    this.frames = [];
  }

  /** One profile for the mappings and one for each other event. */
  profiles(): readonly ProfileModel[] {
    const out: ProfileModel[] = [];
    const churn = churnProfile(this.ledger, this.stacks);
    if (churn) out.push(churn);
    for (const [event, stacks] of this.bySample) {
      const unit = /^(?:cpu-clock|task-clock)/.test(event) ? 'nanoseconds' : 'count';
      const type = { type: event.replace(/:[a-zA-Z]{0,4}$/, ''), unit };
      const builder = new ProfileBuilder([type, { type: 'samples', unit: 'count' }], type, 1);
      builder.defaultType = type.type;
      for (const [stack, { count, weight }] of stacks) builder.add([weight, count], this.stacks.rows(stack, builder));
      out.push(builder.build());
    }
    return out;
  }

  private takeHeader(text: string): boolean {
    if (text.startsWith('# ========')) {
      this.inHeader = !this.inHeader;
      return true;
    }
    return this.inHeader || text === '#';
  }

  /** Records of the recording itself (`--show-mmap-events`, `--show-lost-events`). */
  private takeRecord(text: string): boolean {
    const at = text.indexOf('PERF_RECORD_');
    if (at < 0 || at > 200 || this.events + (this.open ? 1 : 0) === 0) return false;
    this.close();
    const lost = /^PERF_RECORD_LOST(?:_SAMPLES)?(?:: id:\d{1,10}:)?[ :]{0,4}lost:? ?(\d{1,15})/.exec(text.slice(at));
    if (lost) this.lost += Number(lost[1]);
    return true;
  }

  private stackOf(event: PerfEvent): number {
    if (this.frames.length === 0 && event.rest !== '') {
      const place = parsePerfPlace(event.rest);
      if (place) this.frames.push(place);
    }
    const rows = this.frames.map((frame, i) =>
      this.stacks.frame({ function: frame.function, file: this.objectOf(i), line: frame.line }),
    );
    return this.stacks.stack(rows);
  }

  /** An inlined frame names no object: it lies in that of the nearer of its neighbours. */
  private objectOf(index: number): string {
    const frame = this.frames[index] as PerfFrame;
    if (!frame.inlined) return frame.file;
    const before = this.frames.slice(0, index).findLast((f) => !f.inlined);
    const behind = this.frames.slice(index + 1).find((f) => !f.inlined);
    if (!before || !behind) return (before ?? behind)?.file ?? '';
    const isBefore = Math.abs(before.address - frame.address) < Math.abs(behind.address - frame.address);
    return (isBefore ? before : behind).file;
  }

  private sample(event: PerfEvent, line: number): void {
    if (/^syscalls:sys_exit_/.test(event.event)) return;
    const stack = this.stackOf(event);
    let stacks = this.bySample.get(event.event);
    if (!stacks) {
      if (this.bySample.size >= 50) return;
      stacks = new Map();
      this.bySample.set(event.event, stacks);
    }
    const entry = stacks.get(stack);
    if (entry) {
      entry.count++;
      entry.weight += event.period;
    } else stacks.set(stack, { count: 1, weight: event.period });
    this.listener?.sample(event, line);
  }

  private enter(event: PerfEvent, line: number, name: string): void {
    const pending = { name, fields: traceFields(event.rest), stack: this.stackOf(event) };
    if (name === 'madvise') {
      const length = pending.fields.get('len_in') ?? pending.fields.get('len') ?? 0;
      this.listener?.advice(event, line, adviceName(pending.fields.get('behavior') ?? -1), length);
      return;
    }
    const isHeld = this.answered.has(name);
    if (this.entered.size < mostThreads) this.entered.set(event.tid, { ...pending, isApplied: !isHeld });
    if (isHeld) return;
    // until an exit shows that results are recorded, a call is taken for granted
    this.apply(pending, undefined);
    this.listener?.call(event, line, name, this.ledger);
  }

  private exit(event: PerfEvent, line: number, name: string): void {
    const pending = this.entered.get(event.tid);
    this.answered.add(name);
    if (!pending || pending.name !== name) return;
    this.entered.delete(event.tid);
    const result = resultOf(event.rest);
    if (result === undefined) return;
    const length = pending.fields.get('len') ?? pending.fields.get('new_len') ?? 0;
    if (result < 0 && result >= -largestErrno) this.listener?.failed(event, line, name, length, -result);
    else if (!pending.isApplied) {
      this.apply(pending, result);
      this.listener?.call(event, line, name, this.ledger);
    } else if (name === 'mmap') this.ledger.locate(pending.stack, length, result);
  }

  private apply({ name, fields, stack }: Omit<Pending, 'isApplied'>, result: number | undefined): void {
    const of = (field: string) => fields.get(field) ?? 0;
    const { ledger } = this;
    if (name === 'mmap') ledger.map(stack, of('len'), result ?? (of('addr') || undefined), of('prot') === 0);
    else if (name === 'munmap') ledger.unmap(stack, of('addr'), of('len'));
    else if (name === 'mremap') ledger.remap(stack, of('addr'), of('old_len'), of('new_len'), result);
    else if (name === 'mprotect') ledger.protect(stack, of('start'), of('len'), of('prot') === 0);
    else if ((result ?? of('brk')) > 0) ledger.brk(stack, result ?? of('brk'));
  }
}

/** The result of a call: an address, 0, or -errno. */
function resultOf(rest: string): number | undefined {
  const word = rest.split(' ', 1)[0] as string;
  if (/^-\d{1,5}$/.test(word)) return Number(word);
  return /^0x[0-9a-f]{1,16}$/.test(word) ? Number(BigInt.asIntN(64, BigInt(word))) : undefined;
}
