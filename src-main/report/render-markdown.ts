/** The report as Markdown for a ticket or a wiki. Figures are lines of text; everything from evidence is escaped. */
import { escapeControls, formatBytes } from '../api/contract/format.ts';
import { figureText } from './figure-text.ts';
import type { Block, Outline } from './outline.ts';

export function renderMarkdown(outline: Outline): string {
  return `${outline.blocks
    .map(written)
    .filter((b) => b !== '')
    .join('\n\n')}\n\n---\n${plain(outline.foot)}\n`;
}

function written(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${plain(block.text)}`;
    case 'lead':
      return `**${plain(block.text)}**`;
    case 'paragraph':
      return plain(block.text);
    case 'list': {
      const items = block.items.map(
        ({ text, source }) => `- ${block.mark} ${plain(text)}${source === '' ? '' : ` (${plain(source)})`}`,
      );
      return [...(block.title === '' ? [] : [plain(block.title), '']), ...items].join('\n');
    }
    case 'table':
      return [
        row(block.columns.map((c) => c.title)),
        row(
          block.columns.map((c) => (c.align === 'right' ? '---:' : '---')),
          true,
        ),
        ...block.rows.map((cells) => row(cells)),
      ].join('\n');
    case 'ladder':
      return [
        '```',
        ...block.bars.map(
          (bar) =>
            `${escapeControls('  '.repeat(bar.depth) + bar.title).padEnd(44)} ${formatBytes(bar.bytes).padStart(10)}  ${bar.basisText}`,
        ),
        '```',
      ].join('\n');
    case 'chart':
      return `- ${plain(figureText(block))}`;
  }
}

function row(cells: readonly string[], isRule = false): string {
  return `| ${cells.map((c) => (isRule ? c : plain(c).replaceAll('\n', '<br>'))).join(' | ')} |`;
}

/** Nothing in the text is taken for Markdown or HTML. */
function plain(text: string): string {
  return text
    .split('\n')
    .map((line) => escapeControls(line).replace(/[\\`*_{}[\]<>#|~!]/g, (c) => `\\${c}`))
    .join('\n');
}
