/**
 * The timelines of the report: one chart a lane, on the time axis of the case. What covers only a small part of it, as a trace of some seconds does, stands on
 * an axis of its own and says which stretch that is.
 */
import { rate } from '../analysis/curve.ts';
import type { Analysis } from '../analysis/diagnose.ts';
import { drawnSeries, laneSpecs } from '../analysis/lanes.ts';
import type { DiagnoseDocument } from '../api/contract/documents.ts';
import { formatDuration } from '../api/contract/format.ts';
import { isFromEvents, isMeanBefore, metricInfo } from '../api/contract/metrics.ts';
import type { ChartMark, ChartSeries, ChartSpec } from './drawing/chart.ts';
import { ownSpan, secondDigits } from './drawing/chart-span.ts';
import { killTime, whenText } from './verdict-text.ts';
import type { Words } from './words.ts';

export function chartsOf(analysis: Analysis, r: DiagnoseDocument, words: Words): ChartSpec[] {
  const { timeline } = analysis;
  if (!(timeline.to > timeline.from)) return [];
  const marks = marksOf(analysis, r, words);
  const placed = (series: readonly ChartSeries[]) => placedOn(analysis, series, marks, words);
  const charts: ChartSpec[] = [];
  for (const lane of laneSpecs) {
    const title = words.of(`lane/${lane.key}`);
    if (lane.kind === 'pauses') {
      const pauses = timeline.track('gc_pause_seconds');
      if (!pauses || pauses.t.length === 0) continue;
      const dots: ChartSeries = { title: '', role: 'limit', t: pauses.t, v: pauses.v, isDots: true };
      charts.push({ ...placed([dots]), title, unit: 'seconds', limit: undefined, isLog: true });
    } else if (lane.kind === 'lines') {
      const series = lane.members.flatMap(([metric, role, isRate]): ChartSeries[] => {
        const s = drawnSeries(analysis).get(`${metric}${isRate ? '-rate' : ''}`);
        if (!s || s.track.t.length < 2) return [];
        const curve = isRate ? rate(s.track) : s.track;
        const title = words.of(`metric/${role}`);
        return [
          {
            title,
            role,
            t: curve.t,
            v: curve.v,
            isHeld: isFromEvents(metric),
            isMean: isMeanBefore(metric, isRate ?? false),
          },
        ];
      });
      const [first] = lane.members;
      if (series.length === 0 || !first) continue;
      const unit = first[2] ? 'per_second' : metricInfo(first[0]).unit;
      charts.push({
        ...placed(series),
        title,
        unit,
        limit: lane.key === 'memory' ? r.ladder?.limit?.bytes : undefined,
      });
    }
  }
  return charts;
}

/** The series on their axis: the run's, or their own where they cover little of it. */
function placedOn(
  analysis: Analysis,
  series: readonly ChartSeries[],
  marks: readonly ChartMark[],
  words: Words,
): Pick<ChartSpec, 'from' | 'to' | 'series' | 'marks' | 'caption' | 'timeText'> {
  const { timeline } = analysis;
  const run = { from: timeline.from, to: timeline.to };
  const own = ownSpan(
    series.map((s) => s.t),
    run,
  );
  const { from, to } = own ?? run;
  const digits = secondDigits({ from, to });
  const timeText = (t: number) => whenText(analysis, t, digits);
  const caption = own
    ? words.say('report/own_axis', {
        from: timeText(from),
        to: timeText(to),
        length: formatDuration(to - from),
        run: formatDuration(run.to - run.from),
      })
    : undefined;
  return { from, to, series, marks: own ? marks.filter((m) => m.t >= from && m.t <= to) : marks, caption, timeText };
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
