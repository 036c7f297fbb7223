/**
 * The event streams of the Ps of a version 1 file: stream i stands on the next event of that P, decoded. The file was walked before
 * (`v1-file.ts`), so nothing is checked here.
 *
 * An event belongs to the goroutine that ran on the P last, except those that name another one. Local forms of an event leave out the
 * sequence number, because they follow on the same P; they keep their code until they are ordered.
 *
 * @source Go 1.26 internal/trace/internal/tracev1/parser.go parseEvent; Go 1.21 internal/trace/parser.go parseEvents for 1.5
 */

import { V1, type V1Arguments } from '../v1/v1-event-table.ts';
import { ByteReader } from './byte-reader.ts';
import type { TraceTables } from './generation.ts';
import { noStack } from './stack-table.ts';
import type { V1File } from './v1-file.ts';

/** Numbers of an event in `num`. */
export const v1Width = 9;
export const v1TicksAt = 0;
export const v1OffsetAt = 1;
/** Goroutine of the event; 0 for none. */
export const v1GoroutineAt = 2;
/** Global sequence number of 1.5. */
export const v1SequenceAt = 3;
/** Arguments. A log has its text as the third. */
export const v1ArgsAt = 4;

/** What an event does to the goroutine that runs on its P. */
const starts = 1;
const leaves = 2;
const namesOther = 3;
const effect = new Uint8Array(64);
for (const code of [V1.GoStart, V1.GoStartLocal, V1.GoStartLabel]) effect[code] = starts;
for (const code of [V1.GoSysExit, V1.GoWaiting, V1.GoInSyscall]) effect[code] = namesOther;
for (const code of [
  V1.GoEnd,
  V1.GoStop,
  V1.GoSched,
  V1.GoPreempt,
  V1.GoSleep,
  V1.GoBlock,
  V1.GoBlockSend,
  V1.GoBlockRecv,
  V1.GoBlockSelect,
  V1.GoBlockSync,
  V1.GoBlockCond,
  V1.GoBlockNet,
  V1.GoSysBlock,
  V1.GoBlockGC,
]) {
  effect[code] = leaves;
}

export class V1Streams {
  readonly code: Uint8Array;
  readonly num: Float64Array;
  /** Stack of each event, resolved. */
  readonly stack: Uint32Array;
  /** Stacks that events name and the file lacks. */
  stacksMissing = 0;

  private readonly pos: Float64Array;
  private readonly end: Float64Array;
  private readonly batch: Int32Array;
  /** Goroutine that ran last on each P. */
  private readonly running: Float64Array;
  private readonly reader = new ByteReader();
  private readonly file: V1File;
  private readonly data: Uint8Array;
  private readonly args: V1Arguments;
  private readonly lead: number;
  private readonly isNumbered: boolean;
  private readonly tables: TraceTables;
  /** Frame of the program counter that a GoCreate of 1.5 has instead of a stack. */
  private readonly bareFrame = new Uint32Array(1);

  constructor(file: V1File, tables: TraceTables) {
    const n = file.procs;
    this.file = file;
    this.data = file.data;
    this.args = file.args;
    this.lead = file.args.lead;
    this.isNumbered = file.rules.globalSequence;
    this.tables = tables;
    this.code = new Uint8Array(n);
    this.num = new Float64Array(n * v1Width);
    this.stack = new Uint32Array(n);
    this.pos = new Float64Array(n);
    this.end = new Float64Array(n);
    this.batch = file.procFirst.slice(0, n);
    this.running = new Float64Array(n);
  }

  /** Moves stream `i` to its next event; false at its end. */
  next(i: number): boolean {
    const { data, args, lead } = this;
    for (;;) {
      let pos = this.pos[i];
      if (pos >= this.end[i]) {
        if (!this.nextBatch(i)) return false;
        continue;
      }
      const start = pos;
      const first = data[pos++];
      const code = first & 0x3f;
      if (args.isTable[code] === 1 || code === V1.CPUSample) {
        this.pos[i] = this.behind(start);
        continue;
      }
      const count = args.count[code];
      if (first >>> 6 === 3) {
        while (data[pos++] >= 0x80);
      }
      const at = i * v1Width;
      const { num } = this;
      const stackNumber = args.hasStack[code] === 1 ? count - 1 : count;
      num[at + v1ArgsAt] = 0;
      num[at + v1ArgsAt + 1] = 0;
      num[at + v1ArgsAt + 2] = 0;
      this.stack[i] = noStack;
      for (let k = 0; k < count; k++) {
        let value = data[pos++];
        if (value >= 0x80) {
          const b = data[pos++];
          if (b < 0x80) value = (value & 0x7f) | (b << 7);
          else {
            value = this.longVarint(pos - 2);
            pos = this.reader.pos;
          }
        }
        if (k === stackNumber) this.stack[i] = this.stackOf(value);
        else if (k >= lead) num[at + v1ArgsAt + k - lead] = value;
        else if (k === lead - 1) num[at + v1TicksAt] += value;
        else num[at + v1SequenceAt] += value;
      }
      this.pos[i] = pos;
      this.code[i] = code;
      num[at + v1OffsetAt] = start;
      this.setGoroutine(i, code);
      if (code === V1.GoCreate) this.newStack(at);
      else if (code === V1.UserLog) this.logText(i);
      return true;
    }
  }

  private setGoroutine(i: number, code: number): void {
    const at = i * v1Width;
    const what = effect[code];
    if (what === starts) this.running[i] = this.num[at + v1ArgsAt];
    this.num[at + v1GoroutineAt] = what === namesOther ? this.num[at + v1ArgsAt] : this.running[i];
    if (what === leaves) this.running[i] = 0;
  }

  private newStack(at: number): void {
    const { num } = this;
    const said = num[at + v1ArgsAt + 1];
    if (!this.isNumbered) {
      num[at + v1ArgsAt + 1] = this.stackOf(said);
      return;
    }
    this.bareFrame[0] = this.tables.stacks.internFrame(said, 0, 0, 0);
    num[at + v1ArgsAt + 1] = this.tables.stacks.intern(this.bareFrame, 1);
  }

  /** The text of a log follows its numbers. */
  private logText(i: number): void {
    const r = this.reader.reset(this.file.data, this.pos[i], this.end[i]);
    const length = r.varint();
    this.num[i * v1Width + v1ArgsAt + 2] = this.tables.strings.intern(this.file.data, r.pos, length);
    this.pos[i] = r.pos + length;
  }

  private stackOf(id: number): number {
    const stack = this.file.stacks.get(id);
    if (stack >= 0) return stack;
    this.stacksMissing++;
    return noStack;
  }

  private nextBatch(i: number): boolean {
    const { file, num } = this;
    const batch = this.batch[i];
    if (batch < 0) return false;
    const r = this.reader.reset(file.data, file.batchStart[batch], file.batchEnd[batch]);
    r.varint();
    if (this.isNumbered) num[i * v1Width + v1SequenceAt] = r.varint();
    num[i * v1Width + v1TicksAt] = r.varint();
    this.pos[i] = r.pos;
    this.end[i] = file.batchEnd[batch];
    this.batch[i] = file.batchNext[batch];
    return true;
  }

  /** Where the event behind a table or a sample stands. */
  private behind(start: number): number {
    const { data, args } = this;
    const first = data[start];
    const code = first & 0x3f;
    const r = this.reader.reset(data, start + 1, data.length);
    if (code === V1.String) {
      r.varint();
      r.skip(r.varint());
    } else if (first >>> 6 === 3) {
      r.skip(r.varint());
    } else {
      for (let left = (first >>> 6) + args.lead; left > 0; left--) r.varint();
    }
    return r.pos;
  }

  private longVarint(pos: number): number {
    return this.reader.reset(this.file.data, pos, this.file.data.length).varint();
  }
}
