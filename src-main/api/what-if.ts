/** `whatif`: the recorded run of a case under other settings, as a document with words. */

import { type Figure, type Figures, figureNames, type Recorded } from '../analysis/what-if/figures.ts';
import { presetsOf } from '../analysis/what-if/presets.ts';
import type { HeapPoint } from '../analysis/what-if/simulated-run.ts';
import { type WhatIf, type WhatIfAsk, whatIf } from '../analysis/what-if/what-if.ts';
import { NO_MEMORY_LIMIT } from '../engine/pacer/gc-controller.ts';
import type { WhatIfAsked, WhatIfDocument, WhatIfFigures } from './contract/documents.ts';
import { formatBytes } from './contract/format.ts';
import { type Language, say } from './contract/messages.ts';
import type { CaseSession } from './service.ts';

export { NO_MEMORY_LIMIT };

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
            basis: basisOf(baseline),
            evidence: data.evidenceById(answer.evidence).path,
            ...named(baseline.figures),
            gogc: settings.gogc,
            gogc_inferred: settings.gogcFrom !== 'evidence',
            cycles_from: settings.cyclesFrom,
            memlimit: settings.memoryLimit?.toString() ?? null,
            procs: settings.procs,
            procs_assumed: settings.isProcsAssumed,
            go: `1.${settings.goMinor}`,
            go_assumed: settings.isGoAssumed,
          }
        : null,
    asked: askedOf(ask),
    predicted:
      predicted && outcome
        ? {
            label: 'simulated',
            ...named(predicted),
            ...intervals(answer),
            runs: answer.runs,
            outcome: outcome.word,
            killed_share: known(outcome.killedShare),
            killed_at_s: known(outcome.killedAtS),
            killed_at_s_interval: outcome.killedAtInterval
              ? [rounded(outcome.killedAtInterval[0]), rounded(outcome.killedAtInterval[1])]
              : null,
          }
        : null,
    replay_error: Object.fromEntries(
      Object.entries(answer.replayError).map(([key, error]) => [
        key in names ? names[key as Figure] : key,
        rounded(error),
      ]),
    ),
    refused: refusedText(answer, language),
    notes: notesOf(answer, ask, language),
    container_limit: answer.containerLimit ?? null,
    presets: presetsFor(session, answer),
    ...(answer.curves
      ? { curves: { measured: thinned(answer.curves.recorded), predicted: thinned(answer.curves.predicted) } }
      : {}),
  };
}

function askedOf(ask: WhatIfAsk): WhatIfAsked {
  const { memoryLimit: limit, load } = ask;
  return {
    gogc: ask.gogc === undefined ? null : ask.gogc < 0 ? 'off' : ask.gogc,
    memlimit: limit === undefined ? null : limit >= NO_MEMORY_LIMIT ? 'off' : limit.toString(),
    procs: ask.procs ?? null,
    madvdontneed: ask.madvdontneed === undefined ? null : ask.madvdontneed ? 1 : 0,
    go: ask.goMinor === undefined ? null : `1.${ask.goMinor}`,
    container_limit: ask.containerLimit?.toString() ?? null,
    scale: load?.k ?? null,
    scale_live: load === undefined ? null : load.isLiveScaled ? 1 : 0,
  };
}

function presetsFor(session: CaseSession, { settings, baseline, containerLimit }: WhatIf): WhatIfDocument['presets'] {
  if (!settings || !baseline) return [];
  const presets = presetsOf({
    causes: session.analysis.findings.map((f) => f.hypothesis.cause),
    gogc: settings.gogc,
    memoryLimit: settings.memoryLimit,
    baseline,
    containerLimit,
  });
  return presets.map(({ cause, gogc, memoryLimit, madvdontneed }) => ({
    ...askedOf({ gogc, memoryLimit: memoryLimit === undefined ? undefined : BigInt(memoryLimit), madvdontneed }),
    cause,
  }));
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
    gc_cpu_fraction: known(figures.gcCpuFraction),
    total_pause_s: known(figures.totalPauseS),
  };
}

function basisOf({ basis }: Recorded): Readonly<Record<keyof WhatIfFigures, 'measured' | 'estimated' | null>> {
  return {
    gc_cycles: basis.gcCycles ?? null,
    peak_heap_bytes: basis.peakHeapBytes ?? null,
    peak_total_bytes: basis.peakTotalBytes ?? null,
    peak_rss_bytes: basis.peakRssBytes ?? null,
    gc_cpu_fraction: basis.gcCpuFraction ?? null,
    total_pause_s: basis.totalPauseS ?? null,
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

function known(n: number | undefined): number | null {
  return n === undefined ? null : rounded(n);
}

/** Six digits: more would pretend. */
function rounded(n: number): number {
  return Number(n.toPrecision(6));
}

function refusedText(answer: WhatIf, language: Language): string | null {
  const { refused } = answer;
  if (!refused) return null;
  switch (refused.reason) {
    case 'no_cycles':
      return say('whatif/no_cycles', {}, language);
    case 'samples_lack':
      return say('whatif/samples_lack', { missing: refused.missing.join(', ') }, language);
    case 'limit_hides_live':
      return say('whatif/limit_hides_live', { bytes: formatBytes(Number(refused.memoryLimit)) }, language);
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
  const { settings, predicted, outcome } = answer;
  if (!settings) return [];
  const notes: string[] = [];
  const note = (...[code, args]: [code: Parameters<typeof say>[0], args?: Parameters<typeof say>[1]]) =>
    notes.push(say(code, args ?? {}, language));
  if (settings.cyclesFrom === 'samples') note('whatif/note/from_samples');
  if (settings.gogcFrom === 'goals') note('whatif/note/gogc_inferred', { gogc: settings.gogc });
  if (settings.gogcFrom === 'allocation') note('whatif/note/gogc_bound', { gogc: settings.gogc });
  if (settings.isGoAssumed) note('whatif/note/go_assumed', { version: `1.${settings.goMinor}` });
  if (settings.isProcsAssumed) note('whatif/note/procs_assumed', { procs: settings.procs });
  if (settings.memoryLimit !== undefined)
    note('whatif/note/own_limit', { bytes: formatBytes(Number(settings.memoryLimit)) });
  const unknown = figureNames.filter((f) => predicted && predicted[f] === undefined);
  if (unknown.length > 0)
    note('whatif/note/no_samples', {
      figures: unknown.map((f) => say(`whatif/figure/${names[f]}`, {}, language)).join(', '),
    });
  if (ask.madvdontneed === false) note('whatif/note/madvise_free');
  if (ask.load) {
    note(ask.load.isLiveScaled ? 'whatif/note/live_scaled' : 'whatif/note/live_kept', { k: ask.load.k });
    note(answer.cpuUnderLoad === 'assumed' ? 'whatif/note/cpu_assumed' : 'whatif/note/cpu_bound');
  }
  const { containerLimit } = answer;
  if (containerLimit && outcome) {
    const bytes = formatBytes(containerLimit.bytes);
    if (outcome.killedShare === undefined) note('whatif/note/rss_unknown', { bytes });
    else note('whatif/note/against_limit', { bytes });
  }
  if (outcome?.word === 'killed') note('whatif/note/as_if_alive');
  return notes;
}
