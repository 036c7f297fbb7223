/** Charts in words: what a picture says to those who do not see it. */
import type { Cycles, Lane, LaneSeries, Mark } from '../../../src-main/api/contract/calls.ts';
import { formatDuration, formatValue } from '../../../src-main/api/contract/format.ts';
import { type Curve, extremes, readingAt } from '../../charts/curve.ts';
import { type CaseClock, momentText } from '../../charts/moment-text.ts';
import { t } from '../../i18n/text.svelte.ts';
import type { Span } from '../../state/view.ts';

function seriesPart(series: LaneSeries, curve: Curve | undefined, span: Span): string | undefined {
  if (!curve || curve.t.length === 0) return undefined;
  const first = readingAt(curve, Math.max(span.from, curve.t[0] as number));
  const last = readingAt(curve, span.to);
  const ends = extremes(curve, span.from, span.to);
  if (!first || !last || !ends) return undefined;
  const text = (value: number) => formatValue(value, series.unit);
  return t('sentence/series', {
    name: series.title,
    from: text(first.value),
    to: text(last.value),
    min: text(ends.min),
    max: text(ends.max),
  });
}

export function pictureSentence(
  series: readonly LaneSeries[],
  curves: ReadonlyMap<string, Curve> | undefined,
  span: Span,
  clock: CaseClock,
  marks: readonly Mark[],
): string {
  const between = t('sentence/between', { from: momentText(span.from, clock), to: momentText(span.to, clock) });
  const parts = series.flatMap((s) => seriesPart(s, curves?.get(s.id), span) ?? []);
  const ends = marks
    .filter((m) => m.kind !== 'log' && m.t >= span.from && m.t <= span.to)
    .slice(0, 3)
    .map((m) => t('sentence/mark', { what: t(`mark/${m.kind}`), when: momentText(m.t, clock) }));
  return [between, ...parts, ...ends].join(t('sentence/joint'));
}

export function laneSentence(
  lane: Lane,
  fetched: { readonly curves: ReadonlyMap<string, Curve>; readonly cycles: Cycles | null } | null,
  span: Span,
  clock: CaseClock,
  marks: readonly Mark[],
): string {
  if (lane.kind === 'lines')
    return `${lane.title}. ${pictureSentence(lane.series, fetched?.curves, span, clock, marks)}`;
  const cycles = fetched?.cycles;
  const inside = [...(cycles?.t.keys() ?? [])].filter(
    (i) => (cycles?.t[i] ?? 0) >= span.from && (cycles?.t[i] ?? 0) <= span.to,
  );
  const count = inside.reduce((n, i) => n + (cycles?.count[i] ?? 0), 0);
  const longest = inside.reduce((most, i) => Math.max(most, cycles?.pause[i] ?? 0), 0);
  return `${lane.title}. ${t('sentence/cycles', { count, longest: formatDuration(longest) })}`;
}

/** Values at a moment, for the live region. */
export function momentSentence(lane: Lane | undefined, curves: readonly Curve[], at: number, clock: CaseClock): string {
  const values = (lane?.series ?? []).flatMap((s) => {
    const curve = curves.find((c) => c.id === s.id);
    const reading = curve && readingAt(curve, at);
    return reading ? [`${s.title} ${formatValue(reading.value, s.unit)}`] : [];
  });
  return [momentText(at, clock, 3), ...values].join(t('sentence/joint'));
}
