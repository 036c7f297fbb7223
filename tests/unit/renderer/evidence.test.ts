import { describe, expect, it } from 'vitest';
import type { ClockEntry, EvidenceEntry } from '../../../src-main/api/contract/documents.ts';
import { offsetText, uncertaintyText } from '../../../src-renderer/screens/evidence/clock-text.ts';
import {
  isInRange,
  passes,
  readFilter,
  toggleQuestion,
} from '../../../src-renderer/screens/evidence/evidence-filter.ts';
import { parentIndex, treeRows } from '../../../src-renderer/screens/evidence/evidence-tree.ts';
import { hexRow, parseOffset } from '../../../src-renderer/screens/evidence/hex-rows.ts';
import { pagesOf, rowsInSheet, sheetLines, sheetOf } from '../../../src-renderer/screens/evidence/line-pages.ts';
import { timeText } from '../../../src-renderer/screens/evidence/time-text.ts';

function entry(id: number, path: string, change: Partial<EvidenceEntry> = {}): EvidenceEntry {
  return {
    id,
    path,
    kind: 'gctrace',
    dialect: 'go1.19',
    status: 'parsed',
    size: 10,
    sha256: `${id}`.repeat(64),
    confidence: 1,
    parser: 'text',
    lines: 3,
    unknown_lines: 0,
    time: { first: null, last: null },
    warnings: [],
    truncated_at: null,
    used_by: [],
    ...change,
  };
}

const clock = (uncertainty: string, offset = '0'): ClockEntry => ({
  evidence: '',
  clock: 'wall',
  offset_ns: offset,
  uncertainty_ns: uncertainty,
  basis: '',
  basis_text: '',
  conflicts: [],
});

describe('the tree of evidence', () => {
  const entries = [entry(1, 'b.tar!/b/log.txt'), entry(2, 'b.tar!/b/x/y/z.txt'), entry(3, 'alone')];

  it('draws folders that hold only a folder in one row', () => {
    const rows = treeRows(entries, new Set());
    expect(rows.map((r) => [r.kind, r.name, r.depth])).toEqual([
      ['folder', 'b.tar!/b', 0],
      ['folder', 'x/y', 1],
      ['file', 'z.txt', 2],
      ['file', 'log.txt', 1],
      ['file', 'alone', 0],
    ]);
    expect(parentIndex(rows, 2)).toBe(1);
    expect(parentIndex(rows, 4)).toBe(-1);
  });

  it('folds', () => {
    expect(treeRows(entries, new Set(['/b.tar!/b'])).map((r) => r.name)).toEqual(['b.tar!/b', 'alone']);
  });

  it('takes a hostile path of thousands of steps', () => {
    const rows = treeRows([entry(1, Array.from({ length: 3_000 }, (_, i) => `d${i}`).join('/'))], new Set());
    expect(rows.length).toBeLessThanOrEqual(2);
  });
});

describe('the filter', () => {
  const loud = entry(1, 'a/b.log', {
    warnings: [{ code: 'text/line_cut', severity: 'data_loss', message: '' }],
    used_by: [1],
  });
  const quiet = entry(2, 'a/c.prom', {
    kind: 'prometheus',
    status: 'recognised',
    warnings: [{ code: 'sniff/not_yet', severity: 'info', message: '' }],
  });
  const shown = (text: string) => [loud, quiet].filter((e) => passes(e, [], readFilter(text))).map((e) => e.id);

  it('wants every word, anywhere in the row', () => {
    expect(shown('a gctrace')).toEqual([1]);
    expect(shown('PROM')).toEqual([2]);
    expect(shown('line_cut')).toEqual([1]);
    expect(shown('nowhere')).toEqual([]);
  });

  it('answers questions; a remark is no warning', () => {
    expect(shown('is:warning')).toEqual([1]);
    expect(shown('is:unread')).toEqual([2]);
    expect(shown('is:used')).toEqual([1]);
    expect(passes(loud, [clock('2000000000')], readFilter('is:uncertain'))).toBe(true);
    expect(passes(loud, [clock('15000000')], readFilter('is:uncertain'))).toBe(false);
  });

  it('adds a question and takes it out again', () => {
    expect(toggleQuestion('a', 'unread')).toBe('a is:unread');
    expect(toggleQuestion('a is:unread', 'unread')).toBe('a');
  });

  it('tells files of another time from files without one', () => {
    const at = (first: string, last: string) => entry(1, 'x', { time: { first, last } });
    const origin = Date.parse('2026-11-24T05:48:00Z');
    expect(isInRange(at('2026-11-24T05:48:10Z', '2026-11-24T05:48:20Z'), { from: 15, to: 40 }, origin)).toBe(true);
    expect(isInRange(at('2026-11-24T05:48:10Z', '2026-11-24T05:48:12Z'), { from: 15, to: 40 }, origin)).toBe(false);
    expect(isInRange(loud, { from: 0, to: 1 }, origin)).toBeUndefined();
  });
});

describe('clocks in words', () => {
  it('shows a zero as a moment and a correction as a duration', () => {
    expect(offsetText(clock('0', '1795499284255889210'))).toBe('2026-11-24 05:48:04.255');
    expect(offsetText(clock('0', '-1500000000'))).toBe('−1.50 s');
    expect(offsetText(clock('0', '0'))).toBe('0');
    expect(offsetText(clock('0', '999999999999999999999999'))).toContain('ns');
  });

  it('says nothing where there is no doubt', () => {
    expect(uncertaintyText(clock('15000000'))).toBe('±15.0 ms');
    expect(uncertaintyText(clock('0'))).toBe('');
  });

  it('shortens the times of a file', () => {
    expect(timeText({ first: '2026-11-24T05:48:04Z', last: '2026-11-24T05:48:04Z' })).toBe('05:48:04');
    expect(timeText({ first: null, last: null })).toBe('—');
  });
});

describe('raw bytes and lines', () => {
  it('asks for the pages a stretch touches', () => {
    expect(pagesOf(395, 402)).toEqual([1, 401]);
    expect(pagesOf(1, 1)).toEqual([1]);
  });

  it('shows files of many millions of lines in sheets', () => {
    expect(sheetOf(sheetLines)).toBe(0);
    expect(sheetOf(sheetLines + 1)).toBe(1);
    expect(rowsInSheet(1, sheetLines + 7)).toBe(7);
  });

  it('writes sixteen bytes a row', () => {
    const hex = `${'1f8b08'.padEnd(32, '0')}4142`;
    expect(hexRow(hex, 0, 1)).toEqual({ offset: 16, cells: ['41', '42'], ascii: 'AB' });
    expect(hexRow(hex, 0, 0)?.ascii.slice(0, 3)).toBe('···');
    expect(hexRow(hex, 0, 2)).toBeUndefined();
  });

  it('reads offsets in both bases', () => {
    expect(parseOffset('0x1F')).toBe(31);
    expect(parseOffset('31')).toBe(31);
    expect(parseOffset('-1')).toBeUndefined();
    expect(parseOffset('1f')).toBeUndefined();
  });
});
