/** Reads the trace at the path given and prints the growth of its memory and how it ended. A process of its own, so that memory can be told. */
import { createReadStream, statSync } from 'node:fs';
import { readGoTrace } from '../../../src-main/parsers/go-trace/read-go-trace.ts';

const path = process.argv[2];
const drop = () => false;
const problems: { readonly code: string; readonly offset: number }[] = [];
const rssBytes = () => process.resourceUsage().maxRSS * 1024;

const before = rssBytes();
const began = performance.now();
const summary = await readGoTrace(
  { sizeBytes: statSync(path).size, chunks: createReadStream(path, { highWaterMark: 1_048_576 }) },
  {
    strings: drop,
    frames: drop,
    stacks: drop,
    types: drop,
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
    warning: ({ code, offset }) => problems.push({ code, offset }),
  },
);
const result = {
  grownBytes: rssBytes() - before,
  tookMs: performance.now() - began,
  problems,
  readBytes: summary.readBytes,
};
process.stdout.write(JSON.stringify(result));
