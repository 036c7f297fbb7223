/** `spans` of a case without a trace of its heap: classes with bounds, and no span. */
import type { HeapBounds, HeapCounts, HeapEstimate, HeapEstimatedClass } from '../../../api/contract/heap.ts';
import type { CountsAsked } from '../../../api/heap-estimate.ts';
import type { CaseSession } from '../../../api/service.ts';
import type { Terminal } from '../terminal.ts';
import { secondsOption, timeOption } from '../time-option.ts';

/** `spanClass` chooses the size class it belongs to: counts do not tell objects with pointers from others. */
export async function printEstimate(
  session: CaseSession,
  at: string,
  { spanClass }: { readonly spanClass: number | undefined },
  isJson: boolean,
  terminal: Terminal,
): Promise<void> {
  const all = session.heapEstimates.counts();
  const estimate = session.heapEstimates.at(askedOf(session, all, at));
  const sizeClass = spanClass === undefined ? undefined : Math.floor(spanClass / 2);
  const classes = estimate.classes.filter((c) => sizeClass === undefined || c.size_class === sizeClass);
  if (isJson) await terminal.json(documentOf(session, all, estimate, classes));
  else {
    await terminal.line(headText(session, estimate));
    for (const c of [...classes].sort((a, b) => b.live_bytes - a.live_bytes)) await terminal.line(classText(c));
  }
}

function askedOf(session: CaseSession, all: readonly HeapCounts[], at: string): CountsAsked {
  if (at === 'peak') return {};
  if (at === 'start') return { index: 0 };
  if (at === 'end') return { index: all.length - 1 };
  const seconds = secondsOption(at);
  return { t: seconds === undefined ? session.secondsOf(timeOption(at, 'at')) : startOf(all) + seconds };
}

/** Time of the first counts. */
function startOf(all: readonly HeapCounts[]): number {
  return all[0]?.t ?? 0;
}

function documentOf(
  session: CaseSession,
  all: readonly HeapCounts[],
  estimate: HeapEstimate,
  classes: readonly HeapEstimatedClass[],
) {
  const { counts, label, totals, ...rest } = estimate;
  return {
    at: counts.t === null ? null : session.timeText(counts.t),
    t_rel_s: counts.t === null ? null : counts.t - startOf(all),
    source: counts.path,
    line: counts.line,
    counted_by: counts.source,
    label,
    placement: 'unknown',
    totals,
    ...rest,
    classes,
    spans: [],
  };
}

function headText(session: CaseSession, { counts, totals }: HeapEstimate): string {
  const when = counts.t === null ? 'at a time that is not known' : (session.timeText(counts.t) ?? counts.when);
  const inuse = totals.inuse_bytes === null ? 'unknown' : String(totals.inuse_bytes);
  return `${when}: ${boundsText(totals.spans_interval)} spans, ${inuse} bytes in use, ${totals.live_bytes} live, ${boundsText(totals.free_slots_interval)} free slots (estimated from ${counts.source} of ${counts.path}; placement unknown)`;
}

function classText(c: HeapEstimatedClass): string {
  return [
    c.size_class === 0 ? 'larger' : c.size_class,
    c.elem_size === 0 ? 'above the counted classes' : `${c.elem_size} B`,
    `${boundsText(c.spans_interval)} spans`,
    `${c.objects ?? 'unknown'} objects`,
    `${c.live_bytes} B live`,
    `${boundsText(c.free_slots_interval)} free slots`,
  ].join('  ');
}

function boundsText([low, high]: HeapBounds): string {
  return high === low ? String(low) : `${low} to ${high ?? 'unknown'}`;
}
