/**
 * Writes small traces for tests, event by event, in the words of the wire format:
 *
 *   new TraceBuilder(26).generation(1, (g) => {
 *     g.clock();
 *     g.batch(7, 100, ['ProcStatus', 1, 0, 1], ['GoStatus', 1, 5, 7, 2]);
 *     g.strings({ 1: 'reason' });
 *   }).bytes();
 *
 * The first number of a timed event is its time delta. Nothing is checked, so that broken traces can be written too.
 */
import { Ev } from '../../../../src-main/parsers/go-trace/events/event-table.ts';
import { V1 } from '../../../../src-main/parsers/go-trace/v1/v1-event-table.ts';

/** Event name and its numbers. */
export type WireEvent = readonly [name: keyof typeof Ev, ...numbers: (number | bigint)[]];

/** The numbers as varints; -1 as the ten bytes of an unsigned 64-bit all-ones. */
export function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest % 128n);
    rest /= 128n;
    bytes.push(rest > 0n ? low + 128 : low);
  } while (rest > 0n);
  return bytes;
}

export function varints(...values: (number | bigint)[]): number[] {
  return values.flatMap(varint);
}

export function ascii(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

/** The 16 bytes in front of every trace. */
export function header(version: number): number[] {
  const text = ascii(`go 1.${version} trace`);
  return [...text, ...new Array<number>(16 - text.length).fill(0)];
}

export class GenerationBuilder {
  readonly out: number[] = [];
  private readonly number: number;
  private readonly version: number;
  private readonly originTicks: number;

  /** `originTicks` is added to every time given, so that a test can count from the start of its trace. */
  constructor(number: number, version: number, originTicks = 0) {
    this.number = number;
    this.version = version;
    this.originTicks = originTicks;
  }

  /** A batch with any payload. */
  raw(thread: number | bigint, time: number, payload: readonly number[]): this {
    this.out.push(Ev.EventBatch, ...varints(this.number, thread, this.originTicks + time, payload.length), ...payload);
    return this;
  }

  experiment(id: number, payload: readonly number[]): this {
    this.out.push(Ev.ExperimentalBatch, id, ...varints(this.number, -1, 0, payload.length), ...payload);
    return this;
  }

  /** Events of one thread. */
  batch(thread: number, time: number, ...events: WireEvent[]): this {
    return this.raw(
      thread,
      time,
      events.flatMap(([name, ...numbers]) => [Ev[name], ...varints(...numbers)]),
    );
  }

  /** The clock, by default a tick a nanosecond, and from 1.25 on a wall clock of `wallSeconds` at `snapshotTicks`. */
  clock(ticksPerSecond = 1_000_000_000, snapshotTicks = 0, wallSeconds = 1_700_000_000): this {
    const frequency = [Ev.Frequency, ...varint(ticksPerSecond)];
    if (this.version < 25) return this.raw(-1, snapshotTicks, frequency);
    const snapshot = [Ev.ClockSnapshot, ...varints(0, snapshotTicks, wallSeconds, 0)];
    return this.raw(-1, snapshotTicks, [Ev.Sync, ...frequency, ...snapshot]);
  }

  strings(table: Readonly<Record<number, string>>): this {
    const entries = Object.entries(table).flatMap(([id, text]) => [
      Ev.String,
      ...varints(Number(id), ascii(text).length),
      ...ascii(text),
    ]);
    return this.raw(-1, 0, [Ev.Strings, ...entries]);
  }

  /** Stacks by id; a frame is program counter, function string, file string, line, leaf first. */
  stacks(table: Readonly<Record<number, readonly (readonly [number, number, number, number])[]>>): this {
    const entries = Object.entries(table).flatMap(([id, frames]) => [
      Ev.Stack,
      ...varints(Number(id), frames.length, ...frames.flat()),
    ]);
    return this.raw(-1, 0, [Ev.Stacks, ...entries]);
  }

  /** CPU samples: time, thread, P, goroutine, stack. */
  samples(...rows: (readonly [number, number, number, number, number])[]): this {
    return this.raw(-1, 0, [
      Ev.CPUSamples,
      ...rows.flatMap(([time, ...rest]) => [Ev.CPUSample, ...varints(this.originTicks + time, ...rest)]),
    ]);
  }

  /** Types of the AllocFree experiment: id, address, size, pointer bytes, name. */
  types(...rows: (readonly [number, number, number, number, string])[]): this {
    const entries = rows.flatMap(([id, address, size, pointers, name]) => [
      ...varints(id, address, size, pointers, name.length),
      ...ascii(name),
    ]);
    return this.experiment(1, [0, ...entries]);
  }

  /** Units of the AllocFree experiment. */
  allocInfo(minHeapAddress: number): this {
    return this.experiment(1, [1, ...varints(minHeapAddress, 8192, 8, 2048)]);
  }
}

export class TraceBuilder {
  private readonly out: number[];
  private readonly version: number;
  private readonly originTicks: number;

  constructor(version: number, originTicks = 0) {
    this.version = version;
    this.originTicks = originTicks;
    this.out = header(version);
  }

  generation(number: number, write: (g: GenerationBuilder) => void): this {
    const g = new GenerationBuilder(number, this.version, this.originTicks);
    write(g);
    for (const byte of g.out) this.out.push(byte);
    if (this.version >= 26) this.out.push(Ev.EndOfGeneration);
    return this;
  }

  /** Bytes as they are. */
  append(...bytes: number[]): this {
    this.out.push(...bytes);
    return this;
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.out);
  }
}

/** Version 1 event name and its numbers, the time delta first (in 1.5: the sequence delta, then the time delta). */
export type V1WireEvent = readonly [name: keyof typeof V1, ...numbers: (number | bigint)[]];

export class V1Builder {
  private readonly out: number[];
  private readonly version: number;

  constructor(version: number) {
    this.version = version;
    this.out = header(version);
  }

  /** One event, its numbers with their length in front where there are many. */
  event(name: keyof typeof V1, ...numbers: (number | bigint)[]): this {
    const most = this.version < 7 ? 4 : 3;
    const least = this.version < 7 ? 2 : 1;
    const bytes = varints(...numbers);
    if (numbers.length <= most && numbers.length >= least) {
      this.out.push(V1[name] + 64 * (numbers.length - least), ...bytes);
    } else {
      this.out.push(V1[name] + 192, ...varint(bytes.length), ...bytes);
    }
    return this;
  }

  events(...events: V1WireEvent[]): this {
    for (const [name, ...numbers] of events) this.event(name, ...numbers);
    return this;
  }

  string(id: number, text: string): this {
    this.out.push(V1.String, ...varints(id, ascii(text).length), ...ascii(text));
    return this;
  }

  append(...bytes: number[]): this {
    this.out.push(...bytes);
    return this;
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.out);
  }
}
