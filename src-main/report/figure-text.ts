import { formatBytes, formatValue } from '../api/contract/format.ts';
import type { Block } from './outline.ts';

/** What a figure shows, in words: for readers who hear the page, and where nothing can be drawn. */
export function figureText(block: Extract<Block, { kind: 'ladder' | 'chart' }>): string {
  if (block.kind === 'ladder') return block.bars.map((bar) => `${bar.title} ${formatBytes(bar.bytes)}`).join('; ');
  const { chart } = block;
  const curves = chart.series.map((s) => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < s.v.length; i++) {
      low = Math.min(low, s.v[i] as number);
      high = Math.max(high, s.v[i] as number);
    }
    return `${s.title} ${formatValue(low, chart.unit)} – ${formatValue(high, chart.unit)}`.trim();
  });
  return `${chart.title}: ${curves.join('; ')}${chart.caption === undefined ? '' : ` (${chart.caption})`}`;
}
