import { describe, expect, it } from 'vitest';
import { ReadyQueue } from '../../../../../src-main/parsers/go-trace/v1/ready-queue.ts';
import { V1Builder, type V1WireEvent } from '../trace-builder.ts';
import { traceFigures } from '../trace-figures.ts';

const frequency: V1WireEvent = ['Frequency', 1_000_000_000];

/** P 0 with goroutine 1 running, as a trace of 1.21 begins. */
const begin: V1WireEvent[] = [
  ['Batch', 0, 1000],
  ['GoCreate', 1, 1, 0, 0],
  ['ProcStart', 1, 77],
  ['GoStart', 1, 1, 1],
  ['Gomaxprocs', 1, 4, 0],
];

async function read(version: number, ...events: V1WireEvent[]) {
  const figures = await traceFigures(new V1Builder(version).events(...events).bytes(), { withRows: true });
  const cell = (row: string, name: string) => new RegExp(` ${name}=("[^"]*"|\\S+)`).exec(row)?.[1];
  const transitions = figures.rows
    .filter((row) => row.startsWith('transition'))
    .map(
      (row) =>
        `${cell(row, 'timeNs')} ${cell(row, 'resource') === '1' ? 'P' : ''}${cell(row, 'id')} ${cell(row, 'from')}->${cell(row, 'to')} ${cell(row, 'reasonString')}`,
    );
  return { ...figures, transitions, code: figures.problems[0]?.code, cell };
}

describe('version 1 events', () => {
  it('tell the state of goroutines older than the trace by what they do before the first Gomaxprocs', async () => {
    const { transitions, problems } = await read(
      21,
      ['Batch', 0, 1000],
      ['GoCreate', 1, 1, 0, 0],
      ['GoCreate', 1, 2, 0, 0],
      ['GoWaiting', 1, 2],
      ['GoCreate', 1, 3, 0, 0],
      ['ProcStart', 1, 77],
      ['GoStart', 1, 1, 1],
      ['Gomaxprocs', 1, 4, 0],
      frequency,
    );
    expect(problems).toEqual([]);
    expect(transitions).toEqual(['2 2 0->4 ""', '4 P0 0->2 ""', '5 1 0->3 ""', '6 3 0->2 ""']);
  });

  it('get a reason from their code', async () => {
    const { transitions } = await read(21, ...begin, ['GoBlockRecv', 1, 0], frequency);
    expect(transitions.at(-1)).toBe('4 1 3->4 "chan receive"');
  });

  it('make a system call of a nanosecond, or one as long as it blocked', async () => {
    const short = await read(21, ...begin, ['GoSysCall', 1, 0], ['HeapAlloc', 5, 1], frequency);
    expect(short.transitions.slice(-2)).toEqual(['4 1 3->5 ""', '5 1 5->3 ""']);
    const long = await read(
      21,
      ...begin,
      ['GoSysCall', 1, 0],
      ['GoSysBlock', 5],
      ['ProcStop', 1],
      ['Batch', 1, 1040],
      ['ProcStart', 1, 78],
      // Written at 1042, but the call ended at 1030.
      ['GoSysExit', 1, 1, 2, 1030],
      ['HeapAlloc', 1, 1],
      frequency,
    );
    expect(long.problems).toEqual([]);
    expect(long.transitions.slice(-3)).toEqual(['10 P0 2->3 ""', '29 1 5->2 ""', '40 P1 0->2 ""']);
  });

  it('wait for the number of the goroutine on another P', async () => {
    const { transitions, problems } = await read(
      21,
      ...begin,
      ['GoBlockSync', 1, 0],
      ['GoStart', 10, 1, 3],
      ['Batch', 1, 900],
      ['GoCreate', 1, 5, 0, 0],
      ['ProcStart', 1, 78],
      ['GoStartLocal', 1, 5],
      ['GoUnblock', 107, 1, 2, 0],
      frequency,
    );
    expect(problems.map((p) => p.code)).toEqual([]);
    expect(transitions.map((line) => line.split(' ').slice(1, 3).join(' '))).toEqual(
      expect.arrayContaining(['1 4->2', '1 2->3']),
    );
    expect(transitions.indexOf('109 1 4->2 ""')).toBeLessThan(transitions.indexOf('114 1 2->3 ""'));
  });

  it('count as `go tool trace -d` counts them: without futile wake-ups', async () => {
    const { summary } = await read(
      7,
      ['Batch', 0, 1000],
      ['ProcStart', 1, 77],
      ['GoCreate', 1, 1, 0, 0],
      ['GoCreate', 1, 2, 0, 0],
      ['GoWaiting', 1, 2],
      ['Gomaxprocs', 1, 4, 0],
      ['GoStart', 1, 1, 1],
      ['GoUnblock', 1, 2, 2, 0],
      ['GoBlock', 1, 0],
      ['GoStart', 1, 2, 3],
      ['FutileWakeup', 1],
      ['GoBlock', 1, 0],
      frequency,
    );
    expect(summary.isRefused).toBe(false);
    expect(summary.rawEventsByName).toEqual({
      ProcStart: 1,
      GoCreate: 2,
      GoWaiting: 1,
      Gomaxprocs: 1,
      GoStart: 1,
      GoBlock: 1,
    });
  });

  it('have the stop reasons of their version', async () => {
    const reason = async (version: number, ...stw: number[]) => {
      const { ranges } = await read(version, ...begin, ['STWStart', 1, ...stw], ['STWDone', 1], frequency);
      return Object.keys(ranges)[0];
    };
    expect(await reason(21, 7)).toBe('stop-the-world (read mem stats)');
    expect(await reason(19, 0)).toBe('stop-the-world (GC mark termination)');
    expect(await reason(19, 1)).toBe('stop-the-world (GC sweep termination)');
    expect(await reason(9)).toBe('stop-the-world ()');
  });

  it('have their label, log, task and region names', async () => {
    const data = new V1Builder(11)
      .events(['Batch', 0, 1000])
      .string(1, 'work')
      .string(2, 'category')
      .string(3, 'GC (idle)')
      .events(
        ...begin.slice(1),
        ['UserTaskCreate', 1, 9, 0, 1, 0],
        ['UserRegion', 1, 9, 0, 1, 0],
        ['UserRegion', 1, 9, 1, 1, 0],
      )
      .event('UserLog', 1, 9, 2, 0)
      .append(5, ...new TextEncoder().encode('hello'))
      .events(['UserTaskEnd', 1, 9, 0], ['GoSched', 1, 0], ['GoStartLabel', 1, 1, 2, 3], frequency)
      .bytes();
    const { rows, tasks, regions, problems } = await traceFigures(data, { withRows: true });
    expect(problems).toEqual([]);
    expect([tasks, regions]).toEqual([{ work: 1 }, { work: 1 }]);
    expect(rows.find((row) => row.startsWith('log'))).toContain('categoryString="category" messageString="hello"');
    expect(rows.find((row) => row.startsWith('label'))).toContain('labelString="GC (idle)"');
  });
});

describe('version 1.5', () => {
  it('follows the global sequence', async () => {
    const { transitions, problems, summary } = await read(
      5,
      ['Batch', 0, 10, 1000],
      ['GoCreate', 1, 1, 1, 0x400000, 0],
      ['ProcStart', 1, 1, 0],
      ['GoStart', 1, 1, 1],
      ['Gomaxprocs', 1, 1, 2, 0],
      ['GoBlock', 5, 1, 0],
      ['Batch', 1, 14, 1004],
      ['HeapAlloc', 1, 0, 99],
      ['Frequency', 1_000_000_000, 0],
    );
    expect(problems).toEqual([]);
    expect(transitions).toEqual(['1 P0 0->2 ""', '2 1 0->3 ""', '4 1 3->4 ""']);
    expect(summary.rawEventsByName).toEqual({
      GoCreate: 1,
      ProcStart: 1,
      GoStart: 1,
      Gomaxprocs: 1,
      GoBlock: 1,
      HeapAlloc: 1,
    });
  });

  it('is refused where the times go back', async () => {
    const { code } = await read(
      5,
      ['Batch', 0, 10, 1000],
      ['HeapAlloc', 1, 0, 1],
      ['Batch', 1, 12, 500],
      ['HeapAlloc', 1, 0, 1],
      ['Frequency', 1e9, 0],
    );
    expect(code).toBe('go_trace/time_order');
  });
});

describe('what version 1 refuses', () => {
  it.each<[string, V1WireEvent[], string]>([
    ['a file without a frequency', begin, 'go_trace/clock_missing'],
    ['an event before any batch', [['HeapAlloc', 1, 5], frequency], 'go_trace/batch_unexpected'],
    ['too many arguments', [['Batch', 0, 1], ['ProcStop', 1, 2], frequency], 'go_trace/event_arguments'],
    [
      'a block of a goroutine that does not run',
      [['Batch', 0, 1], ['ProcStart', 1, 0], ['GoBlock', 1, 0], frequency],
      'go_trace/order_impossible',
    ],
    ['a P that starts twice', [...begin, ['ProcStart', 1, 78], frequency], 'go_trace/state_wrong'],
    ['a P that stops while it runs a goroutine', [...begin, ['ProcStop', 1], frequency], 'go_trace/state_wrong'],
    ['two stops of the world', [...begin, ['STWStart', 1, 1], ['STWStart', 1, 1], frequency], 'go_trace/range_wrong'],
    ['the end of no collection', [...begin, ['GCDone', 1], frequency], 'go_trace/range_wrong'],
    [
      'two sweeps at once',
      [...begin, ['GCSweepStart', 1, 0], ['GCSweepStart', 1, 0], frequency],
      'go_trace/range_wrong',
    ],
    [
      'two assists at once',
      [...begin, ['GCMarkAssistStart', 1, 0], ['GCMarkAssistStart', 1, 0], frequency],
      'go_trace/range_wrong',
    ],
    ['a region mode of 2', [...begin, ['UserRegion', 1, 1, 2, 1, 0], frequency], 'go_trace/region_wrong'],
    [
      'a task twice',
      [...begin, ['UserTaskCreate', 1, 1, 0, 1, 0], ['UserTaskCreate', 1, 1, 0, 1, 0], frequency],
      'go_trace/task_repeated',
    ],
    [
      'the end of a call that did not block',
      [...begin, ['GoBlock', 1, 0], ['GoSysExit', 1, 1, 2, 1000], frequency],
      'go_trace/state_wrong',
    ],
    ['a goroutine that is created twice', [...begin, ['GoCreate', 1, 1, 0, 0], frequency], 'go_trace/order_impossible'],
    ['a futile wake-up after 1.10', [...begin, ['FutileWakeup', 1], frequency], 'go_trace/event_unknown'],
  ])('%s', async (_name, events, code) => {
    const { summary, code: first } = await read(21, ...events);
    expect([first, summary.isRefused]).toEqual([code, true]);
  });

  it('a string that is empty, too long, or has no number', async () => {
    const first = async (...bytes: number[]) =>
      (
        await traceFigures(
          new V1Builder(21)
            .events(['Batch', 0, 1])
            .append(...bytes)
            .bytes(),
        )
      ).problems[0].code;
    expect(await first(37, 1, 0)).toBe('go_trace/string_too_long');
    expect(await first(37, 1, 0xff, 0xff, 0xff, 0xff, 0x7f)).toBe('go_trace/string_too_long');
    expect(await first(37, 0, 1, 65)).toBe('go_trace/id_repeated');
    expect(await first(37, 1, 5, 65)).toBe('go_trace/event_truncated');
  });
});

describe('ReadyQueue', () => {
  it('gives the least key first', () => {
    const queue = new ReadyQueue(200);
    const keys = Array.from({ length: 200 }, (_, i) => (i * 7919) % 211);
    for (const [stream, key] of keys.entries()) queue.put(stream, key);
    const out: number[] = [];
    while (queue.length > 0) out.push(keys[queue.take()]);
    expect(out).toEqual([...keys].sort((a, b) => a - b));
  });
});
