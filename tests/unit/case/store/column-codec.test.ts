import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeColumn, decodeInto, encodeColumn } from '../../../../src-main/case/store/column-codec.ts';

const same = (values: Float64Array) => {
  const back = decodeColumn(encodeColumn(values), values.length);
  expect([...back].map((v) => (Object.is(v, -0) ? '-0' : String(v)))).toEqual(
    [...values].map((v) => (Object.is(v, -0) ? '-0' : String(v))),
  );
};

describe('encodeColumn', () => {
  it('gives back any doubles as they were', () => {
    fc.assert(fc.property(fc.float64Array({ maxLength: 200 }), same), { numRuns: 300 });
  });

  it('gives back any whole numbers as they were, of any width and step', () => {
    const number = fc.oneof(
      fc.integer({ min: -200, max: 200 }),
      fc.integer({ min: 0, max: 70_000 }),
      fc.maxSafeInteger(),
      fc.constant(0),
    );
    const rising = fc
      .tuple(number, fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 200 }))
      .map(([from, steps]) => steps.map((s, i) => Math.max(Number.MIN_SAFE_INTEGER, from + i * 1000 + s)));
    fc.assert(
      fc.property(fc.oneof(fc.array(number, { maxLength: 200 }), rising), (a) => same(Float64Array.from(a))),
      { numRuns: 300 },
    );
  });

  it('gives back columns of integers in their own kind', () => {
    const small = fc.integer({ min: -2, max: 300 });
    const values = fc.oneof(fc.array(small), fc.array(fc.integer()), fc.array(fc.integer({ min: -1, max: 70_000 })));
    const kinds = [Uint32Array, Int32Array, Uint8Array] as const;
    fc.assert(
      fc.property(fc.constantFrom(...kinds), values, (kind, a) => {
        const column = kind.from(a);
        const back = new kind(column.length);
        decodeInto(encodeColumn(column), back);
        expect(back).toEqual(column);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['all equal', Float64Array.from({ length: 1000 }, () => 7), 24],
    ['all missing', new Float64Array(1000).fill(Number.NaN), 24],
    ['even steps', Float64Array.from({ length: 1000 }, (_, i) => 5e9 + i * 1_000_000), 24],
    ['small range', Float64Array.from({ length: 1000 }, (_, i) => 1e12 + (i % 200)), 1024],
    ['any doubles', Float64Array.from({ length: 1000 }, (_, i) => Math.sqrt(i)), 8024],
  ])('%s takes %# bytes', (_, values, bytes) => {
    expect(encodeColumn(values as Float64Array).byteLength).toBe(bytes);
  });
});
