import { describe, expect, it } from 'vitest';
import { type MadeFile, madeSignals, profile } from '../made-case.ts';

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
});
