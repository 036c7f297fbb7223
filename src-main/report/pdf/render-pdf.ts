/** The report on paper: its blocks on pages, figures as vectors. */
import { drawChart } from '../drawing/chart.ts';
import { drawLadder, ladderHeight } from '../drawing/ladder-figure.ts';
import { ink } from '../drawing/palette.ts';
import { figureText } from '../figure-text.ts';
import type { Block, Outline, Tone } from '../outline.ts';
import { contentWidth, Flow } from './flow.ts';
import { loadFonts } from './fonts.ts';

const chartHeight = 108;
const tones: Readonly<Record<Tone, string>> = {
  plain: ink.text,
  soft: ink.soft,
  alarm: ink.alarm,
  calm: ink.calm,
  unsure: ink.unsure,
};

export async function renderPdf(outline: Outline, fontFolder: string): Promise<Uint8Array> {
  const flow = new Flow(outline.title, outline.language, loadFonts(fontFolder));
  flow.paragraph('Spanscope', { size: 9, colour: ink.soft, gap: 2 });
  for (const block of outline.blocks) put(flow, block);
  return await flow.end(outline.foot);
}

function put(flow: Flow, block: Block): void {
  const printable = (text: string) => flow.printable(text);
  switch (block.kind) {
    case 'heading':
      flow.heading(block.text, block.level);
      return;
    case 'lead':
      flow.paragraph(block.text, { size: 13, bold: true, colour: tones[block.tone], gap: 6 });
      return;
    case 'paragraph':
      if (block.text !== '')
        flow.paragraph(block.text, block.tone === 'plain' ? {} : { size: 8.5, colour: tones[block.tone], gap: 4 });
      return;
    case 'list':
      if (block.title !== '') {
        flow.room(32);
        flow.paragraph(block.title, { size: 8.5, bold: true, gap: 1 });
      }
      for (const { text, source } of block.items)
        flow.paragraph(source === '' ? `${block.mark} ${text}` : `${text}   [${source}]`, {
          size: 8.5,
          indent: 10,
          gap: 1,
        });
      flow.gap(3);
      return;
    case 'table':
      flow.table(
        block.columns.map((c) => ({
          title: c.title,
          width: c.share * contentWidth,
          ...(c.align ? { align: c.align } : {}),
        })),
        block.rows,
        block.isDense ? 7 : 8.5,
      );
      return;
    case 'ladder':
      flow.figure(ladderHeight(block.bars), figureText(block), (x, y) =>
        drawLadder(flow.doc, block.bars, x, y, printable),
      );
      return;
    case 'chart':
      flow.figure(chartHeight + 8, figureText(block), (x, y) =>
        drawChart(flow.doc, block.chart, x, y, contentWidth, chartHeight, printable),
      );
      return;
  }
}
