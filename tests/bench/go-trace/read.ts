/** Reads a trace into tables that go nowhere, in a process of its own, and prints what it took as one line of JSON. */
import { createReadStream, statSync } from 'node:fs';
import { readGoTrace } from '../../../src-main/parsers/go-trace/read-go-trace.ts';
import type { TraceSink } from '../../../src-main/parsers/go-trace/trace-sink.ts';

const [path] = process.argv.slice(2);
const chunkBytes = 1_048_576;
const drop = () => false;

const sink: TraceSink = {
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
  allocFree: drop,
  warning: (problem) => console.error(problem),
};

const source = { sizeBytes: statSync(path).size, chunks: createReadStream(path, { highWaterMark: chunkBytes }) };
const summary = await readGoTrace(source, sink);
console.log(JSON.stringify({ events: summary.events, peakRssBytes: process.resourceUsage().maxRSS * 1024 }));
