/**
 * The tables of the reader written as `go tool trace -d=parsed` would print the events they came from; see `parsed-text.ts`. A row that has a
 * begin and an end makes two lines. Since no two events of a trace share a time, sorting by time gives the order of the oracle.
 */
import type { TraceSource } from '../../../src-main/parsers/go-trace/read-events.ts';
import { readGoTrace } from '../../../src-main/parsers/go-trace/read-go-trace.ts';
import type { TraceProblem } from '../../../src-main/parsers/go-trace/trace-problem.ts';
import { allocFreeKinds, goStates, procStates, rangeKinds } from '../../../src-main/parsers/go-trace/trace-sink.ts';
import type { TraceSummary } from '../../../src-main/parsers/go-trace/trace-summary.ts';
import { type KeptTrace, keepTrace } from './kept-trace.ts';

export interface ModelText {
  readonly lines: readonly string[];
  readonly trace: KeptTrace;
  readonly summary: TraceSummary;
  readonly problems: readonly TraceProblem[];
}

const metricNames = ['/memory/classes/heap/objects:bytes', '/gc/heap/goal:bytes', '/sched/gomaxprocs:threads'];
/** Scope of a range by its kind. */
const stopTheWorld = 0;
const markPhase = 1;
const sweep = 2;

export async function modelText(source: TraceSource): Promise<ModelText> {
  const { sink, trace, problems } = keepTrace();
  const summary = await readGoTrace(source, sink);
  // Go's reader counts the time of a version 1 trace from its first event.
  const isVersion1 = (summary.formatVersion ?? 0) < 22;
  const writer = new LineWriter(trace, isVersion1 ? 0n : (summary.startNs ?? 0n));
  writer.all();
  return { lines: writer.sorted(), trace, summary, problems };
}

class LineWriter {
  private readonly lines: { readonly timeNs: number; readonly text: string }[] = [];
  private readonly t: KeptTrace;
  private readonly startNs: bigint;

  constructor(trace: KeptTrace, startNs: bigint) {
    this.t = trace;
    this.startNs = startNs;
  }

  all(): void {
    this.transitions();
    this.points();
    this.ranges();
    this.user();
    this.allocFree();
  }

  sorted(): string[] {
    this.lines.sort((a, b) => a.timeNs - b.timeNs);
    return this.lines.map(({ text }) => text);
  }

  private put(timeNs: number, kind: string, rest: string): void {
    this.lines.push({ timeNs, text: `${this.startNs + BigInt(timeNs)} ${kind} ${rest}` });
  }

  private transitions(): void {
    const { transitions, goroutines, strings } = this.t;
    const startStacks = new Map(goroutines.filter((g) => g.hasBegin === 1).map((g) => [g.beginNs, g.startStack]));
    for (const row of transitions) {
      const isGoroutine = row.resource === 0;
      const states = isGoroutine ? goStates : procStates;
      const from = states[row.from];
      const change = `${isGoroutine ? 'GoID' : 'ProcID'}=${row.id} ${from}->${states[row.to]}`;
      const reason = `Reason=${JSON.stringify(strings[row.reasonString])}`;
      const startStack = isGoroutine && from === 'NotExist' ? this.stack(startStacks.get(row.timeNs) ?? 0) : '';
      this.put(
        row.timeNs,
        'StateTransition',
        `${context(row)} ${change} ${reason} ${this.stack(row.stack)}${startStack}`,
      );
    }
  }

  private points(): void {
    const { metrics, labels, cpuSamples, strings } = this.t;
    for (const row of metrics) {
      const name = JSON.stringify(metricNames[row.metric]);
      this.put(row.timeNs, 'Metric', `P=${row.proc} G=${row.goroutine} Name=${name} Value=${BigInt(row.value)}`);
    }
    for (const row of labels) {
      const label = JSON.stringify(strings[row.labelString]);
      this.put(row.timeNs, 'Label', `G=${row.goroutine} Label=${label} Resource=Goroutine(${row.goroutine})`);
    }
    for (const row of cpuSamples) this.put(row.timeNs, 'StackSample', `${context(row)}  ${this.stack(row.stack)}`);
  }

  private ranges(): void {
    const { ranges, strings } = this.t;
    for (const row of ranges) {
      const reason = row.kind === stopTheWorld ? ` (${strings[row.reasonString]})` : '';
      const scope =
        row.kind === markPhase ? 'None' : row.kind === sweep ? `Proc(${row.proc})` : `Goroutine(${row.goroutine})`;
      const name = `Name=${JSON.stringify(rangeKinds[row.kind] + reason)} Scope=${scope}`;
      if (row.hasBegin === 1) this.put(row.beginNs, 'RangeBegin', `${context(row)} ${name} ${this.stack(row.stack)}`);
      else this.put(row.beginNs, 'RangeActive', ` ${name}`);
      if (row.hasEnd === 0) continue;
      const bytes = row.kind === sweep ? `"bytes swept"=${row.sweptBytes} "bytes reclaimed"=${row.reclaimedBytes}` : '';
      this.put(row.endNs, 'RangeEnd', ` ${name} Attributes=[${bytes}]`);
    }
  }

  private user(): void {
    const { tasks, regions, logs, strings } = this.t;
    for (const row of tasks) {
      const task = `ID=${row.task} Parent=${unsigned(row.parent)} Type=${JSON.stringify(strings[row.nameString])}`;
      if (row.hasBegin === 1) this.put(row.beginNs, 'TaskBegin', `G=${row.goroutine} ${task} ${this.stack(row.stack)}`);
      if (row.hasEnd === 1) this.put(row.endNs, 'TaskEnd', ` ${task}`);
    }
    for (const row of regions) {
      const region = `Task=${unsigned(row.task)} Type=${JSON.stringify(strings[row.nameString])}`;
      const who = `G=${row.goroutine}`;
      if (row.hasBegin === 1) this.put(row.beginNs, 'RegionBegin', `${who} ${region} ${this.stack(row.stack)}`);
      if (row.hasEnd === 1) this.put(row.endNs, 'RegionEnd', `${who} ${region}`);
    }
    for (const row of logs) {
      const text = [row.categoryString, row.messageString].map((string) => JSON.stringify(strings[string]));
      const log = `Task=${unsigned(row.task)} Category=${text[0]} Message=${text[1]}`;
      this.put(row.timeNs, 'Log', `G=${row.goroutine} ${log} ${this.stack(row.stack)}`);
    }
  }

  private allocFree(): void {
    const { allocFree, allocInfo, types } = this.t;
    const units = allocInfo ?? { pageBytes: 8192, objectAlignBytes: 8, stackAlignBytes: 2048 };
    for (const row of allocFree) {
      const kind = allocFreeKinds[row.kind];
      let args: string;
      if (kind.startsWith('Span')) {
        args = `id=${row.address / units.pageBytes}`;
        const kindClass = row.spanClass === -1 ? 1 : row.spanClass * 2;
        if (kind !== 'SpanFree') args += `, npages_value=${row.npages}, kindclass=${kindClass}`;
      } else if (kind.startsWith('Heap')) {
        args = `id=${row.address / units.objectAlignBytes}`;
        if (kind !== 'HeapObjectFree') args += `, type=${row.type === 0 ? 'none' : types[row.type]}`;
      } else {
        args = `id=${row.address / units.stackAlignBytes}`;
        if (kind !== 'GoroutineStackFree') args += `, order=${Math.log2(row.stackBytes) + 1}`;
      }
      this.put(row.timeNs, 'Experimental', `P=${row.proc} G=${row.goroutine} Name=${kind} Args=[${args}]`);
    }
  }

  private stack(index: number): string {
    return this.t.stacks[index] ?? '';
  }
}

function context(row: { readonly thread: number; readonly proc: number; readonly goroutine: number }): string {
  return `M=${row.thread} P=${row.proc} G=${row.goroutine}`;
}

/** Go prints the ids of tasks unsigned, and -1 means none. */
function unsigned(id: number): string {
  return BigInt.asUintN(64, BigInt(id)).toString();
}
