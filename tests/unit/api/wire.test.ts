import { describe, expect, it } from 'vitest';
import { decodeWire, encodeWire } from '../../../src-main/api/contract/wire.ts';

const roundTrip = (value: unknown) => decodeWire(encodeWire(value).buffer);

describe('the wire', () => {
  it('carries columns of numbers exactly, anywhere in an answer', () => {
    const value = {
      a: Float64Array.from([1, Number.NaN, -0, 5e-324, Number.POSITIVE_INFINITY]),
      b: [{ t: new Float64Array(0) }, { t: Float64Array.from([2 ** 53 + 1]) }],
      text: 'ü 漢',
      none: null,
    };
    expect(roundTrip(value)).toEqual(value);
  });

  it('carries whole numbers beyond the safe ones as text', () => {
    expect(roundTrip({ n: 18_446_744_073_709_551_615n })).toEqual({ n: '18446744073709551615' });
  });

  it('takes no object of evidence for a column', () => {
    const value = { data: { $f64: 0, n: 4 }, t: Float64Array.from([1]) };
    expect(roundTrip(value)).toEqual(value);
  });
});
