/**
 * The threads of a generation by the time of their next event: a binary heap, kept exactly as Go's reader keeps its own, because of two
 * events at the same time the one that stands first there is delivered first.
 *
 * @source Go 1.26 internal/trace/batchcursor.go heapInsert, heapUpdate, heapRemove
 */
import { cursorTimeAt, cursorWidth } from '../binary/event-cursors.ts';
import { grownI32 } from '../binary/growth.ts';

export class ThreadQueue {
  length = 0;
  private heap = new Int32Array(16);
  /** The numbers of the cursors. */
  private num = new Float64Array(0);

  /** Empties the queue; `num` holds the times by which cursors are compared. */
  reset(num: Float64Array<ArrayBuffer>): void {
    this.length = 0;
    this.num = num;
  }

  /** Cursor with the earliest event, or -1. */
  head(): number {
    return this.length === 0 ? -1 : this.heap[0];
  }

  /** Time of the earliest event; the queue must not be empty. */
  headNs(): number {
    return this.num[this.heap[0] * cursorWidth + cursorTimeAt];
  }

  /** Time of the earliest event behind the first, or infinity. */
  secondNs(): number {
    const { heap, num, length } = this;
    const left = length > 1 ? num[heap[1] * cursorWidth + cursorTimeAt] : Number.POSITIVE_INFINITY;
    return length > 2 ? Math.min(left, num[heap[2] * cursorWidth + cursorTimeAt]) : left;
  }

  at(i: number): number {
    return this.heap[i];
  }

  insert(cursor: number): void {
    this.heap = grownI32(this.heap, this.length + 1);
    this.heap[this.length] = cursor;
    this.up(this.length++);
  }

  /** To be called when the time of the cursor at position `i` has changed. */
  update(i: number): void {
    if (i === 0 || this.up(i) === i) this.down(i);
  }

  remove(i: number): void {
    const { heap } = this;
    for (let k = i; k > 0; ) {
      const parent = Math.floor((k - 1) / 2);
      const cursor = heap[k];
      heap[k] = heap[parent];
      heap[parent] = cursor;
      k = parent;
    }
    heap[0] = heap[--this.length];
    this.down(0);
  }

  /** Sorts by time; equal times stay as they stand. A sorted heap is a heap. */
  sort(): void {
    const { heap, num, length } = this;
    if (length > 64) {
      heap
        .subarray(0, length)
        .sort((a, b) => num[a * cursorWidth + cursorTimeAt] - num[b * cursorWidth + cursorTimeAt]);
      return;
    }
    for (let i = 1; i < length; i++) {
      const cursor = heap[i];
      const time = num[cursor * cursorWidth + cursorTimeAt];
      let k = i;
      for (; k > 0 && num[heap[k - 1] * cursorWidth + cursorTimeAt] > time; k--) heap[k] = heap[k - 1];
      heap[k] = cursor;
    }
  }

  private up(from: number): number {
    const { heap, num } = this;
    let i = from;
    while (i > 0) {
      const parent = Math.floor((i - 1) / 2);
      if (!(num[heap[parent] * cursorWidth + cursorTimeAt] > num[heap[i] * cursorWidth + cursorTimeAt])) break;
      const cursor = heap[i];
      heap[i] = heap[parent];
      heap[parent] = cursor;
      i = parent;
    }
    return i;
  }

  private down(from: number): void {
    const { heap, num, length } = this;
    let i = from;
    for (;;) {
      const left = 2 * i + 1;
      if (left >= length) return;
      let least = i;
      if (num[heap[left] * cursorWidth + cursorTimeAt] < num[heap[i] * cursorWidth + cursorTimeAt]) least = left;
      if (
        left + 1 < length &&
        num[heap[left + 1] * cursorWidth + cursorTimeAt] < num[heap[least] * cursorWidth + cursorTimeAt]
      )
        least = left + 1;
      if (least === i) return;
      const cursor = heap[i];
      heap[i] = heap[least];
      heap[least] = cursor;
      i = least;
    }
  }
}
