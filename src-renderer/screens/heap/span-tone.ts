/** What the colour of a span says: its kind, or how it stands to another moment. */
import type { HeapMoment } from '../../../src-main/api/contract/heap.ts';

export type SpanTone = 'scan' | 'noscan' | 'large' | 'manual';
export type ChangeTone = 'same' | 'appeared' | 'grown' | 'shrunk' | 'vanished';

export const toneColours: Readonly<Record<SpanTone, string>> = {
  scan: '--alloc',
  noscan: '--inuse',
  large: '--gc',
  manual: '--stack',
};

export const changeColours: Readonly<Record<ChangeTone, string>> = {
  same: '--none',
  appeared: '--limit',
  grown: '--gc',
  shrunk: '--alloc',
  vanished: '--stw',
};

/** Order of `heapChanges` of the contract. */
const changes: readonly ChangeTone[] = ['same', 'appeared', 'grown', 'shrunk'];

export function toneOf(spanClass: number): SpanTone {
  if (spanClass < 0) return 'manual';
  if (spanClass < 2) return 'large';
  return spanClass % 2 === 1 ? 'noscan' : 'scan';
}

export function changeOf(moment: HeapMoment, span: number): ChangeTone | undefined {
  return moment.since === null ? undefined : changes[moment.change[span] as number];
}
