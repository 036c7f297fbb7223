/**
 * Reads a version 1 trace. Its batches carry no generation and no end, and the clock stands at the very end; so the file is held, walked once
 * (`binary/v1-file.ts`), and then its events are merged, checked, turned into version 2 events and handed on, one at a time.
 *
 * Go's reader refuses a damaged file as a whole. Here what comes before the damage is read, and counted apart; without a frequency, a tick
 * is taken for a nanosecond, and the problem says so.
 */
import { slack } from '../binary/payload-arena.ts';
import { V1File } from '../binary/v1-file.ts';
import type { EventOutput } from '../event-output.ts';
import { blockRows } from '../events/event-block.ts';
import { headerBytes, type V1Rules } from '../format-version.ts';
import type { Course, LayoutReader } from '../layout-reader.ts';
import { limits } from '../limits.ts';
import type { Pace } from '../pace.ts';
import { type TraceProblem, traceProblem } from '../trace-problem.ts';
import { RawCounts } from './futile-wakeups.ts';
import { syncRow, writeV1 } from './v1-block.ts';
import { V1Check } from './v1-check.ts';
import { v1Reasons } from './v1-convert.ts';
import { V1Event } from './v1-event.ts';
import { V1 } from './v1-event-table.ts';
import { V1Order } from './v1-order.ts';

/** Positions are 32 bits wide. */
const maxBytes = 2 ** 32 - 2 * slack;
const firstBytes = 1_048_576;
/** Bytes and events between two looks at the clock. */
const stretchBytes = 1_048_576;
const burst = 4096;

export class V1Reader implements LayoutReader {
  readonly wallStartNs = undefined;
  generations = 0;
  startNs: number | undefined;

  private data: Uint8Array<ArrayBuffer>;
  private length = headerBytes;
  private isClosed = false;
  private file: V1File | undefined;
  private counts: RawCounts | undefined;
  private isTooLarge = false;
  private readonly rules: V1Rules;
  private readonly version: number;
  private readonly output: EventOutput;
  private readonly pace: Pace;

  /** `sizeBytes` is what the source says the file has: memory is taken for that much, and more only as bytes come. */
  constructor(rules: V1Rules, version: number, sizeBytes: number, output: EventOutput, pace: Pace) {
    this.rules = rules;
    this.version = version;
    this.output = output;
    this.pace = pace;
    this.data = new Uint8Array(Math.min(Math.max(sizeBytes, firstBytes), 64 * firstBytes) + slack);
  }

  get offset(): number {
    return this.file?.end ?? this.length;
  }

  get rawEventsByName(): Record<string, number> | undefined {
    return this.counts?.byName();
  }

  push(piece: Uint8Array): void {
    const need = this.length + piece.length + slack;
    this.isTooLarge ||= need > maxBytes;
    if (this.isTooLarge) return;
    if (need > this.data.length) {
      const longer = new Uint8Array(Math.min(maxBytes, Math.max(need, Math.ceil(this.data.length * 1.5))));
      longer.set(this.data.subarray(0, this.length));
      this.data = longer;
    }
    this.data.set(piece, this.length);
    this.length += piece.length;
  }

  close(): void {
    this.isClosed = true;
  }

  async drain(): Promise<Course> {
    if (this.isTooLarge) {
      this.output.warn(traceProblem('go_trace/too_large', this.length, { bytes: this.length, limit: maxBytes }));
      return 'over';
    }
    if (!this.isClosed) return 'on';
    const { output } = this;
    const file = new V1File(this.data, headerBytes, this.length, this.version, this.rules, output.tables);
    this.file = file;
    while (file.walk(stretchBytes)) {
      if (this.pace.isDue) await this.pace.giveWay();
      if (this.pace.isStopped) return 'over';
    }
    if (file.samples.isFull) {
      output.warn(traceProblem('go_trace/dropped', file.end, { what: 'CPU samples', limit: limits.cpuSamples }));
    }
    let problem = file.problem;
    if (problem === undefined && file.ticksPerSecond === 0) {
      problem = traceProblem('go_trace/clock_missing', file.end, { what: 'frequency' });
    }
    if (problem !== undefined) output.warn(problem);
    const orderProblem = await this.order(file);
    if (orderProblem !== undefined) output.warn(orderProblem);
    problem ??= orderProblem;
    if (problem !== undefined) {
      const isAssumed = file.ticksPerSecond === 0;
      output.salvaged({ offset: problem.offset, generation: 1, isAssumed, isWhole: true });
    }
    return 'over';
  }

  /** Hands on the events in order; the problem that stopped it, if any. */
  private async order(file: V1File): Promise<TraceProblem | undefined> {
    const { output, pace } = this;
    const order = new V1Order(file, output.tables);
    const check = new V1Check(file);
    const counts = new RawCounts(file.hasFutileWakeups);
    this.counts = counts;
    const nsPerTick = file.ticksPerSecond === 0 ? 1 : 1e9 / file.ticksPerSecond;
    const labelOf = (id: number) => Math.max(0, file.strings.get(id));
    const event = new V1Event();
    let isEmpty = true;
    let unknown: TraceProblem | undefined;
    for (let n = 1; order.next(event) && check.accepts(event); n++) {
      if (isEmpty) {
        isEmpty = false;
        this.begin(event.ticks, nsPerTick);
      }
      if (event.code === V1.FutileWakeup && !this.rules.futileWakeups) {
        unknown = traceProblem('go_trace/event_unknown', event.offset, { event: event.code });
        break;
      }
      counts.add(event);
      if (output.block.rows === blockRows) output.flushBlock();
      writeV1(output.block, event, labelOf);
      if (n % burst !== 0) continue;
      if (check.hasExcess(event)) break;
      const room = output.room();
      if (room !== undefined) await room;
      if (pace.isDue) await pace.giveWay();
      if (pace.isStopped) return undefined;
    }
    if (unknown !== undefined) output.warn(unknown);
    const problem = order.problem ?? check.problem;
    if (problem === undefined && unknown === undefined) {
      if (isEmpty) this.sayBasis(0, nsPerTick);
      this.sync();
    }
    output.flushBlock();
    // the tables of stacks stand behind all events: Go's reader takes a file that lacks them for whole
    const { stacksMissing } = order;
    if (problem === undefined && stacksMissing > 0)
      output.warn(traceProblem('go_trace/stacks_lost', file.end, { stacks: stacksMissing }));
    return problem;
  }

  private begin(firstTicks: number, nsPerTick: number): void {
    this.sayBasis(firstTicks, nsPerTick);
    this.sync();
    this.generations = 1;
    this.startNs = Math.trunc(firstTicks * nsPerTick);
    this.output.clock({
      generation: 1,
      offset: headerBytes,
      timeNs: 0,
      traceStartNs: BigInt(this.startNs),
      nsPerTick,
      snapshot: undefined,
    });
  }

  private sayBasis(firstTicks: number, nsPerTick: number): void {
    const { output, rules } = this;
    output.v1({ rules, nsPerTick, firstTicks, ...v1Reasons(output.tables.strings) });
  }

  private sync(): void {
    const { output } = this;
    if (output.block.rows === blockRows) output.flushBlock();
    output.block.code[output.block.rows++] = syncRow;
  }
}
