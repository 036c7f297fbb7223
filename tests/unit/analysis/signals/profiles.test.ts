import { describe, expect, it } from 'vitest';
import { line, type MadeFile, type MadeProfile, madeSignals, profile } from '../made-case.ts';

const mebi = 2 ** 20;

function heap(made: Partial<MadeProfile>): MadeFile {
  return {
    kind: 'pprof',
    profile: profile({ what: 'heap', types: ['inuse_objects', 'inuse_space'], totals: [100, 100 * mebi], ...made }),
  };
}

describe('the size of the objects that grew', () => {
  const held = (t: number, objects: number, bytes: number) =>
    heap({ t, totals: [objects, bytes], owners: [{ function: 'main.read', values: [objects, bytes] }] });

  it('follows from two heap profiles', () => {
    const signals = madeSignals([held(5, 1_000, mebi), held(40, 1_400, 41 * mebi)]);
    expect(signals.get('mean_object_bytes')).toMatchObject({
      value: (40 * mebi) / 400,
      basis: 'estimated',
      subject: 'main.read',
    });
  });

  it('is left to MemStats where they count objects', () => {
    const counted: MadeFile = {
      series: { heap_objects: line(0, 40, 100_000, 900_000), heap_alloc_bytes: line(0, 40, 4 * mebi, 84 * mebi) },
    };
    expect(madeSignals([held(5, 1_000, mebi), held(40, 1_400, 41 * mebi), counted]).get('mean_object_bytes')?.met).toBe(
      false,
    );
  });
});

describe('timers and tickers on the heap', () => {
  const of = (caller: string) =>
    madeSignals([
      heap({
        top: [
          { sampleType: 1, function: 'time.newTimer', flat: 60 * mebi, cum: 60 * mebi },
          { sampleType: 1, function: caller, flat: 0, cum: 60 * mebi },
        ],
      }),
    ]);

  it('are told apart by who called time.newTimer', () => {
    expect(of('time.NewTicker').get('tickers_on_heap')?.met).toBe(true);
    expect(of('time.NewTicker').get('timers_on_heap')?.met).toBe(false);
    expect(of('time.NewTimer').get('timers_on_heap')?.met).toBe(true);
    expect(of('time.NewTimer').get('tickers_on_heap')?.met).toBe(false);
  });
});
