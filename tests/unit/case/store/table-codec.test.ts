import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packTable, unpackTable } from '../../../../src-main/case/store/table-codec.ts';

describe('a packed table chunk', () => {
  it('holds its columns as they were, whatever their kind', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double()),
        fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 })),
        fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
        fc.array(fc.nat(255)),
        (f64, u32, i32, u8) => {
          const columns = {
            time: Float64Array.from(f64),
            stack: Uint32Array.from(u32),
            proc: Int32Array.from(i32),
            kind: Uint8Array.from(u8),
          };
          const back = unpackTable(packTable(columns));
          for (const [name, column] of Object.entries(columns)) expect(back[name], name).toEqual(column);
        },
      ),
    );
  });

  it('is read from bytes that begin anywhere, as SQLite hands them out', () => {
    const blob = packTable({ a: Float64Array.of(0.5, Number.NaN, -0), b: Uint8Array.of(1, 2, 3) });
    const shifted = Buffer.alloc(blob.length + 3);
    shifted.set(blob, 3);
    expect(unpackTable(shifted.subarray(3))).toEqual({
      a: Float64Array.of(0.5, Number.NaN, -0),
      b: Uint8Array.of(1, 2, 3),
    });
  });

  it('gives only the columns asked for', () => {
    const blob = packTable({ a: Float64Array.of(1, 2), b: Uint8Array.of(3, 4) });
    expect(unpackTable(blob, ['b'])).toEqual({ b: Uint8Array.of(3, 4) });
  });

  it('keeps rising times in a fraction of their bytes', () => {
    const rows = 65_536;
    const time = Float64Array.from({ length: rows }, (_, i) => 1e12 + i * 640 + (i % 7));
    expect(packTable({ time }).length).toBeLessThan(rows * 2.1);
  });
});
