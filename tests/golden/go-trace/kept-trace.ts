/** Keeps all that the reader says of a small trace, a row an object: for tests only. */
import type { AllocInfo } from '../../../src-main/parsers/go-trace/binary/alloc-experiment.ts';
import type { TraceProblem } from '../../../src-main/parsers/go-trace/trace-problem.ts';
import type {
  allocFreeColumns,
  cpuSampleColumns,
  gcCycleColumns,
  goroutineColumns,
  labelColumns,
  logColumns,
  metricColumns,
  rangeColumns,
  regionColumns,
  TraceClock,
  TraceSink,
  taskColumns,
  transitionColumns,
} from '../../../src-main/parsers/go-trace/trace-sink.ts';

/** A row of a table, each column a number. */
type Row<S> = { readonly [K in keyof S]: number };

export interface KeptTrace {
  readonly strings: string[];
  /** Stacks as `function pc file:line`, leaf first, `;` between frames. */
  readonly stacks: string[];
  /** Types as `address size pointerBytes name`. */
  readonly types: string[];
  readonly clocks: TraceClock[];
  allocInfo: AllocInfo | undefined;
  readonly transitions: Row<typeof transitionColumns>[];
  readonly metrics: Row<typeof metricColumns>[];
  readonly ranges: Row<typeof rangeColumns>[];
  readonly gcCycles: Row<typeof gcCycleColumns>[];
  readonly cpuSamples: Row<typeof cpuSampleColumns>[];
  readonly labels: Row<typeof labelColumns>[];
  readonly tasks: Row<typeof taskColumns>[];
  readonly regions: Row<typeof regionColumns>[];
  readonly logs: Row<typeof logColumns>[];
  readonly goroutines: Row<typeof goroutineColumns>[];
  readonly allocFree: Row<typeof allocFreeColumns>[];
}

/** A sink and what it will have filled. */
export function keepTrace(): { sink: TraceSink; trace: KeptTrace; problems: TraceProblem[] } {
  const problems: TraceProblem[] = [];
  const frames: string[] = [];
  const trace: KeptTrace = {
    strings: [],
    stacks: [],
    types: [],
    clocks: [],
    allocInfo: undefined,
    transitions: [],
    metrics: [],
    ranges: [],
    gcCycles: [],
    cpuSamples: [],
    labels: [],
    tasks: [],
    regions: [],
    logs: [],
    goroutines: [],
    allocFree: [],
  };
  const { strings, stacks, types } = trace;
  const sink: TraceSink = {
    strings: (added) => {
      for (const [i, text] of added.values.entries()) strings[added.first + i] = text;
    },
    frames: (added) => {
      for (const [i, pc] of added.pc.entries()) {
        const place = `${strings[added.fileString[i]]}:${added.line[i]}`;
        frames[added.first + i] = `${strings[added.functionString[i]]} 0x${pc.toString(16)} ${place}`;
      }
    },
    stacks: (added) => {
      for (let i = 0; i + 1 < added.offsets.length; i++) {
        const ids = added.frames.subarray(added.offsets[i], added.offsets[i + 1]);
        stacks[added.first + i] = Array.from(ids, (id) => frames[id]).join(';');
      }
    },
    types: (added) => {
      for (const [i, address] of added.address.entries()) {
        const sizes = `${added.sizeBytes[i]} ${added.pointerBytes[i]}`;
        types[added.first + i] = `${address} ${sizes} ${strings[added.nameString[i]]}`;
      }
    },
    clock: (clock) => trace.clocks.push(clock),
    allocInfo: (info) => {
      trace.allocInfo = info;
    },
    transitions: (chunk) => keepRows(chunk, trace.transitions),
    metrics: (chunk) => keepRows(chunk, trace.metrics),
    ranges: (chunk) => keepRows(chunk, trace.ranges),
    gcCycles: (chunk) => keepRows(chunk, trace.gcCycles),
    cpuSamples: (chunk) => keepRows(chunk, trace.cpuSamples),
    labels: (chunk) => keepRows(chunk, trace.labels),
    tasks: (chunk) => keepRows(chunk, trace.tasks),
    regions: (chunk) => keepRows(chunk, trace.regions),
    logs: (chunk) => keepRows(chunk, trace.logs),
    goroutines: (chunk) => keepRows(chunk, trace.goroutines),
    allocFree: (chunk) => keepRows(chunk, trace.allocFree),
    warning: (problem) => problems.push(problem),
  };
  return { sink, trace, problems };
}

/** Adds the rows of a chunk to `rows`; the arrays stay the reader's. */
function keepRows<R>(chunk: { readonly rows: number }, rows: R[]): boolean {
  const columns = Object.entries(chunk).filter(([, column]) => ArrayBuffer.isView(column));
  for (let i = 0; i < chunk.rows; i++) {
    rows.push(
      Object.fromEntries(columns.map(([name, column]) => [name, (column as unknown as ArrayLike<number>)[i]])) as R,
    );
  }
  return false;
}
