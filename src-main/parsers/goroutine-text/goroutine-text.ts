/**
 * Goroutine dumps: /debug/pprof/goroutine?debug=1 and 2, the goroutineleak profile as text, SIGQUIT and crash tracebacks. Goroutines with the same
 * wait reason and the same stack become one group.
 *
 * A traceback behind `panic:`, `fatal error:` or a signal is a crash: the message and the first goroutine are kept as an event.
 *
 * @source runtime/pprof/pprof.go writeGoroutine, printCountProfile; runtime/traceback.go goroutineheader; runtime/panic.go (Go 1.26)
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { captureClock, type Json, wallClock } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { SampleFrames } from '../text/sample-frames.ts';
import { hiddenWait } from './hidden-wait.ts';
import {
  parseCall,
  parseCreatedBy,
  parseDebug1Address,
  parseDebug1Frame,
  parseFileLine,
  parseGoroutineHead,
  type TextFrame,
} from './stack-text.ts';

const groupsKept = 100;
const framesKept = 40;
const crashHead =
  /^(?:panic: |fatal error: |runtime: (?:out of memory|goroutine stack exceeds|cannot allocate|failed to create new OS thread|program exceeds|VirtualAlloc|mmap|unexpected)|SIG[A-Z]{2,8}: |unexpected fault address|\[signal SIG|fatal: morestack|signal: |exit status \d)/;
const profileHead = /^([a-z]{3,30}) profile: total (\d{1,12})$/;
const countHead = /^(\d{1,12}) @(?: 0x[0-9a-f]{1,16}){0,1100}\s*$/;

interface Group {
  readonly state: string;
  readonly frames: readonly TextFrame[];
  readonly createdBy: string;
  readonly line: number;
  count: number;
  minutes: number;
  locked: number;
}

interface Open {
  readonly state: string;
  readonly line: number;
  readonly minutes: number;
  readonly locked: boolean;
  readonly count: number;
  readonly frames: TextFrame[];
  /** Return addresses of a debug=1 record, innermost first. */
  readonly addresses: readonly number[];
  /** Address of the first frame that a debug=1 record names. */
  shown: number | undefined;
  createdBy: string;
  call: string | undefined;
}

class GoroutineText implements Reading {
  private readonly frames = new SampleFrames('goroutine dump');
  private groups = new Map<string, Group>();
  private states = new Map<string, number>();
  private open: Open | undefined;
  private total = 0;
  private stated = 0;
  private profile = '';
  private crash: { text: string[]; line: number } | undefined;
  private firstLine: Line | undefined;
  private dumps = 0;
  private crashes = 0;
  private taken = 0;
  private dialect = '';
  private lastLine = -10;
  private allStates = new Map<string, number>();
  private largest = 0;
  private allTotal = 0;

  take(line: Line, context: TextContext): boolean {
    const taken = this.takeLine(line, context);
    if (taken) {
      this.taken++;
      this.lastLine = line.number;
    }
    return taken;
  }

  endSection(context: TextContext): void {
    this.finishDump(context);
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    const counts: Record<string, number> = {
      goroutines: this.allTotal,
      dumps: this.dumps,
      largest_group: this.largest,
      crashes: this.crashes,
    };
    if (this.stated > 0) counts.stated_total = this.stated;
    for (const [state, n] of [...this.allStates].sort((a, b) => b[1] - a[1]).slice(0, 20)) counts[`state ${state}`] = n;
    return [
      { kind: this.crashes > 0 ? 'go-crash' : 'goroutine-text', dialect: this.dialect, taken: this.taken, counts },
    ];
  }

  private takeLine(line: Line, context: TextContext): boolean {
    if (line.length === 0) return this.open !== undefined && this.closeGoroutine();
    const c = line.byte(0);
    const open = this.open;
    if (open && (c === 9 || c === 32)) return this.takeFile(line, open);
    if (open && c === 35) return this.takeDebug1(line, open);
    const text = withoutTicks(line.head(2_000));
    if (c === 103) {
      const head = parseGoroutineHead(text);
      if (head) {
        this.begin({ ...head, count: 1 }, line);
        this.dialect ||= 'debug=2';
        return true;
      }
    }
    const profile = profileHead.exec(text);
    if (profile) {
      this.finishDump(context);
      this.firstLine = line.copy();
      this.profile = profile[1] as string;
      this.stated = Number(profile[2]);
      this.dialect = 'debug=1';
      return true;
    }
    if (this.dialect === 'debug=1' && c >= 48 && c <= 57) {
      const m = countHead.exec(text);
      if (m) {
        this.begin({ state: '', minutes: 0, locked: false, count: Number(m[1]), addresses: addressesOf(text) }, line);
        return true;
      }
    }
    if (open) {
      const created = parseCreatedBy(text);
      if (created) {
        open.createdBy = created;
        open.call = undefined;
        return true;
      }
      const call = parseCall(text);
      if (call) {
        open.call = call;
        return true;
      }
      if (text.startsWith('...additional frames elided') || /^\.\.\.\d{1,9} frames elided/.test(text)) return true;
    }
    return this.takeCrash(text, line, context);
  }

  private takeCrash(text: string, line: Line, context: TextContext): boolean {
    if (crashHead.test(text)) {
      if (this.crash && this.total > 0) this.finishDump(context);
      this.crash ??= { text: [], line: line.number };
      if (this.crash.text.length < 8) this.crash.text.push(text.slice(0, 400));
      this.firstLine ??= line.copy();
      this.closeGoroutine();
      return true;
    }
    if (this.crash && this.lastLine === line.number - 1) {
      if (
        /^(?:runtime stack:|goroutine running on other thread; stack unavailable|\[originating from goroutine)/.test(
          text,
        )
      ) {
        if (text === 'runtime stack:')
          this.begin({ state: 'runtime stack', minutes: 0, locked: false, count: 0 }, line);
        return true;
      }
      if (/^(?:r[a-z0-9]{1,3}|[cfg]s|rip|rflags|eip|lr|sp|pc|pstate|fault)\s{1,8}0x[0-9a-f]{1,20}$/.test(text))
        return true;
    }
    return /^(?:-{5}|\t?goroutine running on other thread)/.test(text) && this.total > 0;
  }

  private begin(
    head: { state: string; minutes: number; locked: boolean; count: number; addresses?: readonly number[] },
    line: Line,
  ): void {
    this.closeGoroutine();
    this.firstLine ??= line.copy();
    this.open = {
      addresses: [],
      ...head,
      line: line.number,
      frames: [],
      shown: undefined,
      createdBy: '',
      call: undefined,
    };
  }

  private takeFile(line: Line, open: Open): boolean {
    const where = parseFileLine(line.head(1_100));
    if (!where) return false;
    if (open.call !== undefined && open.frames.length < framesKept) open.frames.push({ function: open.call, ...where });
    open.call = undefined;
    return true;
  }

  private takeDebug1(line: Line, open: Open): boolean {
    const text = line.head(2_200);
    const frame = parseDebug1Frame(text);
    if (frame && open.frames.length < framesKept) open.frames.push(frame);
    if (frame) open.shown ??= parseDebug1Address(text);
    return frame !== undefined || text.startsWith('# labels:') || text.startsWith('#\t');
  }

  private closeGoroutine(): boolean {
    const open = this.open;
    this.open = undefined;
    if (!open) return false;
    if (open.count === 0) return true;
    const state =
      open.state ||
      stateOfStack(open.frames) ||
      (open.shown === undefined ? '' : hiddenWait(open.addresses, open.shown));
    const key = `${state}\n${open.frames.map((f) => `${f.function}:${f.line}`).join('\n')}\n${open.createdBy}`;
    const group = this.groups.get(key);
    if (group) {
      group.count += open.count;
      group.minutes = Math.max(group.minutes, open.minutes);
      group.locked += open.locked ? open.count : 0;
    } else {
      this.groups.set(key, {
        state,
        frames: open.frames,
        createdBy: open.createdBy,
        line: open.line,
        count: open.count,
        minutes: open.minutes,
        locked: open.locked ? open.count : 0,
      });
    }
    this.states.set(state, (this.states.get(state) ?? 0) + open.count);
    this.total += open.count;
    return true;
  }

  /** The dump is complete: its row, its groups, its crash. */
  private finishDump(context: TextContext): void {
    this.closeGoroutine();
    const first = this.firstLine;
    this.firstLine = undefined;
    if (!first || (this.total === 0 && !this.crash && this.profile === '')) return;
    this.dumps++;
    const groups = [...this.groups.values()].sort((a, b) => b.count - a.count || a.line - b.line);
    const isGoroutines = this.profile === '' || this.profile === 'goroutine';
    const wallNs = context.section?.wallNs ?? context.prefix?.wallNs;
    const clock = wallNs === undefined ? captureClock : wallClock;
    if (isGoroutines && this.total > 0 && !this.crash) {
      this.frames.open(first, context);
      this.frames.set({ metric: 'goroutines', sourceName: 'goroutine dump' }, this.total);
      this.frames.close();
    }
    for (const group of groups.slice(0, groupsKept)) {
      context.sink.event({
        kind: 'goroutine_group',
        clock,
        tNs: wallNs,
        at: { line: group.line },
        data: {
          profile: this.profile || (this.crash ? 'crash' : 'goroutine'),
          dump: this.dumps,
          count: group.count,
          of: this.total,
          state: group.state,
          minutes: group.minutes,
          created_by: group.createdBy,
          frames: group.frames as unknown as Json,
        },
      });
    }
    if (this.crash) this.sayCrash(groups, context);
    for (const [state, n] of this.states) this.allStates.set(state, (this.allStates.get(state) ?? 0) + n);
    this.largest = Math.max(this.largest, groups[0]?.count ?? 0);
    this.allTotal = Math.max(this.allTotal, this.total);
    this.groups = new Map();
    this.states = new Map();
    this.total = 0;
    this.profile = '';
    this.crash = undefined;
  }

  private sayCrash(groups: readonly Group[], context: TextContext): void {
    const crash = this.crash as { text: string[]; line: number };
    this.crashes++;
    const running = groups.find((g) => g.state === 'running') ?? groups[0];
    const wallNs = context.prefix?.wallNs;
    const process = context.process;
    context.sink.event({
      kind: 'crash',
      clock: wallNs !== undefined ? wallClock : process.lastNs > 0 ? process.clock : captureClock,
      tNs: wallNs ?? (process.lastNs > 0 ? BigInt(Math.round(process.lastNs)) : undefined),
      at: { line: crash.line },
      data: {
        message: crash.text.join('\n'),
        goroutines: this.total,
        state: running?.state ?? '',
        frames: (running?.frames ?? []) as unknown as Json,
      },
    });
  }
}

/** The innermost return addresses of a debug=1 record: `12 @ 0x47684e 0x40f5c5`. */
function addressesOf(text: string): readonly number[] {
  return text.split(' ', 8).slice(2).map(Number);
}

/** A paste from a web page ends in back ticks. */
function withoutTicks(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 96) end--;
  return text.slice(0, end);
}

/** debug=1 names no wait reason: the innermost frames do. */
function stateOfStack(frames: readonly TextFrame[]): string {
  for (const { function: f } of frames.slice(0, 6)) {
    if (f === 'runtime.chansend1' || f === 'runtime.chansend') return 'chan send';
    if (f === 'runtime.chanrecv1' || f === 'runtime.chanrecv2' || f === 'runtime.chanrecv') return 'chan receive';
    if (f === 'runtime.selectgo' || f === 'runtime.block') return 'select';
    if (f === 'time.Sleep') return 'sleep';
    if (f === 'internal/poll.runtime_pollWait') return 'IO wait';
    if (/^sync\.\(\*(?:RW)?Mutex\)\.(?:R?Lock|lockSlow)/.test(f)) return 'sync.Mutex.Lock';
    if (f.startsWith('sync.(*WaitGroup).Wait')) return 'sync.WaitGroup.Wait';
    if (f.startsWith('sync.(*Cond).Wait')) return 'sync.Cond.Wait';
    if (f.startsWith('syscall.') || f === 'runtime.cgocall') return 'syscall';
  }
  return '';
}

export const goroutineTextFormat: ReadingFormat = {
  id: 'goroutine-text',
  weight: 0.5,
  create: () => new GoroutineText(),
};
