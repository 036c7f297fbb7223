/** The table of a what-if: measured, simulated, interval, difference. */
import type { WhatIfDocument, WhatIfFigures } from '../../../src-main/api/contract/documents.ts';
import { formatBytes, formatDuration, significant } from '../../../src-main/api/contract/format.ts';

export const figures: readonly (keyof WhatIfFigures)[] = [
  'gc_cycles',
  'peak_heap_bytes',
  'peak_total_bytes',
  'peak_rss_bytes',
  'gc_cpu_fraction',
  'total_pause_s',
];

export interface FigureRow {
  readonly figure: keyof WhatIfFigures;
  /** Null: not known. */
  readonly measured: string | null;
  /** Worked out from the recording, not read from it. */
  readonly isEstimated: boolean;
  readonly simulated: string | null;
  readonly low: string | null;
  readonly high: string | null;
  /** Simulated over measured, less 1, in per cent with sign. */
  readonly change: string | null;
  /** Replayed over recorded, less 1, in the same form. */
  readonly replay: string | null;
}

export function figureRows(answer: WhatIfDocument): readonly FigureRow[] {
  const { baseline, predicted } = answer;
  return figures.map((figure) => {
    const was = baseline?.[figure] ?? null;
    const is = predicted?.[figure] ?? null;
    const interval = predicted?.[`${figure}_interval`] ?? null;
    const error = answer.replay_error[figure];
    return {
      figure,
      measured: shown(figure, was),
      isEstimated: baseline?.basis[figure] === 'estimated',
      simulated: shown(figure, is),
      low: interval && shown(figure, interval[0]),
      high: interval && shown(figure, interval[1]),
      change: was !== null && is !== null && was > 0 ? signedPercent(is / was - 1) : null,
      replay: error === undefined ? null : signedPercent(error),
    };
  });
}

/** How the run ends, as a key and its words' arguments. */
export interface OutcomeText {
  readonly key: 'completed' | 'survives' | 'thrashing' | 'killed_at';
  readonly args: Readonly<Record<string, string | number>>;
}

export function outcomeText({ predicted, container_limit: limit }: WhatIfDocument): OutcomeText | null {
  if (!predicted) return null;
  const { outcome, killed_at_s: at, killed_at_s_interval: between, killed_share: share } = predicted;
  if (outcome === 'killed' && at !== null && between)
    return {
      key: 'killed_at',
      args: { at: formatDuration(at), low: formatDuration(between[0]), high: formatDuration(between[1]) },
    };
  if (outcome === 'completed' && limit && share !== null)
    return { key: 'survives', args: { limit: formatBytes(limit.bytes), share: Math.round(100 * (1 - share)) } };
  return { key: outcome === 'thrashing' ? 'thrashing' : 'completed', args: {} };
}

export function signedPercent(share: number): string {
  const percent = Math.round(1_000 * share) / 10;
  return `${percent > 0 ? '+' : percent < 0 ? '−' : '±'}${significant(Math.abs(percent))} %`;
}

function shown(figure: keyof WhatIfFigures, value: number | null): string | null {
  if (value === null) return null;
  switch (figure) {
    case 'gc_cycles':
      return String(Math.round(value));
    case 'gc_cpu_fraction':
      return `${significant(100 * value)} %`;
    case 'total_pause_s':
      return formatDuration(value);
    default:
      return formatBytes(value);
  }
}
