/** Questions the timeline asks while somebody looks at it: a window to draw, the values at a moment, what changed in a range. */

import { between, rate, valueAt } from '../analysis/curve.ts';
import { type SchedMoment, scheduleAround } from '../analysis/cycle-schedule.ts';
import type { Analysis } from '../analysis/diagnose.ts';
import { type DrawnSeries, drawnSeries } from '../analysis/lanes.ts';
import type { Track } from '../analysis/timeline.ts';
import { perPixel, readWindow } from '../case/store/window.ts';
import { whenText } from '../report/verdict-text.ts';
import { Words } from '../report/words.ts';
import type { CallResults, CycleDetail, Cycles, RangeRow, ValueAt, WindowSeries } from './contract/calls.ts';
import { formatBytes, formatDuration, formatValue, significant } from './contract/format.ts';
import type { Language } from './contract/messages.ts';
import { metricBasis, metricInfo, type Unit } from './contract/metrics.ts';

/** Series up to this many points are thinned in memory, longer ones from the store's pyramids. */
const inMemory = 200_000;

export function windowOf(
  analysis: Analysis,
  ids: readonly string[],
  from: number,
  to: number,
  width: number,
): WindowSeries[] {
  const drawn = drawnSeries(analysis);
  return ids.flatMap((id) => {
    const series = drawn.get(id);
    return series ? [{ id, ...windowOfSeries(analysis, series, from, to, width) }] : [];
  });
}

function windowOfSeries(
  analysis: Analysis,
  series: DrawnSeries,
  from: number,
  to: number,
  width: number,
): Omit<WindowSeries, 'id'> {
  const { track } = series;
  const row = track.series[0];
  if (!series.isRate && row && track.series.length === 1 && row.points > inMemory) {
    const offset = analysis.clock.of(row.evidence, row.clock)?.offsetNs ?? 0n;
    const shift = analysis.timeline.originNs - offset;
    const ns = (t: number) => shift + BigInt(Math.round(t * 1e9));
    const w = readWindow(analysis.data.source.store, row, ns(from), ns(to), width);
    const base = Number(w.originNs - shift) / 1e9;
    return { t: w.t.map((t) => base + t / 1e9), values: Float64Array.from(w.values), points: w.points };
  }
  const curve = series.isRate ? rate(track) : track;
  let first = 0;
  while (first < curve.t.length && (curve.t[first] as number) < from) first++;
  let last = first;
  while (last < curve.t.length && (curve.t[last] as number) <= to) last++;
  const points = last - first;
  // one point beyond each side, so that lines run to the edge
  const begin = Math.max(0, first - 1);
  const end = Math.min(curve.t.length, last + 1);
  const t = Float64Array.from({ length: end - begin }, (_, i) => curve.t[begin + i] as number);
  const v = Float64Array.from({ length: end - begin }, (_, i) => curve.v[begin + i] as number);
  if (points <= 4 * width) return { t, values: v, points };
  return { ...perPixel(t, v, v, from, to, width), points };
}

/** The gctrace frame of the last run, as tracks of equal length, or MemStats' pause ring. */
function cycleTracks(
  analysis: Analysis,
): { pause: Track; number: Track | undefined; mark: Track | undefined } | undefined {
  const pause = analysis.timeline.track('gc_pause_seconds');
  if (!pause) return undefined;
  const frame = pause.series[0]?.frameName;
  const same = (metric: string) => analysis.timeline.tracks(metric).find((t) => t.series[0]?.frameName === frame);
  return { pause, number: same('gc_cycles_total'), mark: same('gc_mark_seconds') };
}

export function cyclesOf(analysis: Analysis, from: number, to: number, width: number): Cycles | null {
  const tracks = cycleTracks(analysis);
  if (!tracks) return null;
  const { pause, number, mark } = tracks;
  const t: number[] = [];
  const end: number[] = [];
  const n: number[] = [];
  const longest: number[] = [];
  const count: number[] = [];
  const line: number[] = [];
  const step = (to - from) / width;
  for (let i = 0; i < pause.t.length; i++) {
    const at = pause.t[i] as number;
    const stw = pause.v[i] as number;
    const length = stw + (mark ? valueAtIndex(mark, at) : 0);
    if (at + length < from || at > to) continue;
    const k = t.length - 1;
    if (k >= 0 && at - (t[k] as number) < step) {
      end[k] = Math.max(end[k] as number, at + length);
      longest[k] = Math.max(longest[k] as number, stw);
      count[k] = (count[k] as number) + 1;
      continue;
    }
    t.push(at);
    end.push(at + length);
    n.push(number ? valueAtIndex(number, at) : Number.NaN);
    longest.push(stw);
    count.push(1);
    line.push(pause.position[i] as number);
  }
  const f = (a: number[]) => Float64Array.from(a);
  return {
    t: f(t),
    end: f(end),
    number: f(n),
    pause: f(longest),
    count: f(count),
    evidence: pause.evidence[0] ?? 0,
    line: f(line),
  };
}

/** Value of a track of the same frame at exactly this time, by bisection. */
function valueAtIndex(track: Track, at: number): number {
  let lo = 0;
  let hi = track.t.length - 1;
  while (lo < hi) {
    const mid = Math.floor((lo + hi) / 2);
    if ((track.t[mid] as number) < at) lo = mid + 1;
    else hi = mid;
  }
  return track.v[lo] ?? Number.NaN;
}

export function rangeOf(
  analysis: Analysis,
  from: number,
  to: number,
  language: Language,
): CallResults['timeline.range'] {
  const words = new Words(language);
  const rows: RangeRow[] = [];
  const seconds = Math.max(1e-9, to - from);
  for (const s of drawnSeries(analysis).values()) {
    const unit: Unit = metricInfo(s.metric).unit;
    // a series that begins inside the range is told from its first value on; one that begins later says nothing
    const first = s.track.t[0];
    if (first === undefined || first > to) continue;
    const a = valueAt(s.track, Math.max(from, first));
    const b = valueAt(s.track, to);
    const difference = b - a;
    const sign = difference > 0 ? '+' : '';
    rows.push({
      id: s.id,
      title: s.role === 'other' ? s.metric : words.of(`metric/${s.role}`),
      role: s.role,
      unit,
      from: a,
      to: b,
      difference,
      per_second: difference / seconds,
      from_text: formatValue(a, unit),
      to_text: formatValue(b, unit),
      difference_text: sign + formatValue(difference, unit),
      rate_text: `${sign}${formatValue(difference / seconds, unit)}/s`,
    });
  }
  const tracks = cycleTracks(analysis);
  const inside = tracks ? between(tracks.pause, from, to).v : [];
  return {
    rows,
    cycles: inside.length,
    cycles_per_second: inside.length / seconds,
    pause_total: inside.reduce((x, y) => x + y, 0),
  };
}

export function valuesAt(
  analysis: Analysis,
  t: number,
  language: Language,
  rawLine: (evidence: number, line: number) => string,
): CallResults['timeline.at'] {
  const words = new Words(language);
  const values: ValueAt[] = [];
  for (const s of drawnSeries(analysis).values()) {
    const i = indexBefore(s.track, t);
    const unit = metricInfo(s.metric).unit;
    const value = s.track.v[i] as number;
    const evidence = s.track.evidence[i] as number;
    values.push({
      id: s.id,
      metric: s.metric,
      title: s.role === 'other' ? s.metric : words.of(`metric/${s.role}`),
      role: s.role,
      unit,
      basis: metricBasis(s.metric),
      value,
      text: formatValue(value, unit),
      age: (s.track.t[i] as number) - t,
      evidence,
      path: analysis.data.evidenceById(evidence).path,
      line: s.track.position[i] as number,
    });
  }
  return { t, when: whenText(analysis, t), values, cycle: cycleAt(analysis, t, words, rawLine) };
}

/** The point at or before a time, else the first. */
function indexBefore(track: Track, t: number): number {
  let i = 0;
  while (i + 1 < track.t.length && (track.t[i + 1] as number) <= t) i++;
  return i;
}

function cycleAt(
  analysis: Analysis,
  t: number,
  words: Words,
  rawLine: (evidence: number, line: number) => string,
): CycleDetail | null {
  const tracks = cycleTracks(analysis);
  if (!tracks) return null;
  const { pause } = tracks;
  const i = indexBefore(pause, t);
  const at = pause.t[i] as number;
  const frame = pause.series[0]?.frameName;
  const of = (metric: string) => {
    const track = analysis.timeline.tracks(metric).find((x) => x.series[0]?.frameName === frame);
    return track ? valueAtIndex(track, at) : Number.NaN;
  };
  const fields: { title: string; text: string }[] = [{ title: words.say('cycle/begin'), text: whenText(analysis, at) }];
  const add = (title: string, values: readonly number[], format: (x: number) => string, joint = ' / ') => {
    if (values.every((x) => Number.isFinite(x))) fields.push({ title, text: values.map(format).join(joint) });
  };
  add(words.say('cycle/pause'), [pause.v[i] as number], formatDuration);
  add(words.say('cycle/sweep_termination'), [of('gc_sweep_termination_seconds')], formatDuration);
  add(words.say('cycle/mark'), [of('gc_mark_seconds')], formatDuration);
  add(words.say('cycle/mark_termination'), [of('gc_mark_termination_seconds')], formatDuration);
  add(
    words.say('cycle/heap'),
    [of('gc_heap_start_bytes'), of('gc_heap_end_bytes'), of('gc_heap_live_bytes')],
    formatBytes,
    ' → ',
  );
  add(words.say('cycle/goal'), [of('next_gc_bytes')], formatBytes);
  add(
    words.say('cycle/cpu'),
    [of('gc_assist_cpu_seconds'), of('gc_background_cpu_seconds'), of('gc_idle_cpu_seconds')],
    formatDuration,
  );
  add(words.say('cycle/percent'), [of('gc_cpu_percent')], (x) => `${significant(x)} %`);
  add(words.say('cycle/stacks'), [of('gc_stack_scan_bytes'), of('gc_globals_scan_bytes')], formatBytes);
  add(words.say('cycle/procs'), [of('gomaxprocs')], String);
  const mark = of('gc_mark_seconds');
  fields.push(...scheduleFields(analysis, at, at + (pause.v[i] as number) + (Number.isFinite(mark) ? mark : 0), words));
  const evidence = pause.evidence[i] as number;
  const line = pause.position[i] as number;
  return {
    number: of('gc_cycles_total'),
    t: at,
    fields,
    evidence,
    path: analysis.data.evidenceById(evidence).path,
    line,
    raw: line > 0 ? rawLine(evidence, line) : '',
  };
}

const procsShown = 8;

/** What schedtrace says around a collection, each as before → during → after. */
function scheduleFields(analysis: Analysis, from: number, to: number, words: Words): CycleDetail['fields'] {
  const schedule = scheduleAround(analysis.timeline, from, to);
  if (!schedule) return [];
  const { before, during, after } = schedule;
  const busiest = during.reduce<SchedMoment | undefined>(
    (a, b) => (a && a.busyProcs >= b.busyProcs ? a : b),
    undefined,
  );
  const course = (format: (m: SchedMoment) => string) =>
    [before, busiest, after].map((m) => (m ? format(m) : '–')).join(' → ');
  const known = (x: number) => (Number.isFinite(x) ? String(x) : '–');
  const fields = [
    { title: words.say('cycle/sched_busy'), text: course((m) => `${known(m.busyProcs)}/${known(m.procs)}`) },
    { title: words.say('cycle/sched_queue'), text: course((m) => known(m.queued)) },
    { title: words.say('cycle/sched_spinning'), text: course((m) => known(m.spinningThreads)) },
  ];
  const states = schedule.states
    .slice(0, procsShown)
    .map(({ p, states: seen }) => `P${p} ${seen.join(' → ')}`)
    .join(', ');
  if (states !== '') fields.push({ title: words.say('cycle/sched_states'), text: states });
  return fields;
}
