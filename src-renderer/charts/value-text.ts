import { formatBytes, formatCount, formatDuration, significant } from '../../src-main/api/contract/format.ts';
import type { Unit } from '../../src-main/api/contract/metrics.ts';

/** A value in its unit, as the service writes it too. */
export function valueText(value: number, unit: Unit): string {
  switch (unit) {
    case 'bytes':
      return formatBytes(value);
    case 'seconds':
      return formatDuration(value);
    case 'percent':
      return `${significant(value)} %`;
    case 'ratio':
      return `${significant(value * 100)} %`;
    case 'per_second':
      return `${formatCount(value)}/s`;
    case 'count':
      return formatCount(value);
  }
}

/** As short as an axis wants it: `200 MiB`, not `200.0 MiB`. */
export function axisText(value: number, unit: Unit): string {
  if (value === 0) return '0';
  const [figure = '', ...rest] = valueText(value, unit === 'per_second' ? 'count' : unit).split(' ');
  const short = Number(figure);
  return [Number.isFinite(short) ? String(short) : figure, ...rest].join(' ');
}
