import { describe, expect, it } from 'vitest';
import { PageCache } from '../../../../src-main/engine/pages/page-cache.ts';

describe('a page cache', () => {
  it('serves the lowest run that fits and keeps the rest', () => {
    const cache = new PageCache();
    cache.fill(128, 0b1101_0110, 0, 0b0101_0000, 0);
    expect(cache.alloc(2)).toBe(129);
    expect(cache.scavengedPages).toBe(0);
    expect(cache.alloc(1)).toBe(132);
    expect(cache.scavengedPages).toBe(1);
    expect(cache.alloc(3)).toBe(-1);
    expect(cache.alloc(2)).toBe(134);
    expect(cache.scavengedPages).toBe(1);
    expect(cache.isEmpty).toBe(true);
  });

  it('finds runs across its two halves', () => {
    const cache = new PageCache();
    cache.fill(0, 0xc0000000 | 0, 0b111, 0, 0b1);
    expect(cache.hasRun(6)).toBe(false);
    expect(cache.alloc(5)).toBe(30);
    expect(cache.scavengedPages).toBe(1);
  });
});
