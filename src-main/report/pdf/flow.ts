/**
 * A page that fills from top to bottom, over pdfkit: headings with bookmarks and structure tags, paragraphs, tables with repeated heads, boxes for drawings.
 * The few dozen lines that pdfkit leaves to its users.
 */
import PDFDocument from 'pdfkit';
import { escapeControls } from '../../api/contract/format.ts';
import { ink } from '../drawing/palette.ts';
import type { ReportFonts } from './fonts.ts';

export const page = { width: 595.28, height: 841.89, margin: 48, foot: 40 } as const;
export const contentWidth = page.width - 2 * page.margin;

export interface Column {
  readonly title: string;
  readonly width: number;
  readonly align?: 'left' | 'right';
}

export interface TextStyle {
  readonly size?: number;
  readonly bold?: boolean;
  readonly colour?: string;
  readonly gap?: number;
  readonly indent?: number;
}

export class Flow {
  readonly doc: PDFKit.PDFDocument;
  y: number = page.margin;
  private readonly fonts: ReportFonts;
  private readonly done: Promise<Uint8Array>;
  private readonly root: PDFKit.PDFStructureElement;

  constructor(title: string, language: string, fonts: ReportFonts) {
    this.fonts = fonts;
    this.doc = new PDFDocument({
      size: 'A4',
      margin: 0,
      bufferPages: true,
      autoFirstPage: true,
      pdfVersion: '1.7',
      tagged: true,
      displayTitle: true,
      lang: language,
      info: { Title: title, Creator: 'Spanscope', Producer: 'Spanscope' },
    });
    this.doc.registerFont('regular', fonts.regular).registerFont('bold', fonts.bold);
    const parts: Buffer[] = [];
    this.done = new Promise((resolve) => {
      this.doc.on('data', (part: Buffer) => parts.push(part));
      this.doc.on('end', () => resolve(Buffer.concat(parts)));
    });
    this.root = this.doc.struct('Document');
    this.doc.addStructure(this.root);
  }

  /** Text as the font can show it: controls but line ends escaped, characters without a glyph as their code. */
  printable(text: string): string {
    return this.fonts.printable(text.split('\n').map(escapeControls).join('\n'));
  }

  room(height: number): void {
    if (this.y + height > page.height - page.margin - page.foot) this.newPage();
  }

  newPage(): void {
    this.doc.addPage();
    this.y = page.margin;
  }

  gap(height: number): void {
    this.y += height;
  }

  heading(text: string, level: 1 | 2 = 1): void {
    const size = level === 1 ? 15 : 11;
    // a heading stays with what follows it
    this.room(size * 6);
    if (this.y > page.margin) this.gap(level === 1 ? 14 : 8);
    this.put(level === 1 ? 'H1' : 'H2', text, { size, bold: true, gap: level === 1 ? 6 : 3 });
    if (level === 1) this.doc.outline.addItem(text);
  }

  paragraph(text: string, style: TextStyle = {}): void {
    this.put('P', text, style);
  }

  /** Draws something of a known height; `alt` says in words what it shows. */
  figure(height: number, alt: string, draw: (x: number, y: number) => void): void {
    this.room(height);
    const y = this.y;
    this.tagged('Figure', () => draw(page.margin, y), this.printable(alt));
    this.y = y + height;
  }

  /** Rows of text; the head is repeated on every page. A cell too long for its column is broken over lines. */
  table(columns: readonly Column[], rows: readonly (readonly string[])[], size = 8): void {
    const head = () => {
      this.row(
        columns,
        columns.map((c) => c.title),
        size,
        true,
      );
      this.rule();
    };
    this.room(size * 5);
    head();
    for (const cells of rows) {
      const height = this.heightOf(columns, cells, size);
      if (this.y + height > page.height - page.margin - page.foot) {
        this.newPage();
        head();
      }
      this.row(columns, cells, size, false);
    }
    this.gap(4);
  }

  rule(): void {
    this.doc.markContent('Artifact');
    this.doc
      .moveTo(page.margin, this.y)
      .lineTo(page.width - page.margin, this.y)
      .lineWidth(0.5)
      .strokeColor(ink.line)
      .stroke();
    this.doc.endMarkedContent();
    this.y += 3;
  }

  /** Numbers the pages and closes the file. `foot`: what stands at the left of every foot. */
  async end(foot: string): Promise<Uint8Array> {
    const { start, count } = this.doc.bufferedPageRange();
    for (let i = start; i < start + count; i++) {
      this.doc.switchToPage(i);
      this.doc.markContent('Artifact');
      this.doc.font('regular').fontSize(7).fillColor(ink.soft);
      const y = page.height - page.margin;
      this.doc.text(this.printable(foot), page.margin, y, {
        width: contentWidth - 60,
        height: 10,
        ellipsis: true,
        lineBreak: false,
      });
      this.doc.text(`${i + 1} / ${count}`, page.width - page.margin - 60, y, {
        width: 60,
        align: 'right',
        lineBreak: false,
      });
      this.doc.endMarkedContent();
    }
    this.root.end();
    this.doc.end();
    return await this.done;
  }

  private tagged(tag: string, draw: () => void, alt?: string): void {
    const element = this.doc.struct(tag, alt === undefined ? {} : { alt }, [draw]);
    this.root.add(element);
    element.end();
  }

  /** The page is chosen before the tag is opened: a tag never spans pages. */
  private put(tag: string, text: string, style: TextStyle): void {
    const shown = this.printable(text);
    const size = style.size ?? 9.5;
    const x = page.margin + (style.indent ?? 0);
    const width = contentWidth - (style.indent ?? 0);
    const font = style.bold ? 'bold' : 'regular';
    const height = this.doc.font(font).fontSize(size).heightOfString(shown, { width });
    this.room(height);
    this.tagged(tag, () => {
      this.doc
        .font(font)
        .fontSize(size)
        .fillColor(style.colour ?? ink.text)
        .text(shown, x, this.y, { width });
    });
    this.y += height + (style.gap ?? 3);
  }

  private heightOf(columns: readonly Column[], cells: readonly string[], size: number): number {
    this.doc.font('regular').fontSize(size);
    let height = size;
    columns.forEach((column, i) => {
      height = Math.max(height, this.doc.heightOfString(this.printable(cells[i] ?? ''), { width: column.width - 6 }));
    });
    return height + 3;
  }

  private row(columns: readonly Column[], cells: readonly string[], size: number, isHead: boolean): void {
    const height = this.heightOf(columns, cells, size);
    const tr = this.doc.struct('TR');
    this.root.add(tr);
    let x = page.margin;
    columns.forEach((column, i) => {
      const at = x;
      const cell = this.doc.struct(isHead ? 'TH' : 'TD', {}, [
        () => {
          this.doc
            .font(isHead ? 'bold' : 'regular')
            .fontSize(size)
            .fillColor(isHead ? ink.soft : ink.text)
            .text(this.printable(cells[i] ?? ''), at, this.y, {
              width: column.width - 6,
              align: column.align ?? 'left',
            });
        },
      ]);
      tr.add(cell);
      cell.end();
      x += column.width;
    });
    tr.end();
    this.y += height;
  }
}
