/**
 * The few strokes that charts and ladders are drawn with, in points, y downwards. pdfkit's document is one such canvas, `SvgCanvas` another, so a figure is
 * written once.
 */
export interface TextOptions {
  readonly width?: number;
  readonly align?: 'left' | 'center' | 'right';
  readonly lineBreak?: false;
}

export interface Canvas {
  font(name: string): Canvas;
  fontSize(points: number): Canvas;
  fillColor(colour: string): Canvas;
  strokeColor(colour: string): Canvas;
  lineWidth(points: number): Canvas;
  dash(length: number, options: { readonly space: number }): Canvas;
  undash(): Canvas;
  moveTo(x: number, y: number): Canvas;
  lineTo(x: number, y: number): Canvas;
  rect(x: number, y: number, width: number, height: number): Canvas;
  circle(x: number, y: number, radius: number): Canvas;
  stroke(): Canvas;
  fill(): Canvas;
  /** What is drawn until `restore` shows within the path only. */
  clip(): Canvas;
  save(): Canvas;
  restore(): Canvas;
  /** `y` is the upper edge of the line. */
  text(text: string, x: number, y: number, options?: TextOptions): Canvas;
  widthOfString(text: string): number;
}
