/**
 * Reads a version 2 trace: batches are gathered into a generation; a complete generation is ordered and becomes rows; then the next one takes
 * its place, so that no more than one generation is ever held.
 *
 * Where Go's reader gives up, so does this one, after the same events, and says where. What it adds: a generation that is not all there
 * (the program was killed while tracing) still holds most of its events, only the tables at its end are lost. Those events are ordered
 * as far as they go, without stacks and names, and counted apart.
 *
 * @source Go 1.26 internal/trace/reader.go ReadEvent, nextGenWithSpill; generation.go readGeneration, readGenerationWithSpill
 */
import { BatchReader } from './binary/batch-reader.ts';
import { Generation } from './binary/generation.ts';
import type { EventOutput } from './event-output.ts';
import { headerBytes, type V2Rules } from './format-version.ts';
import type { Course, LayoutReader } from './layout-reader.ts';
import { Ordering } from './order/ordering.ts';
import type { Pace } from './pace.ts';
import { type TraceProblem, traceProblem } from './trace-problem.ts';

/** The clock of systems whose trace clock is the monotonic clock: it counts in 64 ns. @source Go 1.26 runtime/tracetime.go traceTimeDiv */
const usualNsPerTick = 64;

export class V2Reader implements LayoutReader {
  generations = 0;
  readonly rawEventsByName = undefined;
  private readonly batches = new BatchReader(headerBytes);
  private readonly generation: Generation;
  private readonly ordering: Ordering;
  private readonly rules: V2Rules;
  private readonly output: EventOutput;
  private readonly pace: Pace;
  private nsPerTick = 0;
  private wallStart: bigint | undefined;

  constructor(rules: V2Rules, output: EventOutput, pace: Pace) {
    this.rules = rules;
    this.output = output;
    this.pace = pace;
    this.generation = new Generation(rules, output.tables);
    this.ordering = new Ordering(this.generation, output.block);
  }

  /** Start of the trace on its own clock. */
  get startNs(): number | undefined {
    return this.ordering.startNs;
  }

  /** Wall clock at the start of the trace, where the trace has one. */
  get wallStartNs(): bigint | undefined {
    return this.wallStart;
  }

  get offset(): number {
    return this.batches.offset;
  }

  push(piece: Uint8Array): void {
    this.batches.push(piece);
  }

  close(): void {
    this.batches.close();
  }

  async drain(): Promise<Course> {
    const { batches } = this;
    for (;;) {
      const found = batches.next();
      if (found === 'more') return 'on';
      let course: Course;
      if (found === 'batch') course = await this.batch();
      else if (found === 'end_of_generation') course = await this.endMark();
      else course = found === 'end' ? await this.endOfFile() : await this.brokenBatch();
      if (course === 'over' || this.pace.isStopped) return 'over';
    }
  }

  private async batch(): Promise<Course> {
    const { batches, generation } = this;
    const found = batches.generation;
    const isNext = !this.rules.endMark && generation.number !== 0 && found === generation.number + 1;
    if (isNext && (await this.complete()) === 'over') return 'over';
    if (generation.number === 0) generation.number = found;
    if (found === 0 || found !== generation.number) {
      return this.abandon(
        traceProblem('go_trace/generation_number', batches.payloadOffset, { found, want: generation.number }),
      );
    }
    const problem = generation.add(batches);
    return problem === undefined ? 'on' : this.abandon(problem);
  }

  private async endMark(): Promise<Course> {
    if (this.rules.endMark) return this.complete();
    return this.abandon(
      traceProblem('go_trace/generation_number', this.batches.offset - 1, { found: 0, want: this.generation.number }),
    );
  }

  private async endOfFile(): Promise<Course> {
    const { generation, rules, ordering } = this;
    if (rules.endMark) {
      if (generation.batches > 0) {
        const args = { generation: generation.number, batches: generation.batches };
        return this.abandon(traceProblem('go_trace/generation_incomplete', this.batches.offset, args));
      }
      if (this.generations === 0) this.sayEmpty(1);
    } else {
      // the runtime writes no generation without events: here at least the states of the Ps are missing
      const isEmpty = generation.number !== 0 && generation.threads === 0;
      const { number } = generation;
      if ((await this.complete()) === 'over') return 'over';
      if (isEmpty) this.sayEmpty(number);
    }
    ordering.end();
    return 'over';
  }

  private sayEmpty(generation: number): void {
    this.output.warn(traceProblem('go_trace/generation_empty', this.batches.offset, { generation }));
  }

  /** Before 1.26 a broken batch may be the first of the next generation, so the present one is taken as it is. */
  private async brokenBatch(): Promise<Course> {
    const problem = this.batches.problem ?? traceProblem('go_trace/batch_truncated', this.batches.offset);
    if (this.rules.endMark || this.generation.number === 0) return this.abandon(problem);
    if ((await this.complete()) === 'over') return 'over';
    this.ordering.end();
    this.output.warn(problem);
    return 'over';
  }

  /** Orders the generation gathered. */
  private async complete(): Promise<Course> {
    const { generation } = this;
    const problem = generation.finish();
    if (problem !== undefined) return this.abandon(problem);
    this.announce();
    const course = await this.order();
    if (this.ordering.problem !== undefined) {
      this.output.warn(this.ordering.problem);
      return 'over';
    }
    generation.clear();
    return course;
  }

  /** Runs the ordering to the end of the generation or to a problem. */
  private async order(): Promise<Course> {
    const { ordering, output, pace } = this;
    output.flushBlock();
    if (!ordering.begin()) return 'on';
    this.sayClock();
    for (let hasMore = true; hasMore; ) {
      hasMore = ordering.run();
      output.flushBlock();
      const room = output.room();
      if (room !== undefined) await room;
      if (pace.isDue) await pace.giveWay();
      if (pace.isStopped) return 'over';
    }
    return 'on';
  }

  private announce(): void {
    const { generation, output } = this;
    this.generations++;
    this.nsPerTick = generation.clock.nsPerTick;
    for (const remark of generation.remarks) output.warn(remark);
    if (generation.allocInfo !== undefined) output.allocInfo(generation.allocInfo);
  }

  private sayClock(): void {
    const { generation, ordering, output } = this;
    const { clock } = generation;
    const startNs = ordering.startNs ?? 0;
    const atNs = Math.trunc(clock.snapshotTicks * clock.nsPerTick) - startNs;
    if (clock.hasSnapshot && Number.isFinite(atNs)) this.wallStart ??= clock.snapshotWallNs - BigInt(Math.round(atNs));
    output.clock({
      generation: this.generations,
      offset: generation.endOffset,
      timeNs: Math.trunc(generation.minTicks * clock.nsPerTick) - startNs,
      traceStartNs: BigInt(startNs),
      nsPerTick: clock.nsPerTick,
      snapshot: clock.hasSnapshot ? { atNs, wallNs: clock.snapshotWallNs, monoNs: clock.snapshotMonoNs } : undefined,
    });
  }

  /** Go's reader stops here. Says why, then saves what the generation still holds. */
  private async abandon(problem: TraceProblem): Promise<Course> {
    const { generation, ordering, output } = this;
    ordering.end();
    output.flushBlock();
    output.warn(problem);
    if (generation.threads === 0) return 'over';
    output.salvage();
    const isAssumed = generation.clock.nsPerTick === 0 && this.nsPerTick === 0;
    generation.finishIncomplete(this.nsPerTick === 0 ? usualNsPerTick : this.nsPerTick);
    this.announce();
    ordering.beLenient();
    await this.order();
    output.salvaged({ offset: problem.offset, generation: generation.number, isAssumed, isWhole: false });
    return 'over';
  }
}
