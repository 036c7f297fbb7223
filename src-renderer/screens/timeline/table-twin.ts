/** A chart as a table: what is drawn in the visible stretch, one row a moment. */
import type { Cycles, Lane } from '../../../src-main/api/contract/calls.ts';
import { formatDuration, formatValue } from '../../../src-main/api/contract/format.ts';
import type { Curve } from '../../charts/curve.ts';
import type { Span } from '../../state/view.ts';

export interface Twin {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly t: number; readonly cells: readonly string[] }[];
  /** Rows stand for more points than there are rows. */
  readonly isThinned: boolean;
}

const most = 20_000;

export function twinOf(
  lane: Lane,
  fetched: { readonly curves: ReadonlyMap<string, Curve>; readonly cycles: Cycles | null } | null,
  span: Span,
  hidden: readonly string[],
): Twin {
  if (lane.kind !== 'lines') return cycleRows(fetched?.cycles ?? null, span);
  const shown = lane.series.flatMap((s) => {
    const curve = hidden.includes(s.id) ? undefined : fetched?.curves.get(s.id);
    return curve ? [{ title: s.title, unit: s.unit, curve }] : [];
  });
  const byTime = new Map<number, string[]>();
  for (const [column, { unit, curve }] of shown.entries()) {
    for (let i = 0; i < curve.t.length; i++) {
      const t = curve.t[i] as number;
      if (t < span.from || t > span.to) continue;
      const cells = byTime.get(t) ?? shown.map(() => '');
      cells[column] = formatValue(curve.v[i] as number, unit);
      byTime.set(t, cells);
    }
  }
  const rows = [...byTime].map(([t, cells]) => ({ t, cells })).sort((a, b) => a.t - b.t);
  return {
    columns: shown.map((s) => s.title),
    rows: rows.slice(0, most),
    isThinned: rows.length > most || shown.some((s) => s.curve.points > s.curve.t.length),
  };
}

function cycleRows(cycles: Cycles | null, span: Span): Twin {
  const indices = [...(cycles?.t.keys() ?? [])].filter((i) => {
    const t = cycles?.t[i] as number;
    return t >= span.from && t <= span.to;
  });
  const rows = indices.map((i) => {
    const from = cycles?.t[i] as number;
    const n = cycles?.number[i] as number;
    const count = cycles?.count[i] as number;
    return {
      t: from,
      cells: [
        Number.isFinite(n) ? `gc ${n}${count > 1 ? `+${count - 1}` : ''}` : '',
        formatDuration((cycles?.end[i] as number) - from),
        formatDuration(cycles?.pause[i] as number),
      ],
    };
  });
  return {
    columns: ['GC', 'STW + mark', 'STW'],
    rows: rows.slice(0, most),
    isThinned: indices.some((i) => (cycles?.count[i] ?? 1) > 1),
  };
}
