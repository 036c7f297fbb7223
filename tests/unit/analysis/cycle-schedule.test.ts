import { describe, expect, it } from 'vitest';
import { scheduleAround } from '../../../src-main/analysis/cycle-schedule.ts';
import { analysisOf, gctraceLine } from './case-of-texts.ts';

const sched = (ms: number, idle: number, queued: number, states: readonly number[]) =>
  [
    `SCHED ${ms}ms: gomaxprocs=2 idleprocs=${idle} threads=5 spinningthreads=1 needspinning=0 idlethreads=2 runqueue=${queued} gcwaiting=false nmidlelocked=0 stopwait=0 sysmonwait=false`,
    ...states.map(
      (s, p) => `  P${p}: status=${s} schedtick=10 syscalltick=0 m=${p} runqsize=${p} gfreecnt=0 timerslen=0`,
    ),
    '',
  ].join('\n');

/** One collection of 30 ms at 2 s, a sample each 20 ms around it. */
const log = [
  sched(1_980, 1, 0, [1, 0]),
  sched(2_010, 0, 6, [1, 3]),
  gctraceLine(1, 2, 40, 30),
  sched(2_050, 2, 0, [0, 0]),
].join('');

describe('gctrace and schedtrace of one log', () => {
  it('say what the Ps did before, during and after a collection', async () => {
    const { timeline } = await analysisOf({ 'stderr.log': log });
    const pause = timeline.track('gc_pause_seconds');
    const at = pause?.t[0] as number;
    const schedule = scheduleAround(timeline, at, at + 0.03);
    expect(schedule?.before).toMatchObject({ procs: 2, busyProcs: 1, queued: 1 });
    expect(schedule?.during.map((m) => [m.busyProcs, m.queued])).toEqual([[2, 7]]);
    expect(schedule?.after).toMatchObject({ busyProcs: 0, queued: 1, spinningThreads: 1 });
    expect(schedule?.states).toEqual([
      { p: '0', states: ['running', 'idle'] },
      { p: '1', states: ['idle', 'gcstop', 'idle'] },
    ]);
  });

  it('have nothing to say of each other where no sample lies near', async () => {
    const { timeline } = await analysisOf({ 'stderr.log': `${sched(1, 1, 0, [])}${gctraceLine(1, 60, 40)}` });
    const at = timeline.track('gc_pause_seconds')?.t[0] as number;
    expect(scheduleAround(timeline, at, at + 0.002)).toBeUndefined();
  });
});
