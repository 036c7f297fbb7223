/**
 * A timeline as vector lines: axes with round numbers, series in their role's stroke with the name at the end, gaps left open, the onset and the kill as
 * marks. Points are thinned to what the width can show, smallest and largest kept.
 */
import type { SeriesRole } from '../../api/contract/calls.ts';
import { formatValue } from '../../api/contract/format.ts';
import type { Unit } from '../../api/contract/metrics.ts';
import { perPixel } from '../../case/store/window.ts';
import type { Canvas } from './canvas.ts';
import { ink, strokes } from './palette.ts';

export interface ChartSeries {
  readonly title: string;
  readonly role: SeriesRole;
  readonly t: ArrayLike<number>;
  readonly v: ArrayLike<number>;
  /** Single values instead of a line. */
  readonly isDots?: boolean;
  /** Read off events: a long distance between two values is no gap. */
  readonly isHeld?: boolean;
  /** Each value is that of the stretch before it. */
  readonly isMean?: boolean;
}

export interface ChartMark {
  readonly t: number;
  readonly title: string;
  readonly isAlarm: boolean;
}

export interface ChartSpec {
  readonly title: string;
  readonly unit: Unit;
  readonly from: number;
  readonly to: number;
  readonly series: readonly ChartSeries[];
  readonly marks: readonly ChartMark[];
  readonly limit: number | undefined;
  readonly isLog?: boolean;
  /** Below the axis: which stretch is shown, where it is not the run. */
  readonly caption?: string | undefined;
  readonly timeText: (t: number) => string;
}

const gutter = 62;
const foot = 14;
const captionHeight = 9;
/** A silence longer than this many usual steps is a gap. */
const gapSteps = 5;

export function drawChart(
  doc: Canvas,
  spec: ChartSpec,
  x: number,
  y: number,
  width: number,
  height: number,
  text: (s: string) => string,
): void {
  const left = x + gutter;
  const right = x + width;
  const top = y + 14;
  const bottom = y + height - foot - (spec.caption === undefined ? 0 : captionHeight);
  const scale = yScale(spec, top, bottom);
  const at = (t: number) => left + ((t - spec.from) / Math.max(1e-9, spec.to - spec.from)) * (right - left);

  doc.font('bold').fontSize(8.5).fillColor(ink.text).text(text(spec.title), x, y, { lineBreak: false });
  legend(doc, spec, Math.max(left + 40, x + doc.widthOfString(text(spec.title)) + 14), y, text);
  for (const tick of scale.ticks) {
    doc.moveTo(left, scale.at(tick)).lineTo(right, scale.at(tick)).lineWidth(0.4).strokeColor(ink.line).stroke();
    doc
      .font('regular')
      .fontSize(6.5)
      .fillColor(ink.soft)
      .text(formatValue(tick, spec.unit), x, scale.at(tick) - 4, {
        width: gutter - 6,
        align: 'right',
        lineBreak: false,
      });
  }
  for (let i = 0; i <= 4; i++) {
    const t = spec.from + ((spec.to - spec.from) * i) / 4;
    const align = i === 0 ? 'left' : i === 4 ? 'right' : 'center';
    const cell = align === 'left' ? at(t) : align === 'right' ? at(t) - 60 : at(t) - 30;
    doc
      .font('regular')
      .fontSize(6.5)
      .fillColor(ink.soft)
      .text(spec.timeText(t), cell, bottom + 3, { width: 60, align, lineBreak: false });
  }
  if (spec.caption !== undefined)
    doc
      .font('regular')
      .fontSize(6.5)
      .fillColor(ink.soft)
      .text(text(spec.caption), left, bottom + 3 + captionHeight, {
        width: right - left,
        align: 'left',
        lineBreak: false,
      });
  doc.save();
  doc.rect(left, top - 2, right - left, bottom - top + 4).clip();
  if (spec.limit !== undefined && scale.at(spec.limit) >= top) {
    stroke(doc, 'limit');
    doc.moveTo(left, scale.at(spec.limit)).lineTo(right, scale.at(spec.limit)).stroke().undash();
  }
  for (const series of spec.series) line(doc, series, spec, at, scale.at, right - left);
  for (const mark of spec.marks) {
    doc
      .moveTo(at(mark.t), top)
      .lineTo(at(mark.t), bottom)
      .lineWidth(0.9)
      .strokeColor(mark.isAlarm ? ink.alarm : ink.soft)
      .stroke();
    doc
      .font('regular')
      .fontSize(6.5)
      .fillColor(mark.isAlarm ? ink.alarm : ink.soft)
      .text(text(mark.title), Math.min(at(mark.t) + 2, right - 70), top, { lineBreak: false });
  }
  doc.restore();
  doc.moveTo(left, bottom).lineTo(right, bottom).lineWidth(0.6).strokeColor(ink.soft).stroke();
}

function stroke(doc: Canvas, role: SeriesRole): void {
  const { colour, dash } = strokes[role];
  doc.lineWidth(1.1).strokeColor(colour).fillColor(colour);
  if (dash) doc.dash(dash[0], { space: dash[1] });
  else doc.undash();
}

function line(
  doc: Canvas,
  s: ChartSeries,
  spec: ChartSpec,
  at: (t: number) => number,
  height: (v: number) => number,
  width: number,
): void {
  stroke(doc, s.role);
  const points =
    s.t.length > 4 * width ? perPixel(s.t, s.v, s.v, spec.from, spec.to, Math.round(width)) : { t: s.t, values: s.v };
  if (s.isDots) {
    for (let i = 0; i < points.t.length; i++)
      doc.circle(at(points.t[i] as number), height(points.values[i] as number), 1.1).fill();
    doc.undash();
    return;
  }
  const { isStepped } = strokes[s.role];
  const isHeld = isStepped || s.isHeld;
  const usual = usualStep(points.t);
  let isOpen = false;
  for (let i = 0; i < points.t.length; i++) {
    const t = points.t[i] as number;
    const isGap = !isHeld && i > 0 && t - (points.t[i - 1] as number) > usual * gapSteps && points.t.length > 8;
    if (isOpen && !isGap) {
      if (s.isMean) doc.lineTo(at(points.t[i - 1] as number), height(points.values[i] as number));
      else if (isStepped) doc.lineTo(at(t), height(points.values[i - 1] as number));
      doc.lineTo(at(t), height(points.values[i] as number));
    } else doc.moveTo(at(t), height(points.values[i] as number));
    isOpen = true;
  }
  if (isOpen) doc.stroke();
  doc.undash();
}

function usualStep(t: ArrayLike<number>): number {
  const steps: number[] = [];
  for (let i = 1; i < t.length; i++) steps.push((t[i] as number) - (t[i - 1] as number));
  steps.sort((a, b) => a - b);
  return steps[Math.floor(steps.length * 0.75)] ?? Number.POSITIVE_INFINITY;
}

function legend(doc: Canvas, spec: ChartSpec, x: number, y: number, text: (s: string) => string): void {
  let at = x;
  doc.font('regular').fontSize(7);
  for (const s of spec.series.filter(({ title }) => title !== '')) {
    const title = text(s.title);
    stroke(doc, s.role);
    doc
      .moveTo(at, y + 5)
      .lineTo(at + 12, y + 5)
      .stroke()
      .undash();
    doc.fillColor(ink.soft).text(title, at + 15, y + 1, { lineBreak: false });
    at += 24 + doc.widthOfString(title);
  }
}

interface Scale {
  readonly ticks: readonly number[];
  at(v: number): number;
}

function yScale(spec: ChartSpec, top: number, bottom: number): Scale {
  let max = spec.limit ?? 0;
  let min = Number.POSITIVE_INFINITY;
  for (const s of spec.series) {
    for (let i = 0; i < s.v.length; i++) {
      const v = s.v[i] as number;
      if (v > max) max = v;
      if (v > 0 && v < min) min = v;
    }
  }
  // a limit far above everything would press the curves to the floor
  const highest = Math.max(...spec.series.map((s) => Math.max(...thinValues(s.v))), 0);
  if (spec.limit !== undefined && spec.limit > highest * 3) max = highest;
  if (spec.isLog) {
    const low = Math.floor(Math.log10(Number.isFinite(min) ? min : 1e-6));
    const high = Math.ceil(Math.log10(max > 0 ? max : 1));
    const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
    return {
      ticks,
      at: (v) => bottom - ((Math.log10(Math.max(v, 10 ** low)) - low) / Math.max(1, high - low)) * (bottom - top),
    };
  }
  const step = roundStep(max / 4, spec.unit);
  const ticks: number[] = [];
  for (let v = 0; v <= max * 1.02 + step * 0.01; v += step) ticks.push(v);
  const ceiling = Math.max(max * 1.05, step);
  return { ticks, at: (v) => bottom - (v / ceiling) * (bottom - top) };
}

function thinValues(v: ArrayLike<number>): number[] {
  const out: number[] = [0];
  let max = 0;
  for (let i = 0; i < v.length; i++) if ((v[i] as number) > max) max = v[i] as number;
  out.push(max);
  return out;
}

/** A step that people count in: 1, 2, 5 times a power of ten, for bytes of two. */
function roundStep(raw: number, unit: Unit): number {
  if (!(raw > 0)) return 1;
  if (unit === 'bytes') {
    const power = 1024 ** Math.floor(Math.log(raw) / Math.log(1024));
    for (const m of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]) if (m * power >= raw) return m * power;
  }
  const power = 10 ** Math.floor(Math.log10(raw));
  for (const m of [1, 2, 5, 10]) if (m * power >= raw) return m * power;
  return power * 10;
}
