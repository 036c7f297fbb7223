/** The ladder as bars: filled where measured, outlined where estimated. */
import type { Basis } from '../../api/contract/evidence.ts';
import { formatBytes } from '../../api/contract/format.ts';
import type { Canvas } from './canvas.ts';
import { ink } from './palette.ts';

export interface LadderBar {
  readonly key: string;
  readonly title: string;
  readonly bytes: number;
  readonly depth: number;
  readonly basis: Basis;
  readonly basisText: string;
}

const rowHeight = 14;
const barAt = 180;
const barWidth = 220;

const colours: Readonly<Record<string, string>> = {
  limit: '#c2410c',
  rss: '#b36b00',
  cgroup: '#8f5902',
  go: '#00559a',
  heap_in_use: '#1787c9',
  heap_live: '#1787c9',
  heap_dead: '#6b5bd2',
  stacks: '#00785a',
  lazy_free: '#aab0bb',
  malloc: '#9a7b1f',
  files: '#9a7b1f',
};
const otherColour = '#7a8190';

export function ladderHeight(bars: readonly LadderBar[]): number {
  return bars.length * rowHeight + 4;
}

export function drawLadder(
  canvas: Canvas,
  bars: readonly LadderBar[],
  x: number,
  y: number,
  text: (s: string) => string,
): void {
  const top = bars.reduce((most, bar) => Math.max(most, Math.abs(bar.bytes)), 1);
  bars.forEach((bar, i) => {
    const at = y + i * rowHeight;
    const colour = colours[bar.key] ?? otherColour;
    canvas
      .font('regular')
      .fontSize(8.5)
      .fillColor(ink.text)
      .text(text(bar.title), x + bar.depth * 12, at + 1, { width: 170, lineBreak: false });
    canvas.rect(x + barAt, at + 1, Math.max(0.5, (Math.abs(bar.bytes) / top) * barWidth), 9);
    if (bar.basis === 'measured') canvas.fillColor(colour).fill();
    else canvas.lineWidth(0.8).strokeColor(colour).dash(2, { space: 1.5 }).stroke().undash();
    canvas
      .fillColor(ink.text)
      .text(formatBytes(bar.bytes), x + 405, at + 1, { width: 60, align: 'right', lineBreak: false });
    canvas
      .fillColor(ink.soft)
      .fontSize(7)
      .text(text(bar.basisText), x + 470, at + 2, { lineBreak: false });
  });
}
