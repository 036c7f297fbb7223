import { describe, expect, it } from 'vitest';
import { lessonAt } from '../../../src-main/engine/lesson/lesson.ts';
import { LESSON_PROGRAM } from '../../../src-main/engine/lesson/lesson-program.ts';

function at(step: number, goMinor = 26) {
  const state = lessonAt(step, goMinor);
  if (!state) throw new Error(`no Go 1.${goMinor}`);
  return state;
}

describe('lessonAt', () => {
  it('shows an empty heap before the first step and ends with the program', () => {
    expect(at(0)).toMatchObject({ step: 0, events: [], spans: [], pages: '', heapSysBytes: 0, tinyUsed: undefined });
    expect(at(10_000).step).toBe(LESSON_PROGRAM.length);
    expect(lessonAt(1, 12)).toBeUndefined();
  });

  it('leads the first object through every level down to a new arena', () => {
    expect(at(1).events.map((e) => e.kind)).toEqual(['refill', 'grew', 'span_made', 'refilled', 'slot']);
  });

  it('puts tiny objects into one slot, aligned', () => {
    expect(at(4).events).toEqual([{ kind: 'tiny', bytes: 3, offset: 5, isNewSlot: false }]);
    expect(at(5).events).toEqual([{ kind: 'tiny', bytes: 8, offset: 8, isNewSlot: false }]);
  });

  it('touches each level at some step', () => {
    const kinds = new Set(LESSON_PROGRAM.flatMap((_, i) => at(i + 1).events.map((e) => e.kind)));
    for (const kind of [
      'tiny',
      'slot',
      'refill',
      'refilled',
      'swept',
      'cycle',
      'flushed',
      'cache_filled',
      'cache_served',
      'large',
      'span_made',
      'span_freed',
      'scavenged',
      'grew',
    ])
      expect(kinds, kind).toContain(kind);
  });

  it('adds up at every step, in every version', () => {
    for (const goMinor of [19, 22, 26])
      for (let step = 1; step <= LESSON_PROGRAM.length; step++) {
        const s = at(step, goMinor);
        const pagesOf = (kinds: string) => [...s.pages].filter((p) => kinds.includes(p)).length;
        expect(s.heapInuseBytes + s.heapIdleBytes).toBe(s.heapSysBytes);
        expect(s.spans.reduce((sum, span) => sum + span.npages, 0) * 8192).toBe(s.heapInuseBytes);
        expect(pagesOf('sl') * 8192).toBe(s.heapInuseBytes);
        for (const span of s.spans) {
          expect(span.slots).toHaveLength(span.nelems);
          expect([...span.slots].filter((c) => c !== '.')).toHaveLength(span.allocCount);
        }
      }
  });
});
