/**
 * Which series are drawn together on a timeline, on the screen and in the report, and in which role: a role keeps its hue and dash everywhere.
 */
import type { LaneKey, SeriesRole } from '../api/contract/calls.ts';
import { metricInfo, metrics } from '../api/contract/metrics.ts';
import type { Analysis } from './diagnose.ts';
import type { Track } from './timeline.ts';

export interface LaneSpec {
  readonly key: LaneKey;
  readonly kind: 'lines' | 'cycles' | 'pauses';
  /** With a frame: of what that frame tells, not of whatever tells most. */
  readonly members: readonly (readonly [metric: string, role: SeriesRole, isRate?: boolean, frame?: string])[];
}

export const laneSpecs: readonly LaneSpec[] = [
  {
    key: 'memory',
    kind: 'lines',
    members: [
      ['rss_bytes', 'rss'],
      ['cgroup_current_bytes', 'cgroup'],
      ['sys_bytes', 'sys'],
    ],
  },
  {
    key: 'heap',
    kind: 'lines',
    members: [
      ['heap_alloc_bytes', 'heap_alloc'],
      ['heap_inuse_bytes', 'heap_inuse'],
      ['heap_idle_bytes', 'heap_idle'],
      ['heap_released_bytes', 'heap_released'],
      ['gc_heap_live_bytes', 'heap_live'],
      ['next_gc_bytes', 'goal'],
      ['stack_inuse_bytes', 'stacks'],
    ],
  },
  {
    key: 'allocation',
    kind: 'lines',
    members: [
      ['mallocs_total', 'mallocs', true],
      ['frees_total', 'frees', true],
    ],
  },
  {
    key: 'trace_heap',
    kind: 'lines',
    members: [
      ['replay_heap_alloc_bytes', 'heap_alloc'],
      ['replay_heap_inuse_bytes', 'heap_inuse'],
      ['trace_heap_live_bytes', 'trace_live'],
      ['trace_heap_goal_bytes', 'goal'],
    ],
  },
  {
    key: 'trace_allocation',
    kind: 'lines',
    members: [
      ['replay_mallocs_total', 'mallocs', true],
      ['replay_frees_total', 'frees', true],
    ],
  },
  {
    key: 'trace_goroutines',
    kind: 'lines',
    members: [
      ['trace_goroutines_running', 'running'],
      ['trace_goroutines_runnable', 'runnable'],
      ['trace_goroutines_waiting', 'waiting'],
      ['trace_goroutines_syscall', 'syscall'],
    ],
  },
  {
    key: 'trace_processors',
    kind: 'lines',
    members: [
      ['trace_procs_busy', 'procs'],
      ['gomaxprocs', 'gomaxprocs', false, 'go-trace heap'],
    ],
  },
  { key: 'gc', kind: 'cycles', members: [] },
  { key: 'pauses', kind: 'pauses', members: [] },
  {
    key: 'goroutines',
    kind: 'lines',
    members: [
      ['goroutines', 'goroutines'],
      ['threads', 'threads'],
    ],
  },
  { key: 'files', kind: 'lines', members: [['open_fds', 'files']] },
];

/** A drawn curve: a track, or the rate of one. */
export interface DrawnSeries {
  readonly id: string;
  readonly metric: string;
  readonly role: SeriesRole;
  readonly isRate: boolean;
  readonly track: Track;
}

/** Everything the timeline can draw, by id. Ids are stable for one state of the case. */
export function drawnSeries(analysis: Analysis): ReadonlyMap<string, DrawnSeries> {
  const out = new Map<string, DrawnSeries>();
  for (const spec of laneSpecs) {
    for (const [metric, role, isRate, frame] of spec.members) {
      const tracks = analysis.timeline.tracks(metric);
      const track = frame === undefined ? tracks[0] : tracks.find((t) => t.series[0]?.frameName === frame);
      if (!track) continue;
      const id = `${metric}${isRate ? '-rate' : ''}`;
      out.set(id, { id, metric, role, isRate: isRate ?? false, track });
    }
  }
  for (const metric of ownMetrics(analysis)) {
    const track = analysis.timeline.track(metric);
    if (track)
      out.set(`own-${metric}`.slice(0, 64), {
        id: `own-${metric}`.slice(0, 64),
        metric,
        role: 'other',
        isRate: metricInfo(metric).kind === 'counter',
        track,
      });
  }
  return out;
}

const ownKept = 12;

/** Series the program itself names, that move: at most a dozen. */
function ownMetrics(analysis: Analysis): readonly string[] {
  return analysis.timeline
    .metrics()
    .filter(
      (m) =>
        !(m in metrics) &&
        /^[\w.:-]{1,58}$/.test(m) &&
        !/^(?:go|process|container|cgroup|promhttp|profile|mapping|vm|hugetlb|fd|last_gc|rss|cmdline)_/.test(m),
    )
    .filter((m) => {
      const track = analysis.timeline.track(m);
      return track !== undefined && track.t.length >= 3 && track.v.some((v) => v !== track.v[0]);
    })
    .slice(0, ownKept);
}
