import { formatValue } from '../../src-main/api/contract/format.ts';
import type { Unit } from '../../src-main/api/contract/metrics.ts';

/** As short as an axis wants it: `200 MiB`, not `200.0 MiB`. */
export function axisText(value: number, unit: Unit): string {
  if (value === 0) return '0';
  const [figure = '', ...rest] = formatValue(value, unit === 'per_second' ? 'count' : unit).split(' ');
  const short = Number(figure);
  return [Number.isFinite(short) ? String(short) : figure, ...rest].join(' ');
}
