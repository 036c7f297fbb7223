/**
 * One generation of a version 2 trace, taken apart but not yet ordered: its tables, its clock, and for each thread the list of its event
 * batches. A generation is read whole before its first event can be ordered, because the tables lie at its end and a thread's batches
 * anywhere in it. The next generation uses the same memory.
 *
 * Flat arrays instead of an object for each batch: an empty-looking file can hold a batch in every seven bytes.
 */
import { allocFreeExperiment, Ev } from '../events/event-table.ts';
import type { V2Rules } from '../format-version.ts';
import { limits } from '../limits.ts';
import { type TraceProblem, traceProblem } from '../trace-problem.ts';
import { type AllocInfo, type AllocTypeTable, readAllocBatch } from './alloc-experiment.ts';
import type { BatchReader } from './batch-reader.ts';
import { ByteReader } from './byte-reader.ts';
import { grownF64, grownI32 } from './growth.ts';
import { HashIndex } from './hash-index.ts';
import { IdTable } from './id-table.ts';
import { PayloadArena } from './payload-arena.ts';
import {
  type GenerationClock,
  readClock,
  readStrings,
  SampleSection,
  StackSectionReader,
  unknownClock,
} from './sections.ts';
import type { StackTable } from './stack-table.ts';
import type { StringTable } from './string-table.ts';

/** The tables that live as long as the trace. */
export interface TraceTables {
  readonly strings: StringTable;
  readonly stacks: StackTable;
  readonly types: AllocTypeTable;
}

export class Generation {
  number = 0;
  /** Least batch time, in ticks. */
  minTicks = 0;
  batches = 0;
  /** Offset behind the last batch added, for problems of the generation as a whole. */
  endOffset = 0;
  clock: GenerationClock = unknownClock();
  allocInfo: AllocInfo | undefined;
  /** Problems that do not end the generation. */
  readonly remarks: TraceProblem[] = [];
  strings = new IdTable();
  stacks = new IdTable();
  types = new IdTable();
  readonly samples = new SampleSection();

  /** Event batches, in file order. `next` links those of one thread; -1 ends the list. */
  readonly blocks: Uint8Array[] = [];
  batchTicks = new Float64Array(0);
  batchStart = new Int32Array(0);
  batchEnd = new Int32Array(0);
  /** Offset in the file of byte 0 of the batch's block, were it all file: offset of byte i is this + i. */
  batchBase = new Float64Array(0);
  batchNext = new Int32Array(0);
  private batchCount = 0;

  /** Threads in order of their first batch. */
  threadId = new Float64Array(0);
  threadFirst = new Int32Array(0);
  private threadLast = new Int32Array(0);
  threads = 0;
  private readonly threadIndex = new HashIndex();

  private areTablesClosed = false;
  private readonly arena = new PayloadArena();
  private stackPayloads: { block: Uint8Array; start: number; end: number; base: number }[] = [];
  private readonly reader = new ByteReader();
  private readonly rules: V2Rules;
  private readonly tables: TraceTables;

  constructor(rules: V2Rules, tables: TraceTables) {
    this.rules = rules;
    this.tables = tables;
  }

  /** Takes the batch the reader stands on. The problem, if there is one, ends the generation. */
  add(batch: BatchReader): TraceProblem | undefined {
    if (this.batches++ === 0 || batch.time < this.minTicks) this.minTicks = batch.time;
    const { window, payloadStart: start, payloadLength: length } = batch;
    this.endOffset = batch.offset;
    const base = batch.payloadOffset - start;
    if (batch.experiment === allocFreeExperiment) return this.addAllocBatch(batch, base);
    if (batch.experiment !== 0 || length === 0) return undefined;
    const r = this.reader.reset(window, start + 1, start + length);
    switch (window[start]) {
      case Ev.Strings:
        return readStrings(r, base, this.tables.strings, this.strings);
      case Ev.Stacks:
        this.arena.append(window, start, length);
        this.stackPayloads.push({
          block: this.arena.block,
          start: this.arena.start + 1,
          end: this.arena.end,
          base: batch.payloadOffset - this.arena.start,
        });
        return undefined;
      case Ev.CPUSamples:
        return this.samples.read(r, base);
      case Ev.Sync:
        if (!this.rules.syncBatch) return this.addEvents(batch);
        return readClock(r, base, batch.time, true, this.clock);
      case Ev.Frequency:
        if (this.rules.syncBatch) return this.addEvents(batch);
        return readClock(r.reset(window, start, start + length), base, batch.time, false, this.clock);
      default:
        return this.addEvents(batch);
    }
  }

  /** Closes the tables once all batches are in. The problem, if there is one, makes the generation unreadable. */
  finish(): TraceProblem | undefined {
    const { clock, rules } = this;
    if (clock.nsPerTick === 0) return this.lacking('go_trace/clock_missing', { what: 'frequency' });
    if (rules.syncBatch && !clock.hasSnapshot)
      return this.lacking('go_trace/clock_missing', { what: 'clock snapshot' });
    return this.closeTables();
  }

  /** What `finish` does for a generation that is not all there: any clock will do, and tables may be missing. */
  finishIncomplete(nsPerTick: number): void {
    if (this.clock.nsPerTick === 0) this.clock.nsPerTick = nsPerTick;
    if (!this.areTablesClosed) this.closeTables();
  }

  /** Makes room for the next generation. */
  clear(): void {
    this.number = 0;
    this.areTablesClosed = false;
    this.minTicks = 0;
    this.batches = 0;
    this.clock = unknownClock();
    this.allocInfo = undefined;
    this.remarks.length = 0;
    this.strings = new IdTable();
    this.stacks = new IdTable();
    this.types = new IdTable();
    this.samples.clear();
    this.blocks.length = 0;
    this.batchCount = 0;
    this.threads = 0;
    this.threadIndex.clear();
    this.stackPayloads = [];
    this.arena.clear();
  }

  private addEvents(batch: BatchReader): TraceProblem | undefined {
    const thread = this.threadOf(batch.thread);
    if (thread < 0) {
      return traceProblem('go_trace/too_many', batch.payloadOffset, { what: 'threads', limit: limits.threads });
    }
    if (this.batchCount === limits.batches) {
      return traceProblem('go_trace/too_many', batch.payloadOffset, { what: 'batches', limit: limits.batches });
    }
    this.arena.append(batch.window, batch.payloadStart, batch.payloadLength);
    const i = this.batchCount++;
    this.batchTicks = grownF64(this.batchTicks, this.batchCount);
    this.batchStart = grownI32(this.batchStart, this.batchCount);
    this.batchEnd = grownI32(this.batchEnd, this.batchCount);
    this.batchBase = grownF64(this.batchBase, this.batchCount);
    this.batchNext = grownI32(this.batchNext, this.batchCount);
    this.blocks.push(this.arena.block);
    this.batchTicks[i] = batch.time;
    this.batchStart[i] = this.arena.start;
    this.batchEnd[i] = this.arena.end;
    this.batchBase[i] = batch.payloadOffset - this.arena.start;
    this.batchNext[i] = -1;
    if (this.threadFirst[thread] < 0) this.threadFirst[thread] = i;
    else this.batchNext[this.threadLast[thread]] = i;
    this.threadLast[thread] = i;
    return undefined;
  }

  private threadOf(id: number): number {
    const known = this.threadIndex.get(id);
    if (known >= 0) return known;
    if (this.threads === limits.threads) return -1;
    const thread = this.threads++;
    this.threadId = grownF64(this.threadId, this.threads);
    this.threadFirst = grownI32(this.threadFirst, this.threads);
    this.threadLast = grownI32(this.threadLast, this.threads);
    this.threadId[thread] = id;
    this.threadFirst[thread] = -1;
    this.threadIndex.set(id, thread);
    return thread;
  }

  private addAllocBatch(batch: BatchReader, base: number): undefined {
    const { types, strings } = this.tables;
    const { window, payloadStart: start, payloadLength: length } = batch;
    const read = readAllocBatch(this.reader.reset(window, start, start + length), types, strings, this.types);
    if (read.kind === 'info') this.allocInfo = read.info;
    if (read.kind === 'damaged') {
      const code = read.what === 'types' ? 'go_trace/alloc_types_damaged' : 'go_trace/alloc_info_damaged';
      this.remarks.push(traceProblem(code, base + this.reader.pos, { generation: this.number }));
    }
    return undefined;
  }

  private closeTables(): TraceProblem | undefined {
    this.areTablesClosed = true;
    if (this.samples.isFull) {
      const args = { what: 'CPU samples', limit: limits.cpuSamples };
      this.remarks.push(traceProblem('go_trace/dropped', this.endOffset, args));
    }
    const repeatedString = this.strings.close();
    const stackReader = new StackSectionReader(this.tables.stacks, this.strings, this.stacks);
    let problem: TraceProblem | undefined;
    for (const { block, start, end, base } of this.stackPayloads) {
      problem ??= stackReader.read(this.reader.reset(block, start, end), base);
    }
    const repeatedStack = this.stacks.close();
    this.types.close();
    if (repeatedString !== undefined)
      return this.lacking('go_trace/id_repeated', { section: 'strings', id: repeatedString });
    if (repeatedStack !== undefined)
      return this.lacking('go_trace/id_repeated', { section: 'stacks', id: repeatedStack });
    return problem;
  }

  private lacking(
    code: 'go_trace/clock_missing' | 'go_trace/id_repeated',
    args: Record<string, string | number>,
  ): TraceProblem {
    return traceProblem(code, this.endOffset, { ...args });
  }
}
