/**
 * Bytes to batches (version 2). Chunks of any size go in; whole batches come out, each with its place in the file. Nothing is kept but
 * the bytes of a batch not yet complete.
 *
 * A batch is: EventBatch, generation, thread, base timestamp, size, payload; an ExperimentalBatch has one byte more, the experiment,
 * behind its code. EndOfGeneration (Go 1.26) is a single byte between batches.
 *
 * @source Go 1.26 internal/trace/batch.go readBatch; size limit: internal/trace/tracev2/events.go MaxBatchSize
 */
import { Ev } from '../events/event-table.ts';
import { type TraceProblem, traceProblem } from '../trace-problem.ts';
import { ByteReader } from './byte-reader.ts';

/** Largest payload. */
export const maxBatchBytes = 65_536;
const firstWindow = 131_072;

/** `more`: feed another chunk. `end`: the file ends between batches. `broken`: see `problem`. */
export type BatchResult = 'batch' | 'end_of_generation' | 'more' | 'end' | 'broken';

export class BatchReader {
  /** Header of the batch read last. */
  generation = 0;
  thread = 0;
  time = 0;
  experiment = 0;
  /** Payload: `window[payloadStart, payloadStart + payloadLength)`, valid until the next call. */
  payloadStart = 0;
  payloadLength = 0;
  problem: TraceProblem | undefined;

  window = new Uint8Array(firstWindow);
  private start = 0;
  private stop = 0;
  private startOffset: number;
  private ended = false;
  private readonly reader = new ByteReader();

  /** `startOffset`: where in the file the first byte pushed stands. */
  constructor(startOffset: number) {
    this.startOffset = startOffset;
  }

  /** Where in the file the next byte to read stands. */
  get offset(): number {
    return this.startOffset + this.start;
  }

  /** Where in the file the payload of the batch read last begins. */
  get payloadOffset(): number {
    return this.startOffset + this.payloadStart;
  }

  /** Takes bytes; the chunk is copied and may be reused. */
  push(chunk: Uint8Array): void {
    if (this.stop + chunk.length > this.window.length) this.makeRoom(chunk.length);
    this.window.set(chunk, this.stop);
    this.stop += chunk.length;
  }

  /** Says that no chunk follows. */
  close(): void {
    this.ended = true;
  }

  next(): BatchResult {
    if (this.start === this.stop) return this.ended ? 'end' : 'more';
    const r = this.reader.reset(this.window, this.start, this.stop);
    const code = r.byte();
    if (code === Ev.EndOfGeneration) {
      this.start = r.pos;
      return 'end_of_generation';
    }
    if (code !== Ev.EventBatch && code !== Ev.ExperimentalBatch) {
      return this.broken(traceProblem('go_trace/batch_unexpected', this.offset, { event: code }));
    }
    this.experiment = code === Ev.ExperimentalBatch ? r.byte() : 0;
    this.generation = r.varint();
    this.thread = r.varint();
    this.time = r.varint();
    const size = r.varint();
    if (r.fault === 'malformed') {
      return this.broken(traceProblem('go_trace/varint_malformed', this.offset, { where: 'batch header' }));
    }
    if (r.fault === 'ended') return this.wanting(r.pos - this.start + 1);
    if (size < 0 || size > maxBatchBytes) {
      return this.broken(traceProblem('go_trace/batch_too_large', this.offset, { size, limit: maxBatchBytes }));
    }
    if (size > r.left) return this.wanting(r.pos - this.start + size);
    this.payloadStart = r.pos;
    this.payloadLength = size;
    this.start = r.pos + size;
    return 'batch';
  }

  private wanting(bytes: number): BatchResult {
    if (!this.ended) return 'more';
    return this.broken(
      traceProblem('go_trace/batch_truncated', this.offset, { want: bytes, have: this.stop - this.start }),
    );
  }

  private broken(problem: TraceProblem): BatchResult {
    this.problem = problem;
    return 'broken';
  }

  private makeRoom(bytes: number): void {
    const held = this.stop - this.start;
    const target =
      held + bytes > this.window.length ? new Uint8Array(Math.max(held + bytes, this.window.length * 2)) : this.window;
    if (target === this.window) this.window.copyWithin(0, this.start, this.stop);
    else target.set(this.window.subarray(this.start, this.stop));
    this.window = target;
    this.startOffset += this.start;
    this.start = 0;
    this.stop = held;
  }
}
