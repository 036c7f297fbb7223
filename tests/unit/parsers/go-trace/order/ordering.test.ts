import { describe, expect, it } from 'vitest';
import { cursorWidth } from '../../../../../src-main/parsers/go-trace/binary/event-cursors.ts';
import { ThreadQueue } from '../../../../../src-main/parsers/go-trace/order/thread-queue.ts';
import { type GenerationBuilder, TraceBuilder, type WireEvent } from '../trace-builder.ts';
import { traceFigures } from '../trace-figures.ts';

/** Wire statuses. */
const goRunnable = 1;
const goRunning = 2;
const goSyscall = 3;
const goWaiting = 4;
const procRunning = 1;
const procIdle = 2;
const procSyscall = 3;
const procAbandoned = 4;

/** One generation of Go 1.22: the clock, then what `write` adds. */
const one = (write: (g: GenerationBuilder) => void) =>
  new TraceBuilder(22, 1000).generation(1, (g) => {
    g.clock();
    write(g);
  });

/** Transitions as `time id from->to`, P ids with a P in front, and the first problem. */
async function story(trace: TraceBuilder): Promise<string[]> {
  const { rows, problems } = await traceFigures(trace.bytes(), { withRows: true });
  const cell = (row: string, name: string) => new RegExp(` ${name}=(\\S+)`).exec(row)?.[1];
  const lines = rows
    .filter((row) => row.startsWith('transition'))
    .map(
      (row) =>
        `${cell(row, 'timeNs')} ${cell(row, 'resource') === '1' ? 'P' : ''}${cell(row, 'id')} ${cell(row, 'from')}->${cell(row, 'to')}`,
    );
  const problem = problems.find((p) => p.severity === 'error');
  return problem === undefined ? lines : [...lines, `${problem.code} ${problem.args.what ?? ''}`.trim()];
}

/** Thread 1 with P 0 and goroutine 1 running. */
const running: WireEvent[] = [
  ['ProcStatus', 1, 0, procRunning],
  ['GoStatus', 1, 1, 1, goRunning],
];

describe('events of one thread', () => {
  it.each<[string, WireEvent[], string[]]>([
    ['block and start', [['GoBlock', 1, 0, 0]], ['3 1 3->4']],
    ['yield', [['GoStop', 1, 0, 0]], ['3 1 3->2']],
    ['end', [['GoDestroy', 1]], ['3 1 3->1']],
    [
      'create',
      [
        ['GoCreate', 1, 9, 0, 0],
        ['GoBlock', 1, 0, 0],
        ['GoStart', 1, 9, 1],
      ],
      ['3 9 1->2', '4 1 3->4', '5 9 2->3'],
    ],
    ['create blocked', [['GoCreateBlocked', 1, 9, 0, 0]], ['3 9 1->4']],
    [
      'a system call',
      [
        ['GoSyscallBegin', 1, 1, 0],
        ['GoSyscallEnd', 1],
      ],
      ['3 1 3->5', '4 1 5->3'],
    ],
    [
      'a blocked system call whose P stops',
      [
        ['GoSyscallBegin', 1, 1, 0],
        ['ProcStop', 1],
        ['GoSyscallEndBlocked', 1],
      ],
      ['3 1 3->5', '4 P0 2->3', '5 1 5->2'],
    ],
    [
      'a coroutine switch: three transitions',
      [
        ['GoCreateBlocked', 1, 9, 0, 0],
        ['GoSwitch', 1, 9, 1],
      ],
      ['3 9 1->4', '4 9 4->2', '5 1 3->4', '6 9 2->3'],
    ],
    [
      'a switch that ends the goroutine',
      [
        ['GoCreateBlocked', 1, 9, 0, 0],
        ['GoSwitchDestroy', 1, 9, 1],
      ],
      ['3 9 1->4', '4 9 4->2', '5 1 3->1', '6 9 2->3'],
    ],
    [
      'stop the P and take it again',
      [
        ['GoBlock', 1, 0, 0],
        ['ProcStop', 1],
        ['ProcStart', 1, 0, 1],
      ],
      ['3 1 3->4', '4 P0 2->3', '5 P0 3->2'],
    ],
  ])('%s', async (_name, events, want) => {
    const lines = await story(one((g) => g.batch(1, 0, ...running, ...events)));
    expect(lines.slice(2)).toEqual(want);
  });

  it('moves an event that shares its time with another by a nanosecond', async () => {
    const lines = await story(
      one((g) =>
        g.batch(1, 0, ['ProcStatus', 5, 0, procRunning], ['GoStatus', 0, 1, 1, goRunning], ['GoBlock', 0, 0, 0]),
      ),
    );
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['5', '6', '7']);
  });
});

describe('what cannot be', () => {
  it.each<[string, WireEvent[], string]>([
    [
      'a block without a goroutine',
      [
        ['ProcStatus', 1, 0, procRunning],
        ['GoBlock', 1, 0, 0],
      ],
      'go_trace/context_wrong goroutine',
    ],
    ['a metric without a P', [['HeapAlloc', 1, 5]], 'go_trace/context_wrong proc'],
    [
      'a start on a thread that runs',
      [...running, ['GoCreate', 1, 9, 0, 0], ['GoStart', 1, 9, 1]],
      'go_trace/context_wrong no goroutine',
    ],
    [
      'a goroutine created twice',
      [...running, ['GoCreate', 1, 9, 0, 0], ['GoCreate', 1, 9, 0, 0]],
      'go_trace/state_wrong new goroutine',
    ],
    ['a status of no known kind', [['GoStatus', 1, 1, 1, 9]], 'go_trace/state_wrong status'],
    ['a P of no known status', [['ProcStatus', 1, 0, 69]], 'go_trace/state_wrong status'],
    [
      'two statuses that differ',
      [
        ['ProcStatus', 1, 0, procIdle],
        ['ProcStatus', 1, 0, procRunning],
      ],
      'go_trace/state_wrong status',
    ],
    ['the end of a call that was not begun', [...running, ['GoSyscallEnd', 1]], 'go_trace/state_wrong goroutine'],
    [
      'a call with the wrong number of the P',
      [...running, ['GoSyscallBegin', 1, 7, 0]],
      'go_trace/state_wrong proc sequence',
    ],
    ['a stack that is not in the table', [...running, ['GoBlock', 1, 0, 5]], 'go_trace/stack_missing'],
    ['a reason that is not in the table', [...running, ['GoBlock', 1, 5, 0]], 'go_trace/string_missing'],
    [
      'a sweep in a sweep',
      [...running, ['GCSweepBegin', 1, 0], ['GCSweepBegin', 1, 0]],
      'go_trace/range_wrong begun already',
    ],
    ['the end of no assist', [...running, ['GCMarkAssistEnd', 1]], 'go_trace/range_wrong not begun'],
    ['the end of no stop', [...running, ['STWEnd', 1]], 'go_trace/range_wrong not begun'],
    [
      'a collection that ends twice',
      [...running, ['GCBegin', 1, 1, 0], ['GCEnd', 1, 2], ['GCEnd', 1, 3]],
      'go_trace/range_wrong not begun',
    ],
    [
      'a task that begins twice',
      [...running, ['UserTaskBegin', 1, 5, 0, 0, 0], ['UserTaskBegin', 1, 5, 0, 0, 0]],
      'go_trace/task_repeated',
    ],
    [
      'regions that cross',
      [...running, ['UserRegionBegin', 1, 1, 0, 0], ['UserRegionBegin', 1, 2, 0, 0], ['UserRegionEnd', 1, 1, 0, 0]],
      'go_trace/region_wrong',
    ],
    [
      'a start out of sequence',
      [
        ['ProcStatus', 1, 0, procRunning],
        ['GoStatus', 1, 1, 1, goRunnable],
        ['GoStart', 1, 1, 2],
      ],
      'go_trace/order_impossible',
    ],
  ])('refuses %s', async (_name, events, want) => {
    expect((await story(one((g) => g.batch(1, 0, ...events)))).at(-1)).toBe(want);
  });
});

describe('order between threads', () => {
  it('follows sequence numbers where the clocks disagree', async () => {
    const lines = await story(
      one((g) => {
        g.batch(1, 100, ...running, ['GoCreate', 1, 9, 0, 0]);
        // By its clock the other thread starts goroutine 9 before it was created.
        g.batch(2, 0, ['ProcStatus', 1, 1, procRunning], ['GoStart', 1, 9, 1], ['GoBlock', 1, 0, 0]);
      }),
    );
    expect(lines).toEqual(['1 P1 0->2', '101 P0 0->2', '102 1 0->3', '103 9 1->2', '104 9 2->3', '105 9 3->4']);
  });

  it('orders the same with more threads than are sorted', async () => {
    const trace = (threads: number) =>
      one((g) => {
        for (let m = 2; m <= threads; m++)
          g.batch(m, 0, ['ProcStatus', m, m, procRunning], ['GoStart', 1, 100 + m, 1], ['GoDestroy', 1]);
        g.batch(
          1,
          5000,
          ...running,
          ...Array.from({ length: threads - 1 }, (_, i): WireEvent => ['GoCreate', 1, 102 + i, 0, 0]),
        );
      });
    for (const threads of [40, 90]) {
      const lines = await story(trace(threads));
      expect(lines.length).toBe(2 + 4 * (threads - 1));
      for (let m = 2; m <= threads; m++) {
        const of = lines.filter((line) => line.includes(` ${100 + m} `)).map((line) => line.split(' ')[2]);
        expect(of).toEqual(['1->2', '2->3', '3->1']);
      }
    }
  });

  it('steals a P from a thread in a system call, and lets that thread go on only then', async () => {
    const lines = await story(
      one((g) => {
        g.batch(1, 0, ...running, ['GoSyscallBegin', 1, 1, 0], ['GoSyscallEndBlocked', 1]);
        g.batch(2, 50, ['ProcSteal', 1, 0, 2, 1]);
      }),
    );
    expect(lines).toEqual(['1 P0 0->2', '2 1 0->3', '3 1 3->5', '51 P0 2->3', '52 1 5->2']);
  });

  it('shows a P stolen from a call that the trace lost as idle all along', async () => {
    const lines = await story(
      one((g) => {
        g.batch(2, 0, ['ProcStatus', 1, 0, procAbandoned], ['ProcSteal', 1, 0, 1, 77]);
      }),
    );
    expect(lines).toEqual(['1 P0 0->3', '2 P0 3->3']);
  });

  it('binds a goroutine that sits in a call on a thread without events', async () => {
    const lines = await story(
      one((g) => {
        g.batch(1, 0, ['GoStatus', 1, 8, 33, goSyscall]);
        g.batch(33, 9, ['GoSyscallEndBlocked', 1]);
      }),
    );
    expect(lines).toEqual(['1 8 0->5', '10 8 5->2']);
  });

  it('gives a P still on the thread back when a goroutine from C ends', async () => {
    const lines = await story(
      one((g) => g.batch(1, 0, ['ProcStatus', 1, 0, procSyscall], ['GoCreateSyscall', 1, 5], ['GoDestroySyscall', 1])),
    );
    expect(lines).toEqual(['1 P0 0->2', '2 5 1->5', '3 P0 2->3', '4 5 5->1']);
  });

  it('puts CPU samples between the events by their times', async () => {
    const { rows } = await traceFigures(
      one((g) =>
        g.batch(1, 0, ...running, ['GoBlock', 10, 0, 0]).samples([5, 1, 0, 1, 0], [1, 1, 0, 0, 0], [500, 1, 0, 1, 0]),
      ).bytes(),
      { withRows: true },
    );
    const samples = rows.filter((row) => row.startsWith('sample'));
    expect(samples.map((row) => /timeNs=(\d+).*goroutine=(-?\d+)/.exec(row)?.slice(1).join(' '))).toEqual([
      '2 -1',
      '5 1',
      '500 1',
    ]);
  });
});

describe('generations', () => {
  const second = (write: (g: GenerationBuilder) => void) =>
    one((g) => g.batch(1, 0, ...running, ['GoBlock', 1, 0, 0])).generation(2, (g) => {
      g.clock(1e9, 100);
      write(g);
    });

  it('starts sequence numbers anew with the status of each goroutine', async () => {
    const lines = await story(
      second((g) =>
        g.batch(
          1,
          100,
          ['ProcStatus', 1, 0, procRunning],
          ['GoStatus', 1, 1, 1, goWaiting],
          ['GoUnblock', 1, 1, 1, 0],
          ['GoStart', 1, 1, 2],
        ),
      ),
    );
    expect(lines.slice(3)).toEqual(['101 P0 2->2', '102 1 4->4', '103 1 4->2', '104 1 2->3']);
  });

  it('does not let a goroutine start that has no status in the generation', async () => {
    const lines = await story(
      second((g) => g.batch(1, 100, ['ProcStatus', 1, 0, procRunning], ['GoUnblock', 1, 1, 1, 0])),
    );
    expect(lines.at(-1)).toBe('go_trace/order_impossible');
  });

  it('refuses a goroutine that was never created after the first generation', async () => {
    const lines = await story(second((g) => g.batch(1, 100, ['GoStatus', 1, 99, 1, goWaiting])));
    expect(lines.at(-1)).toBe('go_trace/state_wrong new goroutine');
  });

  it('remembers the name of a task across generations', async () => {
    const trace = one((g) =>
      g.strings({ 1: 'nightly' }).batch(1, 0, ...running, ['UserTaskBegin', 1, 7, 0, 1, 0]),
    ).generation(2, (g) => {
      g.clock(1e9, 100).batch(
        1,
        100,
        ['ProcStatus', 1, 0, procRunning],
        ['GoStatus', 1, 1, 1, goRunning],
        ['UserTaskEnd', 1, 7, 0],
      );
    });
    const { rows } = await traceFigures(trace.bytes(), { withRows: true });
    expect(rows.filter((row) => row.startsWith('task'))).toEqual([
      expect.stringContaining(
        'task=7 parent=-1 nameString="nightly" beginNs=3 endNs=103 hasBegin=1 hasEnd=1 goroutine=1',
      ),
    ]);
  });

  it('refuses generations that are mixed, and a number of 0', async () => {
    for (const number of [3, 0]) {
      const trace = one((g) => g.batch(1, 0, ...running)).generation(number, (g) => g.batch(1, 0, ...running));
      expect((await story(trace)).at(-1)).toBe('go_trace/generation_number');
    }
  });
});

describe('ThreadQueue', () => {
  const queueOf = (times: readonly number[]) => {
    const num = new Float64Array(times.length * cursorWidth);
    times.forEach((time, i) => {
      num[i * cursorWidth] = time;
    });
    const queue = new ThreadQueue();
    queue.reset(num);
    for (let i = 0; i < times.length; i++) queue.insert(i);
    return { queue, num };
  };
  const drained = (queue: ThreadQueue, times: readonly number[]) => {
    const out: number[] = [];
    while (queue.length > 0) {
      out.push(times[queue.head()]);
      queue.remove(0);
    }
    return out;
  };

  it('gives the earliest first, for short and for long queues, sorted or not', () => {
    for (const length of [1, 2, 3, 20, 64, 65, 300]) {
      const times = Array.from({ length }, (_, i) => (i * 7919) % 101);
      const ordered = [...times].sort((a, b) => a - b);
      expect(drained(queueOf(times).queue, times)).toEqual(ordered);
      const { queue } = queueOf(times);
      queue.sort();
      expect(drained(queue, times)).toEqual(ordered);
    }
  });

  it('knows the second time and follows a change at any position', () => {
    const times = [5, 1, 9, 3];
    const { queue, num } = queueOf(times);
    expect([queue.headNs(), queue.secondNs()]).toEqual([1, 3]);
    for (let i = 0; i < queue.length; i++) {
      if (queue.at(i) !== 2) continue;
      num[2 * cursorWidth] = 0;
      queue.update(i);
      break;
    }
    expect(queue.head()).toBe(2);
    queue.remove(1);
    expect(queue.length).toBe(3);
    expect(queue.headNs()).toBe(0);
  });
});
