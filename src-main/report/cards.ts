/** The figures at the top of the first page: always all of them; one that cannot be known says why. */

import { maximum, valueAt } from '../analysis/curve.ts';
import type { Analysis } from '../analysis/diagnose.ts';
import { goMapped } from '../analysis/signals/quantities.ts';
import type { Track } from '../analysis/timeline.ts';
import type { StatCard } from '../api/contract/documents.ts';
import { formatBytes, formatDuration, significant } from '../api/contract/format.ts';
import { killTime, whenText } from './verdict-text.ts';
import type { Words } from './words.ts';

export function cardsOf(a: Analysis, words: Words): StatCard[] {
  return [
    peakRss(a, words),
    heapAtEnd(a, words),
    outsideGo(a, words),
    gcCpu(a, words),
    longestPause(a, words),
    kill(a, words),
  ];
}

function none(key: StatCard['key'], what: string, words: Words): StatCard {
  return {
    key,
    title: words.of(`card/${key}`),
    value: null,
    detail: words.say('card/none', { what: words.of(`coverage/${what}.title`) }),
    raw: null,
    at_s: null,
    evidence: null,
  };
}

/** A card of one point of a track. */
function pointCard(
  a: Analysis,
  words: Words,
  key: string,
  track: Track,
  t: number,
  value: string,
  raw: number,
  detail = '',
): StatCard {
  let i = 0;
  while (i + 1 < track.t.length && (track.t[i + 1] as number) <= t + 1e-9) i++;
  const position = track.position[i] as number;
  return {
    key,
    title: words.of(`card/${key}`),
    value,
    detail: detail || whenText(a, t),
    raw,
    at_s: t,
    evidence: a.data.evidenceById(track.evidence[i] as number).path,
    ...(position > 0 ? { line: position } : {}),
  };
}

function peakRss(a: Analysis, words: Words): StatCard {
  let best: { track: Track; t: number; v: number } | undefined;
  for (const track of [...a.timeline.tracks('rss_bytes'), ...a.timeline.tracks('rss_peak_bytes')]) {
    const top = maximum(track);
    if (top && (!best || top.v > best.v)) best = { track, t: top.t, v: top.v };
  }
  return best
    ? pointCard(a, words, 'peak_rss', best.track, best.t, formatBytes(best.v), best.v)
    : none('peak_rss', 'process_status', words);
}

function heapAtEnd(a: Analysis, words: Words): StatCard {
  const track = a.timeline.track('heap_alloc_bytes') ?? a.timeline.track('gc_heap_end_bytes');
  if (!track) return none('heap_alloc_end', 'memstats', words);
  const n = track.t.length - 1;
  return pointCard(
    a,
    words,
    'heap_alloc_end',
    track,
    track.t[n] as number,
    formatBytes(track.v[n] as number),
    track.v[n] as number,
  );
}

function outsideGo(a: Analysis, words: Words): StatCard {
  const rss = a.timeline.track('rss_bytes');
  const go = goMapped(a.scene);
  if (!rss) return none('outside_go', 'process_status', words);
  if (!go) return none('outside_go', 'memstats', words);
  const t = maximum(rss)?.t ?? 0;
  const value = valueAt(rss, t) - valueAt(go, t);
  return pointCard(a, words, 'outside_go', rss, t, formatBytes(value), value);
}

function gcCpu(a: Analysis, words: Words): StatCard {
  const fraction = a.timeline.track('gc_cpu_fraction');
  const percent = a.timeline.track('gc_cpu_percent');
  const track = fraction ?? percent;
  if (!track) return none('gc_cpu', 'gc_log', words);
  const n = track.t.length - 1;
  const share = (track.v[n] as number) * (track === fraction ? 100 : 1);
  const cycles = a.timeline.track('gc_cycles_total');
  const top = cycles && maximum(cycles);
  return pointCard(
    a,
    words,
    'gc_cpu',
    track,
    track.t[n] as number,
    `${significant(share)} %`,
    share / 100,
    top ? words.say('card/cycles', { count: top.v }) : '',
  );
}

function longestPause(a: Analysis, words: Words): StatCard {
  const track = a.timeline.track('gc_pause_seconds');
  const top = track && maximum(track);
  if (!track || !top) return none('longest_pause', 'gc_log', words);
  const numbers = a.timeline
    .tracks('gc_cycles_total')
    .find((t) => t.series[0]?.frameName === track.series[0]?.frameName);
  const n = numbers ? valueAt(numbers, top.t) : Number.NaN;
  return pointCard(
    a,
    words,
    'longest_pause',
    track,
    top.t,
    formatDuration(top.v),
    top.v,
    Number.isNaN(n) ? '' : words.say('card/cycle', { n }),
  );
}

function kill(a: Analysis, words: Words): StatCard {
  const t = killTime(a);
  const event =
    a.data.eventsOf('oom_kill')[0] ??
    a.data.eventsOf('container_terminated').find((e) => e.data.reason === 'OOMKilled');
  if (!event) return none('kill', 'kernel_log', words);
  return {
    key: 'kill',
    title: words.of('card/kill'),
    value: t === undefined ? 'OOM' : whenText(a, t),
    detail: String(event.data.name ?? event.data.container ?? ''),
    raw: t ?? null,
    at_s: t ?? null,
    evidence: a.data.evidenceById(event.evidence).path,
    ...('line' in event.at ? { line: event.at.line } : {}),
  };
}
