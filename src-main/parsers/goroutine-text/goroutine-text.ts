/**
 * Goroutine dumps: /debug/pprof/goroutine?debug=1 and 2, the goroutineleak profile as text, SIGQUIT and crash tracebacks. Goroutines with the same
 * wait reason and the same stack become one group.
 *
 * A traceback behind `panic:`, `fatal error:` or a signal is a crash. The threads that GOTRACEBACK=crash prints one by one are one crash; a new
 * headline behind goroutines is another one.
 *
 * @source runtime/pprof/pprof.go writeGoroutine, printCountProfile; runtime/traceback.go goroutineheader; runtime/panic.go (Go 1.26)
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { captureClock, type Json, wallClock } from '../contract.ts';
import { Crash } from '../go-crash/crash.ts';
import { readCrashLine } from '../go-crash/crash-line.ts';
import { parseSymbolComment } from '../pprof/legacy/stack-words.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { SampleFrames } from '../text/sample-frames.ts';
import { type Goroutine, type GoroutineGroup, GoroutineGroups } from './goroutine-groups.ts';
import { hiddenWait } from './hidden-wait.ts';
import {
  firstArgument,
  framesElided,
  parseCall,
  parseCreatedBy,
  parseFileLine,
  parseGoroutineHead,
} from './stack-text.ts';

const groupsKept = 100;
const framesKept = 40;
const statesCounted = 20;
const crashesShown = 5;
const profileHead = /^([a-z]{3,30}) profile: total (\d{1,12})$/;
const countHead = /^(\d{1,12}) @(?: 0x[0-9a-f]{1,16}){0,1100}\s*$/;
const ancestor = /^\[originating from goroutine \d{1,19}\]:$/;
/** Lines of a crash stand together; so many others may stand between, written by other goroutines. */
const gapLines = 3;

interface Open {
  readonly goroutine: Goroutine;
  /** Return addresses of a debug=1 record, innermost first. */
  readonly addresses: readonly number[];
  call: string | undefined;
  inCreator: boolean;
}

type Figures = Record<string, number | string>;

class GoroutineText implements Reading {
  private readonly frames = new SampleFrames('goroutine dump');
  private groups = new GoroutineGroups();
  private open: Open | undefined;
  private stated = 0;
  private profile = '';
  private crash: Crash | undefined;
  private threadFollows = false;
  private firstLine: Line | undefined;
  private lastLine = -10;
  private dialect = '';
  private dumps = 0;
  private taken = 0;
  private readonly crashes: Figures[] = [];
  private readonly allStates = new Map<string, number>();
  private largest = 0;
  private mostGoroutines = 0;
  private leaked = 0;

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
    this.threadFollows = false;
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    const counts: Figures = {
      goroutines: this.mostGoroutines,
      dumps: this.dumps,
      largest_group: this.largest,
      crashes: this.crashes.length,
    };
    if (this.stated > 0) counts.stated_total = this.stated;
    if (this.leaked > 0) counts.leaked = this.leaked;
    const states = [...this.allStates].sort((a, b) => b[1] - a[1]);
    for (const [state, n] of states.slice(0, statesCounted)) counts[`state ${state}`] = n;
    this.crashes.slice(0, crashesShown).forEach((crash, i) => {
      for (const [name, value] of Object.entries(crash)) counts[`crash${i === 0 ? '' : i + 1}_${name}`] = value;
    });
    const kind = this.crashes.length > 0 ? 'go-crash' : 'goroutine-text';
    return [{ kind, dialect: this.dialect, taken: this.taken, counts }];
  }

  private takeLine(line: Line, context: TextContext): boolean {
    if (line.length === 0) return this.open !== undefined && this.closeGoroutine();
    const c = line.byte(0);
    const { open } = this;
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
    const profile = c >= 97 && c <= 122 ? profileHead.exec(text) : null;
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
        this.begin(
          { id: '', state: '', minutes: 0, locked: false, leaked: false, count: Number(m[1]) },
          line,
          addressesOf(text),
        );
        return true;
      }
    }
    if (open && this.takeFrame(text, open)) return true;
    return this.takeCrash(text, line, context);
  }

  private takeFrame(text: string, { goroutine }: Open): boolean {
    const created = parseCreatedBy(text);
    if (created !== undefined) {
      goroutine.createdBy = created;
      (this.open as Open).call = undefined;
      (this.open as Open).inCreator = true;
      return true;
    }
    const call = parseCall(text);
    if (call) {
      if (call.startsWith('runtime.mallocgc')) {
        const size = firstArgument(text.slice(call.length));
        if (size !== undefined) goroutine.firstArguments.set(goroutine.frames.length, size);
      }
      (this.open as Open).call = call;
      return true;
    }
    const elided = framesElided(text);
    goroutine.elided += elided;
    return elided > 0;
  }

  private takeCrash(text: string, line: Line, context: TextContext): boolean {
    // GODEBUG=tracebackancestors: the stacks of those that started it, which run no more
    if (this.groups.total + (this.open ? 1 : 0) > 0 && ancestor.test(text)) {
      this.begin({ id: '', state: 'ancestor', minutes: 0, locked: false, leaked: false, count: 0 }, line);
      return true;
    }
    if (this.crash && text === 'runtime stack:') {
      this.begin({ id: '', state: 'runtime stack', minutes: 0, locked: false, leaked: false, count: 0 }, line);
      return true;
    }
    const read = readCrashLine(text);
    if (!read) return this.takeWords(text, line.number);
    if (read.role === 'thread') {
      if (!this.crash) return false;
      this.closeGoroutine();
      this.threadFollows = true;
      this.crash.addThread();
      return true;
    }
    const near = this.crash !== undefined && line.number - this.lastLine <= gapLines;
    if (read.role === 'head') {
      if (this.crash && !this.threadFollows && (this.groups.total > 0 || this.open || !near)) this.finishDump(context);
      this.threadFollows = false;
      this.closeGoroutine();
      this.crash ??= new Crash(line.number);
      this.firstLine ??= line.copy();
      this.crash.add(read, text);
      return true;
    }
    if (!this.crash || !near) return false;
    this.closeGoroutine();
    this.crash.add(read, text);
    if (read.role === 'end') this.finishDump(context);
    return true;
  }

  /** What a panic says can have many lines; they stand between its first and the goroutines. */
  private takeWords(text: string, number: number): boolean {
    if (!this.crash || this.open || this.groups.total > 0 || number !== this.lastLine + 1 || !text.startsWith('\t'))
      return false;
    this.crash.addWords(text);
    return true;
  }

  private begin(
    head: Pick<Goroutine, 'id' | 'state' | 'minutes' | 'locked' | 'leaked' | 'count'>,
    line: Line,
    addresses: readonly number[] = [],
  ): void {
    this.closeGoroutine();
    this.firstLine ??= line.copy();
    const goroutine: Goroutine = {
      ...head,
      line: line.number,
      frames: [],
      firstArguments: new Map(),
      createdBy: '',
      createdAt: '',
      elided: 0,
      hiddenWait: '',
    };
    this.open = { goroutine, addresses, call: undefined, inCreator: false };
  }

  private takeFile(line: Line, open: Open): boolean {
    const where = parseFileLine(line.head(1_100));
    if (!where) {
      // a traceback cut at the right edge still tells that a frame was there; of a thread that runs there is none
      const known =
        line.byte(0) === 9 && (open.call !== undefined || line.startsWith('\tgoroutine running on other thread'));
      open.call = undefined;
      return known;
    }
    const { goroutine } = open;
    if (open.inCreator && open.call === undefined) goroutine.createdAt ||= `${where.file}:${where.line}`;
    if (open.call !== undefined && goroutine.frames.length < framesKept)
      goroutine.frames.push({ function: open.call, ...where });
    open.call = undefined;
    return true;
  }

  private takeDebug1(line: Line, { goroutine, addresses }: Open): boolean {
    const text = line.head(2_200);
    const symbol = parseSymbolComment(text);
    if (symbol && goroutine.frames.length === 0) goroutine.hiddenWait = hiddenWait(addresses, Number(symbol.address));
    if (symbol && goroutine.frames.length < framesKept)
      goroutine.frames.push({ function: symbol.function, file: symbol.file, line: symbol.line });
    return symbol !== undefined || text.startsWith('# labels:') || text.startsWith('#\t') || text.startsWith('# ');
  }

  private closeGoroutine(): boolean {
    const goroutine = this.open?.goroutine;
    this.open = undefined;
    if (!goroutine) return false;
    if (goroutine.state === 'ancestor') return true;
    this.crash?.addGoroutine(goroutine);
    if (goroutine.count > 0) this.groups.add(goroutine);
    return true;
  }

  /** The dump is complete: its row, its groups, its crash. */
  private finishDump(context: TextContext): void {
    this.closeGoroutine();
    const { groups, crash, profile } = this;
    const first = this.firstLine;
    this.firstLine = undefined;
    this.crash = undefined;
    this.groups = new GoroutineGroups();
    if (!first || (groups.total === 0 && !crash && profile === '')) return;
    this.profile = '';
    this.dumps++;
    const list = groups.list();
    if ((profile === '' || profile === 'goroutine') && groups.total > 0 && !crash) {
      this.frames.open(first, context);
      this.frames.set({ metric: 'goroutines', sourceName: 'goroutine dump' }, groups.total);
      this.frames.close();
    }
    this.sayGroups(list, groups.total, profile || (crash ? 'crash' : 'goroutine'), context);
    if (crash) this.sayCrash(crash, list, groups.total, context);
    for (const [state, n] of groups.states) this.allStates.set(state, (this.allStates.get(state) ?? 0) + n);
    this.largest = Math.max(this.largest, list[0]?.count ?? 0);
    this.mostGoroutines = Math.max(this.mostGoroutines, groups.total);
    this.leaked = Math.max(this.leaked, groups.leaked);
  }

  private sayGroups(list: readonly GoroutineGroup[], total: number, profile: string, context: TextContext): void {
    const wallNs = context.section?.wallNs ?? context.prefix?.wallNs;
    for (const group of list.slice(0, groupsKept)) {
      context.sink.event({
        kind: 'goroutine_group',
        clock: wallNs === undefined ? captureClock : wallClock,
        tNs: wallNs,
        at: { line: group.line },
        data: {
          profile,
          dump: this.dumps,
          count: group.count,
          of: total,
          state: group.state,
          minutes: group.minutes,
          least_minutes: group.leastMinutes,
          locked: group.locked,
          leaked: group.leaked,
          ids: group.ids,
          created_by: group.createdBy,
          created_at: group.createdAt,
          elided: group.elided,
          frames: group.frames as unknown as Json,
        },
      });
    }
  }

  private sayCrash(crash: Crash, list: readonly GoroutineGroup[], goroutines: number, context: TextContext): void {
    const data = crash.data(list, goroutines);
    const wallNs = context.prefix?.wallNs;
    const { process } = context;
    context.sink.event({
      kind: 'crash',
      clock: wallNs !== undefined ? wallClock : process.lastNs > 0 ? process.clock : captureClock,
      tNs: wallNs ?? (process.lastNs > 0 ? BigInt(Math.round(process.lastNs)) : undefined),
      at: { line: crash.line },
      data,
    });
    const figures: Figures = {};
    for (const [name, value] of Object.entries(data))
      if (typeof value === 'number' || (typeof value === 'string' && name !== 'state')) figures[name] = value;
    this.crashes.push(figures);
  }
}

/** The innermost return addresses of a debug=1 record: `12 @ 0x47684e 0x40f5c5`. Those of Go's code lie far below 2^53. */
function addressesOf(text: string): readonly number[] {
  return text.split(' ', 8).slice(2).map(Number);
}

/** A paste from a web page ends in back ticks. */
function withoutTicks(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 96) end--;
  return text.slice(0, end);
}

export const goroutineTextFormat: ReadingFormat = {
  id: 'goroutine-text',
  weight: 0.5,
  create: () => new GoroutineText(),
};
