/**
 * The event streams of the threads of one generation: a cursor for each thread stands on the next event of that thread, decoded.
 * Everything about cursor i is in row i of flat arrays.
 *
 * Times are nanoseconds since the start of the trace. They are computed as Go's reader does, so that ties and rounding fall the same way:
 * the batch's ticks and each delta are converted separately, and cut to whole nanoseconds.
 *
 * @source Go 1.26 internal/trace/batchcursor.go nextEvent, readTimedBaseEvent; base.go frequency.mul
 */
import { argCount, eventName } from '../events/event-table.ts';
import { type TraceProblem, traceProblem } from '../trace-problem.ts';
import { ByteReader } from './byte-reader.ts';
import type { Generation } from './generation.ts';
import { grownF64, grownI32, grownU8 } from './growth.ts';

/** What `next` found: another event, the end of the thread's events, or damage (see `problem`). */
export const cursorEvent = 1;
export const cursorEnd = 0;
export const cursorBroken = -1;

/** Numbers of a cursor in `num`: time of its event, place in the file, four arguments, and where byte 0 of its block would be in the file. */
export const cursorWidth = 8;
export const cursorTimeAt = 0;
export const cursorOffsetAt = 1;
export const cursorArgsAt = 2;
const baseAt = 6;

/** Whole numbers of a cursor in `place`: next byte, end of the payload, next batch of the thread. */
const placeWidth = 3;

export class EventCursors {
  code = new Uint8Array(0);
  num = new Float64Array(0);
  problem: TraceProblem | undefined;

  private place = new Int32Array(0);
  private readonly data: Uint8Array[] = [];
  private readonly reader = new ByteReader();
  private readonly empty = new Uint8Array(0);
  private generation: Generation;
  private nsPerTick = 0;
  private originNs = 0;

  constructor(generation: Generation) {
    this.generation = generation;
  }

  /** Puts a cursor before the first event of each thread. `originNs` is the start of the trace on the trace's own clock. */
  open(originNs: number): void {
    const { generation: g } = this;
    this.code = grownU8(this.code, g.threads);
    this.num = grownF64(this.num, g.threads * cursorWidth);
    this.place = grownI32(this.place, g.threads * placeWidth);
    this.nsPerTick = g.clock.nsPerTick;
    this.originNs = originNs;
    this.data.length = 0;
    for (let i = 0; i < g.threads; i++) {
      this.data.push(this.empty);
      this.place[i * placeWidth] = 0;
      this.place[i * placeWidth + 1] = 0;
      this.place[i * placeWidth + 2] = g.threadFirst[i];
    }
  }

  /** Ticks of the trace clock as nanoseconds since the start of the trace. */
  toNs(ticks: number): number {
    return Math.trunc(ticks * this.nsPerTick) - this.originNs;
  }

  /** Moves cursor `i` to the thread's next event. */
  next(i: number): number {
    const { place, num } = this;
    const at = i * placeWidth;
    let pos = place[at];
    if (pos === place[at + 1]) {
      if (!this.nextBatch(i)) return cursorEnd;
      pos = place[at];
    }
    const data = this.data[i];
    const code = data[pos];
    const count = argCount[code];
    if (count < 0) return this.unknown(i, pos);
    const first = i * cursorWidth;
    this.code[i] = code;
    num[first + cursorOffsetAt] = num[first + baseAt] + pos;
    pos++;
    // The block has `slack` readable bytes behind every payload; whether the event ended inside its own is asked once, below.
    let ticks = data[pos++];
    if (ticks >= 0x80) {
      const b = data[pos++];
      if (b < 0x80) ticks = (ticks & 0x7f) | (b << 7);
      else {
        ticks = this.longVarint(data, pos - 2);
        pos = this.reader.pos;
      }
    }
    num[first] += Math.trunc(ticks * this.nsPerTick);
    for (let k = first + cursorArgsAt, end = k + count; k < end; k++) {
      let value = data[pos++];
      if (value >= 0x80) {
        const b = data[pos++];
        if (b < 0x80) value = (value & 0x7f) | (b << 7);
        else {
          const c = data[pos++];
          if (c < 0x80) value = (value & 0x7f) | ((b & 0x7f) << 7) | (c << 14);
          else {
            const d = data[pos++];
            if (d < 0x80) value = (value & 0x7f) | ((b & 0x7f) << 7) | ((c & 0x7f) << 14) | (d << 21);
            else {
              value = this.longVarint(data, pos - 4);
              pos = this.reader.pos;
            }
          }
        }
      }
      num[k] = value;
    }
    if (pos > place[at + 1]) return this.truncated(i);
    place[at] = pos;
    return cursorEvent;
  }

  private nextBatch(i: number): boolean {
    const { generation: g, place, num } = this;
    const at = i * placeWidth;
    const batch = place[at + 2];
    if (batch < 0) return false;
    this.data[i] = g.blocks[batch];
    place[at] = g.batchStart[batch];
    place[at + 1] = g.batchEnd[batch];
    place[at + 2] = g.batchNext[batch];
    num[i * cursorWidth] = Math.trunc(g.batchTicks[batch] * this.nsPerTick) - this.originNs;
    num[i * cursorWidth + baseAt] = g.batchBase[batch];
    return true;
  }

  /** A varint of any length; a damaged one leaves the position behind every payload. */
  private longVarint(data: Uint8Array, pos: number): number {
    const r = this.reader.reset(data, pos, data.length);
    const value = r.varint();
    if (r.fault !== 'none') r.pos = Number.MAX_SAFE_INTEGER;
    return value;
  }

  private unknown(i: number, pos: number): number {
    this.problem = traceProblem('go_trace/event_unknown', this.num[i * cursorWidth + baseAt] + pos, {
      event: this.data[i][pos],
    });
    return cursorBroken;
  }

  private truncated(i: number): number {
    const args = { event: eventName(this.code[i]) };
    this.problem = traceProblem('go_trace/event_truncated', this.num[i * cursorWidth + cursorOffsetAt], args);
    return cursorBroken;
  }
}
