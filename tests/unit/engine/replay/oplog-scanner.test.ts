import { describe, expect, it } from 'vitest';
import { MalformedRecordError, OplogScanner } from '../../../../src-main/engine/replay/oplog-scanner.ts';

const encoder = new TextEncoder();

/** All records of a text fed in pieces of a given size: letter and decimal fields ('?' for others). */
function scanAll(text: string, pieceBytes: number): string[] {
  const scanner = new OplogScanner();
  const bytes = encoder.encode(text);
  const records: string[] = [];
  const take = (): number =>
    records.push(
      [
        String.fromCharCode(scanner.op),
        ...Array.from({ length: scanner.count }, (_, i) => ((scanner.decimalMask >> i) & 1 ? scanner.values[i] : '?')),
      ].join(' '),
    );
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    scanner.feed(bytes.slice(at, at + pieceBytes));
    while (scanner.next()) take();
  }
  if (scanner.last()) take();
  return records;
}

describe('scanning operation logs', () => {
  const text = 'R -1 0 36 -1\nW 0 4 163840 0 29 24 fbffff1\nS 0 o 4 1\nA 0 0 5 9007199254740 1\nZ 1';
  const records = ['R -1 0 36 -1', 'W 0 4 163840 0 29 24 ?', 'S 0 ? 4 1', 'A 0 0 5 9007199254740 1', 'Z 1'];

  it('gives the same records however the bytes are cut', () => {
    for (let pieceBytes = 1; pieceBytes <= text.length; pieceBytes++) {
      expect(scanAll(text, pieceBytes), `pieces of ${pieceBytes}`).toEqual(records);
    }
  });

  it('accepts lines that end in CR LF', () => {
    expect(scanAll(text.replaceAll('\n', '\r\n'), 7)).toEqual(records);
  });

  it('reads hex fields by words, lowest first', () => {
    const scanner = new OplogScanner();
    scanner.feed(encoder.encode('Q 0 1 123456789abcdef0 f\n'));
    scanner.next();
    expect([scanner.hexWord(2, 0) >>> 0, scanner.hexWord(2, 1), scanner.hexWord(2, 2)]).toEqual([
      0x9abcdef0, 0x12345678, 0,
    ]);
    expect([scanner.hexWord(3, 0), scanner.hexWord(3, 1), scanner.lengthOf(2)]).toEqual([15, 0, 16]);
  });

  it('finds no decimal in an empty field, a lone minus, or too many digits', () => {
    expect(scanAll('A  - 1234567890123456 x1 1x\n', 100)).toEqual(['A ? ? ? ? ?']);
  });

  it('counts fields beyond eight as too many, without reading them', () => {
    const scanner = new OplogScanner();
    scanner.feed(encoder.encode('A 1 2 3 4 5 6 7 8 9 10\nB\n'));
    expect([scanner.next(), scanner.count, scanner.next(), scanner.count]).toEqual([true, 9, true, 0]);
  });

  it('rejects a line that never ends', () => {
    const scanner = new OplogScanner();
    scanner.feed(new Uint8Array(5000).fill(65));
    expect(() => scanner.next()).toThrow(MalformedRecordError);
  });
});
