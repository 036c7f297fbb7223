import { describe, expect, it } from 'vitest';
import type { EvidenceEntry } from '../../../src-main/api/contract/documents.ts';
import { baseName, middleEllipsis, shownLine, shownName } from '../../../src-renderer/parts/foreign-text.ts';
import { placeSuffix, selectionOf } from '../../../src-renderer/parts/place.ts';

describe('text out of evidence', () => {
  it('loses its middle, not its ends', () => {
    expect(middleEllipsis('abcdefghij', 5)).toBe('ab…ij');
    expect(middleEllipsis('abc', 5)).toBe('abc');
    expect([...middleEllipsis('x'.repeat(6_000), 80)]).toHaveLength(80);
  });

  it('does not cut a character in two', () => {
    expect(middleEllipsis('😀😀😀😀😀', 3)).toBe('😀…😀');
  });

  it('shows controls and direction marks instead of obeying them', () => {
    expect(shownName('a\u202egpj.exe\u001b[31m', 80)).toBe('a\\u202egpj.exe\\u001b[31m');
  });

  it('keeps tabs in lines, since columns hang on them', () => {
    expect(shownLine('a\tb\u0007')).toBe('a\tb\\u0007');
  });

  it('names a file by its last part', () => {
    expect(baseName('a.tar.gz!/b/c.txt')).toBe('c.txt');
    expect(baseName('c/')).toBe('c/');
  });
});

describe('places', () => {
  const entry = { id: 7, lines: 3 } as EvidenceEntry;

  it('leads to a line, a byte, or the beginning', () => {
    expect(selectionOf({ evidence: 'e', line: 2 }, entry)).toEqual({ kind: 'line', evidence: 7, line: 2 });
    expect(selectionOf({ evidence: 'e', offset: 16 }, entry)).toEqual({ kind: 'offset', evidence: 7, offset: 16 });
    expect(selectionOf({ evidence: 'e' }, entry)).toEqual({ kind: 'line', evidence: 7, line: 1 });
    expect(selectionOf({ evidence: 'e' }, { ...entry, lines: null })).toMatchObject({ kind: 'offset', offset: 0 });
  });

  it('is written as people write it', () => {
    expect(placeSuffix({ evidence: 'e', line: 12 })).toBe(':12');
    expect(placeSuffix({ evidence: 'e', offset: 26 })).toBe('+0x1a');
    expect(placeSuffix({ evidence: 'e' })).toBe('');
  });
});
