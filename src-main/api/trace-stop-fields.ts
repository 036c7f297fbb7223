/** Stops of the world of a collection as an execution trace has them, in words: what each went on. */
import type { Analysis } from '../analysis/diagnose.ts';
import { type GcSamples, gcSamples } from '../analysis/gc-samples.ts';
import { TraceNames } from '../analysis/heap/trace-names.ts';
import { stopsIn } from '../analysis/trace-stops.ts';
import { TableReader } from '../case/store/tables.ts';
import { traceClock } from '../parsers/contract.ts';
import type { Words } from '../report/words.ts';
import type { CycleDetail } from './contract/calls.ts';
import { formatDuration } from './contract/format.ts';

/** gctrace rounds the begin of a cycle to a millisecond. */
const slackSeconds = 0.005;
const fieldsMost = 6;
const stopsRead = 24;

/** What the samples of a stretch tell of pauses and marking, and what no trace can. */
export function samplesNote(samples: GcSamples, words: Words): string {
  return words.say(samples.isProfiled ? 'trace/samples' : 'trace/no_samples', {
    all: samples.all,
    stops: samples.inStops,
    mark: samples.inMark,
    roots: samples.markingRoots,
    pages: samples.pageAllocator,
  });
}

/** @param from begin of the cycle, seconds since the case's origin; @param to its end */
export function traceStopFields(analysis: Analysis, from: number, to: number, words: Words): CycleDetail['fields'] {
  const tables = new TableReader(analysis.data.source.store);
  const fields: { title: string; text: string }[] = [];
  for (const evidence of tables.evidenceWith('ranges')) {
    const start = analysis.timeline.place(evidence, traceClock, 0n);
    if (start === undefined) continue;
    const ns = (t: number) => (t - start) * 1e9;
    const names = new TraceNames(tables, evidence);
    const { longest } = stopsIn(tables, evidence, names, ns(from - slackSeconds), ns(to + slackSeconds), stopsRead);
    for (const stop of longest) {
      if (!stop.reason.startsWith('GC') || fields.length === fieldsMost) continue;
      const length = stop.endNs - stop.beginNs;
      const args = {
        all: formatDuration(length / 1e9),
        stopping: formatDuration(stop.stoppingNs / 1e9),
        work: formatDuration((length - stop.stoppingNs) / 1e9),
        samples: stop.sampled.length,
        leaf: stop.sampled[0] ?? '',
      };
      fields.push({
        title: words.say('cycle/trace_stop', { reason: stop.reason }),
        text: words.say('cycle/trace_stop_parts', args),
      });
    }
    if (fields.length > 0) {
      const samples = gcSamples(tables, evidence, names, ns(from - slackSeconds), ns(to + slackSeconds));
      fields.push({ title: words.say('cycle/trace_samples'), text: samplesNote(samples, words) });
      break;
    }
  }
  return fields;
}
