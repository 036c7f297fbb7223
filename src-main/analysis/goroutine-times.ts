/**
 * Where goroutines spent a stretch of a trace: running, waiting for a P, blocked, in system calls; by the function they began with.
 *
 * A goroutine's state at the begin of the stretch is that of its last transition before, which is looked for some chunks back; of one without any there, that
 * which its next transition leaves, inside the stretch or in the chunk behind it. A goroutine with no transition in all that is not counted: it slept long.
 *
 * @source Go 1.26 internal/trace/summary.go GoroutineSummary, whose sums these are
 */
import type { TableReader } from '../case/store/tables.ts';
import { goStates } from '../parsers/go-trace/trace-sink.ts';
import type { TraceNames } from './heap/trace-names.ts';

export interface GoroutineGroup {
  /** Where they began; empty where the trace does not tell. */
  readonly function: string;
  readonly goroutines: number;
  readonly runningNs: number;
  /** Ready, and no P to run on. */
  readonly runnableNs: number;
  readonly waitingNs: number;
  readonly syscallNs: number;
  /** Why they waited longest; empty where nothing says. */
  readonly reason: string;
  readonly reasonNs: number;
}

export interface GoroutineTimes {
  /** Most running first. */
  readonly groups: readonly GoroutineGroup[];
  readonly goroutines: number;
  /** End of what was read: the end of the stretch, or less where it holds too many transitions. */
  readonly toNs: number;
}

/** Transitions that are read: 64 chunks of 64 Ki. */
const chunksRead = 64;
const chunksBefore = 4;
const [undetermined, notExist, runnable, running, waiting, syscall] = goStates.map((_, i) => i) as [
  number,
  number,
  number,
  number,
  number,
  number,
];

interface Course {
  state: number;
  sinceNs: number;
  reason: number;
  /** Stack of the goroutine's own, the first that was met. */
  stack: number;
  readonly byState: Float64Array;
  readonly byReason: Map<number, number>;
}

/** @param fromNs begin and end in nanoseconds of the trace. Cost: the chunks of transitions read, 8 ms each. */
export function goroutineTimes(
  tables: TableReader,
  evidence: number,
  names: TraceNames,
  fromNs: number,
  toNs: number,
): GoroutineTimes {
  const chunks = tables.chunks(evidence, 'transitions');
  const first = chunks.findIndex((c) => c.toNs >= fromNs);
  if (first < 0) return { groups: [], goroutines: 0, toNs };
  const within = chunks.slice(first, first + chunksRead).filter((c) => c.fromNs <= toNs);
  const isCut = (chunks[first + chunksRead]?.fromNs ?? Number.POSITIVE_INFINITY) <= toNs;
  const endNs = Math.min(toNs, isCut ? (within.at(-1)?.toNs ?? toNs) : (chunks.at(-1)?.toNs ?? toNs));
  const courses = new Map<number, Course>();
  const last = first + within.length;
  for (const { seq } of chunks.slice(Math.max(0, first - chunksBefore), last + 1))
    followChunk(tables, evidence, seq, courses, fromNs, endNs);
  const groups = new Map<string, GoroutineSum>();
  let goroutines = 0;
  for (const [goroutine, course] of courses) {
    spend(course, fromNs, endNs);
    if (course.byState.every((ns) => ns === 0)) continue;
    goroutines++;
    const name = names.startFunction(goroutine) || (names.stack(course.stack).at(-1)?.function ?? '');
    const sum = groups.get(name) ?? new GoroutineSum(name);
    sum.add(course);
    groups.set(name, sum);
  }
  const rows = [...groups.values()].map((g) => g.row(names));
  return {
    groups: rows.sort((a, b) => b.runningNs - a.runningNs || b.runnableNs - a.runnableNs || b.waitingNs - a.waitingNs),
    goroutines,
    toNs: endNs,
  };
}

function followChunk(
  tables: TableReader,
  evidence: number,
  seq: number,
  courses: Map<number, Course>,
  fromNs: number,
  endNs: number,
): void {
  const columns = ['timeNs', 'resource', 'id', 'from', 'to', 'reasonString', 'goroutine', 'stack'];
  const t = tables.columns(evidence, 'transitions', seq, columns);
  if (!t?.timeNs) return;
  for (let i = 0; i < t.timeNs.length; i++) {
    const ns = t.timeNs[i] as number;
    if (t.resource?.[i] !== 0) continue;
    const goroutine = t.id?.[i] as number;
    const from = t.from?.[i] as number;
    const to = t.to?.[i] as number;
    let course = courses.get(goroutine);
    if (!course) {
      // a state that is said of an older goroutine was its state before, too
      const state = from === undetermined ? to : from;
      const byState = new Float64Array(goStates.length);
      course = { state, sinceNs: 0, reason: 0, stack: 0, byState, byReason: new Map() };
      courses.set(goroutine, course);
    }
    if (ns > endNs) continue;
    spend(course, fromNs, ns);
    course.state = to;
    course.sinceNs = ns;
    course.reason = t.reasonString?.[i] as number;
    if (course.stack === 0 && t.goroutine?.[i] === goroutine) course.stack = t.stack?.[i] as number;
  }
}

/** Charges the time since the last transition, as far as it lies in the stretch, to the state it was spent in. */
function spend(course: Course, fromNs: number, ns: number): void {
  const spent = ns - Math.max(course.sinceNs, fromNs);
  if (spent <= 0 || course.state === undetermined || course.state === notExist) return;
  course.byState[course.state] = (course.byState[course.state] as number) + spent;
  if (course.state === waiting) course.byReason.set(course.reason, (course.byReason.get(course.reason) ?? 0) + spent);
}

class GoroutineSum {
  private readonly name: string;
  private goroutines = 0;
  private readonly byState = new Float64Array(goStates.length);
  private readonly byReason = new Map<number, number>();

  constructor(name: string) {
    this.name = name;
  }

  add({ byState, byReason }: Course): void {
    this.goroutines++;
    byState.forEach((ns, state) => {
      this.byState[state] = (this.byState[state] as number) + ns;
    });
    for (const [reason, ns] of byReason) this.byReason.set(reason, (this.byReason.get(reason) ?? 0) + ns);
  }

  row(names: TraceNames): GoroutineGroup {
    const [reason, reasonNs] = [...this.byReason].sort((a, b) => b[1] - a[1])[0] ?? [0, 0];
    const of = (state: number) => this.byState[state] as number;
    return {
      function: this.name,
      goroutines: this.goroutines,
      runningNs: of(running),
      runnableNs: of(runnable),
      waitingNs: of(waiting),
      syscallNs: of(syscall),
      reason: names.string(reason),
      reasonNs,
    };
  }
}
