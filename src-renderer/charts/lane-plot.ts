/**
 * One lane of charts as uPlot draws it: curves, or GC cycles as bars, or pauses as dots on a log axis. It draws and nothing else: pointer, crosshair, band and marks
 * lie in one layer over all lanes, so that they are one line through all of them. Colours are read from the theme at every drawing.
 */
import uPlot from 'uplot';
import type { Cycles, SeriesRole } from '../../src-main/api/contract/calls.ts';
import type { Unit } from '../../src-main/api/contract/metrics.ts';
import type { Span } from '../state/view.ts';
import { axisText } from './axis-text.ts';
import { aloneIn } from './gaps.ts';
import { highestIn, topOf } from './highest.ts';
import { type Paint, pens } from './palette.ts';
import { decades, timeTicks, valueTicks } from './ticks.ts';

/** Width of the value axis, in CSS pixels: the same in all lanes. */
export const axisWidth = 58;
/** Top, right, bottom, left: labels of the outermost marks need room. */
const paddings: Readonly<Record<LaneContent['kind'], uPlot.Padding>> = {
  lines: [10, 0, 3, 0],
  cycles: [4, 0, 4, 0],
  pauses: [10, 0, 8, 0],
};
const font = '11px "JetBrains Mono Variable", monospace';

export interface Line {
  readonly id: string;
  readonly role: SeriesRole;
  readonly t: readonly number[];
  readonly v: readonly (number | null)[];
  /** Each value is that of the stretch before it. */
  readonly isMean: boolean;
}

export interface LaneContent {
  readonly kind: 'lines' | 'cycles' | 'pauses';
  readonly unit: Unit;
  readonly lines: readonly Line[];
  readonly cycles: Cycles | null;
  /** A dashed line across, where it is near enough to what is measured. */
  readonly limit: number | null;
}

export interface Frame {
  readonly span: Span;
  readonly width: number;
  readonly height: number;
  /** Second 0 of the case on the wall clock: grid lines are round there. */
  readonly zero: number;
}

export class LanePlot {
  private readonly host: HTMLElement;
  private readonly paint: () => Paint;
  private colours: Paint;
  private content: LaneContent;
  private frame: Frame;
  private plot: uPlot;

  constructor(host: HTMLElement, content: LaneContent, frame: Frame, paint: () => Paint) {
    this.host = host;
    this.paint = paint;
    this.colours = paint();
    this.content = content;
    this.frame = frame;
    this.plot = this.make();
  }

  update(content: LaneContent, frame: Frame): void {
    this.colours = this.paint();
    const former = this.content;
    const isSame =
      former.kind === content.kind &&
      former.lines.length === content.lines.length &&
      former.lines.every((l, i) => l.id === content.lines[i]?.id);
    const isResized = frame.width !== this.frame.width || frame.height !== this.frame.height;
    this.content = content;
    this.frame = frame;
    if (!isSame) {
      this.plot.destroy();
      this.plot = this.make();
      return;
    }
    this.plot.batch(() => {
      if (isResized) this.plot.setSize(frame);
      if (former !== content) this.plot.setData(this.data(), false);
      this.plot.setScale('x', { min: frame.span.from, max: frame.span.to });
      this.plot.redraw(false, true);
    });
  }

  destroy(): void {
    this.plot.destroy();
  }

  private make(): uPlot {
    const { kind } = this.content;
    const plot = new uPlot(
      {
        width: this.frame.width,
        height: this.frame.height,
        padding: paddings[kind],
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, auto: false },
          y: kind === 'pauses' ? { distr: 3, range: () => this.pauseRange() } : { range: () => this.range() },
        },
        axes: [this.timeGrid(), this.valueAxis()],
        series: [{}, ...this.series()],
        hooks: { draw: [(u) => this.drawOver(u)] },
      },
      this.data(),
      this.host,
    );
    plot.setScale('x', { min: this.frame.span.from, max: this.frame.span.to });
    return plot;
  }

  private series(): uPlot.Series[] {
    const { kind, lines } = this.content;
    if (kind === 'cycles') return [];
    if (kind === 'pauses')
      return [
        {
          paths: () => null,
          points: { show: true, size: 4, width: 0, fill: () => this.colours('--stw') },
        },
      ];
    return lines.map(({ role, isMean }): uPlot.Series => {
      const pen = pens[role];
      const stepped = pen.isStepped || isMean ? uPlot.paths.stepped?.({ align: isMean ? -1 : 1 }) : undefined;
      return {
        stroke: () => this.colours(pen.colour),
        width: pen.width,
        dash: [...pen.dash],
        ...(stepped ? { paths: stepped } : {}),
        ...(pen.isFilled ? { fill: () => wash(this.colours(pen.colour)) } : {}),
        points: { show: true, size: 5, width: 0, fill: () => this.colours(pen.colour), filter: aloneIn },
      };
    });
  }

  private data(): uPlot.AlignedData {
    const { kind, lines, cycles } = this.content;
    const { from, to } = this.frame.span;
    if (kind === 'pauses')
      return cycles
        ? [[...cycles.t], [...cycles.pause].map((p) => (p > 0 ? p : null))]
        : [
            [from, to],
            [null, null],
          ];
    if (kind === 'cycles' || lines.length === 0) return [[from, to]];
    return uPlot.join(lines.map((l): uPlot.AlignedData => [[...l.t], [...l.v]]));
  }

  private range(): [number, number] {
    return [0, topOf(highestIn(this.content.lines, this.frame.span), this.content.limit)];
  }

  private pauseRange(): [number, number] {
    const pauses = [...(this.content.cycles?.pause ?? [])].filter((p) => p > 0);
    if (pauses.length === 0) return [1e-5, 1e-3];
    const marks = decades(Math.min(...pauses), Math.max(...pauses));
    return [marks[0] as number, marks.at(-1) as number];
  }

  private timeGrid(): uPlot.Axis {
    return {
      size: 0,
      gap: 0,
      values: () => [],
      splits: () => [...timeTicks(this.frame.span, this.frame.width / 110, this.frame.zero).at],
      ticks: { show: false },
      grid: { stroke: () => this.colours('--grid'), width: 1 },
    };
  }

  private valueAxis(): uPlot.Axis {
    const { kind, unit } = this.content;
    return {
      size: axisWidth,
      gap: 6,
      font,
      stroke: () => this.colours('--dim'),
      ticks: { show: false },
      grid: { stroke: () => this.colours('--grid'), width: 1 },
      splits: (_, __, min, max) => {
        if (kind === 'cycles') return [];
        if (kind === 'pauses') return [...decades(min, max)];
        return [...valueTicks(max, unit, this.frame.height > 100 ? 4 : 2)];
      },
      // on a log axis uPlot would drop some
      filter: (_, splits) => splits,
      values: (_, splits) => splits.map((v) => axisText(v, unit)),
    };
  }

  private drawOver(u: uPlot): void {
    if (this.content.kind === 'cycles') this.drawCycles(u);
    else if (this.content.limit !== null) this.drawLimit(u, this.content.limit);
  }

  /** Cycles as bars; where the world stood still, at both ends, in the strong colour. Ticks, not extents: pauses are far shorter than a pixel. */
  private drawCycles(u: uPlot): void {
    const { cycles } = this.content;
    if (!cycles) return;
    const { ctx, bbox } = u;
    const unit = window.devicePixelRatio;
    const tick = 1.5 * unit;
    const top = bbox.top + bbox.height * 0.28;
    const high = bbox.height * 0.44;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    for (let i = 0; i < cycles.t.length; i++) {
      const x = u.valToPos(cycles.t[i] as number, 'x', true);
      const end = Math.max(x + tick, u.valToPos(cycles.end[i] as number, 'x', true));
      if (end < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.globalAlpha = 0.75;
      ctx.fillStyle = this.colours('--gc');
      ctx.fillRect(x, top, end - x, high);
      ctx.globalAlpha = 1;
      // a stretch of many cycles is not one long standstill
      if ((cycles.count[i] as number) > 1) continue;
      ctx.fillStyle = this.colours('--stw');
      ctx.fillRect(x, top - 4 * unit, tick, high + 8 * unit);
      if (end - x > 3 * tick) ctx.fillRect(end - tick, top - 4 * unit, tick, high + 8 * unit);
    }
    ctx.restore();
  }

  private drawLimit(u: uPlot, limit: number): void {
    const { ctx, bbox } = u;
    const y = u.valToPos(limit, 'y', true);
    if (y < bbox.top || y > bbox.top + bbox.height) return;
    const unit = window.devicePixelRatio;
    ctx.save();
    ctx.strokeStyle = this.colours('--limit');
    ctx.lineWidth = 1.25 * unit;
    ctx.setLineDash([6 * unit, 4 * unit]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.restore();
  }
}

/** A thin wash of a colour for the area below its line. */
export function wash(colour: string): string {
  return /^#[0-9a-f]{6}$/i.test(colour) ? `${colour}29` : 'transparent';
}
