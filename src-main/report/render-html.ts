/** The report as one HTML file: no script, nothing fetched, a policy that forbids both. */
import { drawChart } from './drawing/chart.ts';
import { drawLadder, ladderHeight } from './drawing/ladder-figure.ts';
import { ink } from './drawing/palette.ts';
import { SvgCanvas } from './drawing/svg-canvas.ts';
import { escapeMarkup } from './escape-markup.ts';
import { figureText } from './figure-text.ts';
import type { Block, Outline } from './outline.ts';

const figureWidth = 520;
const chartHeight = 108;

const style = `
body{font:15px/1.5 system-ui,"Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;color:${ink.text};max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.35rem;margin:2rem 0 .5rem}h2{font-size:1.05rem;margin:1.5rem 0 .25rem}p{margin:.3rem 0}
.lead{font-size:1.15rem;font-weight:600}.soft{color:${ink.soft}}.alarm{color:${ink.alarm}}.calm{color:${ink.calm}}.unsure{color:${ink.unsure}}
table{border-collapse:collapse;width:100%;margin:.5rem 0}th{text-align:left;color:${ink.soft};border-bottom:1px solid ${ink.line}}
td,th{padding:.15rem .6rem .15rem 0;vertical-align:top;overflow-wrap:anywhere}.right{text-align:right}.dense{font-size:.8rem}
ul{margin:.2rem 0 .6rem;padding-left:1rem;list-style:none}.source{color:${ink.soft};font-size:.85em}
svg{width:100%;height:auto;display:block;margin:.4rem 0;font-family:inherit}footer{margin-top:2rem;color:${ink.soft};font-size:.8rem}`;

export function renderHtml(outline: Outline): string {
  const body = outline.blocks.map((block, i) => element(block, `f${i}`)).join('\n');
  return `<!doctype html>
<html lang="${outline.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${escapeMarkup(outline.title)}</title>
<style>${style}</style>
</head>
<body>
${body}
<footer>${escapeMarkup(outline.foot)}</footer>
</body>
</html>
`;
}

function element(block: Block, id: string): string {
  const asIs = (text: string) => text;
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${escapeMarkup(block.text)}</h${block.level}>`;
    case 'lead':
      return `<p class="lead ${block.tone}">${escapeMarkup(block.text)}</p>`;
    case 'paragraph':
      return block.text === '' ? '' : `<p class="${block.tone}">${escapeMarkup(block.text)}</p>`;
    case 'list': {
      const items = block.items.map(
        ({ text, source }) =>
          `<li>${block.mark} ${escapeMarkup(text)}${source === '' ? '' : ` <span class="source">[${escapeMarkup(source)}]</span>`}</li>`,
      );
      return `${block.title === '' ? '' : `<p>${escapeMarkup(block.title)}</p>`}<ul>${items.join('')}</ul>`;
    }
    case 'table': {
      const cells = (tag: 'th' | 'td', texts: readonly string[]) =>
        texts
          .map((text, i) => {
            const right = block.columns[i]?.align === 'right' ? ' class="right"' : '';
            return `<${tag}${right}>${escapeMarkup(text).replaceAll('\n', '<br>')}</${tag}>`;
          })
          .join('');
      const head = cells(
        'th',
        block.columns.map((c) => c.title),
      );
      const rows = block.rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n');
      return `<table${block.isDense ? ' class="dense"' : ''}><thead><tr>${head}</tr></thead><tbody>\n${rows}</tbody></table>`;
    }
    case 'ladder': {
      const canvas = new SvgCanvas(id);
      drawLadder(canvas, block.bars, 0, 0, asIs);
      return canvas.svg(figureWidth, ladderHeight(block.bars), figureText(block));
    }
    case 'chart': {
      const canvas = new SvgCanvas(id);
      drawChart(canvas, block.chart, 0, 0, figureWidth, chartHeight, asIs);
      return canvas.svg(figureWidth, chartHeight, figureText(block));
    }
  }
}
