/**
 * Reads a trace and counts what a reference reader can be asked for too. For tests.
 */

import type { AllocFreeChunk } from '../../../../src-main/parsers/go-trace/heap/heap-state.ts';
import type { ReadTraceOptions } from '../../../../src-main/parsers/go-trace/read-events.ts';
import { readGoTrace } from '../../../../src-main/parsers/go-trace/read-go-trace.ts';
import type { TraceProblem } from '../../../../src-main/parsers/go-trace/trace-problem.ts';
import {
  allocFreeKinds,
  goStates,
  procStates,
  rangeKinds,
  type TraceClock,
  type TraceSink,
} from '../../../../src-main/parsers/go-trace/trace-sink.ts';
import type { TraceSummary } from '../../../../src-main/parsers/go-trace/trace-summary.ts';

type Counts = Record<string, number>;

/** Names of metrics in Go's reader, by the number the sink gives them. */
const metricNames = ['/memory/classes/heap/objects:bytes', '/gc/heap/goal:bytes', '/sched/gomaxprocs:threads'];

export interface TraceFigures {
  readonly summary: TraceSummary;
  readonly problems: readonly TraceProblem[];
  readonly clocks: readonly TraceClock[];
  readonly strings: readonly string[];
  readonly transitions: Counts;
  readonly ranges: Counts;
  readonly rangeNs: Counts;
  readonly metricCount: Counts;
  readonly metricLast: Counts;
  readonly metricMax: Counts;
  readonly allocFree: Counts;
  readonly tasks: Counts;
  readonly regions: Counts;
  readonly reasons: Counts;
  readonly logs: number;
  /** Row of every table, as text, for small traces. */
  readonly rows: readonly string[];
}

/** The bytes in pieces of `pieceBytes`. */
export async function* pieces(data: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < data.length; i += pieceBytes) yield data.slice(i, i + pieceBytes);
}

interface FigureOptions extends ReadTraceOptions {
  readonly pieceBytes?: number;
  /** Instead of pieces of `pieceBytes`. */
  readonly chunks?: AsyncIterable<Uint8Array>;
  /** Keeps each row as a line `table column=value ...`. */
  readonly withRows?: boolean;
  readonly onAllocFree?: (chunk: AllocFreeChunk) => void;
}

/** Reads the bytes. */
export async function traceFigures(
  data: Uint8Array,
  { pieceBytes = 4096, chunks, withRows = false, onAllocFree, ...options }: FigureOptions = {},
): Promise<TraceFigures> {
  const strings: string[] = [];
  const problems: TraceProblem[] = [];
  const clocks: TraceClock[] = [];
  const rows: string[] = [];
  const transitions: Counts = {};
  const ranges: Counts = {};
  const rangeNs: Counts = {};
  const metricCount: Counts = {};
  const metricLast: Counts = {};
  const metricMax: Counts = {};
  const allocFree: Counts = {};
  const tasks: Counts = {};
  const regions: Counts = {};
  const reasons: Counts = {};
  let logs = 0;

  const add = (counts: Counts, key: string, n = 1) => {
    counts[key] = (counts[key] ?? 0) + n;
  };
  const keep = (table: string, chunk: { readonly rows: number }) => {
    if (!withRows) return;
    for (let i = 0; i < chunk.rows; i++) {
      const cells = Object.entries(chunk).flatMap(([name, column]) => {
        if (!ArrayBuffer.isView(column)) return [];
        const value = (column as unknown as ArrayLike<number>)[i];
        return [name.endsWith('String') ? `${name}=${JSON.stringify(strings[value])}` : `${name}=${value}`];
      });
      rows.push(`${table} ${cells.join(' ')}`);
    }
  };

  const sink: TraceSink = {
    strings(added) {
      added.values.forEach((text, i) => {
        strings[added.first + i] = text;
      });
    },
    clock(clock) {
      clocks.push(clock);
    },
    transitions(chunk) {
      for (let i = 0; i < chunk.rows; i++) {
        const isGoroutine = chunk.resource[i] === 0;
        const states = isGoroutine ? goStates : procStates;
        add(transitions, `${isGoroutine ? 'goroutine' : 'proc'} ${states[chunk.from[i]]}->${states[chunk.to[i]]}`);
        if (isGoroutine) add(reasons, strings[chunk.reasonString[i]]);
      }
      keep('transition', chunk);
      return false;
    },
    ranges(chunk) {
      for (let i = 0; i < chunk.rows; i++) {
        const kind = rangeKinds[chunk.kind[i]];
        const name = chunk.kind[i] === 0 ? `${kind} (${strings[chunk.reasonString[i]]})` : kind;
        if (chunk.hasBegin[i] === 1) add(ranges, name);
        if (chunk.hasEnd[i] === 1) add(rangeNs, name, chunk.endNs[i] - chunk.beginNs[i]);
      }
      keep('range', chunk);
      return false;
    },
    metrics(chunk) {
      for (let i = 0; i < chunk.rows; i++) {
        const name = metricNames[chunk.metric[i]];
        add(metricCount, name);
        metricLast[name] = chunk.value[i];
        metricMax[name] = Math.max(metricMax[name] ?? 0, chunk.value[i]);
      }
      keep('metric', chunk);
      return false;
    },
    gcCycles: (chunk) => {
      keep('cycle', chunk);
      return false;
    },
    cpuSamples: (chunk) => {
      keep('sample', chunk);
      return false;
    },
    labels: (chunk) => {
      keep('label', chunk);
      return false;
    },
    goroutines: (chunk) => {
      keep('goroutine', chunk);
      return false;
    },
    tasks(chunk) {
      for (let i = 0; i < chunk.rows; i++) if (chunk.hasBegin[i] === 1) add(tasks, strings[chunk.nameString[i]]);
      keep('task', chunk);
      return false;
    },
    regions(chunk) {
      for (let i = 0; i < chunk.rows; i++) if (chunk.hasBegin[i] === 1) add(regions, strings[chunk.nameString[i]]);
      keep('region', chunk);
      return false;
    },
    logs(chunk) {
      logs += chunk.rows;
      keep('log', chunk);
      return false;
    },
    allocFree(chunk) {
      for (let i = 0; i < chunk.rows; i++) add(allocFree, allocFreeKinds[chunk.kind[i]]);
      onAllocFree?.(chunk);
      keep('allocFree', chunk);
      return false;
    },
    warning(problem) {
      problems.push(problem);
    },
  };
  const summary = await readGoTrace(
    { sizeBytes: data.length, chunks: chunks ?? pieces(data, pieceBytes) },
    sink,
    options,
  );
  return {
    summary,
    problems,
    clocks,
    strings,
    transitions,
    ranges,
    rangeNs,
    metricCount,
    metricLast,
    metricMax,
    allocFree,
    tasks,
    regions,
    reasons,
    logs,
    rows,
  };
}
