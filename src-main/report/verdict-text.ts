/** The verdict as sentences that can be pasted into a ticket. */

import { collectedBy, coverageOf } from '../analysis/coverage.ts';
import { ends, maximum } from '../analysis/curve.ts';
import type { Analysis, VerdictWord } from '../analysis/diagnose.ts';
import type { SignalId } from '../analysis/signals/thresholds.ts';
import type { FindingEntry } from '../api/contract/documents.ts';
import { formatBytes, formatRfc3339 } from '../api/contract/format.ts';
import type { Words } from './words.ts';

/** Time of day where the case has wall times, else seconds since the start; with so many decimals of a second. */
export function whenText(analysis: Analysis, t: number, digits = 0): string {
  const ns = analysis.timeline.wallNs(t);
  if (ns === undefined) return `+${t.toFixed(Math.max(1, digits))} s`;
  return formatRfc3339(ns).slice(11, digits === 0 ? 19 : 20 + digits);
}

export function verdictText(analysis: Analysis, findings: readonly FindingEntry[], words: Words): string {
  const top = findings[0];
  const parts: string[] = [];
  if (analysis.verdict === 'incident') {
    parts.push(
      top && !top.benign
        ? words.say('verdict/incident', { title: top.title, confidence: words.of(`confidence/${top.confidence}`) })
        : words.say(endedForMemory(analysis) ? 'verdict/incident_unnamed' : 'verdict/incident_growing'),
    );
  } else if (analysis.verdict === 'no_incident') {
    parts.push(
      top?.benign ? words.say('verdict/no_incident_named', { title: top.title }) : words.say('verdict/no_incident'),
    );
  } else {
    const missing = [...coverageOf(analysis.data)].filter(([, n]) => n === 0).slice(0, 3);
    parts.push(
      words.say('verdict/undetermined', {
        needs: missing.map(([kind]) => words.of(`coverage/${kind}.title`)).join(', '),
      }),
    );
  }
  if (top && analysis.verdict === 'incident' && top.onset_s !== null)
    parts.push(words.say('verdict/onset', { when: whenText(analysis, top.onset_s) }));
  const rss = analysis.timeline.track('rss_bytes');
  const peak = rss && maximum(rss);
  if (rss && peak && rss.t.length > 2 && tellsRise(analysis.verdict, peak.v / ends(rss).first)) {
    parts.push(words.say('verdict/rise', { from: formatBytes(ends(rss).first), to: formatBytes(peak.v) }));
  }
  const killed = killTime(analysis);
  if (killed !== undefined) parts.push(words.say('verdict/killed', { when: whenText(analysis, killed) }));
  const needs = analysis.verdict === 'incident' && top && top.confidence !== 'high' ? settledBy(top, words) : '';
  if (needs !== '') parts.push(words.say('verdict/surer', { needs }));
  const stop = words.language === 'zh-CN' ? '。' : '. ';
  return `${parts.join(stop)}${stop}`.trim();
}

/** Kinds of evidence that would settle a finding, those first that it lacks most signals of; empty where it lacks nothing. */
function settledBy(finding: FindingEntry, words: Words): string {
  const lacking = new Map<string, number>();
  for (const { signal } of finding.missing) {
    const kind = collectedBy(signal as SignalId);
    if (kind) lacking.set(kind, (lacking.get(kind) ?? 0) + 1);
  }
  return [...lacking]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 2)
    .map(([kind]) => words.of(`coverage/${kind}.title`))
    .join(', ');
}

/** An incident is told with its rise, an open verdict only where there is one to explain. */
function tellsRise(verdict: VerdictWord, ratio: number): boolean {
  return (verdict === 'incident' && ratio > 1.1) || (verdict === 'undetermined' && ratio > 1.5);
}

function endedForMemory({ signals }: Analysis): boolean {
  return Boolean(signals.get('killed_by_oom')?.met || signals.get('crashed_out_of_memory')?.met);
}

/** When the kernel or the container runtime ended the process, seconds since origin. */
export function killTime(analysis: Analysis): number | undefined {
  for (const kind of ['oom_kill', 'container_terminated'] as const) {
    for (const e of analysis.data.eventsOf(kind)) {
      if (e.tNs === undefined || (kind === 'container_terminated' && e.data.reason !== 'OOMKilled')) continue;
      const t = analysis.timeline.place(e.evidence, e.clock, e.tNs);
      if (t !== undefined) return t;
    }
  }
  return undefined;
}
