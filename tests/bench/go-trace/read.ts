/**
 * Reads a trace into tables that go nowhere, in a process of its own, and prints what it took as one line of JSON. With `--seek` it keeps the
 * alloc/free chunks and keyframes and measures seeks as well.
 */
import { createReadStream, statSync } from 'node:fs';
import { HeapRecorder, HeapReplay, type PlacedKeyframe } from '../../../src-main/parsers/go-trace/heap/heap-replay.ts';
import type { AllocFreeChunk } from '../../../src-main/parsers/go-trace/heap/heap-state.ts';
import { readGoTrace } from '../../../src-main/parsers/go-trace/read-go-trace.ts';
import type { TraceSink } from '../../../src-main/parsers/go-trace/trace-sink.ts';

const [path, mode] = process.argv.slice(2);
const isSeek = mode === '--seek';
const chunkBytes = 1_048_576;
const pageBytes = 8192;
const seeks = 400;
const drop = () => false;
const chunks: AllocFreeChunk[] = [];
const keyframes: PlacedKeyframe[] = [];
let version = 0;
let recorder: HeapRecorder | undefined;

const sink: TraceSink = {
  header: ({ formatVersion }) => {
    version = formatVersion;
  },
  transitions: drop,
  metrics: drop,
  ranges: drop,
  gcCycles: drop,
  cpuSamples: drop,
  labels: drop,
  tasks: drop,
  regions: drop,
  logs: drop,
  goroutines: drop,
  allocFree(chunk) {
    if (!isSeek) return false;
    recorder ??= new HeapRecorder(version, pageBytes, (placed) => keyframes.push(placed));
    recorder.add(chunk);
    chunks.push(chunk);
    return true;
  },
  warning: (problem) => console.error(problem),
};

const source = { sizeBytes: statSync(path).size, chunks: createReadStream(path, { highWaterMark: chunkBytes }) };
const summary = await readGoTrace(source, sink);
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
console.log(
  JSON.stringify({
    events: summary.events,
    peakRssBytes,
    allocEvents: recorder?.state.events ?? 0,
    liveObjects: recorder?.state.totals.heapObjects ?? 0,
    keyframes: keyframes.length,
    keyframeBytes: keyframes.reduce((sum, placed) => sum + bytesOf(placed), 0),
    seekP95Ms: isSeek ? seekP95Ms(summary.durationNs) : null,
  }),
);

function bytesOf({ keyframe: { span, born, type, stacks } }: PlacedKeyframe): number {
  return span.byteLength + born.byteLength + type.byteLength + stacks.byteLength;
}

/** Far jumps all over the trace, the same in each run. */
function seekP95Ms(durationNs: number): number {
  const replay = new HeapReplay(version, pageBytes, {
    keyframeBefore: (timeNs) => keyframes.findLast(({ keyframe }) => keyframe.timeNs <= timeNs),
    chunk: (index) => chunks[index],
  });
  const tookMs: number[] = [];
  for (let i = 0; i < seeks; i++) {
    const began = performance.now();
    replay.at((((i + 1) * 0.618_033_988_75) % 1) * durationNs);
    tookMs.push(performance.now() - began);
  }
  return tookMs.sort((a, b) => a - b)[Math.floor(seeks * 0.95)];
}
