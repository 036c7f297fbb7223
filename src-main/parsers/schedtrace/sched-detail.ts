/**
 * The lines of scheddetail=1 below a `SCHED` line: each P, M and G with its state. Per sample they are counted by state; each P keeps its own
 * course, since a P that stands in `gcstop` or `syscall` for long is what one looks for around a collection.
 *
 * @source runtime/proc.go schedtrace; runtime/runtime2.go _Pidle ... _Pdead, _Gidle ... _Gleaked (Go 1.4 to 1.26)
 */
const pStates = ['idle', 'running', 'syscall', 'gcstop', 'dead'];
const gStates = [
  'idle',
  'runnable',
  'running',
  'syscall',
  'waiting',
  'moribund',
  'dead',
  'enqueue',
  'copystack',
  'preempted',
  'leaked',
];
const pLine =
  /^ {2}P(\d{1,6}): status=(\d{1,3}) schedtick=(\d{1,18}) syscalltick=(\d{1,18}) m=(-?\d{1,9}|nil) runqsize=(-?\d{1,9})/;
const mLine =
  /^ {2}M(\d{1,9}): p=(-?\d{1,9}|nil) curg=(-?\d{1,19}|nil) mallocing=(\d{1,9}) .{0,200} spinning=(\w{1,5}) blocked=(\w{1,5})/;
const gLine = /^ {2}G(\d{1,19}): status=(\d{1,5})\(([^)\n]{0,60}(?:\([^)\n]{0,30}\))?)\) m=(-?\d{1,9}|nil)/;
const ownCourse = 64;

export interface SchedDetail {
  /** `metric`, its label and the value, for the row of the sample. */
  readonly values: readonly (readonly [
    metric: string,
    labels: Readonly<Record<string, string>> | undefined,
    value: number,
  ])[];
  readonly goroutines: number;
}

export class SchedDetailLines {
  private readonly p = new Map<string, number>();
  private readonly perP: [p: string, state: number, queued: number][] = [];
  private readonly m = new Map<string, number>();
  private readonly g = new Map<string, number>();
  private ticks = 0;
  private syscallTicks = 0;
  private queued = 0;
  private timers = 0;
  private mallocing = 0;
  private goroutines = 0;
  lines = 0;

  take(text: string): boolean {
    switch (text.charCodeAt(2)) {
      case 80:
        return this.takeP(text);
      case 77:
        return this.takeM(text);
      case 71:
        return this.takeG(text);
      default:
        return false;
    }
  }

  /** What was counted since the last call; undefined where there were no such lines. */
  close(): SchedDetail | undefined {
    if (this.lines === 0) return undefined;
    const values: [string, Record<string, string> | undefined, number][] = [];
    for (const [state, n] of this.p) values.push(['sched_procs', { state }, n]);
    for (const [state, n] of this.m) values.push(['sched_threads', { state }, n]);
    for (const [state, n] of this.g) values.push(['sched_goroutines', { state }, n]);
    for (const [p, state, queued] of this.perP) {
      values.push(['sched_proc_state', { p }, state]);
      values.push(['run_queue', { p }, queued]);
    }
    if (this.p.size > 0) {
      values.push(['run_queue', { queue: 'local' }, this.queued]);
      values.push(['sched_ticks_total', undefined, this.ticks]);
      values.push(['syscall_ticks_total', undefined, this.syscallTicks]);
      values.push(['sched_timers', undefined, this.timers]);
    }
    if (this.m.size > 0) values.push(['sched_threads_mallocing', undefined, this.mallocing]);
    const { goroutines } = this;
    for (const map of [this.p, this.m, this.g]) map.clear();
    this.perP.length = 0;
    this.ticks = this.syscallTicks = this.queued = this.timers = this.mallocing = this.goroutines = this.lines = 0;
    return { values, goroutines };
  }

  private takeP(text: string): boolean {
    const m = pLine.exec(text);
    if (!m) return false;
    const state = Number(m[2]);
    add(this.p, pStates[state] ?? String(state));
    if (this.perP.length < ownCourse) this.perP.push([m[1] as string, state, Number(m[6])]);
    this.ticks += Number(m[3]);
    this.syscallTicks += Number(m[4]);
    this.queued += Number(m[6]);
    const timers = / timerslen=(\d{1,9})/.exec(text);
    if (timers) this.timers += Number(timers[1]);
    this.lines++;
    return true;
  }

  private takeM(text: string): boolean {
    const m = mLine.exec(text);
    if (!m) return false;
    const isTrue = (word: string | undefined) => word === 'true' || word === '1';
    const hasP = m[2] !== 'nil' && m[2] !== '-1';
    const state = isTrue(m[5]) ? 'spinning' : isTrue(m[6]) ? 'blocked' : hasP ? 'with_p' : 'without_p';
    add(this.m, state);
    if (m[4] !== '0') this.mallocing++;
    this.lines++;
    return true;
  }

  private takeG(text: string): boolean {
    const m = gLine.exec(text);
    if (!m) return false;
    const status = Number(m[2]);
    // 0x1000 is added while the collector scans the stack
    const state = gStates[status % 0x1000] ?? String(status);
    add(this.g, state === 'waiting' && m[3] ? (m[3] as string) : state);
    if (state !== 'dead') this.goroutines++;
    this.lines++;
    return true;
  }
}

function add(counts: Map<string, number>, key: string): void {
  if (counts.size < 60 || counts.has(key)) counts.set(key, (counts.get(key) ?? 0) + 1);
}
