/** `whatif`: the recorded run of a case under other settings, as a document with words. */

import type { HeapPoint } from '../analysis/what-if/simulated-run.ts';
import {
  type Figure,
  type Figures,
  figureNames,
  type WhatIf,
  type WhatIfAsk,
  whatIf,
} from '../analysis/what-if/what-if.ts';
import type { WhatIfDocument, WhatIfFigures } from './contract/documents.ts';
import { formatBytes } from './contract/format.ts';
import { type Language, say } from './contract/messages.ts';
import type { CaseSession } from './service.ts';

const names: Readonly<Record<Figure, keyof WhatIfFigures>> = {
  gcCycles: 'gc_cycles',
  peakHeapBytes: 'peak_heap_bytes',
  peakTotalBytes: 'peak_total_bytes',
  peakRssBytes: 'peak_rss_bytes',
  gcCpuFraction: 'gc_cpu_fraction',
  totalPauseS: 'total_pause_s',
};

/** `hasCurves`: with the heap over time, for a chart. */
export function whatIfOf(session: CaseSession, ask: WhatIfAsk, language: Language, hasCurves = false): WhatIfDocument {
  const { data } = session.analysis;
  const answer = whatIf(data, ask, hasCurves);
  const { settings, baseline, predicted, outcome } = answer;
  return {
    baseline:
      settings && baseline && answer.evidence !== undefined
        ? {
            label: 'measured',
            evidence: data.evidenceById(answer.evidence).path,
            ...named(baseline),
            gogc: settings.gogc,
            gogc_inferred: settings.isGogcInferred,
            memlimit: settings.memoryLimit?.toString() ?? null,
            procs: settings.procs,
            go: `1.${settings.goMinor}`,
            go_assumed: settings.isGoAssumed,
          }
        : null,
    asked: {
      gogc: ask.gogc === undefined ? null : ask.gogc < 0 ? 'off' : ask.gogc,
      memlimit: ask.memoryLimit?.toString() ?? null,
      procs: ask.procs ?? null,
      madvdontneed: ask.madvdontneed === undefined ? null : ask.madvdontneed ? 1 : 0,
      go: ask.goMinor === undefined ? null : `1.${ask.goMinor}`,
    },
    predicted:
      predicted && outcome
        ? { label: 'simulated', ...named(predicted), ...intervals(answer), runs: answer.runs, outcome }
        : null,
    replay_error: Object.fromEntries(
      Object.entries(answer.replayError).map(([key, error]) => [
        key in names ? names[key as Figure] : key,
        rounded(error),
      ]),
    ),
    refused: refusedText(answer, language),
    notes: notesOf(answer, ask, language),
    ...(answer.curves
      ? { curves: { measured: thinned(answer.curves.recorded), predicted: thinned(answer.curves.predicted) } }
      : {}),
  };
}

const drawnPoints = 800;

/** Of each stretch the lowest and the highest point: a chart has no more columns. */
function thinned(points: readonly HeapPoint[]): HeapPoint[] {
  const stretch = Math.ceil(points.length / (drawnPoints / 2));
  if (stretch <= 1) return [...points];
  const out: HeapPoint[] = [];
  for (let from = 0; from < points.length; from += stretch) {
    const part = points.slice(from, from + stretch);
    const low = part.reduce((a, b) => (b[1] < a[1] ? b : a));
    const high = part.reduce((a, b) => (b[1] > a[1] ? b : a));
    out.push(...[low, high].sort((a, b) => a[0] - b[0]));
  }
  return out;
}

function named(figures: Figures): WhatIfFigures {
  return {
    gc_cycles: figures.gcCycles,
    peak_heap_bytes: figures.peakHeapBytes,
    peak_total_bytes: figures.peakTotalBytes ?? null,
    peak_rss_bytes: figures.peakRssBytes ?? null,
    gc_cpu_fraction: rounded(figures.gcCpuFraction),
    total_pause_s: rounded(figures.totalPauseS),
  };
}

type Intervals = {
  readonly [F in keyof WhatIfFigures as `${F}_interval`]: readonly [number, number] | null;
};

function intervals(answer: WhatIf): Intervals {
  const of = (figure: Figure) => {
    const interval = answer.intervals[figure];
    if (!interval) return null;
    const isExact = figure === 'gcCpuFraction' || figure === 'totalPauseS';
    const [low, high] = interval;
    return isExact ? ([rounded(low), rounded(high)] as const) : ([Math.round(low), Math.round(high)] as const);
  };
  return {
    gc_cycles_interval: of('gcCycles'),
    peak_heap_bytes_interval: of('peakHeapBytes'),
    peak_total_bytes_interval: of('peakTotalBytes'),
    peak_rss_bytes_interval: of('peakRssBytes'),
    gc_cpu_fraction_interval: of('gcCpuFraction'),
    total_pause_s_interval: of('totalPauseS'),
  };
}

/** Six digits: more would pretend. */
function rounded(n: number): number {
  return Number(n.toPrecision(6));
}

function refusedText(answer: WhatIf, language: Language): string | null {
  const { refused } = answer;
  if (!refused) return null;
  switch (refused.reason) {
    case 'no_gctrace':
      return say('whatif/no_gctrace', {}, language);
    case 'few_cycles':
      return say('whatif/few_cycles', { cycles: refused.cycles, needed: refused.needed }, language);
    case 'gogc_unknown':
      return say('whatif/gogc_unknown', {}, language);
    case 'go_unsupported':
      return say('whatif/go_unsupported', { version: `1.${refused.minor}` }, language);
    case 'replay_error':
      return say(
        'whatif/replay_error',
        {
          figure: say(`whatif/figure/${names[refused.figure]}`, {}, language),
          error: (100 * refused.error).toFixed(0),
          most: (100 * refused.most).toFixed(0),
        },
        language,
      );
  }
}

function notesOf(answer: WhatIf, ask: WhatIfAsk, language: Language): string[] {
  const { settings } = answer;
  if (!settings) return [];
  const notes: string[] = [];
  if (settings.isGogcInferred) notes.push(say('whatif/note/gogc_inferred', { gogc: settings.gogc }, language));
  if (settings.isGoAssumed) notes.push(say('whatif/note/go_assumed', { version: `1.${settings.goMinor}` }, language));
  if (settings.memoryLimit !== undefined)
    notes.push(say('whatif/note/own_limit', { bytes: formatBytes(Number(settings.memoryLimit)) }, language));
  const unknown = figureNames.filter((f) => answer.predicted && answer.predicted[f] === undefined);
  if (unknown.length > 0)
    notes.push(
      say(
        'whatif/note/no_samples',
        { figures: unknown.map((f) => say(`whatif/figure/${names[f]}`, {}, language)).join(', ') },
        language,
      ),
    );
  if (ask.madvdontneed === false) notes.push(say('whatif/note/madvise_free', {}, language));
  return notes;
}
