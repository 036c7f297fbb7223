import { describe, expect, it } from 'vitest';
import { line, type MadeFile, madeSignals, type Points, profile } from '../made-case.ts';

function heap(leaf: string, name = 'main.(*conveyor).put'): MadeFile {
  return {
    kind: 'pprof',
    profile: profile({
      what: 'heap',
      types: ['inuse_objects', 'inuse_space'],
      totals: [1_000, 1e7],
      owners: [{ function: name, values: [1_000, 9e6], leaf }],
    }),
  };
}

describe('what speaks of a queue', () => {
  it('is a container that is filled at its end', () => {
    expect(madeSignals([heap('container/list.(*List).PushBack')]).get('queue_words')?.met).toBe(true);
    expect(
      madeSignals([heap('container/list.(*List).PushFront')]).get('queue_words')?.met,
      'as an LRU cache does',
    ).toBe(false);
  });

  it('is a name or a line of the log, each once', () => {
    const log: MadeFile = {
      kind: 'app-log',
      events: [{ kind: 'log', data: { text: 'store: 90 written, 4100 waiting' } }],
    };
    expect(madeSignals([heap('main.parse', 'main.(*spool).enqueue'), log]).get('queue_words')?.value).toBe(2);
    expect(madeSignals([heap('main.parse')]).get('queue_words')?.value).toBe(0);
  });

  it('is a counter that slows down while something waits', () => {
    const counted = (slower: boolean): MadeFile => {
      const done: Points = line(0, 40, 0, 0).map(([t]) => [t, slower ? 100 * Math.min(t, 10) + 10 * t : 110 * t]);
      return { kind: 'prometheus', frame: 'prometheus', series: { rows_written_total: done } };
    };
    const log: MadeFile = { kind: 'app-log', events: [{ kind: 'log', data: { text: '4100 rows waiting' } }] };
    expect(madeSignals([counted(true), log]).get('queue_words')?.value).toBe(2);
    expect(madeSignals([counted(false), log]).get('queue_words')?.value).toBe(1);
    expect(madeSignals([counted(true)]).get('queue_words')?.value, 'alone it says nothing').toBe(0);
  });
});
