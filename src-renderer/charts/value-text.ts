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
