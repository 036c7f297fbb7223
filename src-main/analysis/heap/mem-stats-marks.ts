/**
 * Moments at which the traced program read MemStats and said so: a user log of the category `mark`, whose message is the label of the mark. The heap
 * to compare with is the one at the end of the stop of the world "read mem stats" that follows: before it another P may still sweep.
 */
import type { HeapHistory } from './heap-history.ts';

export interface MemStatsMoment {
  readonly label: string;
  readonly timeNs: number;
}

const category = 'mark';
const reason = 'read mem stats';

/** In the order of the trace; a mark after which no MemStats were read is left out. */
export function memStatsMoments({ tables, evidence, names }: HeapHistory): MemStatsMoment[] {
  const marks: MemStatsMoment[] = [];
  for (const { seq } of tables.chunks(evidence, 'logs')) {
    const logs = tables.columns(evidence, 'logs', seq, ['timeNs', 'categoryString', 'messageString']);
    logs?.timeNs?.forEach((timeNs, i) => {
      if (names.string(logs.categoryString?.[i] as number) !== category) return;
      marks.push({ label: names.string(logs.messageString?.[i] as number), timeNs });
    });
  }
  const stops: { readonly beginNs: number; readonly endNs: number }[] = [];
  for (const { seq } of tables.chunks(evidence, 'ranges')) {
    const ranges = tables.columns(evidence, 'ranges', seq, ['beginNs', 'endNs', 'reasonString']);
    ranges?.beginNs?.forEach((beginNs, i) => {
      if (names.string(ranges.reasonString?.[i] as number) !== reason) return;
      stops.push({ beginNs, endNs: ranges.endNs?.[i] as number });
    });
  }
  stops.sort((a, b) => a.beginNs - b.beginNs);
  return marks.flatMap(({ label, timeNs }) => {
    const stop = stops.find((s) => s.beginNs >= timeNs);
    return stop ? [{ label, timeNs: stop.endNs }] : [];
  });
}
