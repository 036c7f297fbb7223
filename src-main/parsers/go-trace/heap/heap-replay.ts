/**
 * The heap at any moment of a trace. While the trace is read, `HeapRecorder` follows the events and leaves a keyframe now and then; later,
 * `HeapReplay` restores the keyframe before the moment and applies the chunks from there.
 *
 * A keyframe costs as much as the heap is large, so they come the rarer the larger the heap: after as many events as two thirds of the slots of the
 * heap, between 256 Ki and 768 Ki events. A slot takes 5 to 6 bytes where it is kept, so all keyframes together stay below 9 bytes an event for
 * heaps of up to a million slots, and a moment is reached by taking over one heap and applying some hundred thousand events.
 *
 * Both work on what the host kept: chunks by number, exactly as the sink got them, and keyframes.
 */
import type { HeapKeyframe } from './heap-figures.ts';
import { type AllocFreeChunk, type HeapEvents, HeapState } from './heap-state.ts';

const leastEventsBetween = 262_144;
const mostEventsBetween = 786_432;

/** A keyframe and the first chunk it does not contain. */
export interface PlacedKeyframe {
  readonly nextChunk: number;
  readonly keyframe: HeapKeyframe;
}

/** Takes the chunks in order while the trace is read. */
export class HeapRecorder {
  readonly state: HeapState;
  private chunks = 0;
  private lastKeyframe = 0;
  private readonly keep: (placed: PlacedKeyframe) => void;

  /** `keep` gets each keyframe; its arrays hold until it returns. */
  constructor(formatVersion: number, pageBytes: number, keep: (placed: PlacedKeyframe) => void) {
    this.state = new HeapState(formatVersion, pageBytes);
    this.keep = keep;
  }

  add(chunk: AllocFreeChunk): void {
    this.apply(chunk, 0, chunk.rows);
    this.endChunk();
  }

  /** Rows `[from, to)` of the next chunk, for who looks at the heap in between. */
  apply(chunk: AllocFreeChunk, from: number, to: number): void {
    this.state.apply(chunk, from, to);
  }

  /** All rows of a chunk are applied: this is where a keyframe may stand. */
  endChunk(): void {
    const { state } = this;
    this.chunks++;
    const since = state.events - this.lastKeyframe;
    const wanted = Math.min(mostEventsBetween, Math.max(leastEventsBetween, (state.keyframeRows * 2) / 3));
    if (since < wanted) return;
    this.lastKeyframe = state.events;
    this.keep({ nextChunk: this.chunks, keyframe: state.keyframe() });
  }
}

/** What the host kept of a trace. */
export interface ReplayStore {
  /** The last keyframe whose time is not after `timeNs`, or undefined. Its arrays are the caller's. */
  keyframeBefore(timeNs: number): PlacedKeyframe | undefined;
  /** Chunk by number, or undefined behind the last. */
  chunk(index: number): HeapEvents | undefined;
}

export class HeapReplay {
  private state: HeapState;
  /** The chunk the state stands in, and how many of its rows are applied. */
  private chunk = 0;
  private row = 0;
  private readonly formatVersion: number;
  private readonly pageBytes: number;
  private readonly store: ReplayStore;

  constructor(formatVersion: number, pageBytes: number, store: ReplayStore) {
    this.formatVersion = formatVersion;
    this.pageBytes = pageBytes;
    this.store = store;
    this.state = new HeapState(formatVersion, pageBytes);
  }

  /** The heap after the last event at or before `timeNs`. The state is one and the same object; the next call moves it. */
  at(timeNs: number): HeapState {
    const placed = this.store.keyframeBefore(timeNs);
    const isAhead = this.state.events > 0 && timeNs >= this.state.timeNs;
    const isNearest = isAhead && (placed === undefined || this.state.events >= placed.keyframe.events);
    if (!isNearest) this.jump(placed);
    for (;;) {
      const chunk = this.store.chunk(this.chunk);
      if (chunk === undefined) return this.state;
      const end = rowsUntil(chunk, timeNs, this.row);
      this.state.apply(chunk, this.row, end);
      this.row = end;
      if (end < chunk.rows) return this.state;
      this.chunk++;
      this.row = 0;
    }
  }

  private jump(placed: PlacedKeyframe | undefined): void {
    this.state = new HeapState(this.formatVersion, this.pageBytes);
    if (placed !== undefined) this.state.restore(placed.keyframe);
    this.chunk = placed?.nextChunk ?? 0;
    this.row = 0;
  }
}

/** First row of a chunk after `timeNs`, from row `from` on. Times rise. */
function rowsUntil(chunk: HeapEvents, timeNs: number, from: number): number {
  let low = from;
  let high = chunk.rows;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (chunk.timeNs[middle] <= timeNs) low = middle + 1;
    else high = middle;
  }
  return low;
}
