/**
 * Puts the events of one generation into an order that the scheduler could have produced, and refuses a trace for which there is none.
 *
 * Each thread's events are in order already. Between threads, timestamps are only a hint: clocks of processors differ. What counts is the
 * state of the scheduler: a goroutine starts only when it is runnable and its sequence number follows, a P is taken only when it is
 * idle. So the thread with the earliest next event is asked to advance; if its event cannot happen yet, the others are asked in order
 * of time. If none can, the trace is broken. An event that contradicts the state (rather than being early) breaks it at once.
 *
 * The state lives in `scheduler-tables.ts`; how an event changes it, in `goroutine-events.ts`, `proc-events.ts`, `range-events.ts` and
 * `annotation-events.ts`. This file holds the queue of threads.
 *
 * @source Go 1.26 internal/trace/order.go, reader.go ReadEvent; batchcursor.go for the heap
 */
import { cursorBroken, cursorEvent, cursorTimeAt, cursorWidth } from '../binary/event-cursors.ts';
import type { Generation } from '../binary/generation.ts';
import { blockRows, type EventBlock } from '../events/event-block.ts';
import { Ev } from '../events/event-table.ts';
import type { TraceProblem } from '../trace-problem.ts';
import { allocFree, annotationEvents, typedObject } from './annotation-events.ts';
import { goLeave, goroutineEvents, goStart, goUnblock } from './goroutine-events.ts';
import { advanced, type EventHandler, OrderingState, waiting } from './ordering-state.ts';
import { procEvents } from './proc-events.ts';
import { rangeEvents } from './range-events.ts';
import { ThreadQueue } from './thread-queue.ts';

/** An event makes three rows at most. */
const lastRow = blockRows - 3;

/** Up to this many threads a wait is settled as Go's reader does, by sorting, so that events at one time come in its order. */
const fewThreads = 64;

/**
 * Threads that wait are asked again at each step. With many of them a made-up trace could ask for ever; a real one waits for a moment, on
 * processors whose clocks differ. So an event pays for 256 vain questions, and what is not used is kept for later.
 */
const patienceOfBlock = 256 * blockRows;
const mostPatience = 64 * patienceOfBlock;

const handlers: (EventHandler | undefined)[] = new Array<EventHandler | undefined>(256).fill(undefined);
for (const [code, handler] of [...goroutineEvents, ...procEvents, ...rangeEvents, ...annotationEvents])
  handlers[code] = handler;

export class Ordering {
  private readonly state: OrderingState;
  private readonly queue = new ThreadQueue();
  private threadOfCursor = new Int32Array(0);
  private sampleAt = 0;
  private originNs: number | undefined;
  /** How many vain questions are still allowed. */
  private patience = 0;

  constructor(generation: Generation, out: EventBlock) {
    this.state = new OrderingState(generation, out);
  }

  /** Why `begin` or `run` stopped before the end of the generation. */
  get problem(): TraceProblem | undefined {
    return this.state.problem;
  }

  /** Start of the trace on its own clock, in nanoseconds; undefined before the first generation. */
  get startNs(): number | undefined {
    return this.originNs;
  }

  /** Begins the generation just read. False if the first event of a thread is damaged. */
  begin(): boolean {
    const { state } = this;
    const { generation: g, cursors } = state;
    const startNs = Math.trunc(g.minTicks * g.clock.nsPerTick);
    state.generationCount++;
    state.isFirstGeneration = this.originNs === undefined;
    if (this.originNs === undefined) {
      // Go's reader counts on from time 0 of the trace's own clock.
      this.originNs = startNs;
      state.lastNs = 0 - startNs;
    }
    cursors.open(this.originNs);
    g.samples.sort((ticks) => cursors.toNs(ticks));
    this.sampleAt = 0;
    this.queue.reset(cursors.num);
    this.threadOfCursor = new Int32Array(g.threads);
    for (let c = 0; c < g.threads; c++) {
      this.threadOfCursor[c] = g.threadId[c] === -1 ? -1 : state.threads.findOrAdd(g.threadId[c]);
      const found = cursors.next(c);
      if (found === cursorBroken) {
        state.problem = cursors.problem;
        return false;
      }
      if (found === cursorEvent) this.queue.insert(c);
    }
    state.sync(cursors.toNs(g.minTicks));
    return true;
  }

  /** Missing stacks and strings become "none" from now on: for a generation whose end is lost. */
  beLenient(): void {
    this.state.isLenient = true;
  }

  /** The sync at the end of the trace. */
  end(): void {
    this.state.sync(this.state.lastNs);
  }

  /** Fills the block. True while there is more of the generation; false at its end or, with `problem` set, at damage. */
  run(): boolean {
    const { queue, state } = this;
    const { out } = state;
    this.patience = Math.min(mostPatience, this.patience + patienceOfBlock);
    const excess = queue.head() < 0 ? undefined : state.excess();
    if (excess !== undefined) {
      state.fail('go_trace/too_many', queue.head(), excess);
      return false;
    }
    while (out.rows <= lastRow) {
      const head = queue.head();
      const sampleNs = this.nextSampleNs();
      if (head < 0 || sampleNs < queue.headNs()) {
        if (sampleNs === Number.POSITIVE_INFINITY) return false;
        if (!state.pushSample(this.sampleAt++)) return false;
      } else if (!this.advanceFrom(head, Math.min(sampleNs, queue.secondNs()))) {
        return false;
      }
    }
    return true;
  }

  private nextSampleNs(): number {
    const { samples } = this.state.generation;
    return this.sampleAt < samples.count ? samples.time[samples.order[this.sampleAt]] : Number.POSITIVE_INFINITY;
  }

  /** Lets the first thread go on until another is earlier than it, or another one when the first has to wait. */
  private advanceFrom(head: number, untilNs: number): boolean {
    const { queue, state } = this;
    const { cursors, out } = state;
    const thread = this.threadOfCursor[head];
    if (thread >= 0) state.threads.setSeen(thread);
    do {
      const rows = out.rows;
      const result = handle(state, head, thread);
      if (result !== advanced) return result === waiting && this.advanceAnother(head);
      const found = cursors.next(head);
      if (found !== cursorEvent) return this.leave(0, found, rows);
    } while (cursors.num[head * cursorWidth + cursorTimeAt] <= untilNs && out.rows <= lastRow);
    queue.update(0);
    return true;
  }

  /** The first thread has to wait: the others are asked in the order of their times. */
  private advanceAnother(head: number): boolean {
    const { queue } = this;
    if (queue.length > fewThreads) return this.advanceAmongMany(head);
    queue.sort();
    for (let i = 0; i < queue.length; i++) {
      const c = queue.at(i);
      if (c === head) continue;
      const rows = this.state.out.rows;
      const result = this.ask(c);
      if (result !== waiting) return result === advanced && this.moveOn(i, c, rows);
    }
    return this.giveUp(head);
  }

  /** The same without sorting: those that wait leave the queue until one has advanced. */
  private advanceAmongMany(head: number): boolean {
    const { queue } = this;
    const waiters = [head];
    queue.remove(0);
    let result: number = waiting;
    for (let c = queue.head(); c >= 0; c = queue.head()) {
      const rows = this.state.out.rows;
      result = this.ask(c);
      if (result === advanced && !this.moveOn(0, c, rows)) return false;
      if (result !== waiting) break;
      waiters.push(c);
      queue.remove(0);
    }
    for (const c of waiters) queue.insert(c);
    this.patience -= waiters.length;
    return result === waiting || this.patience < 0 ? this.giveUp(head) : result === advanced;
  }

  private ask(c: number): number {
    const { state } = this;
    const thread = this.threadOfCursor[c];
    if (thread >= 0) state.threads.setSeen(thread);
    return handle(state, c, thread);
  }

  private giveUp(head: number): boolean {
    this.state.fail('go_trace/order_impossible', head, { waiting: this.queue.length });
    return false;
  }

  /** Cursor `c` at position `i` of the queue has advanced. */
  private moveOn(i: number, c: number, rows: number): boolean {
    const found = this.state.cursors.next(c);
    if (found !== cursorEvent) return this.leave(i, found, rows);
    this.queue.update(i);
    return true;
  }

  /** The thread at position `i` of the queue has no next event: it is done, or damaged. */
  private leave(i: number, found: number, rows: number): boolean {
    const { state } = this;
    if (found !== cursorBroken) {
      this.queue.remove(i);
      return true;
    }
    // As in Go's reader, damage behind an event costs the event too.
    state.out.rows = rows;
    state.problem = state.cursors.problem;
    return false;
  }
}

/** The event under cursor `c`. The most frequent ones are called by name, which costs less than the table. */
function handle(state: OrderingState, c: number, thread: number): number {
  const code = state.cursors.code[c];
  switch (code) {
    case Ev.HeapObjectAlloc:
      return typedObject(state, c, thread);
    case Ev.HeapObjectFree:
      return allocFree(state, c, thread);
    case Ev.GoStart:
      return goStart(state, c, thread);
    case Ev.GoUnblock:
      return goUnblock(state, c, thread);
    case Ev.GoBlock:
      return goLeave(state, c, thread);
    default: {
      const handler = handlers[code];
      return handler === undefined ? state.fail('go_trace/event_unknown', c) : handler(state, c, thread);
    }
  }
}
