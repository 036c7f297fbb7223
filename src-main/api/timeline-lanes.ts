/** Which series stand together on the timeline, and in which role. The order is that of the screen. */

import { rate } from '../analysis/curve.ts';
import type { Analysis } from '../analysis/diagnose.ts';
import { type DrawnSeries, drawnSeries, laneSpecs } from '../analysis/lanes.ts';
import { onsetOf } from '../analysis/onset.ts';
import { containerLimit } from '../analysis/signals/quantities.ts';
import { Words } from '../report/words.ts';
import type { Lane, LaneSeries, Lanes, Mark } from './contract/calls.ts';
import type { Language } from './contract/messages.ts';
import { metricBasis, metricInfo } from './contract/metrics.ts';

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
    basis: metricBasis(s.metric),
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
