/** `engine run` and `engine replay` as a script sees them. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../case/temporary-folder.ts';
import { spanscope } from './run-spanscope.ts';

const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'engine');
const log = join(fixtures, 'oplogs', 'p1-large-freeos-head.ops');
const vectors = join(fixtures, 'vectors', 'next_free.json');

describe('engine run', () => {
  it('passes recorded vectors and says what it got and what was wanted', () => {
    const run = spanscope('engine', 'run', vectors, '--json');
    const document = JSON.parse(run.out);
    expect(run.code).toBe(0);
    expect(document).toMatchObject({ set: 'next_free', failed: 0 });
    expect(document.passed).toBe(document.cases.length);
    expect(document.cases[0]).toMatchObject({ ok: true, got: document.cases[0].want });
  });

  it('fails exactly the case whose recording was altered', () => {
    const altered = JSON.parse(readFileSync(vectors, 'utf8'));
    altered.cases[1].allocCount++;
    const path = join(temporaryFolder(), 'next_free.json');
    writeFileSync(path, JSON.stringify(altered));
    const run = spanscope('engine', 'run', path, '--json');
    const document = JSON.parse(run.out);
    expect(run.code).toBe(1);
    expect(document.cases.filter((c: { ok: boolean }) => !c.ok).map((c: { name: string }) => c.name)).toEqual([
      altered.cases[1].id,
    ]);
  });

  it.each([
    ['no JSON', '{', /engine\/not_json/],
    ['another document', '{"set":"x","cases":[]}', /engine\/not_vectors/],
  ])('refuses %s', (_, content, err) => {
    const path = join(temporaryFolder(), 'x.json');
    writeFileSync(path, content);
    expect(spanscope('engine', 'run', path, '--json')).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringMatching(err),
    });
  });
});

describe('engine replay', () => {
  it('predicts every address and every MemStats field of a log, with the marks beside it', () => {
    const run = spanscope('engine', 'replay', log, '--json', '--addresses');
    const document = JSON.parse(run.out);
    const { placement, memstats } = document.checks;
    expect(run.code).toBe(0);
    expect(document).toMatchObject({ label: 'replayed', stopped: null });
    expect(placement.predicted).toBeGreaterThan(100);
    expect(placement.correct).toBe(placement.predicted);
    expect(memstats.length).toBeGreaterThan(8);
    for (const m of memstats) expect(m.got, `${m.at} ${m.field}`).toBe(m.want);
    expect(document.addresses).toHaveLength(document.objects);
    expect(document.addresses[0]).toEqual({ event: 5, kind: 'A', predicted: 0, recorded: 0 });
  });

  it('stops where the log contradicts itself, with the record and both values', () => {
    const lines = readFileSync(log, 'utf8').split('\n');
    const index = lines.findIndex((l, i) => i > 200 && l.startsWith('A '));
    const fields = (lines[index] as string).split(' ');
    const address = Number(fields.at(-1));
    lines[index] = [...fields.slice(0, -1), address + 8].join(' ');
    const path = join(temporaryFolder(), 'altered.ops');
    writeFileSync(path, lines.join('\n'));
    copyFileSync(log.replace('.ops', '.marks.json'), path.replace('.ops', '.marks.json'));
    const run = spanscope('engine', 'replay', path, '--json');
    expect(run.code).toBe(1);
    expect(JSON.parse(run.out).stopped).toMatchObject({
      reason: 'contradiction',
      record: index,
      line: index + 1,
      contradiction: { what: 'A.address', expected: address, found: address + 8 },
    });
    expect(run.err).toContain(`stopped at record ${index}: A.address: expected ${address}, found ${address + 8}`);
  });

  it('predicts the addresses of an unmodified trace and says why it missed', () => {
    const trace = join(fixtures, 'traces', 'p1-mixed-gc50.trace');
    const run = spanscope('engine', 'replay', trace, '--json', '--addresses');
    const document = JSON.parse(run.out);
    const { placement, memstats } = document.checks;
    expect(run.code).toBe(0);
    expect(document).toMatchObject({ label: 'replayed', source: 'trace' });
    expect(placement.correct / placement.predicted).toBeGreaterThan(0.99);
    expect(Object.keys(placement.misses).length).toBeGreaterThan(0);
    expect(memstats.length).toBe(18);
    for (const m of memstats) expect(m.got, `${m.at} ${m.field}`).toBe(m.want);
    expect(document.addresses).toHaveLength(placement.predicted);
  });

  it('says how to record a trace that has allocation events', () => {
    const run = spanscope('engine', 'replay', join(fixtures, '..', 'go-trace', 'go1.22-program.trace'));
    expect(run).toMatchObject({ code: 3, err: expect.stringMatching(/traceallocfree=1/) });
  });

  it('refuses what is no log', () => {
    expect(spanscope('engine', 'replay', vectors, '--json')).toMatchObject({ code: 3, out: '' });
    expect(spanscope('engine', 'replay')).toMatchObject({ code: 2 });
  });
});

describe('engine explain', () => {
  it('says what a request costs in a version of Go, with and without pointers', () => {
    const { versions } = JSON.parse(spanscope('engine', 'explain', '1024', '--go', '1.26', '--json').out);
    expect(versions).toMatchObject([
      { go: '1.26', isNoscan: false, slotBytes: 1152, headerBytes: 8 },
      { go: '1.26', isNoscan: true, slotBytes: 1024, headerBytes: 0 },
    ]);
    expect(spanscope('engine', 'explain', '0')).toMatchObject({ code: 2 });
    expect(spanscope('engine', 'explain', '64', '--go', '1.9')).toMatchObject({ code: 3 });
  });
});

describe('engine census', () => {
  it('bounds the spans of each class from BySize, as an estimate', () => {
    const run = spanscope('engine', 'census', join(fixtures, '..', 'memstats', 'one.json'), '--json', '--quiet');
    const document = JSON.parse(run.out);
    expect(document).toMatchObject({ label: 'estimated', source: 'by_size', isContradictory: false });
    expect(document.classes[0]).toMatchObject({ sizeClass: 1, elemBytes: 8, objects: 45 });
    for (const c of document.classes) expect(c.spans[0]).toBeLessThanOrEqual(c.spans[1]);
  });

  it('names what is missing', () => {
    const run = spanscope('engine', 'census', log, '--quiet');
    expect(run).toMatchObject({ code: 3, err: expect.stringMatching(/census\/no_by_size/) });
  });
});
