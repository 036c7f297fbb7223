/** The whole of analysis for one case, in order: clock, timeline, signals, causes, verdict. */
import type { Case } from '../case/case.ts';
import { CaseData } from './case-data.ts';
import { type CaseClock, clockOf } from './clock/case-clock.ts';
import { goHypotheses } from './hypotheses/go-hypotheses.ts';
import { lowScore, mediumScore, type Scored, scoreHypothesis } from './hypotheses/score.ts';
import { type Runtime, runtimeOf } from './runtime.ts';
import { measureSignals, type Signals } from './signals/all-signals.ts';
import type { Scene } from './signals/signal.ts';
import { type SignalId, shippedThresholds, type Thresholds } from './signals/thresholds.ts';
import { Timeline } from './timeline.ts';

export type VerdictWord = 'incident' | 'no_incident' | 'undetermined';

export interface Analysis {
  readonly data: CaseData;
  readonly clock: CaseClock;
  readonly timeline: Timeline;
  readonly scene: Scene;
  readonly signals: Signals;
  readonly runtime: Runtime | undefined;
  /** Causes worth naming, the likeliest first. */
  readonly findings: readonly Scored[];
  /** Causes that were considered and excluded. */
  readonly ruledOut: readonly Scored[];
  readonly verdict: VerdictWord;
}

export function analyse(source: Case, thresholds: Thresholds = shippedThresholds): Analysis {
  const data = new CaseData(source);
  const clock = clockOf(data);
  const timeline = new Timeline(data, clock);
  const scene: Scene = { data, timeline, thresholds };
  const signals = measureSignals(scene);
  const kindOf = (id: number) => (id > 0 ? data.evidenceById(id).kind : '');
  const runtime = runtimeOf(data);
  const hypotheses = runtime ? goHypotheses : [];
  const scored = hypotheses.map((h) => scoreHypothesis(h, signals, kindOf)).sort((a, b) => b.score - a.score);
  const findings = withoutRivals(scored.filter((s) => s.score >= lowScore).slice(0, 5));
  return {
    data,
    clock,
    timeline,
    scene,
    signals,
    runtime,
    findings,
    ruledOut: scored.filter((s) => s.ruledOutBy !== undefined),
    verdict: verdictOf(runtime, findings, timeline, signals),
  };
}

/** So near in weight, two causes are told apart by chance. */
const narrowLead = 0.1;

/** Two explanations of one rise cannot both be nearly certain: the second is at most likely, and so is a first that hardly leads. */
export function withoutRivals(ranked: readonly Scored[]): Scored[] {
  const sameRise = (a: Scored, b: Scored) => a.hypothesis.onsetOf.some((m) => b.hypothesis.onsetOf.includes(m));
  return ranked.map((s, i) => {
    const rival = ranked.some((r, k) => k !== i && sameRise(r, s) && (k < i || r.score > s.score - narrowLead));
    return rival && s.confidence === 'high' ? { ...s, confidence: 'medium' } : s;
  });
}

/** What grows to the end, whoever causes it: each group together. */
const growsToTheEnd: readonly (readonly SignalId[])[] = [
  ['live_heap_growth', 'live_heap_still_growing'],
  ['goroutines_growth', 'goroutines_still_growing'],
];

/** What no healthy process shows for long: without an explanation it leaves the verdict open. Each group together. */
const unsettled: readonly (readonly SignalId[])[] = [
  ['live_heap_growth'],
  ['rss_growth'],
  ['growth_in_stacks', 'stack_growth', 'rss_growth'],
  ['threads_growth'],
  ['open_files_growth'],
  ['close_to_limit'],
  ['goal_over_limit'],
  ['collector_off'],
  ['gc_cpu'],
  ['heap_in_use_but_dead'],
  ['finalizer_blocked'],
];

/**
 * An incident needs causes of at least medium weight, even if it is open which of them, or growth to the end, or an end that speaks for itself; "no incident"
 * needs enough to have seen one, nothing left that only an incident would explain, and a runtime known.
 */
export function verdictOf(
  runtime: Runtime | undefined,
  findings: readonly Scored[],
  timeline: Timeline,
  signals: Signals,
): VerdictWord {
  const top = findings[0];
  const all = (group: readonly SignalId[]) => group.every((id) => signals.get(id)?.met);
  if (top && !top.hypothesis.benign && top.score >= mediumScore) return 'incident';
  if (signals.get('killed_by_oom')?.met || signals.get('crashed_out_of_memory')?.met)
    return top?.hypothesis.benign ? 'undetermined' : 'incident';
  if (top?.hypothesis.benign && top.score >= mediumScore) return 'no_incident';
  if (growsToTheEnd.some(all)) return 'incident';
  if (!signals.get('live_heap_falls_back')?.met && unsettled.some(all)) return 'undetermined';
  if (!runtime) return 'undetermined';
  const seen = ['rss_bytes', 'heap_alloc_bytes', 'gc_heap_live_bytes', 'cgroup_current_bytes'].filter(
    (m) => (timeline.track(m)?.t.length ?? 0) >= 4,
  );
  return seen.length > 0 ? 'no_incident' : 'undetermined';
}
