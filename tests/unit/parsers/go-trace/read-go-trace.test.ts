import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readGoTrace, sniffGoTrace } from '../../../../src-main/parsers/go-trace/read-go-trace.ts';
import { header, TraceBuilder, V1Builder } from './trace-builder.ts';
import { pieces, type TraceFigures, traceFigures } from './trace-figures.ts';

const fixtures = new URL('../../../fixtures/go-trace/', import.meta.url);
const read = (name: string) => new Uint8Array(readFileSync(new URL(name, fixtures)));
const readJson = (name: string) => JSON.parse(readFileSync(new URL(name, fixtures), 'utf8'));

/** Counts without zeros, sorted, so that two readers can be compared. */
const plain = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .filter(([, n]) => n !== 0)
    .sort();

/** The figures under the names that the expected files use. */
function figure(figures: TraceFigures, name: string): unknown {
  if (name in figures) return figures[name as keyof TraceFigures];
  return figures.summary[name as keyof TraceFigures['summary']];
}

describe('a trace of each version', () => {
  for (const file of readdirSync(fixtures).filter((name) => name.endsWith('.trace'))) {
    it(`has the figures of the reference reader: ${file}`, async () => {
      const expected = readJson(file.replace('.trace', '.expected.json'));
      const figures = await traceFigures(read(file));
      const { reader, refused, rawReader, rawRefused, rawEventsByName, lines: _, ...counts } = expected;
      expect(reader ?? rawReader).toBeDefined();
      expect(figures.summary.isRefused).toBe(refused ?? rawRefused);
      for (const [name, want] of Object.entries(counts)) {
        const have = figure(figures, name);
        if (typeof want === 'object')
          expect([name, plain(have as Record<string, number>)]).toEqual([name, plain(want as Record<string, number>)]);
        else expect([name, have]).toEqual([name, want]);
      }
      if (rawEventsByName !== undefined && !rawRefused) {
        expect(plain(figures.summary.rawEventsByName ?? {})).toEqual(plain(rawEventsByName));
      }
    });
  }

  it('reads the same in pieces of any size', async () => {
    const data = read('go1.25-four-syncs.trace');
    const whole = await traceFigures(data, { pieceBytes: data.length, withRows: true });
    for (const pieceBytes of [1, 7, 65_536]) {
      const figures = await traceFigures(data, { pieceBytes, withRows: true });
      expect(figures.rows).toEqual(whole.rows);
    }
  });

  it('ties a trace of Go 1.25 to the wall clock', async () => {
    const { clocks, summary } = await traceFigures(read('go1.25-four-syncs.trace'));
    expect(clocks.length).toBe(summary.generations);
    const walls = clocks.map((clock) => Number((clock.snapshot?.wallNs ?? 0n) - BigInt(clock.snapshot?.atNs ?? 0)));
    // Each generation reads the clocks anew; within a capture they agree to a few microseconds.
    for (const wall of walls) expect(Math.abs(wall - walls[0])).toBeLessThan(50_000);
    expect(Number(summary.wallStartNs)).toBe(walls[0]);
  });
});

describe('malformed traces', () => {
  const reference: Record<string, { refused: boolean; events: number }> = readJson('malformed/reference.json');
  for (const [file, want] of Object.entries(reference)) {
    it(`is refused or not, after the same events, as by the reference reader: ${file}`, async () => {
      const { summary, problems } = await traceFigures(read(`malformed/${file}`));
      expect({ refused: summary.isRefused, events: summary.events }).toEqual(want);
      if (!want.refused) return;
      expect(problems[0].severity).toBe('error');
      expect(problems[0].offset).toBeGreaterThanOrEqual(0);
      expect(problems[0].offset).toBeLessThanOrEqual(read(`malformed/${file}`).length);
    });
  }
});

describe('what is not a known trace', () => {
  it('says that a file without a header is none', async () => {
    const { summary, problems } = await traceFigures(new TextEncoder().encode('goroutine 1 [running]:\nmain.main()\n'));
    expect(problems.map((p) => p.code)).toEqual(['go_trace/header_invalid']);
    expect(summary.formatVersion).toBeUndefined();
    expect(summary.isRefused).toBe(true);
  });

  it('says which version it found and which it knows', async () => {
    const { problems } = await traceFigures(Uint8Array.from(header(40)));
    expect(problems[0]).toMatchObject({
      code: 'go_trace/version_unsupported',
      args: { found: '1.40', supported: '1.5-1.26' },
    });
  });

  it('calls an empty file and half a header invalid', async () => {
    for (const length of [0, 1, 15]) {
      const { problems } = await traceFigures(Uint8Array.from(header(22)).slice(0, length));
      expect(problems.map((p) => p.code)).toEqual(['go_trace/header_invalid']);
    }
  });

  it('is sure of a header and of nothing else', () => {
    expect(sniffGoTrace(Uint8Array.from(header(5)))).toBe(1);
    expect(sniffGoTrace(Uint8Array.from(header(26)))).toBe(1);
    expect(sniffGoTrace(Uint8Array.from(header(22)).fill(65, 15))).toBe(0);
    expect(sniffGoTrace(new TextEncoder().encode('go 2.1 trace and more'))).toBe(0);
  });
});

describe('the units of alloc/free events', () => {
  it('are said once, whatever comes in later generations', async () => {
    const units: bigint[] = [];
    const builder = new TraceBuilder(23);
    for (const number of [1, 2, 3]) {
      builder.generation(number, (g) => {
        g.clock();
        if (number !== 2) g.allocInfo(0x1000 * number);
        g.batch(1, number * 100, ['ProcStatus', 0, 0, 1], ['SpanFree', 1, 5]);
      });
    }
    const data = builder.bytes();
    await readGoTrace(
      { sizeBytes: data.length, chunks: pieces(data, 64) },
      { warning: (problem) => expect.fail(problem.code), allocInfo: (info) => units.push(info.minHeapAddress) },
    );
    expect(units).toEqual([0x1000n]);
  });
});

describe('stopping', () => {
  it('ends within one pause after the signal, without a problem', async () => {
    const data = read('go1.23-gc.trace');
    const stop = new AbortController();
    const warnings: string[] = [];
    async function* source() {
      yield data.slice(0, 20_000);
      stop.abort();
      yield data.slice(20_000);
    }
    const summary = await readGoTrace(
      { sizeBytes: data.length, chunks: source() },
      { warning: (p) => warnings.push(p.code) },
      { signal: stop.signal },
    );
    expect(summary.isStopped).toBe(true);
    expect(warnings).toEqual([]);
  });

  it('reports bytes as it goes', async () => {
    const data = read('go1.24-container-list.trace');
    const seen: number[] = [];
    await readGoTrace(
      { sizeBytes: data.length, chunks: pieces(data, 4000) },
      { warning: () => undefined },
      { progress: (bytes) => seen.push(bytes) },
    );
    expect(seen).toEqual([4000, 8000, data.length]);
  });
});

describe('chunks', () => {
  const many = new TraceBuilder(23).generation(1, (g) => {
    g.clock();
    g.batch(1, 1, ['ProcStatus', 0, 0, 1]);
    for (let i = 0; i < 9; i++) g.batch(1, 10 + i, ...new Array(8000).fill(['HeapAlloc', 1, 4096 + i] as const));
  });

  it('hands on 64 Ki rows at a time and the rest at the end', async () => {
    const sizes: number[] = [];
    await readGoTrace(
      { sizeBytes: 0, chunks: pieces(many.bytes(), 65_536) },
      {
        warning: () => undefined,
        metrics(chunk) {
          expect(chunk.timeNs.length).toBe(chunk.rows);
          sizes.push(chunk.rows);
          return false;
        },
      },
    );
    expect(sizes).toEqual([65_536, 72_000 - 65_536]);
  });

  it('leaves the arrays alone once the sink has taken them', async () => {
    const taken: Float64Array[] = [];
    await readGoTrace(
      { sizeBytes: 0, chunks: pieces(many.bytes(), 65_536) },
      {
        warning: () => undefined,
        metrics(chunk) {
          taken.push(chunk.timeNs);
          return true;
        },
      },
    );
    expect(taken[0].buffer).not.toBe(taken[1].buffer);
    expect(taken[0][0]).toBeLessThan(taken[0][65_535]);
    expect(taken[0][65_535]).toBeLessThan(taken[1][0]);
  });
});

describe('a trace that breaks off', () => {
  it('keeps the events of a Go 1.26 generation without its end, and says so', async () => {
    const data = new TraceBuilder(25)
      .generation(1, (g) => {
        g.clock();
        g.batch(1, 10, ['ProcStatus', 1, 0, 1], ['GoStatus', 1, 7, 1, 2], ['GoBlock', 5, 3, 4], ['HeapAlloc', 1, 100]);
      })
      .bytes();
    data.set(Uint8Array.from(header(26)));
    const { summary, problems, transitions } = await traceFigures(data);
    expect(problems.map((p) => p.code)).toEqual(['go_trace/generation_incomplete', 'go_trace/generation_salvaged']);
    expect(summary.events).toBe(1);
    expect(summary.salvagedEvents).toBe(5);
    // Reason and stack of the block are in tables that were never written.
    expect(transitions['goroutine Running->Waiting']).toBe(1);
  });

  it('takes the usual clock, and says so, where the clock would have come at the end', async () => {
    const data = new TraceBuilder(22)
      .generation(1, (g) => g.batch(1, 10, ['ProcStatus', 1, 0, 1], ['HeapAlloc', 2, 5]))
      .bytes();
    const { problems, summary } = await traceFigures(data);
    expect(problems[1].args).toEqual({ generation: 1, events: 3, assumed_clock: 1 });
    expect(summary.durationNs).toBe(3 * 64);
  });

  it('reads a version 1 file up to the damage', async () => {
    const data = new V1Builder(21)
      .events(['Batch', 0, 100], ['ProcStart', 1, 5], ['HeapAlloc', 1, 77], ['ProcStop', 1])
      .append(0xff)
      .bytes();
    const { problems, metricLast, summary } = await traceFigures(data);
    expect(problems.map((p) => p.code)).toEqual(['go_trace/event_unknown', 'go_trace/generation_salvaged']);
    expect(metricLast).toEqual({ '/memory/classes/heap/objects:bytes': 77 });
    expect(summary.events).toBe(0);
  });
});
