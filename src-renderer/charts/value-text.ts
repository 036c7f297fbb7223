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
  switch (unit) {
    case 'bytes':
      return value === 0
        ? '0'
        : formatBytes(value)
            .replace(/\.0+(?= )/, '')
            .replace(/(\.\d*?)0+(?= )/, '$1');
    case 'seconds':
      return formatDuration(value).replace(/\.0+(?= )/, '');
    case 'percent':
      return `${significant(value)} %`;
    case 'ratio':
      return `${significant(value * 100)} %`;
    case 'per_second':
    case 'count':
      return formatCount(value).replace(/\.0+(?=\s|$)/, '');
  }
}
