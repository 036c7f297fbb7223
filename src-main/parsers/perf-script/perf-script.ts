/**
 * `perf script`: samples with their stacks. Calls that map memory become one profile of bytes by who asked for them, each other event one of counts. The
 * kernel's clock of the samples is not used: what is wanted here is who, not when.
 *
 * @source perf-script(1) default fields (comm, pid, cpu, time, period, event, then ip sym+off (dso)); Linux tracepoints sys_enter_mmap, sys_enter_brk
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { ProfileOwner, ProfileRow, ProfileSummary } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { chargedFrame } from './charged-frame.ts';
import { type PerfSample, parseFrame, parseHead } from './perf-lines.ts';

const rowsKept = 60;
const callersKept = 12;
const framesKept = 200;
const eventsKept = 20;
/** The calls by which a process asks the kernel for memory, and what a profile of them is called. */
const mapping = /^syscalls:sys_enter_(?:mmap2?|mremap|brk)$/;
export const mappedProfile = 'mapped';

/** Values of one event by function. */
class EventProfile {
  readonly isMapping: boolean;
  private readonly totals: [count: number, bytes: number] = [0, 0];
  private readonly flat = new Map<string, [number, number]>();
  private readonly cum = new Map<string, [number, number]>();
  private readonly owners = new Map<string, { values: [number, number]; leaf: string; callers: readonly string[] }>();

  constructor(isMapping: boolean) {
    this.isMapping = isMapping;
  }

  add(frames: readonly string[], bytes: number): void {
    const leaf = frames[0];
    if (leaf === undefined) return;
    add(this.totals, bytes);
    add(entry(this.flat, leaf), bytes);
    for (const name of new Set(frames)) add(entry(this.cum, name), bytes);
    const at = chargedFrame(frames);
    const name = frames[at] as string;
    let owner = this.owners.get(name);
    if (!owner) {
      owner = { values: [0, 0], leaf, callers: frames.slice(at + 1, at + 1 + callersKept) };
      this.owners.set(name, owner);
    }
    add(owner.values, bytes);
  }

  summary(event: string): ProfileSummary {
    const types = this.isMapping ? ['calls', 'bytes'] : ['samples'];
    const used = (values: readonly number[]) => values.slice(0, types.length);
    const order = types.length - 1;
    const byValue = (a: readonly number[], b: readonly number[]) => (b[order] as number) - (a[order] as number);
    const owners: ProfileOwner[] = [...this.owners]
      .sort(([, a], [, b]) => byValue(a.values, b.values))
      .slice(0, rowsKept)
      .map(([name, o]) => ({ ...o, function: name, file: '', line: 0, values: used(o.values) }));
    const top: ProfileRow[] = types.flatMap((_, sampleType) =>
      [...this.cum]
        .sort(([, a], [, b]) => byValue(a, b))
        .slice(0, rowsKept)
        .map(([name, cum]) => ({
          sampleType,
          function: name,
          file: '',
          line: 0,
          flat: this.flat.get(name)?.[sampleType] ?? 0,
          cum: cum[sampleType] as number,
        })),
    );
    return {
      what: this.isMapping ? mappedProfile : event,
      sampleTypes: types.map((type) => ({ type, unit: type === 'bytes' ? 'bytes' : 'count' })),
      defaultType: types[order] as string,
      timeNs: undefined,
      durationNs: undefined,
      periodType: event,
      period: 1,
      samples: this.totals[0],
      totals: used(this.totals),
      top,
      owners,
    };
  }
}

function entry(map: Map<string, [number, number]>, name: string): [number, number] {
  let values = map.get(name);
  if (!values) {
    values = [0, 0];
    map.set(name, values);
  }
  return values;
}

function add(values: [number, number], bytes: number): void {
  values[0]++;
  values[1] += bytes;
}

class PerfScript implements Reading {
  private readonly events = new Map<string, EventProfile>();
  private readonly counts = new Map<string, number>();
  /** Where the heap of each process ended at its last brk. */
  private readonly breaks = new Map<number, number>();
  private sample: PerfSample | undefined;
  private frames: string[] = [];
  private taken = 0;

  take(line: Line): boolean {
    const first = line.byte(0);
    if (this.sample && (first === 9 || first === 32)) {
      const name = parseFrame(line.head(1_200));
      if (name === undefined) return false;
      if (this.frames.length < framesKept) this.frames.push(name);
      this.taken++;
      return true;
    }
    if (this.sample && line.isBlank()) {
      this.finish();
      return true;
    }
    const head = parseHead(line.head(400));
    if (!head) return false;
    this.finish();
    this.sample = head;
    this.taken++;
    return true;
  }

  endSection(context: TextContext): void {
    this.finish();
    for (const [event, made] of this.events) context.sink.profile(made.summary(event));
    this.events.clear();
  }

  reports(): readonly ReadingReport[] {
    if (this.taken === 0) return [];
    return [{ kind: 'perf-script', dialect: '', taken: this.taken, counts: Object.fromEntries(this.counts) }];
  }

  private finish(): void {
    const { sample, frames } = this;
    this.sample = undefined;
    this.frames = [];
    if (!sample) return;
    this.counts.set(sample.event, (this.counts.get(sample.event) ?? 0) + 1);
    const isMapping = mapping.test(sample.event);
    const key = isMapping ? mappedProfile : sample.event;
    let made = this.events.get(key);
    if (!made) {
      if (this.events.size >= eventsKept) return;
      made = new EventProfile(isMapping);
      this.events.set(key, made);
    }
    made.add(frames, isMapping ? this.bytesOf(sample) : 0);
  }

  /** What the call asks for: the length of a mapping, the way that brk moves up. */
  private bytesOf(sample: PerfSample): number {
    if (sample.brk === undefined) return sample.length ?? 0;
    const before = this.breaks.get(sample.pid) ?? sample.brk;
    this.breaks.set(sample.pid, sample.brk);
    return Math.max(0, sample.brk - before);
  }
}

export const perfScriptFormat: ReadingFormat = {
  id: 'perf-script',
  create: () => new PerfScript(),
};
