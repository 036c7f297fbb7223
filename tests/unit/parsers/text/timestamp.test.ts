import { describe, expect, it } from 'vitest';
import { formatRfc3339 } from '../../../../src-main/api/contract/format.ts';
import { parseTimestamp } from '../../../../src-main/parsers/text/timestamp.ts';

describe('parseTimestamp', () => {
  it.each([
    ['2026-11-24T06:03:55.123456789Z rest', '2026-11-24T06:03:55.123456789Z', 30],
    ['2026-11-24T06:03:55+02:00', '2026-11-24T04:03:55.000000000Z', 25],
    ['2026/11/24 06:03:55 main', '2026-11-24T06:03:55.000000000Z', 19],
    ['2026-11-24 06:03:55,120 INFO', '2026-11-24T06:03:55.120000000Z', 23],
    ['1795500235', '2026-11-24T06:03:55.000000000Z', 10],
    ['1795500235.5 x', '2026-11-24T06:03:55.500000000Z', 12],
    ['1795500235123', '2026-11-24T06:03:55.123000000Z', 13],
    ['24/Nov/2026:06:03:55 +0000', '2026-11-24T06:03:55.000000000Z', 26],
    ['Tue, 24 Nov 2026 06:03:55 +0000', '2026-11-24T06:03:55.000000000Z', 31],
    ['Tue Nov 24 06:03:55 UTC 2026', '2026-11-24T06:03:55.000000000Z', 28],
    ['Nov 24 06:03:55 host', '2026-11-24T06:03:55.000000000Z', 15],
  ])('reads %s', (text, want, length) => {
    const time = parseTimestamp(text, 2026);
    expect(time && formatRfc3339(time.ns)).toBe(want);
    expect(time?.length).toBe(length);
  });

  it.each(['2026-13-24T06:03:55Z', '2026-11-24', '12:30:00', '0000000000', '99999999999', 'gc 1 @0.1s', ''])(
    'finds none in %j',
    (text) => {
      expect(parseTimestamp(text)).toBeUndefined();
    },
  );

  it('tells what the text left out', () => {
    expect(parseTimestamp('2026/11/24 06:03:55')).toMatchObject({
      hasZone: false,
      hasYear: true,
      resolutionNs: 1_000_000_000n,
    });
    expect(parseTimestamp('Nov 24 06:03:55', 2026)).toMatchObject({ hasYear: false });
    expect(parseTimestamp('2026-11-24T06:03:55.12Z')).toMatchObject({ hasZone: true, resolutionNs: 10_000_000n });
  });
});
