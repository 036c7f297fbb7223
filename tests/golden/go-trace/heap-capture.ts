/** A trace with alloc/free events read the way a host reads it: chunks and keyframes kept, the heap reachable at any moment. */
import { HeapRecorder, HeapReplay, type PlacedKeyframe } from '../../../src-main/parsers/go-trace/heap/heap-replay.ts';
import type { AllocFreeChunk, HeapState } from '../../../src-main/parsers/go-trace/heap/heap-state.ts';
import type { TraceSource } from '../../../src-main/parsers/go-trace/read-events.ts';
import { readGoTrace } from '../../../src-main/parsers/go-trace/read-go-trace.ts';
import type { ProgramMark } from './go-tool.ts';

/** A moment at which the program read MemStats. */
export interface HeapMark {
  readonly label: string;
  /** End of the stop of the world in which MemStats was read. */
  readonly timeNs: number;
}

export interface HeapCapture {
  readonly formatVersion: number;
  readonly chunks: readonly AllocFreeChunk[];
  readonly replay: HeapReplay;
  /** User logs of the category "mark", each with the end of the stop "read mem stats" that follows. */
  readonly marks: readonly HeapMark[];
  /** When each GC cycle whose end is in the trace ended. */
  readonly cycleEndNs: readonly number[];
  readonly wallStartNs: bigint | undefined;
  readonly stops: readonly { readonly beginNs: number; readonly endNs: number }[];
}

const usualPageBytes = 8192;

export async function captureHeap(source: TraceSource): Promise<HeapCapture> {
  const strings: string[] = [];
  const chunks: AllocFreeChunk[] = [];
  const keyframes: PlacedKeyframe[] = [];
  const logs: HeapMark[] = [];
  const stops: { beginNs: number; endNs: number }[] = [];
  const cycleEndNs: number[] = [];
  let formatVersion = 0;
  let pageBytes = usualPageBytes;
  let recorder: HeapRecorder | undefined;
  const summary = await readGoTrace(source, {
    warning: () => undefined,
    header: (header) => {
      formatVersion = header.formatVersion;
    },
    strings: (added) => {
      for (const [i, text] of added.values.entries()) strings[added.first + i] = text;
    },
    allocInfo: (info) => {
      pageBytes = info.pageBytes;
    },
    allocFree(chunk) {
      recorder ??= new HeapRecorder(formatVersion, pageBytes, (placed) => keyframes.push(structuredClone(placed)));
      recorder.add(chunk);
      chunks.push(chunk);
      return true;
    },
    logs(chunk) {
      for (let i = 0; i < chunk.rows; i++) {
        if (strings[chunk.categoryString[i]] !== 'mark') continue;
        logs.push({ timeNs: chunk.timeNs[i], label: strings[chunk.messageString[i]] });
      }
      return false;
    },
    ranges(chunk) {
      for (let i = 0; i < chunk.rows; i++) {
        if (strings[chunk.reasonString[i]] !== 'read mem stats') continue;
        stops.push({ beginNs: chunk.beginNs[i], endNs: chunk.endNs[i] });
      }
      return false;
    },
    gcCycles(chunk) {
      cycleEndNs.push(...chunk.endNs.filter((ns) => !Number.isNaN(ns)));
      return false;
    },
  });
  return {
    formatVersion,
    chunks,
    replay: new HeapReplay(formatVersion, pageBytes, {
      keyframeBefore: (timeNs) => keyframes.findLast(({ keyframe }) => keyframe.timeNs <= timeNs),
      chunk: (index) => chunks[index],
    }),
    marks: logs.map(({ label, timeNs }) => ({ label, timeNs: stops.find((s) => s.beginNs >= timeNs)?.endNs ?? -1 })),
    cycleEndNs,
    wallStartNs: summary.wallStartNs,
    stops,
  };
}

/** What MemStats would say of a state, as far as alloc/free events tell; `classes` is how many size classes to list. */
export function asMemStats(state: HeapState, classes: number) {
  const { heapObjects, heapAllocBytes, heapInuseBytes } = state.totals;
  return {
    HeapObjects: heapObjects,
    HeapAlloc: heapAllocBytes,
    HeapInuse: heapInuseBytes,
    // Class 0 of BySize is always empty: large objects are not in it.
    Live: Array.from({ length: classes }, (_, sizeClass) => (sizeClass === 0 ? 0 : state.liveOfSizeClass(sizeClass))),
  };
}

/** The marks as the replay has them, in the form of those that the program wrote. */
export function replayedMarks(capture: HeapCapture, marks: readonly Pick<ProgramMark, 'Label' | 'Live'>[]) {
  return marks.map(({ Label, Live }) => {
    const mark = capture.marks.find(({ label }) => label === Label);
    return { Label, ...asMemStats(capture.replay.at(mark?.timeNs ?? -1), Live.length) };
  });
}
