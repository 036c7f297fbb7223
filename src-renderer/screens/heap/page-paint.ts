/** Draws the pages of an arena: a cell a page, its colour the kind or the change of its span, its height how full the span is. */
import type { HeapMoment, HeapSpans } from '../../../src-main/api/contract/heap.ts';
import type { Paint } from '../../charts/palette.ts';
import { arenaOf, cellOf, gridColumns, type Layout } from './page-layout.ts';

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

export interface Picture {
  readonly moment: HeapMoment;
  readonly layout: Layout;
  readonly arena: number;
  /** Only this class keeps its colour. */
  readonly spanClass: number | null;
  /** Span under the keys; -1 for none. */
  readonly focused: number;
}

const emptyShare = 0.12;
const dimmed = 0.22;

/** Draws into a canvas of `width` device pixels. `gap` device pixels lie between cells: 0 for small pictures. Cost: the spans of the arena. */
export function paintArena(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  gap: number,
  picture: Picture,
  paint: Paint,
): void {
  const { moment, layout, arena } = picture;
  const rows = layout.pagesPerArena / gridColumns;
  const cell = { width: width / gridColumns, height: height / rows };
  context.clearRect(0, 0, width, height);
  context.fillStyle = paint('--grid');
  context.fillRect(0, 0, width, height);
  const { spans } = moment;
  const draw = (of: HeapSpans, i: number, colour: string, fill: number, alpha: number) => {
    context.globalAlpha = alpha;
    context.fillStyle = colour;
    const first = cellOf(of.page[i] as number, layout);
    const last = Math.min(first + (of.npages[i] as number), layout.pagesPerArena);
    for (let c = first; c < last; c++) {
      const x = (c % gridColumns) * cell.width;
      const y = Math.floor(c / gridColumns) * cell.height;
      const high = Math.max(cell.height * emptyShare, (cell.height - gap) * fill);
      // the last page of a span ends with a gap: runs of pages read as one
      const wide = cell.width - (c === last - 1 ? gap : 0);
      context.fillRect(x, y + cell.height - gap - high, wide, high);
    }
  };
  if (moment.vanished) {
    const gone = moment.vanished;
    for (let i = 0; i < gone.page.length; i++)
      if (arenaOf(gone.page[i] as number, layout) === arena) draw(gone, i, paint(changeColours.vanished), 0.3, 0.8);
  }
  for (let i = 0; i < spans.page.length; i++) {
    if (arenaOf(spans.page[i] as number, layout) !== arena) continue;
    const spanClass = spans.span_class[i] as number;
    const change = changeOf(moment, i);
    const colour = change ? changeColours[change] : toneColours[toneOf(spanClass)];
    const slots = spans.slots[i] as number;
    const fill = slots > 0 ? (spans.live[i] as number) / slots : 1;
    const isDim = (picture.spanClass !== null && spanClass !== picture.spanClass) || change === 'same';
    draw(spans, i, paint(colour), fill, isDim ? dimmed : 1);
  }
  context.globalAlpha = 1;
  if (picture.focused >= 0) outline(context, picture, cell, gap, paint);
}

function outline(
  context: CanvasRenderingContext2D,
  { moment, layout, arena, focused }: Picture,
  cell: { width: number; height: number },
  gap: number,
  paint: Paint,
): void {
  const page = moment.spans.page[focused] as number;
  if (arenaOf(page, layout) !== arena || gap === 0) return;
  const first = cellOf(page, layout);
  const row = Math.floor(first / gridColumns);
  const column = first % gridColumns;
  const wide = Math.min(moment.spans.npages[focused] as number, gridColumns - column);
  context.strokeStyle = paint('--ink');
  context.lineWidth = Math.max(2, gap * 2);
  context.strokeRect(column * cell.width - 1, row * cell.height - 1, wide * cell.width + 1, cell.height + 1);
}
