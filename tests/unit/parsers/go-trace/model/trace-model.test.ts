import { describe, expect, it } from 'vitest';
import { type GenerationBuilder, TraceBuilder, type WireEvent } from '../trace-builder.ts';
import { traceFigures } from '../trace-figures.ts';

const running: WireEvent[] = [
  ['ProcStatus', 1, 0, 1],
  ['GoStatus', 1, 1, 1, 2],
];

/** Rows of one table of a trace of one generation, as text. */
async function table(name: string, version: number, write: (g: GenerationBuilder) => void): Promise<string[]> {
  const trace = new TraceBuilder(version, 1000).generation(1, (g) => {
    g.clock();
    write(g);
  });
  const { rows, problems } = await traceFigures(trace.bytes(), { withRows: true });
  expect(problems.filter((p) => p.severity === 'error')).toEqual([]);
  return rows.filter((row) => row.startsWith(`${name} `));
}

/** The cells of a row that a test names, in that order. */
const cells = (row: string, ...names: string[]) =>
  names.map((name) => new RegExp(` ${name}=("[^"]*"|\\S+)`).exec(row)?.[1]);

describe('ranges', () => {
  it('joins begin and end, with the reason of a stop and the bytes of a sweep', async () => {
    const rows = await table('range', 22, (g) =>
      g
        .strings({ 1: 'GC sweep termination' })
        .batch(
          1,
          0,
          ...running,
          ['STWBegin', 8, 1, 0],
          ['STWEnd', 5],
          ['GCSweepBegin', 10, 0],
          ['GCSweepEnd', 7, 8192, 4096],
          ['GCMarkAssistBegin', 1, 0],
          ['GCMarkAssistEnd', 2],
        ),
    );
    expect(
      rows.map((row) =>
        cells(row, 'kind', 'reasonString', 'beginNs', 'endNs', 'goroutine', 'proc', 'sweptBytes', 'reclaimedBytes'),
      ),
    ).toEqual([
      ['0', '"GC sweep termination"', '10', '15', '1', '0', '0', '0'],
      ['2', '""', '25', '32', '1', '0', '8192', '4096'],
      ['3', '""', '33', '35', '1', '0', '0', '0'],
    ]);
  });

  it('says of a range that began before the trace, or did not end, that it lacks that edge', async () => {
    const rows = await table('range', 22, (g) =>
      g.batch(
        1,
        0,
        ...running,
        ['GCActive', 1, 7],
        ['GCMarkAssistActive', 1, 1],
        ['GCMarkAssistEnd', 6],
        ['GCMarkAssistBegin', 4, 0],
      ),
    );
    expect(rows.map((row) => cells(row, 'kind', 'beginNs', 'endNs', 'hasBegin', 'hasEnd'))).toEqual([
      ['3', '4', '10', '0', '1'],
      ['1', '3', '15', '0', '0'],
      ['3', '14', '15', '1', '0'],
    ]);
  });

  it('gives an active sweep to the P it names, not to the one that tells it', async () => {
    const rows = await table('range', 22, (g) =>
      g.batch(1, 0, ...running, ['ProcStatus', 1, 5, 2], ['GCSweepActive', 1, 5]),
    );
    expect(cells(rows[0], 'kind', 'proc', 'hasBegin')).toEqual(['2', '5', '0']);
  });
});

describe('GC cycles', () => {
  const strings = { 1: 'GC sweep termination', 2: 'GC mark termination' };

  it('has the phases of a whole cycle', async () => {
    const rows = await table('cycle', 22, (g) =>
      g.strings(strings).batch(
        1,
        0,
        ...running,
        ['HeapAlloc', 1, 4_000_000],
        ['HeapGoal', 1, 8_000_000],
        ['GCBegin', 6, 1, 0], // 10
        ['STWBegin', 5, 1, 0], // 15
        ['STWEnd', 5], // 20
        ['GCMarkAssistBegin', 5, 0],
        ['GCMarkAssistEnd', 5], // 30
        ['HeapAlloc', 1, 7_000_000],
        ['STWBegin', 69, 2, 0], // 100
        ['GCEnd', 10, 2], // 110
        ['HeapAlloc', 1, 3_000_000],
        ['STWEnd', 9], // 120
      ),
    );
    expect(rows.length).toBe(1);
    expect(
      cells(
        rows[0],
        'beginNs',
        'sweepTerminationBeginNs',
        'sweepTerminationEndNs',
        'markBeginNs',
        'markEndNs',
        'markTerminationBeginNs',
        'markTerminationEndNs',
        'markTerminations',
        'endNs',
      ),
    ).toEqual(['10', '15', '20', '20', '100', '100', '120', '1', '110']);
    expect(cells(rows[0], 'assists', 'assistNs', 'heapLiveBeginBytes', 'heapLiveEndBytes', 'heapGoalBytes')).toEqual([
      '1',
      '5',
      '4000000',
      '3000000',
      '8000000',
    ]);
  });

  it('counts stops for mark termination that found marking unfinished', async () => {
    const rows = await table('cycle', 22, (g) =>
      g
        .strings(strings)
        .batch(
          1,
          0,
          ...running,
          ['GCBegin', 8, 1, 0],
          ['STWBegin', 10, 2, 0],
          ['STWEnd', 1],
          ['STWBegin', 9, 2, 0],
          ['GCEnd', 1, 2],
          ['STWEnd', 1],
        ),
    );
    expect(
      cells(rows[0], 'markTerminations', 'markTerminationBeginNs', 'markTerminationEndNs', 'sweepTerminationBeginNs'),
    ).toEqual(['2', '30', '32', 'NaN']);
  });

  it('keeps a cycle that was on before the trace, and one still on at its end', async () => {
    const rows = await table('cycle', 22, (g) =>
      g
        .strings(strings)
        .batch(1, 0, ...running, ['GCActive', 1, 1], ['GCEnd', 7, 2], ['GCBegin', 10, 3, 0], ['HeapAlloc', 5, 1]),
    );
    expect(rows.map((row) => cells(row, 'beginNs', 'endNs'))).toEqual([
      ['NaN', '10'],
      ['20', 'NaN'],
    ]);
  });
});

describe('what the program says', () => {
  it('nests regions, and closes those of a goroutine that ends', async () => {
    const rows = await table('region', 22, (g) =>
      g
        .strings({ 1: 'outer', 2: 'inner', 3: 'before' })
        .batch(
          1,
          0,
          ...running,
          ['UserRegionEnd', 1, 9, 3, 0],
          ['UserRegionBegin', 7, 4, 1, 0],
          ['UserRegionBegin', 10, 4, 2, 0],
          ['UserRegionEnd', 10, 4, 2, 0],
          ['UserRegionBegin', 10, 4, 2, 0],
          ['GoDestroy', 10],
        ),
    );
    expect(rows.map((row) => cells(row, 'nameString', 'beginNs', 'endNs', 'hasBegin', 'hasEnd', 'task'))).toEqual([
      ['"before"', '3', '3', '0', '1', '9'],
      ['"inner"', '20', '30', '1', '1', '4'],
      ['"inner"', '40', '50', '1', '0', '4'],
      ['"outer"', '10', '50', '1', '0', '4'],
    ]);
  });

  it('joins tasks, open ones to the end of the trace', async () => {
    const rows = await table('task', 22, (g) =>
      g
        .strings({ 1: 'request', 2: 'query' })
        .batch(
          1,
          0,
          ...running,
          ['UserTaskBegin', 8, 1, 0, 1, 0],
          ['UserTaskBegin', 10, 2, 1, 2, 0],
          ['UserTaskEnd', 10, 2, 0],
          ['UserTaskEnd', 5, 77, 0],
          ['HeapAlloc', 5, 1],
        ),
    );
    expect(
      rows.map((row) => cells(row, 'task', 'parent', 'nameString', 'beginNs', 'endNs', 'hasBegin', 'hasEnd')),
    ).toEqual([
      ['2', '1', '"query"', '20', '30', '1', '1'],
      ['77', '-1', '""', '35', '35', '0', '1'],
      ['1', '-1', '"request"', '10', '41', '1', '0'],
    ]);
  });

  it('keeps logs and labels with their goroutine', async () => {
    const write = (g: GenerationBuilder) =>
      void g
        .strings({ 1: 'mark', 2: 'phase0', 3: 'GC (dedicated)' })
        .batch(1, 0, ...running, ['UserLog', 1, 5, 1, 2, 0], ['GoLabel', 1, 3]);
    const logs = await table('log', 22, write);
    expect(cells(logs[0], 'task', 'categoryString', 'messageString', 'goroutine')).toEqual([
      '5',
      '"mark"',
      '"phase0"',
      '1',
    ]);
    const labels = await table('label', 22, write);
    expect(cells(labels[0], 'labelString', 'goroutine')).toEqual(['"GC (dedicated)"', '1']);
  });
});

describe('goroutines', () => {
  it('knows who created which, and who is older than the trace', async () => {
    const rows = await table('goroutine', 23, (g) =>
      g
        .strings({ 1: 'main.main', 2: 'main.worker', 3: 'main.go' })
        .stacks({ 1: [[0x10, 1, 3, 5]], 2: [[0x20, 2, 3, 9]] })
        .batch(1, 0, ...running, ['GoStatusStack', 1, 4, 1, 4, 2], ['GoCreate', 1, 8, 2, 1], ['GoDestroy', 1]),
    );
    expect(rows.map((row) => cells(row, 'id', 'hasBegin', 'beginNs', 'creator', 'creatorStack', 'startStack'))).toEqual(
      [
        ['1', '0', '2', '-1', '0', '0'],
        ['4', '0', '3', '-1', '0', '2'],
        ['8', '1', '4', '1', '1', '2'],
      ],
    );
  });
});

describe('metrics', () => {
  it('keeps a goal over 2^63, which means that there is none, unsigned', async () => {
    const rows = await table(
      'metric',
      22,
      (g) =>
        g.raw(1, 0, [10 + 3, 1, 0, 1]) &&
        g.batch(1, 5, ...running, ['HeapGoal', 1, 2n ** 64n - 1n], ['ProcsChange', 1, 8, 0]),
    );
    expect(rows.map((row) => cells(row, 'metric', 'value'))).toEqual([
      ['1', `${2 ** 64}`],
      ['2', '8'],
    ]);
  });
});

describe('alloc/free events', () => {
  it('become addresses from the lowest heap address, types and span classes', async () => {
    const rows = await table('allocFree', 23, (g) =>
      g
        .allocInfo(0xc000000000)
        .types([3, 0x5000, 48, 8, 'main.node'])
        .batch(
          1,
          0,
          ...running,
          ['Span', 1, 2, 1, 10],
          ['SpanAlloc', 1, 4, 3, 1],
          ['HeapObject', 1, 2048, 3],
          ['HeapObjectAlloc', 1, 2049, 99],
          ['HeapObjectFree', 1, 2048],
          ['GoroutineStackAlloc', 1, 12, 12],
          ['GoroutineStackFree', 1, 12],
          ['SpanFree', 1, 4],
        ),
    );
    expect(
      rows.map((row) => cells(row, 'kind', 'address', 'npages', 'spanClass', 'type', 'stackBytes').join(' ')),
    ).toEqual([
      '0 16384 1 5 0 0',
      '1 32768 3 -1 0 0',
      '3 16384 0 -1 1 0',
      '4 16392 0 -1 0 0',
      '5 16384 0 -1 0 0',
      '7 24576 0 -1 0 2048',
      '8 24576 0 -1 0 0',
      '2 32768 0 -1 0 0',
    ]);
  });

  it('are read without their units, with a word about it: a flight recorder has dropped the first generation', async () => {
    const data = new TraceBuilder(23).generation(5, (g) =>
      g.clock().batch(1, 0, ...running, ['HeapObjectAlloc', 1, 10, 0]),
    );
    const { problems, allocFree } = await traceFigures(data.bytes());
    expect(problems.map((p) => [p.code, p.severity])).toEqual([['go_trace/alloc_info_missing', 'data_loss']]);
    expect(allocFree).toEqual({ HeapObjectAlloc: 1 });
  });
});

describe('versions', () => {
  it('reads an event newer than the format, as the reference does, and says so', async () => {
    const data = new TraceBuilder(22).generation(1, (g) =>
      g.clock().batch(1, 0, ...running, ['GoCreateBlocked', 1, 5, 0, 0]),
    );
    const { problems, summary } = await traceFigures(data.bytes());
    expect(problems).toEqual([
      {
        code: 'go_trace/event_newer',
        severity: 'info',
        offset: 0,
        args: { event: 'GoCreateBlocked', since: 23, version: 22 },
      },
    ]);
    expect(summary.isRefused).toBe(false);
  });
});
