/**
 * Whatever the bytes, and however they come: reading ends, throws nothing, and says at which byte it gave up. The reader has no error class of its
 * own to throw; what is wrong is a `TraceProblem` with a code of the catalogue. Runs with a printed seed: fast-check shows it on failure.
 */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noTotals } from '../../src-main/parsers/go-trace/heap/heap-figures.ts';
import { HeapRecorder } from '../../src-main/parsers/go-trace/heap/heap-replay.ts';
import { HeapState } from '../../src-main/parsers/go-trace/heap/heap-state.ts';
import { traceProblems } from '../../src-main/parsers/go-trace/trace-problem.ts';
import { traceFigures } from '../unit/parsers/go-trace/trace-figures.ts';

const fixtures = new URL('../fixtures/go-trace/', import.meta.url);
const read = (name: string) => new Uint8Array(readFileSync(new URL(name, fixtures)));
/** Small traces of both layouts. */
const small = [
  'v1-user-task-region-1-11.trace',
  'v1-http-1-9.trace',
  'go1.21-task.trace',
  'go1.22-annotations-stress.trace',
  'go1.24-container-list.trace',
].map(read);
/** Hundred bytes or two: the scheduler's corner cases. */
const smallest = readdirSync(fixtures)
  .filter((name) => /steal|confuse|1\.23-sync/.test(name) && name.endsWith('.trace'))
  .map(read);
const allocFree = ['go1.26-tabwriter-allocfree.trace', 'go1.23-allocfree.trace', 'go1.25-flight.trace'].map(read);
/** A little larger, with alloc/free events, and the smallest with two generations. */
const larger = [
  'go1.26-tabwriter-allocfree.trace',
  'go1.23-gc.trace',
  'v1-stress-start-stop-1-5.trace',
  'v1-stress-start-stop-1-19.trace',
].map(read);
const all = [
  ...small,
  ...smallest,
  ...larger,
  ...readdirSync(new URL('malformed/', fixtures))
    .filter((name) => name.endsWith('.trace'))
    .map((name) => read(`malformed/${name}`)),
];

async function mustEnd(data: Uint8Array) {
  const figures = await traceFigures(data, { pieceBytes: 1 + (data.length % 997) });
  for (const { offset, code, severity, args } of figures.problems) {
    expect(traceProblems[code].severity).toBe(severity);
    expect(Object.keys(args)).toEqual(expect.arrayContaining([...traceProblems[code].args]));
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset).toBeLessThanOrEqual(data.length);
  }
  if (figures.summary.isRefused) expect(figures.problems.some((p) => p.severity === 'error')).toBe(true);
  return figures;
}

interface Borders {
  readonly hasEndMark: boolean;
  /** Where batches begin, but for the first. */
  readonly borders: readonly number[];
  /** Of those, where a generation is whole and another follows. */
  readonly generationEnds: readonly number[];
}

/** Version 2, walked by the lengths of its batches alone. @source Go 1.26 internal/trace/batch.go readBatch */
function batchBorders(data: Uint8Array): Borders {
  const endOfGeneration = 52;
  const experimental = 49;
  const borders: number[] = [];
  const generationEnds: number[] = [];
  let at = 16;
  let generation = 0;
  let hasEndMark = false;
  const varint = () => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = data[at++];
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < data.length) {
    const border = at;
    const kind = data[at++];
    if (border > 16) borders.push(border);
    if (kind === endOfGeneration) {
      hasEndMark = true;
      if (at < data.length) generationEnds.push(at);
      continue;
    }
    if (kind === experimental) at++;
    const found = varint();
    if (!hasEndMark && generation !== 0 && found !== generation && generationEnds.at(-1) !== border)
      generationEnds.push(border);
    generation = found;
    varint();
    varint();
    const payload = varint();
    at += payload;
  }
  return { hasEndMark, borders, generationEnds };
}

describe('a trace cut anywhere', () => {
  it.each(small.map((data, i) => [i, data] as const))(
    'is read as far as it goes: small trace %i, at every byte',
    async (_i, data) => {
      const step = data.length > 4000 ? 7 : 1;
      const silent: number[] = [];
      for (let length = 0; length < data.length; length += step) {
        const { problems } = await mustEnd(data.slice(0, length));
        if (!problems.some((p) => p.severity !== 'info')) silent.push(length);
      }
      // each has one generation: there is no place at which a part of it is a whole trace
      expect(silent).toEqual([]);
    },
    120_000,
  );

  it.each(['go1.22-gc-stress.trace', 'go1.23-program.trace', 'go1.25-four-syncs.trace', 'go1.26-program.trace'])(
    'at a batch border says so, but for the end of a generation before Go 1.26: %s',
    async (name) => {
      const data = read(name);
      const { hasEndMark, borders, generationEnds } = batchBorders(data);
      const silent: number[] = [];
      for (const border of borders) {
        const { problems } = await mustEnd(data.slice(0, border));
        if (!problems.some((p) => p.severity !== 'info')) silent.push(border);
      }
      expect(borders.length).toBeGreaterThan(8);
      expect(silent).toEqual(generationEnds);
      if (hasEndMark) expect((await mustEnd(data.slice(0, 16))).problems).toHaveLength(1);
    },
    120_000,
  );

  it('at each event of the tables of version 1 says so', async () => {
    const data = read('v1-fmt-1-21-pprof.trace');
    for (let length = data.length - 1; length > data.length - 3_000; length -= 11) {
      const { problems } = await mustEnd(data.slice(0, length));
      expect(problems.some((p) => p.severity !== 'info')).toBe(true);
    }
  }, 120_000);

  it('keeps the generations before the cut', async () => {
    const data = read('go1.25-four-syncs.trace');
    const whole = await mustEnd(data);
    const cut = await mustEnd(data.slice(0, data.length - 100));
    expect(whole.summary.generations).toBe(3);
    expect(cut.summary.isRefused).toBe(true);
    expect(cut.summary.events).toBeGreaterThan(whole.summary.events / 2);
    expect(cut.summary.events + cut.summary.salvagedEvents).toBeLessThanOrEqual(whole.summary.events + 2);
  });
});

describe('a trace in pieces', () => {
  it('gives the same rows, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(fc.nat(), { maxLength: 12 }), async (which, cuts) => {
        const data = all[which % all.length];
        const places = [0, ...cuts.map((cut) => cut % (data.length + 1)), data.length].sort((a, b) => a - b);
        async function* pieces() {
          for (let i = 1; i < places.length; i++) yield data.slice(places[i - 1], places[i]);
        }
        const whole = await traceFigures(data, { pieceBytes: data.length, withRows: true });
        const cut = await traceFigures(data, { chunks: pieces(), withRows: true });
        expect(cut.rows).toEqual(whole.rows);
        expect(cut.problems).toEqual(whole.problems);
        expect(cut.summary).toEqual(whole.summary);
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});

describe('a trace with wrong bytes', () => {
  const index = fc.nat();
  it.each(small.map((data, i) => [i, data] as const))(
    'is read or refused with any byte turned over: small trace %i',
    async (_i, data) => {
      const step = data.length > 1500 ? 5 : 1;
      for (let at = 0; at < data.length; at += step) {
        const wrong = data.slice();
        wrong[at] = 255 - wrong[at];
        await mustEnd(wrong);
      }
    },
    120_000,
  );

  it('is read or refused with any bit turned over: the smallest traces', async () => {
    for (const data of smallest) {
      for (let bit = 0; bit < 8 * data.length; bit++) {
        const wrong = data.slice();
        const at = Math.floor(bit / 8);
        const place = 2 ** (bit % 8);
        const isSet = Math.floor(wrong[at] / place) % 2 === 1;
        wrong[at] += isSet ? -place : place;
        await mustEnd(wrong);
      }
    }
  }, 120_000);

  it('replays without throwing, whatever the alloc/free events say', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...allocFree),
        fc.array(fc.tuple(index, fc.nat(255)), { minLength: 1, maxLength: 40 }),
        async (original, changes) => {
          const data = original.slice();
          for (const [at, value] of changes) data[16 + (at % (data.length - 16))] = value;
          let recorder: HeapRecorder | undefined;
          await traceFigures(data, {
            onAllocFree: (chunk) => {
              recorder ??= new HeapRecorder(26, 8192, () => undefined);
              recorder.add(chunk);
            },
          });
          const totals = recorder?.state.totals ?? noTotals();
          for (const total of Object.values(totals)) expect(total).toBeGreaterThanOrEqual(0);
          const copy = new HeapState(26, 8192);
          if (recorder !== undefined) copy.restore(structuredClone(recorder.state.keyframe()));
          expect(copy.totals).toEqual(totals);
        },
      ),
      { numRuns: 100 },
    );
  }, 120_000);

  it('is read or refused when bits flip', async () => {
    await fc.assert(
      fc.asyncProperty(
        index,
        fc.array(fc.tuple(index, fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (which, changes) => {
          const data = all[which % all.length].slice();
          for (const [at, value] of changes) data[at % data.length] = value;
          await mustEnd(data);
        },
      ),
      { numRuns: 300 },
    );
  }, 120_000);

  it('is read or refused when spliced with another', async () => {
    await fc.assert(
      fc.asyncProperty(index, index, index, index, async (a, b, cutA, cutB) => {
        const head = all[a % all.length];
        const tail = all[b % all.length];
        await mustEnd(Uint8Array.from([...head.slice(0, cutA % head.length), ...tail.slice(cutB % tail.length)]));
      }),
      { numRuns: 200 },
    );
  }, 120_000);

  it('is read or refused when its numbers are as large as they can be', async () => {
    const most = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    await fc.assert(
      fc.asyncProperty(index, index, async (which, at) => {
        const data = all[which % all.length];
        const cut = 16 + (at % Math.max(1, data.length - 16));
        await mustEnd(Uint8Array.from([...data.slice(0, cut), ...most, ...data.slice(cut + 1)]));
      }),
      { numRuns: 300 },
    );
  }, 120_000);

  it('is read or refused behind any header', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(5, 7, 9, 10, 11, 19, 21, 22, 23, 25, 26),
        fc.uint8Array({ maxLength: 400 }),
        async (version, tail) => {
          const text = `go 1.${version} trace`.padEnd(16, '\0');
          await mustEnd(Uint8Array.from([...new TextEncoder().encode(text), ...tail]));
        },
      ),
      { numRuns: 500 },
    );
  }, 120_000);
});
