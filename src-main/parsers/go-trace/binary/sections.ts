/**
 * The tables inside the batches of a generation: strings, stacks, CPU samples, the clock. Each reader takes one payload and fills the
 * tables of its generation; a damaged payload ends the generation, as it does in Go's reader.
 *
 * @source Go 1.26 internal/trace/generation.go (addStrings, addStacks, addCPUSamples, setSyncBatch), limits: tracev2/events.go
 */
import { Ev } from '../events/event-table.ts';
import { limits } from '../limits.ts';
import { type TraceProblem, traceProblem } from '../trace-problem.ts';
import type { ByteReader } from './byte-reader.ts';
import { grownF64 } from './growth.ts';
import { HashIndex } from './hash-index.ts';
import type { IdTable } from './id-table.ts';
import { noFrame, type StackTable } from './stack-table.ts';
import type { StringTable } from './string-table.ts';

/** Longest string and deepest stack that the format allows. */
export const maxStringBytes = 1024;
export const maxFrames = 128;

/** Where a payload came from, for messages. */
interface Place {
  readonly section: string;
  /** Offset in the file of byte 0 of the array the reader reads. */
  readonly base: number;
}

function damaged(r: ByteReader, place: Place): TraceProblem | undefined {
  if (r.fault === 'none') return undefined;
  const offset = place.base + r.pos;
  if (r.fault === 'malformed') return traceProblem('go_trace/varint_malformed', offset, { where: place.section });
  return traceProblem('go_trace/section_truncated', offset, { section: place.section });
}

function unexpected(r: ByteReader, place: Place, event: number): TraceProblem {
  return traceProblem('go_trace/section_unexpected', place.base + r.pos - 1, { section: place.section, event });
}

/** Reads a Strings payload, its first byte already taken. */
export function readStrings(r: ByteReader, base: number, strings: StringTable, ids: IdTable): TraceProblem | undefined {
  const place = { section: 'strings', base };
  while (r.left > 0) {
    const code = r.byte();
    if (code !== Ev.String) return unexpected(r, place, code);
    const id = r.varint();
    const length = r.varint();
    if (r.fault === 'none' && (length < 0 || length > maxStringBytes)) {
      return traceProblem('go_trace/string_too_long', base + r.pos, { length, limit: maxStringBytes });
    }
    const start = r.pos;
    r.skip(length);
    if (r.fault !== 'none') return damaged(r, place);
    ids.add(id, strings.intern(r.data, start, length));
  }
  return undefined;
}

/**
 * Reads the Stacks payloads of one generation. A frame is known by its program counter: the first description of a counter in a generation
 * counts, and only that one is checked against the string table.
 */
export class StackSectionReader {
  private readonly byPc = new HashIndex();
  private readonly depthFrames = new Uint32Array(maxFrames);
  private readonly table: StackTable;
  private readonly strings: IdTable;
  private readonly ids: IdTable;

  constructor(table: StackTable, strings: IdTable, ids: IdTable) {
    this.table = table;
    this.strings = strings;
    this.ids = ids;
  }

  /** One payload, its first byte already taken. The string ids must be closed. */
  read(r: ByteReader, base: number): TraceProblem | undefined {
    const place = { section: 'stacks', base };
    while (r.left > 0) {
      const code = r.byte();
      if (code !== Ev.Stack) return unexpected(r, place, code);
      const id = r.varint();
      const depth = r.varint();
      if (r.fault === 'none' && (depth < 0 || depth > maxFrames)) {
        return traceProblem('go_trace/stack_too_deep', base + r.pos, { frames: depth, limit: maxFrames });
      }
      for (let i = 0; i < depth; i++) {
        const frame = this.frame(r);
        if (r.fault !== 'none') break;
        if (frame < 0) return traceProblem('go_trace/string_missing', base + r.pos, { id, event: 'Stack' });
        this.depthFrames[i] = frame;
      }
      if (r.fault !== 'none') return damaged(r, place);
      this.ids.add(id, this.table.intern(this.depthFrames, depth));
    }
    return undefined;
  }

  private frame(r: ByteReader): number {
    const pc = r.varint();
    const functionId = r.varint();
    const fileId = r.varint();
    const line = r.varint();
    if (r.fault !== 'none') return -1;
    const known = this.byPc.get(pc);
    if (known >= 0) return known;
    const functionString = this.strings.get(functionId);
    const fileString = this.strings.get(fileId);
    if (functionString < 0 || fileString < 0) return -1;
    const frame = this.table.internFrame(pc, functionString, fileString, Math.min(Math.max(line, 0), 0xffff_ffff));
    if (frame !== noFrame) this.byPc.set(pc, frame);
    return frame;
  }
}

/** CPU samples of a generation as the file has them, in file order; `order` lists them by time once `sort` was called. */
export class SampleSection {
  /** Ticks until `sort`, then as `sort` says. */
  time = new Float64Array(0);
  thread = new Float64Array(0);
  proc = new Float64Array(0);
  /** -1 where no goroutine ran. */
  goroutine = new Float64Array(0);
  /** Id of the generation's stack table, not yet looked up. */
  stack = new Float64Array(0);
  offset = new Float64Array(0);
  count = 0;
  order: Uint32Array = new Uint32Array(0);

  /** One CPUSamples payload, its first byte already taken. */
  read(r: ByteReader, base: number): TraceProblem | undefined {
    const place = { section: 'CPU samples', base };
    while (r.left > 0) {
      const start = r.pos;
      const code = r.byte();
      if (code !== Ev.CPUSample) return unexpected(r, place, code);
      const time = r.varint();
      const thread = r.varint();
      const proc = r.varint();
      const goroutine = r.varint();
      const stack = r.varint();
      if (r.fault !== 'none') return damaged(r, place);
      this.put(time, thread, proc, goroutine === 0 ? -1 : goroutine, stack, base + start);
    }
    return undefined;
  }

  /** Whether there is no room for another sample; what is put then is left out. */
  get isFull(): boolean {
    return this.count === limits.cpuSamples;
  }

  put(time: number, thread: number, proc: number, goroutine: number, stack: number, offset: number): void {
    if (this.isFull) return;
    const i = this.count++;
    this.time = grownF64(this.time, this.count);
    this.thread = grownF64(this.thread, this.count);
    this.proc = grownF64(this.proc, this.count);
    this.goroutine = grownF64(this.goroutine, this.count);
    this.stack = grownF64(this.stack, this.count);
    this.offset = grownF64(this.offset, this.count);
    this.time[i] = time;
    this.thread[i] = thread;
    this.proc[i] = proc;
    this.goroutine[i] = goroutine;
    this.stack[i] = stack;
    this.offset[i] = offset;
  }

  /** Brings all times to nanoseconds with `toNs` and lists the samples by time. */
  sort(toNs: (ticks: number) => number): void {
    for (let i = 0; i < this.count; i++) this.time[i] = toNs(this.time[i]);
    this.order = new Uint32Array(this.count);
    for (let i = 0; i < this.count; i++) this.order[i] = i;
    this.order.sort((a, b) => this.time[a] - this.time[b]);
  }

  clear(): void {
    this.count = 0;
  }
}

/** The clock of one generation. */
export interface GenerationClock {
  /** Nanoseconds in one tick; 0 until the frequency was read. */
  nsPerTick: number;
  /** Clock snapshot (1.25): three clocks read at one moment. */
  hasSnapshot: boolean;
  snapshotTicks: number;
  /** Monotonic clock of the system, nanoseconds. */
  snapshotMonoNs: bigint;
  /** Wall clock, nanoseconds since 1970 UTC. */
  snapshotWallNs: bigint;
}

/** The clock before anything was read. */
export function unknownClock(): GenerationClock {
  return { nsPerTick: 0, hasSnapshot: false, snapshotTicks: 0, snapshotMonoNs: 0n, snapshotWallNs: 0n };
}

/** Reads a clock payload: Frequency alone (before 1.25) or, behind Sync (already taken), Frequency and ClockSnapshot. */
export function readClock(
  r: ByteReader,
  base: number,
  batchTime: number,
  withSnapshot: boolean,
  clock: GenerationClock,
): TraceProblem | undefined {
  const place = { section: 'clock', base };
  let ticks = batchTime;
  while (r.left > 0) {
    const code = r.byte();
    if (code === Ev.Frequency) {
      if (clock.nsPerTick !== 0)
        return traceProblem('go_trace/clock_repeated', base + r.pos - 1, { what: 'frequency' });
      const ticksPerSecond = r.varint();
      if (r.fault !== 'none') return damaged(r, place);
      if (ticksPerSecond <= 0) return traceProblem('go_trace/clock_missing', base + r.pos, { what: 'frequency' });
      clock.nsPerTick = 1 / (ticksPerSecond / 1e9);
    } else if (code === Ev.ClockSnapshot && withSnapshot) {
      if (clock.hasSnapshot)
        return traceProblem('go_trace/clock_repeated', base + r.pos - 1, { what: 'clock snapshot' });
      ticks += r.varint();
      const mono = r.varint();
      const seconds = r.varint();
      const nanoseconds = r.varint();
      if (r.fault !== 'none') return damaged(r, place);
      clock.hasSnapshot = true;
      clock.snapshotTicks = ticks;
      clock.snapshotMonoNs = BigInt(mono);
      clock.snapshotWallNs = BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
    } else {
      return unexpected(r, place, code);
    }
  }
  return undefined;
}
