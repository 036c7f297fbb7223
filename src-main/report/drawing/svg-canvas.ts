/** A canvas that writes SVG: elements in the order they are drawn, all text escaped. */
import { escapeMarkup } from '../escape-markup.ts';
import type { Canvas, TextOptions } from './canvas.ts';

const round = (x: number) => String(Math.round(x * 100) / 100);
/** Mean advance of the system's sans serif against its size; wide characters (CJK) take a whole one. */
const narrowAdvance = 0.52;

export class SvgCanvas implements Canvas {
  private readonly parts: string[] = [];
  private path = '';
  private bold = false;
  private size = 8;
  private fillWith = '#000';
  private strokeWith = '#000';
  private width = 1;
  private dashes = '';
  private clips = 0;
  private readonly open: number[] = [];
  private readonly id: string;

  /** @param id unique in the document: names the clip paths */
  constructor(id: string) {
    this.id = id;
  }

  svg(width: number, height: number, alt: string): string {
    return `<svg viewBox="0 0 ${round(width)} ${round(height)}" role="img" aria-label="${escapeMarkup(alt)}">${this.parts.join('')}</svg>`;
  }

  font(name: string): this {
    this.bold = name === 'bold';
    return this;
  }
  fontSize(points: number): this {
    this.size = points;
    return this;
  }
  fillColor(colour: string): this {
    this.fillWith = colour;
    return this;
  }
  strokeColor(colour: string): this {
    this.strokeWith = colour;
    return this;
  }
  lineWidth(points: number): this {
    this.width = points;
    return this;
  }
  dash(length: number, { space }: { readonly space: number }): this {
    this.dashes = ` stroke-dasharray="${round(length)} ${round(space)}"`;
    return this;
  }
  undash(): this {
    this.dashes = '';
    return this;
  }
  moveTo(x: number, y: number): this {
    this.path += `M${round(x)} ${round(y)}`;
    return this;
  }
  lineTo(x: number, y: number): this {
    this.path += `L${round(x)} ${round(y)}`;
    return this;
  }
  rect(x: number, y: number, width: number, height: number): this {
    this.path += `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`;
    return this;
  }
  circle(x: number, y: number, r: number): this {
    this.path += `M${round(x - r)} ${round(y)}a${round(r)} ${round(r)} 0 1 0 ${round(2 * r)} 0a${round(r)} ${round(r)} 0 1 0 ${round(-2 * r)} 0`;
    return this;
  }
  stroke(): this {
    this.parts.push(
      `<path d="${this.take()}" fill="none" stroke="${this.strokeWith}" stroke-width="${round(this.width)}"${this.dashes}/>`,
    );
    return this;
  }
  fill(): this {
    this.parts.push(`<path d="${this.take()}" fill="${this.fillWith}"/>`);
    return this;
  }
  clip(): this {
    const name = `${this.id}-${++this.clips}`;
    this.parts.push(`<clipPath id="${name}"><path d="${this.take()}"/></clipPath><g clip-path="url(#${name})">`);
    this.open[this.open.length - 1] = (this.open.at(-1) ?? 0) + 1;
    return this;
  }
  save(): this {
    this.open.push(0);
    return this;
  }
  restore(): this {
    this.parts.push('</g>'.repeat(this.open.pop() ?? 0));
    return this;
  }
  text(text: string, x: number, y: number, options: TextOptions = {}): this {
    const { width = 0, align = 'left' } = options;
    const at = align === 'left' ? x : align === 'right' ? x + width : x + width / 2;
    const anchor = align === 'left' ? '' : ` text-anchor="${align === 'right' ? 'end' : 'middle'}"`;
    this.parts.push(
      `<text x="${round(at)}" y="${round(y + this.size * 0.85)}" font-size="${round(this.size)}" fill="${this.fillWith}"${this.bold ? ' font-weight="600"' : ''}${anchor}>${escapeMarkup(text)}</text>`,
    );
    return this;
  }
  widthOfString(text: string): number {
    let advance = 0;
    for (const c of text) advance += (c.codePointAt(0) ?? 0) > 0x2e80 ? 1 : narrowAdvance;
    return advance * this.size;
  }

  private take(): string {
    const { path } = this;
    this.path = '';
    return path;
  }
}
