/** Which series stand together on the timeline, and in which role. The order is that of the screen. */

import { rate } from '../analysis/curve.ts';
import type { Analysis } from '../analysis/diagnose.ts';
import { onsetOf } from '../analysis/onset.ts';
import { containerLimit } from '../analysis/signals/quantities.ts';
import type { Track } from '../analysis/timeline.ts';
import { Words } from '../report/words.ts';
import type { Lane, LaneKey, LaneSeries, Lanes, Mark, SeriesRole } from './contract/calls.ts';
import type { Language } from './contract/messages.ts';
import { metricInfo, metrics } from './contract/metrics.ts';

interface LaneSpec {
  readonly key: LaneKey;
  readonly kind: Lane['kind'];
  readonly members: readonly (readonly [metric: string, role: SeriesRole, isRate?: boolean])[];
}

const laneSpecs: readonly LaneSpec[] = [
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
    for (const [metric, role, isRate] of spec.members) {
      const track = analysis.timeline.track(metric);
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

export function lanesOf(analysis: Analysis, language: Language): Lanes {
  const words = new Words(language);
  const drawn = drawnSeries(analysis);
  const lanes: Lane[] = [];
  for (const spec of laneSpecs) {
    if (spec.kind !== 'lines') {
      if (analysis.timeline.track('gc_pause_seconds'))
        lanes.push({
          key: spec.key,
          kind: spec.kind,
          unit: spec.kind === 'pauses' ? 'seconds' : 'count',
          title: words.of(`lane/${spec.key}`),
          series: [],
        });
      continue;
    }
    const series = spec.members.flatMap(([metric, , isRate]) => {
      const s = drawn.get(`${metric}${isRate ? '-rate' : ''}`);
      return s ? [laneSeries(s, words)] : [];
    });
    if (series.length > 0)
      lanes.push({
        key: spec.key,
        kind: 'lines',
        unit: series[0]?.unit ?? 'count',
        title: words.of(`lane/${spec.key}`),
        series,
      });
  }
  for (const s of drawn.values()) {
    if (s.role === 'other')
      lanes.push({
        key: 'own',
        kind: 'lines',
        unit: s.isRate ? 'per_second' : metricInfo(s.metric).unit,
        title: s.metric,
        series: [laneSeries(s, words)],
      });
  }
  const { timeline } = analysis;
  return {
    origin_ns: String(timeline.originNs),
    has_wall: timeline.hasWall,
    from: timeline.from,
    to: timeline.to,
    process_start: timeline.processStart ?? null,
    lanes,
    marks: marksOf(analysis, words),
    limit_bytes: containerLimit(analysis.scene)?.value ?? null,
  };
}

function laneSeries(s: DrawnSeries, words: Words): LaneSeries {
  const curve = s.isRate ? rate(s.track) : s.track;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < curve.v.length; i++) {
    const v = curve.v[i] as number;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  const title = words.of(`metric/${s.role}`);
  return {
    id: s.id,
    metric: s.metric,
    role: s.role,
    title: s.role === 'other' ? s.metric : title,
    unit: s.isRate ? 'per_second' : metricInfo(s.metric).unit,
    basis: 'measured',
    source: s.track.source,
    points: curve.t.length,
    min,
    max,
    uncertainty: s.track.uncertainty,
  };
}

/** What happened: ends, restarts, the onset of the first finding, new wordings of the log. */
function marksOf(analysis: Analysis, words: Words): Mark[] {
  const out: Mark[] = [];
  const { data, timeline } = analysis;
  const top = analysis.findings[0];
  const onset = top && onsetOf(analysis.scene, top);
  if (top && onset) {
    out.push({
      t: onset.t,
      kind: 'onset',
      title: words.of(`${words.causeKey(top.hypothesis.cause)}.title`),
      evidence: onset.evidence,
      path: data.evidenceById(onset.evidence).path,
      line: onset.position,
      severity: 4,
    });
  }
  for (const kind of ['oom_kill', 'crash', 'restart', 'container_terminated', 'log'] as const) {
    for (const e of data.eventsOf(kind)) {
      if (e.tNs === undefined) continue;
      const t = timeline.place(e.evidence, e.clock, e.tNs);
      if (t === undefined) continue;
      const text = e.data.text ?? e.data.message ?? e.data.name ?? e.data.reason ?? '';
      const severity = typeof e.data.severity === 'number' ? e.data.severity : kind === 'log' ? 2 : 5;
      out.push({
        t,
        kind,
        title: `${words.of(`mark/${kind}`)} ${String(text).split('\n')[0]}`.trim(),
        evidence: e.evidence,
        path: data.evidenceById(e.evidence).path,
        line: 'line' in e.at ? e.at.line : 0,
        severity,
      });
    }
  }
  return out.sort((a, b) => a.t - b.t).slice(0, 2_000);
}
