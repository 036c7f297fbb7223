import { describe, expect, it } from 'vitest';
import type { Line } from '../../../../src-main/parsers/text/line.ts';
import { type LineLimits, LineSplitter } from '../../../../src-main/parsers/text/line-splitter.ts';

function split(input: Buffer, chunkBytes: number, limits?: LineLimits): { text: string; n: number; cut: boolean }[] {
  const out: { text: string; n: number; cut: boolean }[] = [];
  const splitter = new LineSplitter((l: Line) => out.push({ text: l.text(), n: l.number, cut: l.cut }), limits);
  for (let i = 0; i < input.length; i += chunkBytes) splitter.push(input.subarray(i, i + chunkBytes));
  splitter.end();
  return out;
}
const texts = (input: string | Buffer, chunkBytes = 1_000) =>
  split(Buffer.from(input as string), chunkBytes).map((l) => l.text);

describe('LineSplitter', () => {
  it.each([1, 2, 3, 7, 1_000])('gives the same lines whatever the chunks (%i bytes)', (chunkBytes) => {
    expect(texts('one\r\ntwo\n\nvier ü 中\nlast without end', chunkBytes)).toEqual([
      'one',
      'two',
      '',
      'vier ü 中',
      'last without end',
    ]);
  });

  it('numbers lines from one', () => {
    expect(split(Buffer.from('a\nb\nc\n'), 2).map((l) => l.n)).toEqual([1, 2, 3]);
  });

  it('takes CR for the end of line where the text has no LF at all', () => {
    expect(texts('a\rb\rc')).toEqual(['a', 'b', 'c']);
  });

  it('drops a byte order mark and reads UTF-16', () => {
    expect(texts('﻿a\nb')).toEqual(['a', 'b']);
    expect(texts(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('gc 1\nzwei ü', 'utf16le')]), 3)).toEqual([
      'gc 1',
      'zwei ü',
    ]);
  });

  it('cuts a line at the limit, says so, and goes on behind it', () => {
    const limits = { lineBytes: 10, documentBytes: 30 };
    const lines = split(
      Buffer.from(`short\n${'x'.repeat(100)}\nafter\n{${'y'.repeat(25)}\n[${'z'.repeat(60)}\nend`),
      7,
      limits,
    );
    expect(lines.map((l) => [l.text.length, l.cut])).toEqual([
      [5, false],
      [10, true],
      [5, false],
      [26, false],
      [30, true],
      [3, false],
    ]);
    expect(lines.map((l) => l.n)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
