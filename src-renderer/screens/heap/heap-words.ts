/** Sentences about spans and objects, as they stand below the map and are spoken. */

import { formatBytes, significant } from '../../../src-main/api/contract/format.ts';
import type { HeapBounds, HeapMoment, HeapObject } from '../../../src-main/api/contract/heap.ts';
import { t } from '../../i18n/text.svelte.ts';
import { shownLine } from '../../parts/foreign-text.ts';
import { settings } from '../../state/settings.svelte.ts';
import { addressOf, type Layout } from './page-layout.ts';
import { changeOf } from './span-tone.ts';

/** Slot sizes by size class come with the classes of the moment. */
export function className(moment: HeapMoment, spanClass: number): string {
  if (spanClass < 0) return t('heap/manual');
  const known = moment.classes.find((c) => c.span_class === spanClass);
  const size = known && known.elem_size > 0 ? `${known.elem_size} B` : t('heap/large');
  return `${spanClass} (${size}, ${spanClass % 2 === 1 ? 'noscan' : 'scan'})`;
}

export function spanSentence(moment: HeapMoment, span: number, layout: Layout): string {
  const { spans } = moment;
  const spanClass = spans.span_class[span] as number;
  const address = addressOf(spans.page[span] as number, layout);
  const npages = spans.npages[span] as number;
  const change = changeOf(moment, span);
  const args = { address, pages: npages, class: className(moment, spanClass) };
  const text =
    spanClass < 0
      ? t('heap/span_manual', args)
      : t('heap/span_line', { ...args, live: spans.live[span] as number, slots: spans.slots[span] as number });
  return change ? `${text} · ${t(`heap/change_${change}`)}` : text;
}

/** Type of an object; hostile text is made harmless. */
export function typeText(object: HeapObject): string {
  return object.type === '' ? t('heap/no_type') : shownLine(object.type).slice(0, 200);
}

export function objectSentence(object: HeapObject): string {
  return t('heap/object_line', {
    slot: object.slot,
    type: typeText(object),
    born: object.born === null ? t('heap/before_trace') : object.born_when,
  });
}

export function signedBytes(bytes: number): string {
  if (bytes === 0) return '0';
  return `${bytes > 0 ? '+' : '−'}${formatBytes(Math.abs(bytes))}`;
}

export function percentText(share: number): string {
  return `${significant(100 * share)} %`;
}

export function countText(count: number): string {
  return count.toLocaleString(settings.language);
}

/** Both ends, or one figure where they meet. */
export function boundsText([low, high]: HeapBounds, of: (n: number) => string = countText): string {
  if (high === null) return t('heap/at_least', { low: of(low) });
  return of(low) === of(high) ? of(low) : t('heap/bounds', { low: of(low), high: of(high) });
}

export function percentBoundsText([low, high]: HeapBounds): string {
  return boundsText([low, high], percentText);
}
