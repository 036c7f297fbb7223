import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../../../src-main/parsers/go-trace/binary/byte-reader.ts';
import { varint } from '../trace-builder.ts';

const readerOf = (...bytes: number[]) => new ByteReader().reset(Uint8Array.from(bytes), 0, bytes.length);

describe('ByteReader', () => {
  it('reads varints of every length exactly below 2^53', () => {
    for (const value of [
      0,
      1,
      127,
      128,
      16_383,
      16_384,
      2 ** 21,
      2 ** 28 - 1,
      2 ** 28,
      2 ** 35,
      2 ** 49 + 1,
      2 ** 53 - 1,
    ]) {
      expect(readerOf(...varint(value)).varint()).toBe(value);
    }
  });

  it('reads the ten bytes of -1 as "none", and other negative ids', () => {
    for (const value of [-1, -2, -(2 ** 40), -(2 ** 53) + 1]) expect(readerOf(...varint(value)).varint()).toBe(value);
  });

  it('rounds what does not fit a double to the nearest', () => {
    expect(readerOf(...varint(2n ** 62n + 5n)).varint()).toBe(2 ** 62);
  });

  it('refuses a varint of eleven bytes and a tenth byte over 1', () => {
    for (const bytes of [new Array(11).fill(0x80), [...new Array(9).fill(0xff), 2]]) {
      const r = readerOf(...bytes);
      r.varint();
      expect(r.fault).toBe('malformed');
    }
    const r = readerOf(...new Array(9).fill(0xff), 1);
    expect(r.varint()).toBe(-1);
    expect(r.fault).toBe('none');
  });

  it('notices the end inside a varint, before a byte and inside a skip', () => {
    const cut = readerOf(0x80);
    cut.varint();
    const empty = readerOf();
    empty.byte();
    const short = readerOf(1, 2);
    short.skip(3);
    expect([cut.fault, empty.fault, short.fault]).toEqual(['ended', 'ended', 'ended']);
    expect(short.pos).toBe(0);
  });
});
