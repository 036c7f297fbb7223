/** The timelines of the report: one chart a lane, all on the time axis of the case. */
import { rate } from '../analysis/curve.ts';
import type { Analysis } from '../analysis/diagnose.ts';
import { drawnSeries, laneSpecs } from '../analysis/lanes.ts';
import type { DiagnoseDocument } from '../api/contract/documents.ts';
import { metricInfo } from '../api/contract/metrics.ts';
import type { ChartMark, ChartSeries, ChartSpec } from './drawing/chart.ts';
import { killTime, whenText } from './verdict-text.ts';
import type { Words } from './words.ts';

export function chartsOf(analysis: Analysis, r: DiagnoseDocument, words: Words): ChartSpec[] {
  const { timeline } = analysis;
  if (!(timeline.to > timeline.from)) return [];
  const common = {
    from: timeline.from,
    to: timeline.to,
    marks: marksOf(analysis, r, words),
    timeText: (t: number) => whenText(analysis, t),
  };
  const charts: ChartSpec[] = [];
  for (const lane of laneSpecs) {
    const title = words.of(`lane/${lane.key}`);
    if (lane.kind === 'pauses') {
      const pauses = timeline.track('gc_pause_seconds');
      if (!pauses || pauses.t.length === 0) continue;
      const dots: ChartSeries = { title: '', role: 'limit', t: pauses.t, v: pauses.v, isDots: true };
      charts.push({ ...common, title, unit: 'seconds', series: [dots], limit: undefined, isLog: true });
    } else if (lane.kind === 'lines') {
      const series = lane.members.flatMap(([metric, role, isRate]): ChartSeries[] => {
        const s = drawnSeries(analysis).get(`${metric}${isRate ? '-rate' : ''}`);
        if (!s || s.track.t.length < 2) return [];
        const curve = isRate ? rate(s.track) : s.track;
        return [{ title: words.of(`metric/${role}`), role, t: curve.t, v: curve.v }];
      });
      const [first] = lane.members;
      if (series.length === 0 || !first) continue;
      const unit = first[2] ? 'per_second' : metricInfo(first[0]).unit;
      charts.push({
        ...common,
        title,
        unit,
        series,
        limit: lane.key === 'memory' ? r.ladder?.limit?.bytes : undefined,
      });
    }
  }
  return charts;
}

function marksOf(analysis: Analysis, r: DiagnoseDocument, words: Words): ChartMark[] {
  const out: ChartMark[] = [];
  const onset = r.findings[0]?.onset_s;
  if (onset !== undefined && onset !== null && r.verdict === 'incident')
    out.push({ t: onset, title: words.say('mark/onset'), isAlarm: true });
  const killed = killTime(analysis);
  if (killed !== undefined && killed <= analysis.timeline.to + 5)
    out.push({ t: killed, title: words.say('card/kill'), isAlarm: true });
  return out;
}
