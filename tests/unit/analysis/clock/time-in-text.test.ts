import { describe, expect, it } from 'vitest';
import { timeInText } from '../../../../src-main/analysis/clock/time-in-text.ts';

const second = 1_000_000_000n;
const at = 1_795_500_000n * second;

describe('the present time in a message', () => {
  it.each([
    ['2026-11-24T06:00:00Z', at, second],
    ['wall=2026-11-24T07:00:00.25+01:00 begin', at + second / 4n, second / 100n],
    ['2026-11-24 06:00:00.000000001 +0000 UTC m=+0.000000001', at + 1n, 1n],
    ['now 1795500000123', at + 123_000_000n, 1_000_000n],
    ['{"t":1795500000000000007}', at + 7n, 1n],
    ['sync Tue, 24 Nov 2026 06:00:00 GMT', at, second],
  ])('is read: %s', (text, ns, resolutionNs) => {
    expect(timeInText(text)).toMatchObject({ ns, resolutionNs });
  });

  it.each([
    'lease until 2026-11-24T06:00:00Z',
    'deadline=2026-11-24T06:00:00Z',
    'built: 2026-11-24T06:00:00Z',
    '2026-11-24T06:00:00',
    '06:00:00',
    'order-1795500000',
    'id 17955000001234567',
    'no time',
  ])('is not: %s', (text) => {
    expect(timeInText(text)).toBeUndefined();
  });
});
