import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { goroutineTimes } from '../../../src-main/analysis/goroutine-times.ts';
import { TraceNames } from '../../../src-main/analysis/heap/trace-names.ts';
import { Case } from '../../../src-main/case/case.ts';
import { TableReader } from '../../../src-main/case/store/tables.ts';
import { goStates } from '../../../src-main/parsers/go-trace/trace-sink.ts';
import { parseHere } from '../case/parse-here.ts';
import { temporaryFolder } from '../case/temporary-folder.ts';
import { MadeTables } from './made-tables.ts';

type Step = readonly [ns: number, goroutine: number, from: string, to: string, reason?: number];

const fixtures = join(import.meta.dirname, '../../fixtures/go-trace');

/** One chunk of transitions a list. Goroutine 1 began in main.main, 2 in main.worker. */
function madeTimes(from: number, to: number, ...chunks: readonly (readonly Step[])[]) {
  const made = new MadeTables(['', 'chan receive', 'sleep'], ['main.main', 'main.worker']);
  made.rows('goroutines', { timeNs: [0, 0], id: [1, 2], startStack: [1, 2] });
  const state = (name: string) => goStates.indexOf(name as (typeof goStates)[number]);
  for (const steps of chunks)
    made.rows('transitions', {
      timeNs: steps.map((s) => s[0]),
      resource: steps.map(() => 0),
      id: steps.map((s) => s[1]),
      from: steps.map((s) => state(s[2])),
      to: steps.map((s) => state(s[3])),
      reasonString: steps.map((s) => s[4] ?? 0),
      goroutine: steps.map((s) => s[1]),
      stack: steps.map(() => 0),
    });
  return goroutineTimes(made.tables, 1, made.names, from, to);
}

describe('times of goroutines', () => {
  it('are charged to the state that a transition ends, within the stretch', () => {
    const { groups, goroutines } = madeTimes(100, 1_000, [
      [10, 1, 'NotExist', 'Runnable'],
      [50, 1, 'Runnable', 'Running'],
      [300, 1, 'Running', 'Waiting', 1],
      [700, 1, 'Waiting', 'Runnable'],
      [750, 1, 'Runnable', 'Running'],
      [900, 1, 'Running', 'Syscall'],
      [1_200, 1, 'Syscall', 'Running'],
    ]);
    expect(goroutines).toBe(1);
    expect(groups).toEqual([
      {
        function: 'main.main',
        goroutines: 1,
        runningNs: 350,
        runnableNs: 50,
        waitingNs: 400,
        syscallNs: 100,
        reason: 'chan receive',
        reasonNs: 400,
      },
    ]);
  });

  it('know a state from the chunk before, and from the transition that leaves it', () => {
    const { groups } = madeTimes(
      400,
      500,
      [[10, 2, 'Running', 'Waiting', 2]],
      [[450, 2, 'Waiting', 'Running']],
      [[900, 1, 'Running', 'Waiting', 1]],
    );
    expect(groups.map((g) => [g.function, g.runningNs, g.waitingNs, g.reason])).toEqual([
      ['main.main', 100, 0, ''],
      ['main.worker', 50, 50, 'sleep'],
    ]);
  });

  it('take a state said of an older goroutine for its state since', () => {
    const { groups } = madeTimes(0, 500, [
      [400, 2, 'Undetermined', 'Waiting', 1],
      [500, 2, 'Waiting', 'NotExist'],
    ]);
    expect(groups).toMatchObject([{ waitingNs: 500, runningNs: 0 }]);
  });

  it.each(['go1.21-program', 'go1.23-gc', 'go1.26-program'])(
    'of parts add up to those of the whole: %s',
    async (name) => {
      const made = Case.create(join(temporaryFolder(), 'case'), 'made');
      await made.import([join(fixtures, `${name}.trace`)], { parse: parseHere });
      const tables = new TableReader(made.store);
      const names = new TraceNames(tables, 1);
      const end = tables.chunks(1, 'transitions').at(-1)?.toNs as number;
      const sums = (from: number, to: number) => {
        const { groups } = goroutineTimes(tables, 1, names, from, to);
        const of = (key: 'runningNs' | 'runnableNs' | 'waitingNs' | 'syscallNs') =>
          groups.reduce((n, g) => n + g[key], 0);
        return [of('runningNs'), of('runnableNs'), of('waitingNs'), of('syscallNs')];
      };
      const whole = sums(0, end);
      const cuts = [0, end * 0.21, end * 0.5, end * 0.83, end];
      const parts = cuts.slice(1).map((to, i) => sums(cuts[i] as number, to));
      whole.forEach((ns, i) => {
        expect(parts.reduce((sum, part) => sum + (part[i] as number), 0)).toBeCloseTo(ns, 0);
      });
      expect(whole[0]).toBeGreaterThan(0);
    },
  );
});
