import { describe, expect, it } from 'vitest';
import { ownFrame } from '../../../../src-main/analysis/signals/goroutines.ts';
import { dump, line, type MadeFile, madeSignals } from '../made-case.ts';

const text = (events: NonNullable<MadeFile['events']>): MadeFile => ({ kind: 'goroutine-text', events });

describe('ownFrame', () => {
  const frame = (name: string, file: string) => ({ function: name, file, line: 1 });

  it('is the innermost frame of the program, be it in main or in a package beside it', () => {
    const frames = [
      frame('sync.(*Mutex).Lock', 'sync/mutex.go'),
      frame('github.com/lib/pq.(*conn).query', 'github.com/lib/pq@v1.10.9/conn.go'),
      frame('acme.io/ledger/store.(*Sync).await', 'acme.io/ledger/store/sync.go'),
      frame('main.main', 'acme.io/ledger/main.go'),
    ];
    expect(ownFrame(frames)?.function).toBe('acme.io/ledger/store.(*Sync).await');
  });

  it("is another module's where the program has none on the stack", () => {
    const frames = [frame('github.com/lib/pq.(*conn).watch', 'github.com/lib/pq@v1.10.9/conn.go')];
    expect(ownFrame(frames)?.function).toBe('github.com/lib/pq.(*conn).watch');
  });
});

describe('the largest group of goroutines', () => {
  it('is counted: a pool of workers is no leak, thousands in one place may be', () => {
    const of = (n: number) =>
      madeSignals([
        text(
          dump([
            [n, 'chan receive', 'main.(*pool).work svc/pool.go:12'],
            [10, 'IO wait', 'net.(*conn).Read net/net.go:1'],
          ]),
        ),
      ]);
    expect(of(64).get('goroutine_group_size')?.met).toBe(false);
    expect(of(4_000).get('goroutine_group_size')).toMatchObject({ met: true, subject: 'main.(*pool).work' });
  });
});

describe('a blocked finalizer', () => {
  const stuck = [
    1,
    'sync.Mutex.Lock',
    'sync.(*Mutex).Lock sync/mutex.go:1',
    'main.(*Handle).release svc/main.go:33',
  ] as const;
  const created = (events: NonNullable<MadeFile['events']>) =>
    events.map((e, i) => (i === 1 ? { ...e, data: { ...e.data, created_by: 'main.main' } } : e));

  it('is a goroutine without a creator, in a dump that names creators', () => {
    const events = dump([[...stuck], [5, 'select', 'main.serve svc/main.go:9']]);
    expect(madeSignals([text(created(events))]).get('finalizer_blocked')?.subject).toBe('main.(*Handle).release');
  });

  it('is not seen in a dump that names none: any lone goroutine looks like it there', () => {
    expect(
      madeSignals([text(dump([[...stuck], [5, 'select', 'main.serve svc/main.go:9']]))]).get('finalizer_blocked')?.met,
    ).toBe(false);
  });

  it('is seen there by the frames of the runtime', () => {
    const events = dump([
      [...stuck, 'runtime.runfinq runtime/mfinal.go:255'],
      [5, 'select', 'main.serve svc/main.go:9'],
    ]);
    expect(madeSignals([text(events)]).get('finalizer_blocked')?.met).toBe(true);
  });
});

describe('open files', () => {
  it("are told by the kernel's table of descriptors where nothing counts them", () => {
    const status = (sizes: readonly number[]): MadeFile => ({
      kind: 'proc-status',
      frame: 'proc status',
      series: { fd_table_size: sizes.map((v, i) => [i * 10, v]) },
    });
    expect(madeSignals([status([256, 512, 2048, 4096, 8192])]).get('open_files_growth')?.met).toBe(true);
    expect(madeSignals([status([256, 256, 256, 256, 256])]).get('open_files_growth')?.met).toBe(false);
  });
});

describe('the growth of stacks', () => {
  it('is told by StackInuse alone, above what a small program has', () => {
    const stacks = (to: number): MadeFile => ({
      series: { stack_inuse_bytes: line(0, 40, 1e6, to), goroutines: line(0, 40, 50, 60) },
    });
    expect(madeSignals([stacks(6e7)]).get('stack_growth')?.met).toBe(true);
    expect(madeSignals([stacks(6e6)]).get('stack_growth')?.met).toBe(false);
  });
});

describe('what goroutines wait for', () => {
  it('stays open where a dump does not say it', () => {
    const of = (state: string) => madeSignals([text(dump([[900, state, 'main.await svc/main.go:3']]))]);
    expect(of('chan receive').get('group_blocked_in_receive')?.met).toBe(true);
    expect(of('').has('group_blocked_in_receive')).toBe(false);
    expect(of('').has('group_blocked_in_send')).toBe(false);
  });
});

describe('the stack of a goroutine', () => {
  const mebi = 2 ** 20;
  const service = (goroutines: number, stacks: number): MadeFile => ({
    series: {
      goroutines: line(0, 40, 100, goroutines),
      stack_inuse_bytes: line(0, 40, 3 * mebi, stacks),
    },
  });

  it('is deep where it was not at first', () => {
    expect(madeSignals([service(110, 60 * mebi)]).get('stack_per_goroutine')?.met).toBe(true);
  });

  it('is not deep where more goroutines run than at first, each as deep as those', () => {
    expect(madeSignals([service(1_500, 45 * mebi)]).get('stack_per_goroutine')?.met).toBe(false);
  });
});
