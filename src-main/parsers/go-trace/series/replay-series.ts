/**
 * What the heap held, replayed from alloc/free events: one row a millisecond in which something changed, one more at the
 * highest HeapAlloc in it, and a keyframe now and then.
 *
 * The trace begins with a snapshot of all spans and objects; the first row stands at its end. A window of the flight recorder has no snapshot: nothing is
 * replayed from it.
 *
 * @source Go 1.26 runtime/traceallocfree.go traceSnapshotMemory
 */
import { type Frame, type Sink, traceClock } from '../../contract.ts';
import { HeapRecorder, type PlacedKeyframe } from '../heap/heap-replay.ts';
import type { AllocFreeChunk } from '../heap/heap-state.ts';
import { AllocFreeKind } from '../model/alloc-free-rows.ts';

const gridNs = 1e6;

export class ReplaySeries {
  readonly recorder: HeapRecorder;
  /** Largest replayed HeapAlloc behind the snapshot. */
  peakAllocBytes = 0;
  allocs = 0;
  frees = 0;
  private readonly frame: Frame;
  private readonly columns: readonly number[];
  private nextRowNs = gridNs;
  private isInSnapshot = true;

  constructor(sink: Sink, formatVersion: number, pageBytes: number, keep: (placed: PlacedKeyframe) => void) {
    this.recorder = new HeapRecorder(formatVersion, pageBytes, keep);
    this.frame = sink.frame('go-trace replay', traceClock);
    const add = (metric: string, sourceName: string) => this.frame.column({ metric, sourceName });
    this.columns = [
      add('replay_heap_alloc_bytes', 'HeapAlloc'),
      add('replay_heap_inuse_bytes', 'HeapInuse'),
      add('replay_heap_objects', 'HeapObjects'),
      add('replay_mallocs_total', 'HeapObjectAlloc'),
      add('replay_frees_total', 'HeapObjectFree'),
      add('replay_stack_bytes', 'GoroutineStack'),
      add('replay_manual_bytes', 'spans managed by hand'),
    ];
  }

  add(chunk: AllocFreeChunk): void {
    const { timeNs, kind, rows } = chunk;
    let from = 0;
    for (let r = 0; r < rows; r++) {
      const isEndOfSnapshot = this.isInSnapshot && !isSnapshot(kind[r]);
      if (isEndOfSnapshot || timeNs[r] >= this.nextRowNs) {
        this.recorder.apply(chunk, from, r);
        from = r;
        if (r > 0 && !isSnapshot(kind[r])) this.row(chunk, r - 1);
        this.isInSnapshot &&= !isEndOfSnapshot;
        this.nextRowNs = (Math.floor(timeNs[r] / gridNs) + 1) * gridNs;
      }
      if (kind[r] === AllocFreeKind.HeapObjectAlloc) this.allocs++;
      else if (kind[r] === AllocFreeKind.HeapObjectFree) this.frees++;
    }
    this.recorder.apply(chunk, from, rows);
    this.recorder.endChunk();
    if (rows > 0 && !isSnapshot(kind[rows - 1])) this.row(chunk, rows - 1);
  }

  /** The heap behind row `r` of the chunk. */
  private row(chunk: AllocFreeChunk, r: number): void {
    const { state } = this.recorder;
    const { totals, peakRow } = state;
    if (peakRow >= 0 && peakRow < r && !this.isInSnapshot) {
      this.frame.row(chunk.timeNs[peakRow], chunk.offset[peakRow]);
      this.frame.set(this.columns[0], state.peakAllocBytes);
    }
    this.peakAllocBytes = Math.max(this.peakAllocBytes, this.isInSnapshot ? 0 : state.peakAllocBytes);
    state.forgetPeak();
    this.frame.row(chunk.timeNs[r], chunk.offset[r]);
    const values = [
      totals.heapAllocBytes,
      totals.heapInuseBytes,
      totals.heapObjects,
      this.allocs,
      this.frees,
      totals.goroutineStackBytes,
      totals.manualBytes,
    ];
    values.forEach((value, i) => {
      this.frame.set(this.columns[i], value);
    });
    this.peakAllocBytes = Math.max(this.peakAllocBytes, totals.heapAllocBytes);
  }
}

/** Whether a row tells what there was when the trace began. */
function isSnapshot(kind: number): boolean {
  return kind === AllocFreeKind.Span || kind === AllocFreeKind.HeapObject || kind === AllocFreeKind.GoroutineStack;
}
