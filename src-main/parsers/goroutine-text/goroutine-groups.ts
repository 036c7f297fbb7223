/**
 * Goroutines of one dump, those with the same wait reason, stack and creator as one group, as panicparse and `goroutine?debug=1` group them.
 * Arguments do not count: goroutines that differ in pointers only are alike.
 */
import type { TextFrame } from './stack-text.ts';

const idsKept = 10;

export interface Goroutine {
  /** Empty where the text does not number goroutines. */
  readonly id: string;
  readonly state: string;
  readonly line: number;
  readonly minutes: number;
  readonly locked: boolean;
  readonly leaked: boolean;
  readonly count: number;
  readonly frames: TextFrame[];
  /** First argument of calls of the allocator, by index of the frame; bytes. */
  readonly firstArguments: Map<number, number>;
  createdBy: string;
  /** Where it was created: `file:line`. */
  createdAt: string;
  elided: number;
  /** What the addresses of frames that a debug=1 record does not name say it waits for. */
  hiddenWait: string;
}

export interface GoroutineGroup {
  readonly state: string;
  readonly frames: readonly TextFrame[];
  readonly createdBy: string;
  readonly createdAt: string;
  readonly line: number;
  readonly ids: string[];
  count: number;
  /** Longest and shortest wait, minutes; the runtime says nothing below one. */
  minutes: number;
  leastMinutes: number;
  locked: number;
  leaked: number;
  elided: number;
}

export class GoroutineGroups {
  private readonly groups = new Map<string, GoroutineGroup>();
  readonly states = new Map<string, number>();
  total = 0;
  leaked = 0;

  add(goroutine: Goroutine): void {
    const { count, frames } = goroutine;
    const state = goroutine.state || stateOfStack(frames) || goroutine.hiddenWait;
    const key = `${state}\n${frames.map((f) => `${f.function}:${f.line}`).join('\n')}\n${goroutine.createdBy}`;
    let group = this.groups.get(key);
    if (!group) {
      group = {
        state,
        frames,
        createdBy: goroutine.createdBy,
        createdAt: goroutine.createdAt,
        line: goroutine.line,
        ids: [],
        count: 0,
        minutes: 0,
        leastMinutes: Number.POSITIVE_INFINITY,
        locked: 0,
        leaked: 0,
        elided: goroutine.elided,
      };
      this.groups.set(key, group);
    }
    group.count += count;
    group.minutes = Math.max(group.minutes, goroutine.minutes);
    group.leastMinutes = Math.min(group.leastMinutes, goroutine.minutes);
    if (goroutine.locked) group.locked += count;
    if (goroutine.leaked) group.leaked += count;
    if (goroutine.id !== '' && group.ids.length < idsKept) group.ids.push(goroutine.id);
    this.states.set(state, (this.states.get(state) ?? 0) + count);
    this.total += count;
    if (goroutine.leaked) this.leaked += count;
  }

  /** The largest first. */
  list(): readonly GoroutineGroup[] {
    return [...this.groups.values()].sort((a, b) => b.count - a.count || a.line - b.line);
  }
}

/** debug=1 names no wait reason: the innermost frames do. */
function stateOfStack(frames: readonly TextFrame[]): string {
  for (const { function: f } of frames.slice(0, 6)) {
    if (f === 'runtime.chansend1' || f === 'runtime.chansend') return 'chan send';
    if (f === 'runtime.chanrecv1' || f === 'runtime.chanrecv2' || f === 'runtime.chanrecv') return 'chan receive';
    if (f === 'runtime.selectgo' || f === 'runtime.block') return 'select';
    if (f === 'time.Sleep') return 'sleep';
    if (f === 'internal/poll.runtime_pollWait') return 'IO wait';
    if (/^(?:internal\/)?sync\.\(\*(?:RW)?Mutex\)\.(?:R?Lock|lockSlow)/.test(f)) return 'sync.Mutex.Lock';
    if (f.startsWith('sync.(*WaitGroup).Wait')) return 'sync.WaitGroup.Wait';
    if (f.startsWith('sync.(*Cond).Wait')) return 'sync.Cond.Wait';
    if (f.startsWith('syscall.') || f === 'runtime.cgocall') return 'syscall';
  }
  return '';
}
