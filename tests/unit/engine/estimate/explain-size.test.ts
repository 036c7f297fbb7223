import { describe, expect, it } from 'vitest';
import { explainSize } from '../../../../src-main/engine/estimate/explain-size.ts';
import { goVersionOf } from '../../../../src-main/engine/go-versions.ts';
import { SizeClasses } from '../../../../src-main/engine/sizes/size-classes.ts';

function explained(minor: number, bytes: number, isNoscan: boolean) {
  const version = goVersionOf(minor);
  if (!version) throw new Error(`no Go 1.${minor}`);
  return explainSize(new SizeClasses(version), bytes, isNoscan);
}

describe('explainSize', () => {
  it('adds the type word to an object with pointers above 512 B, from Go 1.22 on', () => {
    expect(explained(26, 1024, true)).toMatchObject({
      sizeClass: 32,
      slotBytes: 1024,
      headerBytes: 0,
      roundingBytes: 0,
    });
    expect(explained(26, 1024, false)).toMatchObject({
      sizeClass: 33,
      slotBytes: 1152,
      headerBytes: 8,
      roundingBytes: 120,
    });
    expect(explained(21, 1024, false)).toMatchObject({ sizeClass: 32, slotBytes: 1024, headerBytes: 0 });
  });

  it('knows what each version reserves in a span of 64 B slots', () => {
    expect([21, 22, 26].map((minor) => explained(minor, 64, false).nelems)).toEqual([128, 126, 124]);
    expect([21, 22, 26].map((minor) => explained(minor, 64, true).nelems)).toEqual([128, 128, 126]);
  });

  it('tells tiny and large objects', () => {
    expect(explained(26, 15, true)).toMatchObject({ isTiny: true, slotBytes: 16 });
    expect(explained(26, 15, false)).toMatchObject({ isTiny: false, slotBytes: 16 });
    expect(explained(26, 32_761, true)).toMatchObject({ isLarge: true, npages: 4, nelems: 1, spanClass: 1 });
    expect(explained(21, 32_761, true)).toMatchObject({ isLarge: false, slotBytes: 32_768 });
  });

  it('has parts that make up the whole', () => {
    for (const minor of [19, 22, 26])
      for (const bytes of [1, 8, 9, 33, 500, 513, 700, 4097, 20_000, 32_752, 40_000, 1_000_000])
        for (const isNoscan of [true, false]) {
          const e = explained(minor, bytes, isNoscan);
          expect(e.headerBytes + e.roundingBytes + bytes).toBe(e.slotBytes);
          expect(e.nelems * e.slotBytes + e.tailBytes).toBe(e.npages * 8192);
          expect(e.wasteShare).toBeGreaterThanOrEqual(0);
        }
  });
});
