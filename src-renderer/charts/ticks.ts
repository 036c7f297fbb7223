/** Round places for marks on axes. */
import type { Unit } from '../../src-main/api/contract/metrics.ts';
import type { Span } from '../state/view.ts';

const clockSteps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
];

/** A step that puts at most `most` marks on a length, from the rounds of clocks above a second and of tens below. */
export function clockStep(length: number, most: number): number {
  const least = length / Math.max(1, most);
  const found = clockSteps.find((s) => s >= least);
  if (least >= 0.5 && found !== undefined) return found;
  if (found === undefined) return Math.ceil(least / 604_800) * 604_800;
  return decimalStep(least);
}

function decimalStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  for (const m of [1, 2, 5]) if (m * power >= least * 0.999_999) return m * power;
  return 10 * power;
}

/**
 * Round moments in a stretch of time. Round as a clock on the wall shows it: `zero` is what the wall shows at second 0 of the case, in seconds.
 */
export function timeTicks(
  span: Span,
  most: number,
  zero: number,
): { readonly step: number; readonly at: readonly number[] } {
  const step = clockStep(span.to - span.from, most);
  const shift = zero % step;
  const at: number[] = [];
  for (let n = Math.ceil((span.from + shift) / step - 1e-9); n * step - shift <= span.to; n++)
    at.push(n * step - shift);
  return { step, at };
}

/** Two to five round values from zero up to `top`. Bytes are round in powers of two. */
export function valueTicks(top: number, unit: Unit, most: number): readonly number[] {
  if (!(top > 0)) return [0];
  const least = top / most;
  let step: number;
  if (unit === 'bytes') {
    const scale = 1024 ** Math.max(0, Math.floor(Math.log(top) / Math.log(1024) + 1e-9));
    const inScale = least / scale;
    step = inScale < 1 ? binaryFraction(inScale) * scale : decimalStep(inScale) * scale;
  } else step = decimalStep(least);
  const out: number[] = [];
  for (let v = 0; v <= top * 1.000_001; v += step) out.push(v);
  return out;
}

/** The least power of two at or above, or half as much again: 0.375, 0.5, 0.75. */
function binaryFraction(least: number): number {
  const power = 2 ** Math.floor(Math.log2(least));
  for (const m of [1, 1.5, 2]) if (m * power >= least) return m * power;
  return 2 * power;
}

/** Powers of ten from at or below `min` to at or above `max`. */
export function decades(min: number, max: number): readonly number[] {
  const first = Math.floor(Math.log10(min));
  const last = Math.max(first + 1, Math.ceil(Math.log10(max)));
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
}
