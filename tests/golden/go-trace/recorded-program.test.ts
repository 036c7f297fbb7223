/** Operations that a trace recorded, as the lesson runs them: against the heap replayed from the same trace. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HeapHistory } from '../../../src-main/analysis/heap/heap-history.ts';
import { type RecordedProgram, recordedProgram } from '../../../src-main/analysis/heap/recorded-program.ts';
import { type CaseSession, Service } from '../../../src-main/api/service.ts';
import { goVersionOf } from '../../../src-main/engine/go-versions.ts';
import { lessonAt } from '../../../src-main/engine/lesson/lesson.ts';
import { SizeClasses } from '../../../src-main/engine/sizes/size-classes.ts';

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'go-trace');

describe.each([
  // its format is that of 1.23
  ['go1.24-allocfree', 23],
  ['go1.26-allocfree', 26],
])('what %s recorded', (name, goMinor) => {
  let service: Service;
  let session: CaseSession;
  let history: HeapHistory;
  let program: RecordedProgram;
  const classes = new SizeClasses(goVersionOf(goMinor) as NonNullable<ReturnType<typeof goVersionOf>>);

  beforeAll(async () => {
    service = new Service(1);
    session = await service.open({ inputs: [join(folder, `${name}.trace`)] });
    [history] = HeapHistory.all(session.source);
    program = recordedProgram(history, classes, 0);
  });
  afterAll(async () => {
    session.close();
    await service.close();
  });

  it('asks for the class that the trace shows', () => {
    for (const { op, timeNs, address } of program.ops.slice(0, 1_000)) {
      if (op.kind !== 'alloc') continue;
      const span = history.at(timeNs).spanAt(address);
      const isTiny = op.isNoscan && op.bytes < 16;
      expect(isTiny ? 5 : classes.spanClassFor(op.bytes, op.isNoscan)).toBe(span?.spanClass);
    }
  });

  it('has the objects die at the collection after which the trace has none of them', () => {
    const ends = program.ops.filter(({ op }) => op.kind === 'collect').map(({ timeNs }) => timeNs);
    expect(ends.length).toBeGreaterThan(2);
    let mortal = 0;
    for (const { op, timeNs, address } of program.ops) {
      if (op.kind !== 'alloc' || op.outlives === Number.POSITIVE_INFINITY) continue;
      mortal++;
      const deadAt = ends.filter((ns) => ns <= timeNs).length + op.outlives;
      const next = ends[deadAt + 1];
      // tiny objects live as long as the slot that they share
      if (op.isNoscan && op.bytes < 16) continue;
      expect(history.at(ends[deadAt]).bornAt(address)).toBe(timeNs);
      if (next !== undefined) expect(history.at(next).bornAt(address)).not.toBe(timeNs);
    }
    expect(mortal).toBeGreaterThan(20);
  });

  it('leaves in the engine what outlives its collections', () => {
    const ops = program.ops.map(({ op }) => op);
    const lastCollection = ops.findLastIndex(({ kind }) => kind === 'collect');
    const state = lessonAt(lastCollection + 1, goMinor, [...ops.slice(0, lastCollection + 1), { kind: 'sweep' }]);
    const reached = state?.spans.reduce((sum, { slots }) => sum + slots.split('o').length - 1, 0) ?? 0;
    let collections = 0;
    const slots = new Set<number>();
    for (let i = lastCollection; i >= 0; i--) {
      const { op, address } = program.ops[i];
      if (op.kind === 'collect') collections++;
      else if (op.kind === 'alloc' && op.outlives >= collections && !(op.isNoscan && op.bytes < 16)) slots.add(address);
    }
    // tiny objects share slots otherwise than they did: sizes are not recorded
    expect(reached).toBeGreaterThanOrEqual(slots.size);
    expect(reached).toBeLessThan(slots.size + ops.length);
  });

  it('is told step by step, and begins where it is asked to', () => {
    const [source] = session.heap.sources();
    const middle = (source.from + source.to) / 2;
    const first = session.lesson.at(source.from, 1, 'en');
    expect(first.title).toMatch(/allocates \d+ B/);
    expect(first.events.map((e) => e.level)).toContain('arena');
    expect(first.recorded?.goMinor).toBe(goMinor);
    const later = session.lesson.at(middle, 3, 'zh-CN');
    expect(later.title).toContain('分配');
    expect(later.recorded?.from).toBe(middle);
    expect(session.lesson.at(source.from, 1, 'en')).toEqual(first);
  });
});
