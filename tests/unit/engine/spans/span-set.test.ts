import { describe, expect, it } from 'vitest';
import { SpanSet, SpanSetBlocks } from '../../../../src-main/engine/spans/span-set.ts';
import { randomInt, seededRandom } from '../seeded-random.ts';

describe('a span set', () => {
  it('is first in, first out', () => {
    const set = new SpanSet(new SpanSetBlocks());
    for (const s of [5, 6, 7]) set.push(s);
    expect([set.pop(), set.pop(), set.pop(), set.pop()]).toEqual([5, 6, 7, 0]);
    expect([set.head, set.tail]).toEqual([3, 3]);
  });

  it('behaves as a list does, with others on the same blocks', () => {
    const random = seededRandom(8);
    const blocks = new SpanSetBlocks();
    const pairs = Array.from({ length: 5 }, () => ({ set: new SpanSet(blocks), list: [] as number[] }));
    for (let step = 1; step < 20000; step++) {
      const { set, list } = pairs[randomInt(random, 0, 4)];
      const r = random();
      if (r < 0.52) {
        set.push(step);
        list.push(step);
      } else if (r < 0.95) {
        expect(set.pop()).toBe(list.shift() ?? 0);
      } else if (r < 0.99 && list.length > 0) {
        const [taken] = list.splice(randomInt(random, 0, list.length - 1), 1);
        expect(set.take(taken)).toBe(true);
        expect(set.take(taken)).toBe(false);
      } else if (r > 0.999) {
        set.reset();
        list.length = 0;
      }
      expect([set.peek(), set.length]).toEqual([list[0] ?? 0, list.length]);
    }
  });

  it('recycles blocks that were used up', () => {
    const blocks = new SpanSetBlocks();
    const set = new SpanSet(blocks);
    for (let i = 1; i <= 5000; i++) {
      set.push(i);
      set.push(i);
      set.pop();
      set.pop();
    }
    expect(blocks.byteLength).toBeLessThan(10_000);
  });
});
