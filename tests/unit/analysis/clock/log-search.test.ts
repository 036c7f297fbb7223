import { describe, expect, it } from 'vitest';
import { TextSearch } from '../../../../src-main/analysis/clock/log-search.ts';

const found = (texts: string[], line: string) => [...new TextSearch(texts).in(line)].sort();

describe('texts in lines of a log', () => {
  it('are found whole, not inside longer words', () => {
    const texts = ['cache warm', 'batch 1 done', 'batch 11 done'];
    expect(found(texts, '12:00:01 INFO batch 11 done in 3 ms, cache warm.')).toEqual([0, 2]);
    expect(found(texts, 'cache warmed, subcache warm')).toEqual([]);
  });

  it('are found as a logger writes them into JSON', () => {
    expect(found(['read "a.csv" again'], '{"msg":"read \\"a.csv\\" again"}')).toEqual([0]);
  });

  it('are found inside a run of Chinese signs', () => {
    expect(found(['缓存已预热完成共三批'], '信息：缓存已预热完成共三批。')).toEqual([0]);
  });

  it('are not looked for where they are short', () => {
    expect(found(['tick'], 'tick tick')).toEqual([]);
  });

  it('cost no more for a line of one sign than for another', () => {
    const texts = Array.from({ length: 500 }, (_, i) => `aaaaaaaa${'a'.repeat(i)}b`);
    expect(found(texts, 'a'.repeat(100_000))).toEqual([]);
  });
});
