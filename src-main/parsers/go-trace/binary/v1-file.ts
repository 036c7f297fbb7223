/**
 * A version 1 file, walked once from its first byte to its last: where the batches of each P lie, the strings, stacks and CPU samples, the
 * frequency, and the ends of system calls, which are written later than they happened. Everything is checked here, so that reading
 * the events later can go straight.
 *
 * An event is a byte (6 bits of code, 2 bits of how many numbers follow; 3 means: their length in bytes comes first) and its numbers. A
 * batch has no length; it ends where the next begins.
 *
 * @source Go 1.21 internal/trace/parser.go readTrace, parseEvents; Go 1.26 internal/trace/internal/tracev1/parser.go
 */
import type { V1Rules } from '../format-version.ts';
import { limits } from '../limits.ts';
import { type TraceProblem, type TraceProblemCode, traceProblem } from '../trace-problem.ts';
import { argumentsOf, V1, type V1Arguments, v1EventName } from '../v1/v1-event-table.ts';
import { ByteReader } from './byte-reader.ts';
import type { TraceTables } from './generation.ts';
import { grownF64, grownI32, grownU32 } from './growth.ts';
import { HashIndex } from './hash-index.ts';
import { IdTable } from './id-table.ts';
import { SampleSection } from './sections.ts';
import { noFrame } from './stack-table.ts';

const maxStringBytes = 1_000_000;
const maxStackFrames = 1000;
/** Longest list of numbers with a length in front. @source tracev1/parser.go readRawEvent */
const maxArgumentBytes = 2048;

/** Ends of system calls that say when they happened, in file order. */
export class LateExits {
  count = 0;
  /** When it happened: ticks, or the sequence number in 1.5. */
  key = new Float64Array(0);
  goroutine = new Float64Array(0);
  offset = new Uint32Array(0);
  /** Only of 1.5; after it the key says the same. */
  private ticks = new Float64Array(0);
  private readonly isNumbered: boolean;

  constructor(isNumbered: boolean) {
    this.isNumbered = isNumbered;
  }

  add(key: number, ticks: number, goroutine: number, offset: number): void {
    const i = this.count++;
    this.key = grownF64(this.key, this.count);
    this.goroutine = grownF64(this.goroutine, this.count);
    this.offset = grownU32(this.offset, this.count);
    this.key[i] = key;
    this.goroutine[i] = goroutine;
    if (this.isNumbered) {
      this.ticks = grownF64(this.ticks, this.count);
      this.ticks[i] = ticks;
    }
    this.offset[i] = offset;
  }

  /** When end `i` happened; 0 where the file does not say it. */
  ticksOf(i: number): number {
    return this.isNumbered ? this.ticks[i] : this.key[i];
  }

  /** Their numbers in the order in which they happened. */
  sorted(): Uint32Array {
    const order = new Uint32Array(this.count);
    for (let i = 0; i < order.length; i++) order[i] = i;
    return order.sort((a, b) => this.key[a] - this.key[b]);
  }
}

export class V1File {
  /** The file; behind its last byte `slack` zeros can be read. */
  readonly data: Uint8Array;
  readonly args: V1Arguments;
  readonly rules: V1Rules;

  /** Batches: first byte behind the code, first byte behind the batch, next batch of the same P or -1. */
  batchStart = new Float64Array(0);
  batchEnd = new Float64Array(0);
  batchNext = new Int32Array(0);
  batches = 0;

  /** Ps with batches, in file order; -1 is no P. */
  procId = new Float64Array(0);
  procFirst = new Int32Array(0);
  private procLast = new Int32Array(0);
  procs = 0;
  private readonly procIndex = new HashIndex();

  readonly strings = new IdTable();
  readonly stacks = new IdTable();
  readonly samples = new SampleSection();
  readonly lateExits: LateExits;
  readonly timerGoroutines = new HashIndex();
  ticksPerSecond = 0;
  hasFutileWakeups = false;
  /** First byte not read. */
  end: number;
  problem: TraceProblem | undefined;

  /** Next byte to walk over. */
  private at: number;
  private stackStart = new Uint32Array(0);
  private stackCount = 0;
  private readonly reader = new ByteReader();
  private readonly tables: TraceTables;

  /** `[start, end)` of `data` is the file behind its header; `version` is that of the header. */
  constructor(data: Uint8Array, start: number, end: number, version: number, rules: V1Rules, tables: TraceTables) {
    this.data = data;
    this.at = start;
    this.end = end;
    this.rules = rules;
    this.lateExits = new LateExits(rules.globalSequence);
    this.tables = tables;
    this.args = argumentsOf(version, rules);
  }

  /** Walks on, about `bytes` far; true while there is more. Where the file is damaged, `problem` says so and it ends there. */
  walk(bytes: number): boolean {
    const until = Math.min(this.end, this.at + bytes);
    while (this.at < until) {
      const next = this.event(this.at, this.end);
      if (this.problem !== undefined) break;
      this.at = next;
    }
    if (this.problem === undefined && this.at < this.end) return true;
    this.end = this.at;
    if (this.batches > 0) this.batchEnd[this.batches - 1] = this.at;
    this.closeTables();
    return false;
  }

  /** Checks the event at `pos` and returns where the next one stands. */
  private event(pos: number, stop: number): number {
    const { data, args } = this;
    const first = data[pos];
    const code = first & 0x3f;
    const want = args.count[code];
    if (want < 0) return this.fail('go_trace/event_unknown', pos, { event: code });
    if (code === V1.String) return this.string(pos + 1, stop);
    if (this.batches === 0 && code !== V1.Batch) return this.fail('go_trace/batch_unexpected', pos, { event: code });
    let count = (first >>> 6) + args.lead;
    let at = pos + 1;
    if (first >>> 6 < 3) {
      for (let left = count; left > 0; left--) {
        let length = 1;
        while (data[at++] >= 0x80)
          if (++length > 10) return this.fail('go_trace/varint_malformed', pos, { where: v1EventName(code) });
      }
    } else {
      const r = this.reader.reset(data, at, stop);
      const bytes = r.varint();
      if (r.fault !== 'none') return this.damaged(r, pos, code);
      if (bytes < 0 || bytes > maxArgumentBytes) {
        return this.fail('go_trace/event_arguments', pos, {
          event: v1EventName(code),
          want: maxArgumentBytes,
          have: bytes,
        });
      }
      at = r.pos + bytes;
      if (at > stop) return this.fail('go_trace/event_truncated', pos, { event: v1EventName(code) });
      count = 0;
      for (let i = r.pos; i < at; i++) if (data[i] < 0x80) count++;
      if (bytes > 0 && data[at - 1] >= 0x80)
        return this.fail('go_trace/varint_malformed', pos, { where: v1EventName(code) });
      if (code === V1.UserLog) at = this.skipText(at, stop, pos);
    }
    if (at > stop) return this.fail('go_trace/event_truncated', pos, { event: v1EventName(code) });
    if (code === V1.Stack ? count < 2 : count !== want) {
      return this.fail('go_trace/event_arguments', pos, { event: v1EventName(code), want, have: count });
    }
    if (code === V1.FutileWakeup) this.hasFutileWakeups = true;
    if (needsReading[code] === 1 && this.problem === undefined) this.read(code, pos, count, stop);
    return at;
  }

  private string(pos: number, stop: number): number {
    const r = this.reader.reset(this.data, pos, stop);
    const id = r.varint();
    const length = r.varint();
    if (r.fault !== 'none') return this.damaged(r, pos - 1, V1.String);
    if (id === 0) return this.fail('go_trace/id_repeated', pos - 1, { section: 'strings', id });
    if (length <= 0 || length > maxStringBytes)
      return this.fail('go_trace/string_too_long', pos - 1, { length, limit: maxStringBytes });
    const start = r.pos;
    r.skip(length);
    if (r.fault !== 'none') return this.damaged(r, pos - 1, V1.String);
    this.strings.add(id, this.tables.strings.intern(this.data, start, length));
    return r.pos;
  }

  private skipText(pos: number, stop: number, eventPos: number): number {
    const r = this.reader.reset(this.data, pos, stop);
    const length = r.varint();
    if (r.fault === 'none' && (length < 0 || length > maxStringBytes)) {
      return this.fail('go_trace/string_too_long', eventPos, { length, limit: maxStringBytes });
    }
    r.skip(length);
    return r.fault === 'none' ? r.pos : this.damaged(r, eventPos, V1.UserLog);
  }

  /** Takes what an event says to the whole file. */
  private read(code: number, pos: number, count: number, stop: number): void {
    const r = this.reader.reset(this.data, pos + 1, stop);
    if (this.data[pos] >>> 6 === 3) r.varint();
    switch (code) {
      case V1.Batch:
        this.batch(r, pos);
        break;
      case V1.Frequency:
        this.ticksPerSecond = r.varint();
        if (this.ticksPerSecond <= 0) this.fail('go_trace/time_order', pos, { event: 'Frequency' });
        break;
      case V1.TimerGoroutine:
        this.timerGoroutines.set(r.varint(), 0);
        break;
      case V1.Stack:
        this.stackStart = grownU32(this.stackStart, this.stackCount + 1);
        this.stackStart[this.stackCount++] = pos;
        this.checkStack(r, pos, count);
        break;
      case V1.CPUSample: {
        r.varint();
        const ticks = r.varint();
        const proc = r.varint();
        const goroutine = r.varint();
        this.samples.put(ticks, -1, proc, goroutine === 0 ? -1 : goroutine, r.varint(), pos);
        break;
      }
      case V1.GoSysExit: {
        for (let i = 0; i < this.args.lead; i++) r.varint();
        const goroutine = r.varint();
        const seq = r.varint();
        const ticks = r.varint();
        if (this.rules.globalSequence) this.lateExits.add(seq, ticks, goroutine, pos);
        else if (ticks !== 0) this.lateExits.add(ticks, ticks, goroutine, pos);
        break;
      }
    }
    if (r.fault !== 'none') this.damaged(r, pos, code);
  }

  private batch(r: ByteReader, pos: number): void {
    const id = r.varint();
    if (id < -1 || id > 0x7fff_ffff) {
      this.fail('go_trace/event_arguments', pos, { event: 'Batch', want: 0x7fff_ffff, have: id });
      return;
    }
    let proc = this.procIndex.get(id + 1);
    if (proc < 0) {
      if (this.procs === limits.procs) {
        this.fail('go_trace/too_many', pos, { what: 'procs', limit: limits.procs });
        return;
      }
      proc = this.procs++;
      this.procId = grownF64(this.procId, this.procs);
      this.procFirst = grownI32(this.procFirst, this.procs);
      this.procLast = grownI32(this.procLast, this.procs);
      this.procId[proc] = id;
      this.procFirst[proc] = -1;
      this.procIndex.set(id + 1, proc);
    }
    if (this.batches === limits.batches) {
      this.fail('go_trace/too_many', pos, { what: 'batches', limit: limits.batches });
      return;
    }
    const i = this.batches++;
    this.batchStart = grownF64(this.batchStart, this.batches);
    this.batchEnd = grownF64(this.batchEnd, this.batches);
    this.batchNext = grownI32(this.batchNext, this.batches);
    this.batchStart[i] = pos + 1;
    this.batchNext[i] = -1;
    if (i > 0) this.batchEnd[i - 1] = pos;
    if (this.procFirst[proc] < 0) this.procFirst[proc] = i;
    else this.batchNext[this.procLast[proc]] = i;
    this.procLast[proc] = i;
  }

  private checkStack(r: ByteReader, pos: number, count: number): void {
    r.varint();
    const depth = r.varint();
    const want = 2 + depth * this.numbersOfFrame;
    if (depth > maxStackFrames) this.fail('go_trace/stack_too_deep', pos, { frames: depth, limit: maxStackFrames });
    else if (count !== want) this.fail('go_trace/event_arguments', pos, { event: 'Stack', want, have: count });
  }

  /** Before 1.7 a frame is only a program counter. */
  private get numbersOfFrame(): number {
    return this.rules.globalSequence ? 1 : 4;
  }

  private closeTables(): void {
    const repeated = this.strings.close();
    if (repeated !== undefined && this.problem === undefined) {
      this.fail('go_trace/id_repeated', this.end, { section: 'strings', id: repeated });
    }
    const { stacks: table } = this.tables;
    const frames = new Uint32Array(maxStackFrames);
    const byPc = new HashIndex();
    for (let i = 0; i < this.stackCount; i++) {
      const r = this.reader.reset(this.data, this.stackStart[i] + 1, this.end);
      if (this.data[this.stackStart[i]] >>> 6 === 3) r.varint();
      const id = r.varint();
      const depth = r.varint();
      for (let k = 0; k < depth; k++) frames[k] = this.frame(r, byPc);
      if (r.fault === 'none' && id !== 0 && depth > 0) this.stacks.add(id, table.intern(frames, depth));
    }
    // A stack may be said twice; the later one counts.
    this.stacks.close();
  }

  private frame(r: ByteReader, byPc: HashIndex): number {
    const pc = r.varint();
    const isBare = this.rules.globalSequence;
    const functionString = isBare ? 0 : Math.max(0, this.strings.get(r.varint()));
    const fileString = isBare ? 0 : Math.max(0, this.strings.get(r.varint()));
    const line = isBare ? 0 : r.varint();
    const known = byPc.get(pc);
    if (known >= 0) return known;
    const frame = this.tables.stacks.internFrame(
      pc,
      functionString,
      fileString,
      Math.min(Math.max(line, 0), 0xffff_ffff),
    );
    if (frame !== noFrame) byPc.set(pc, frame);
    return frame;
  }

  private damaged(r: ByteReader, pos: number, code: number): number {
    if (r.fault === 'malformed') return this.fail('go_trace/varint_malformed', pos, { where: v1EventName(code) });
    return this.fail('go_trace/event_truncated', pos, { event: v1EventName(code) });
  }

  private fail(code: TraceProblemCode, pos: number, about: Readonly<Record<string, string | number>>): number {
    this.problem ??= traceProblem(code, pos, about);
    return this.end;
  }
}

/** By code: 1 where an event says something to the whole file. */
const needsReading = new Uint8Array(64);
for (const code of [V1.Batch, V1.Frequency, V1.TimerGoroutine, V1.Stack, V1.CPUSample, V1.GoSysExit])
  needsReading[code] = 1;
