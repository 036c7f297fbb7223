/**
 * Traces made to cost as much as they can: sound on the wire, a new thing in every few bytes. Each is named for what there is too much of.
 */
import { Ev } from '../../../src-main/parsers/go-trace/events/event-table.ts';
import { V1 } from '../../../src-main/parsers/go-trace/v1/v1-event-table.ts';
import { header, varints } from '../../unit/parsers/go-trace/trace-builder.ts';

/** Fills a trace of `sizeBytes` with what `entry(i)` gives. */
type Filling = (sizeBytes: number, entry: (i: number) => readonly number[]) => Uint8Array;

const payloadBytes = 64_000;
const scatter = (i: number) => (i * 7919) % 2_000_000;
const threeLetters = (i: number) => [i % 128, Math.floor(i / 128) % 128, Math.floor(i / 16_384) % 128];

/** Numbers that all meet in one place of a table hashed with the golden ratio, as any constant factor would let somebody do. */
function sameHash(i: number): bigint {
  const inverseOfGolden = 0x0e8b_2f51n;
  return BigInt.asUintN(32, BigInt(i) * inverseOfGolden) * 2n ** 32n;
}

class Bytes {
  length = 0;
  private readonly data: Uint8Array;

  constructor(sizeBytes: number) {
    this.data = new Uint8Array(sizeBytes + 2 * payloadBytes);
  }

  put(bytes: ArrayLike<number>): void {
    this.data.set(bytes, this.length);
    this.length += bytes.length;
  }

  done(): Uint8Array {
    return this.data.subarray(0, this.length);
  }
}

function batch(payload: ArrayLike<number>, thread: number): number[] {
  return [Ev.EventBatch, ...varints(1, thread, 1, payload.length)];
}

/** Batches of 64 KB, each with `first` in front. */
function inBatches(first: readonly number[], thread: number): Filling {
  return (sizeBytes, entry) => {
    const out = new Bytes(sizeBytes);
    out.put(header(23));
    const flush = (payload: readonly number[]) => {
      out.put(batch(payload, thread));
      out.put(payload);
    };
    flush([Ev.Frequency, ...varints(1_000_000_000)]);
    if (thread !== -1) flush([...running]);
    let payload = [...first];
    for (let i = 0; out.length < sizeBytes; i++) {
      payload.push(...entry(i));
      if (payload.length < payloadBytes) continue;
      flush(payload);
      payload = [...first];
    }
    return out.done();
  };
}

/** A P with goroutine 1 on thread 1. */
const running = [Ev.ProcStatus, ...varints(0, 0, 1), Ev.GoStatus, ...varints(0, 1, 1, 2)];

/** Whole batches, one an entry. */
const bare: Filling = (sizeBytes, entry) => {
  const out = new Bytes(sizeBytes);
  out.put(header(23));
  out.put(batch([0, 0], -1).slice(0, -1));
  out.put([6, Ev.Frequency, ...varints(1_000_000_000)]);
  for (let i = 0; out.length < sizeBytes; i++) out.put(entry(i));
  return out.done();
};

function v1Event(code: number, ...numbers: number[]): number[] {
  const bytes = varints(...numbers);
  return numbers.length <= 3 ? [code + 64 * (numbers.length - 1), ...bytes] : [code + 192, bytes.length, ...bytes];
}

/** Version 1, one P on which a goroutine runs. */
const version1: Filling = (sizeBytes, entry) => {
  const out = new Bytes(sizeBytes);
  const goroutine = 500_000_000;
  out.put(header(21));
  out.put(v1Event(V1.Batch, 0, 1));
  out.put(v1Event(V1.GoCreate, 0, goroutine, 0, 0));
  out.put(v1Event(V1.ProcStart, 1, 1));
  out.put(v1Event(V1.GoStart, 1, goroutine, 1));
  for (let i = 0; out.length < sizeBytes; i++) out.put(entry(i));
  out.put(v1Event(V1.Frequency, 1_000_000_000));
  return out.done();
};

const events = inBatches([], 1);

/** Name -> how to fill the trace, and with what. */
export const hostileTraces: Readonly<Record<string, readonly [Filling, (i: number) => readonly number[]]>> = {
  'batches without an event': [bare, () => [Ev.EventBatch, 1, 1, 1, 1, Ev.HeapAlloc]],
  threads: [bare, (i) => [Ev.EventBatch, ...varints(1, i % 65_000, 1, 2), Ev.ProcStop, 0]],
  strings: [inBatches([Ev.Strings], -1), (i) => [Ev.String, ...varints(i + 1, 3), ...threeLetters(i)]],
  stacks: [inBatches([Ev.Stacks], -1), (i) => [Ev.Stack, ...varints(i + 1, 1, i + 1, 0, 0, 1)]],
  'CPU samples': [inBatches([Ev.CPUSamples], -1), (i) => [Ev.CPUSample, ...varints(scatter(i), 1, 1, 1, 0)]],
  goroutines: [events, (i) => [Ev.GoCreate, ...varints(1, i + 2, 0, 0)]],
  Ps: [events, (i) => [Ev.ProcStatus, ...varints(1, i + 2, 2)]],
  tasks: [events, (i) => [Ev.UserTaskBegin, ...varints(1, i + 2, 0, 0, 0)]],
  regions: [events, () => [Ev.UserRegionBegin, 1, 0, 0, 0]],
  'goroutine numbers of one hash': [events, (i) => [Ev.GoCreate, ...varints(1, sameHash(i + 2), 0, 0)]],
  'events of version 1': [version1, () => v1Event(V1.HeapAlloc, 1, 100)],
  'goroutines of version 1': [version1, (i) => v1Event(V1.GoCreate, 1, i + 1, 0, 0)],
  'regions of version 1': [version1, () => v1Event(V1.UserRegion, 1, 1, 0, 0, 0)],
  'stacks of version 1': [version1, (i) => v1Event(V1.Stack, i + 1, 1, i + 1, 0, 0, 1)],
  'ends of system calls of version 1': [version1, (i) => v1Event(V1.GoSysExit, 1, i % 1000, 1, scatter(i) + 1)],
};
