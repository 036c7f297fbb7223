import { describe, expect, it } from 'vitest';
import { ChainedRows } from '../../../../../src-main/parsers/go-trace/binary/chained-rows.ts';
import { HashIndex } from '../../../../../src-main/parsers/go-trace/binary/hash-index.ts';
import { IdTable } from '../../../../../src-main/parsers/go-trace/binary/id-table.ts';
import { KeyedRows } from '../../../../../src-main/parsers/go-trace/binary/keyed-rows.ts';
import { StackTable } from '../../../../../src-main/parsers/go-trace/binary/stack-table.ts';
import { StringTable } from '../../../../../src-main/parsers/go-trace/binary/string-table.ts';
import { ascii } from '../trace-builder.ts';

/** Ids that a file could hold: small, beyond 32 bits, negative, alike in their low bits. */
const ids = [
  0,
  1,
  2,
  3,
  -1,
  -2,
  2 ** 31,
  2 ** 32,
  2 ** 32 + 1,
  2 ** 33,
  2 ** 48,
  2 ** 53 - 1,
  ...Array.from({ length: 500 }, (_, i) => i * 65_536),
];

describe('HashIndex', () => {
  it('does what a Map does, through growth and removal', () => {
    const index = new HashIndex();
    const map = new Map<number, number>();
    let state = 12_345;
    for (let step = 0; step < 20_000; step++) {
      state = (state * 48_271) % 2_147_483_647;
      const id = ids[state % ids.length];
      if (state % 3 === 0) {
        index.delete(id);
        map.delete(id);
      } else {
        index.set(id, step);
        map.set(id, step);
      }
    }
    expect(index.size).toBe(map.size);
    for (const id of ids) expect(index.get(id)).toBe(map.get(id) ?? -1);
    index.clear();
    for (const id of ids) expect(index.get(id)).toBe(-1);
  });
});

describe('KeyedRows', () => {
  it('gives each id a row, uses rows again, and lists those in use', () => {
    const rows = new KeyedRows();
    const map = new Map<number, number>();
    let state = 99;
    for (let step = 0; step < 20_000; step++) {
      state = (state * 48_271) % 2_147_483_647;
      const id = ids[state % ids.length];
      const row = map.get(id);
      if (row === undefined) map.set(id, rows.add(id));
      else {
        rows.remove(row);
        map.delete(id);
      }
    }
    for (const id of ids) expect(rows.find(id)).toBe(map.get(id) ?? -1);
    expect([...rows.inUse()]).toEqual([...map.values()].sort((a, b) => a - b));
    expect(rows.length).toBeLessThanOrEqual(ids.length);
  });
});

describe('ChainedRows', () => {
  it('keeps two stacks apart in one table', () => {
    const rows = new ChainedRows();
    const a1 = rows.push(-1);
    const b1 = rows.push(-1);
    const a2 = rows.push(a1);
    expect(rows.pop(a2)).toBe(a1);
    const b2 = rows.push(b1);
    expect(b2).toBe(a2);
    expect(rows.pop(b2)).toBe(b1);
    expect(rows.pop(b1)).toBe(-1);
    expect(rows.pop(a1)).toBe(-1);
    expect(rows.length).toBe(3);
  });
});

describe('IdTable', () => {
  const closed = (...pairs: [number, number][]) => {
    const table = new IdTable();
    for (const [id, value] of pairs) table.add(id, value);
    return { repeated: table.close(), table };
  };

  it('answers for dense and for scattered ids', () => {
    for (const scale of [1, 1_000_003]) {
      const { table } = closed([3 * scale, 30], [scale, 10], [2 * scale, 20]);
      expect([scale, 2 * scale, 3 * scale, 4 * scale].map((id) => table.get(id))).toEqual([10, 20, 30, -1]);
    }
  });

  it('knows id 0 as none, and tells of ids that came twice or were 0', () => {
    expect(closed([1, 5]).table.get(0)).toBe(0);
    expect(closed([1, 5], [1, 6]).repeated).toBe(1);
    expect(closed([7_000_000, 5], [7_000_000, 6]).repeated).toBe(7_000_000);
    expect(closed([0, 5]).repeated).toBe(0);
    expect(closed([1, 5], [2, 6]).repeated).toBeUndefined();
  });

  it('lacks negative ids', () => {
    expect(closed([1, 5]).table.get(-1)).toBe(-1);
  });
});

describe('StringTable', () => {
  const bytes = (text: string) => Uint8Array.from(ascii(text));

  it('keeps each string once and hands on only new ones', () => {
    const table = new StringTable();
    const a = table.intern(bytes('xmallocx'), 1, 6);
    const b = table.intern(bytes('malloc'), 0, 6);
    expect(b).toBe(a);
    const known = ['', 'GC sweep termination', 'GC mark termination'];
    expect(table.takeNew()).toEqual({ first: 0, values: [...known, 'malloc'] });
    expect(table.takeNew()).toBeUndefined();
    expect(table.internText('ß 世界')).toBe(4);
    expect(table.takeNew()).toEqual({ first: 4, values: ['ß 世界'] });
  });

  it('stays right through growth, and shows broken UTF-8 as replacement characters', () => {
    const table = new StringTable();
    const indexes = Array.from({ length: 5000 }, (_, i) => table.internText(`name ${i}`));
    expect(indexes.map((index) => table.text(index))).toEqual(Array.from({ length: 5000 }, (_, i) => `name ${i}`));
    expect(table.text(table.intern(Uint8Array.of(0xff, 65), 0, 2))).toBe('\ufffdA');
  });
});

describe('StackTable', () => {
  it('keeps frames and stacks once each; 0 is no stack', () => {
    const table = new StackTable();
    const f = table.internFrame(0x401000, 1, 2, 33);
    const g = table.internFrame(2 ** 47 + 1, 1, 2, 34);
    expect(table.internFrame(0x401000, 1, 2, 33)).toBe(f);
    const stack = table.intern(Uint32Array.of(f, g), 2);
    expect(table.intern(Uint32Array.of(f, g, 9), 2)).toBe(stack);
    expect(table.intern(Uint32Array.of(g, f), 2)).not.toBe(stack);
    expect(table.intern(new Uint32Array(0), 0)).toBe(0);
    const frames = table.takeNewFrames();
    expect([...(frames?.pc ?? [])]).toEqual([0x401000, 2 ** 47 + 1]);
    const stacks = table.takeNewStacks();
    expect(stacks?.first).toBe(1);
    expect([...(stacks?.offsets ?? [])]).toEqual([0, 2, 4]);
    expect([...(stacks?.frames ?? [])]).toEqual([f, g, g, f]);
    expect(table.takeNewStacks()).toBeUndefined();
  });

  it('stays right through growth', () => {
    const table = new StackTable();
    const one = new Uint32Array(1);
    const stacks = Array.from({ length: 3000 }, (_, i) => {
      one[0] = table.internFrame(i, i % 7, 0, i);
      return table.intern(one, 1);
    });
    expect(new Set(stacks).size).toBe(3000);
    one[0] = table.internFrame(1234, 1234 % 7, 0, 1234);
    expect(table.intern(one, 1)).toBe(stacks[1234]);
  });
});
