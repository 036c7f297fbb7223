import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runVectors, VECTOR_SETS } from '../../../src-main/engine/run-vectors.ts';
import { filesIn, fixtureFolder, readJson, sharedFolder } from './recorded-oracles.ts';

// biome-ignore lint/suspicious/noExplicitAny: recordings are altered in place here, whatever their shape
type Case = Record<string, any>;

interface VectorDocument {
  readonly set: string;
  readonly cases: Case[];
}

const folder = join(fixtureFolder, 'vectors');
const sharedVectors = sharedFolder === undefined ? undefined : join(sharedFolder, 'vectors');

/** One way to alter a recorded output of each set. False where this case has none. */
const ALTERATIONS: Readonly<Record<string, (c: Case) => boolean>> = {
  roundupsize: (c) => bump(c.runs[Math.floor(c.runs.length / 2)], 2, 8),
  find_bit_range64: (c) => bump(c.q.at(-1), 1, c.q.at(-1)[1] >= 64 ? -64 : 1),
  memory_limit_goal: (c) => bump(c, 'goal', 4096),
  pi_controller: (c) => bump(c.steps.at(-1), 3, 0.01),
  next_free: (c) => bump(c, 'allocCount', 1),
  palloc_bits: (c) => bump(c, 'max', 1),
  page_cache: (c) => bump(c.alloc.at(-1), 1, 1),
  addr_ranges: (c) => bump(c.ops.at(-1), 'total', 1),
  span_set: (c) => bump(c, 'head', 1),
  scavenge_candidate: (c) => bump(c.q.at(-1), 4, 1),
  scavenge_index: (c) => bumpLast(c.ops, (op) => op[0] === 'find', 3, 1),
  page_alloc: (c) => bumpLast(c.ops, (op) => op[0] === 'alloc', 2, 1),
  gc_cpu_limiter: (c) => bump(c.ops.at(-1).at(-1), 0, 1),
  gc_pacer: (c) => bumpLast(c.ops, (op) => 'goal' in op, 'goal', 65536),
};

function bump(target: Case, key: string | number, by: number): boolean {
  target[key] = typeof target[key] === 'string' ? String(Number(target[key]) + by) : target[key] + by;
  return true;
}

function bumpLast(ops: Case[], isWanted: (op: Case) => boolean, key: string | number, by: number): boolean {
  const op = ops.filter(isWanted).at(-1);
  return op !== undefined && bump(op, key, by);
}

describe('recorded vectors', () => {
  it('has a fixture and an alteration for each set the engine knows', () => {
    const sets = filesIn(folder, '.json').map((name) => (readJson(folder, name) as VectorDocument).set);
    expect(new Set(sets)).toEqual(new Set(VECTOR_SETS));
    expect(new Set(Object.keys(ALTERATIONS))).toEqual(new Set(VECTOR_SETS));
  });

  it.each(filesIn(folder, '.json'))('are reproduced: %s', (name) => {
    const document = readJson(folder, name) as VectorDocument;
    const result = runVectors(document);
    expect(result.cases.filter((c) => !c.ok)).toEqual([]);
    expect(result).toMatchObject({ set: document.set, passed: document.cases.length, failed: 0 });
    expect(result.cases.map((c) => c.name)).toEqual(document.cases.map((c) => c.id));
  });

  it.each(filesIn(folder, '.json'))('fail exactly where an output was altered: %s', (name) => {
    for (const altered of (readJson(folder, name) as VectorDocument).cases.keys()) {
      const document = readJson(folder, name) as VectorDocument;
      if (!ALTERATIONS[document.set](document.cases[altered])) continue;
      const failed = runVectors(document).cases.filter((c) => !c.ok);
      expect(failed.map((c) => c.name)).toEqual([document.cases[altered].id]);
    }
  });

  it.skipIf(sharedVectors === undefined)('are reproduced in the full sets', () => {
    const names = filesIn(sharedVectors, '.json');
    expect(names.length).toBeGreaterThanOrEqual(14);
    for (const name of names) {
      const document = readJson(sharedVectors ?? '', name) as VectorDocument;
      expect(runVectors(document).passed, name).toBe(document.cases.length);
    }
  });
});

describe('comparing', () => {
  it('notices an output that was recorded and is not computed', () => {
    const document = readJson(folder, 'gc_pacer.json') as VectorDocument;
    document.cases[1].ops[0].state.somethingElse = 1;
    expect(runVectors(document).cases.map((c) => c.ok)).toEqual([true, false, true]);
  });
});

describe('documents and cases of another shape', () => {
  it('refuses what is no vector document, naming what it knows', () => {
    expect(() => runVectors([])).toThrow('vector document: not an object');
    expect(() => runVectors({ set: 'no_such_set', cases: [] })).toThrow('page_alloc');
  });

  it('fails a malformed case by name and runs the others', () => {
    const document = readJson(folder, 'find_bit_range64.json') as VectorDocument;
    const good = document.cases[0];
    const bad = { id: 'bad', c: 'xyz', q: [[1, 0]] };
    const result = runVectors({ set: document.set, cases: [bad, good, null] });
    expect(result.cases.map((c) => [c.name, c.ok])).toEqual([
      ['bad', false],
      [good.id, true],
      ['#2', false],
    ]);
    expect(result.cases[0].got).toEqual({ error: 'c: not at most 16 hex digits' });
  });

  it('fails a case that frees what it never allocated', () => {
    const chunk = { alloc: [], chunk: 0 };
    const ops = [['free', 5, 1]];
    const result = runVectors({ set: 'page_alloc', cases: [{ id: 'x', layout: [chunk], ops, final: [] }] });
    expect(result.cases[0].got).toEqual({ error: 'engine invariant broken: page 5 freed twice' });
  });
});
