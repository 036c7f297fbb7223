import { describe, expect, it } from 'vitest';
import { CHUNK_PAGES } from '../../../../src-main/engine/pages/palloc-bits.ts';
import { ScavengeIndex } from '../../../../src-main/engine/scavenge/scavenge-index.ts';

function indexOf(chunks: number, hasDenseChunkRule = true): ScavengeIndex {
  const index = new ScavengeIndex(hasDenseChunkRule);
  index.grow(0, chunks);
  for (let chunk = 0; chunk < chunks; chunk++) index.alloc(chunk, CHUNK_PAGES);
  return index;
}

describe('the scavenge index', () => {
  it('gives forced work the highest chunk with freed pages, from the highest page down', () => {
    const index = indexOf(4);
    index.free(1, 30, 10);
    index.free(2, 100, 5);
    expect([index.find(true), index.foundPage]).toEqual([2, 104]);
    index.setEmpty(2);
    expect([index.find(true), index.foundPage]).toEqual([1, 511]);
  });

  it('shows the background scavenger what was freed only after the cycle ends', () => {
    const index = indexOf(2);
    index.free(1, 0, 300);
    expect(index.find(false)).toBe(-1);
    index.nextGen();
    expect([index.find(false), index.foundPage]).toEqual([1, 299]);
  });

  it('leaves dense chunks to forced work', () => {
    const index = indexOf(1);
    index.free(0, 0, 16);
    index.nextGen();
    expect([index.find(false), index.find(true)]).toEqual([-1, 0]);
    index.free(0, 16, 1);
    index.nextGen();
    expect(index.find(false)).toBe(0);
  });

  it('remembers for one cycle that a chunk was dense when the last one ended', () => {
    const index = indexOf(1);
    index.free(0, 0, 10);
    index.nextGen();
    index.free(0, 10, 300);
    expect(index.find(false)).toBe(-1);
    index.nextGen();
    expect(index.find(false)).toBe(0);
  });

  it('knows no dense chunks before Go 1.21', () => {
    const index = indexOf(1, false);
    index.free(0, 0, 1);
    index.nextGen();
    expect(index.find(false)).toBe(0);
  });
});
