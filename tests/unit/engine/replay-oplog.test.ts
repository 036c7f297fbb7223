import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type OplogReplayOptions,
  type OplogReplayResult,
  recordedMarksOf,
  replayOplog,
} from '../../../src-main/engine/replay-oplog.ts';
import { filesIn, fixtureFolder, readJson, sharedFolder } from './recorded-oracles.ts';
import { randomInt, seededRandom } from './seeded-random.ts';

const folder = join(fixtureFolder, 'oplogs');
const sharedLogs = sharedFolder === undefined ? undefined : join(sharedFolder, 'oplogs');

function logText(from: string, name: string): string {
  return readFileSync(join(from, name), 'utf8');
}

function replayFile(from: string, name: string, options: OplogReplayOptions = {}): OplogReplayResult {
  const marks = recordedMarksOf(readJson(from, name.replace('.ops', '.marks.json')));
  return replayOplog([readFileSync(join(from, name))], { marks, ...options });
}

/** What must hold for a recorded log: everything with one P, all but the order of queues with several. */
function expectExact(result: OplogReplayResult, text: string): void {
  const records = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(result.stopped).toBeUndefined();
  expect(result.events).toBe(records.length);
  const letters = result.procs === 1 ? 'RCUANTLSWPQqG' : 'RANTLWPQqG';
  for (const letter of letters) {
    const { predicted, correct } = result.columns[letter];
    // Only sweeps by sweepone are predicted; who sweeps for other reasons is input.
    const wanted = records.filter((line) => line.startsWith(letter) && (letter !== 'S' || line.includes(' o '))).length;
    expect([letter, predicted, correct]).toEqual([letter, wanted, wanted]);
  }
  expect(result.placement.share).toBe(1);
  if (result.procs > 1) return;
  expect(result.checks.memstats.filter((check) => check.got !== check.want)).toEqual([]);
  expect(result.checks.memstats.every((check) => check.isScored)).toBe(true);
}

describe('recorded operation logs', () => {
  it.each(filesIn(folder, '.ops'))('are predicted exactly, with invariants checked on the way: %s', (name) => {
    const result = replayFile(folder, name, { hasChecks: true });
    expectExact(result, logText(folder, name));
    expect(result.checks.memstats.length % 9).toBe(0);
    expect(result.checks.memstats.length).toBeGreaterThan(0);
  });

  it.skipIf(sharedLogs === undefined)('are predicted exactly in full length', () => {
    const names = filesIn(sharedLogs, '.ops');
    expect(names.length).toBeGreaterThanOrEqual(5);
    for (const name of names) {
      const result = replayFile(sharedLogs ?? '', name);
      expectExact(result, logText(sharedLogs ?? '', name));
      const marks = recordedMarksOf(readJson(sharedLogs ?? '', name.replace('.ops', '.marks.json')));
      expect(result.checks.memstats).toHaveLength(marks.length * 9);
    }
  });

  it('give the same result in pieces of any size, as text or as bytes', () => {
    const text = logText(folder, 'p1-large-freeos-head.ops');
    const whole = replayOplog([text]);
    for (const size of [1, 7, 1000]) {
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.slice(i * size, (i + 1) * size),
      );
      expect(replayOplog(pieces)).toEqual(whole);
    }
  });

  it('leave behind the heap that the log describes', () => {
    expect(replayFile(folder, 'p1-gc50-mixed-head.ops').end_state).toMatchInlineSnapshot(`
      {
        "heap_alloc_bytes": 5126216,
        "heap_idle_bytes": 2416640,
        "heap_inuse_bytes": 5677056,
        "heap_objects": 2486,
        "heap_released_bytes": 2416640,
        "heap_spans": 234,
        "heap_sys_bytes": 8093696,
        "manual_spans": 9,
        "stack_inuse_bytes": 262144,
        "sweepgen": 6,
        "work_buf_bytes": 32768,
      }
    `);
  });

  it('yield a row per allocation on request', () => {
    const text = logText(folder, 'p1-gc50-mixed-head.ops');
    const { addresses } = replayOplog([text], { hasAddresses: true });
    const allocations = [...text.matchAll(/^([ANTL]) .* ([0-9]+)$/gm)];
    expect(addresses?.length).toBe(allocations.length);
    const rows = allocations.map((match) => [match[1].charCodeAt(0), Number(match[2])]);
    const table = Array.from({ length: addresses?.length ?? 0 }, (_, i) => [
      addresses?.letter[i],
      addresses?.predicted[i],
    ]);
    expect(table).toEqual(rows);
    const lines = text.split('\n');
    expect(lines[addresses?.record[500] ?? 0]).toContain(` ${addresses?.recorded[500]}`);
  });
});

/** The lines of a log with one of them changed; index counts from 0 with the header. */
function altered(text: string, index: number, change: (fields: string[]) => void): string {
  const lines = text.split('\n');
  const fields = lines[index].split(' ');
  change(fields);
  lines[index] = fields.join(' ');
  return lines.join('\n');
}

describe('logs that contradict themselves', () => {
  const text = logText(folder, 'p1-gc50-mixed-head.ops');
  const lines = text.split('\n');
  const lineOf = (pattern: RegExp, from = 0): number => lines.findIndex((line, i) => i >= from && pattern.test(line));

  // A negative field number: the value is lowered.
  it.each([
    ['an address that is not the next slot', /^A 0 0 [0-9]+ [0-9]{3} /, 5, 'A.address'],
    ['a tiny object outside its block', /^T /, 4, 'T.address'],
    ['a large object that is not on the span made for it', /^L /, 5, 'L.address'],
    ['another number of slots in use before a sweep', /^W /, 5, 'W.before'],
    ['more survivors than marks', /^W /, 6, 'W.after'],
    ['fewer survivors than marks', /^W .* 1 [0-9]+ [1-9][0-9]* /, -6, 'W.after'],
    ['pages that were released and are not', /^P .* 0$/, 6, 'P.scav'],
    ['a span that was not made where the pages were', /^P 0 0 /, 4, 'P.base'],
    ['pages that the cache did not have', /^q /, 2, 'q.base'],
    ['a span freed that is not there', /^F /, 3, 'F: span at base'],
    ['a growth of another size', /^G /, 3, 'G.bytes'],
    ['a sweep generation that is not the next', /^E /, 1, 'E.sweepgen'],
    ['a refill from another span', /^C 0 [0-9]+ 1 /, 4, 'C.base'],
  ])('stop at %s, and name both values', (_, pattern, field, what) => {
    const index = lineOf(pattern, 1500);
    const at = index < 0 ? lineOf(pattern) : index;
    const stride = /base|scav/.test(what) ? 8192 : 1;
    const result = replayOplog([
      altered(text, at, (fields) => {
        const f = Math.abs(field);
        fields[f] = String(Number(fields[f]) + stride * Math.sign(field));
      }),
    ]);
    expect(result.stopped).toMatchObject({ reason: 'contradiction', record: at, line: at + 1 });
    expect(result.stopped?.contradiction?.what).toContain(what.replace(/\..*/, ''));
    expect(result.stopped?.contradiction?.expected).not.toBe(result.stopped?.contradiction?.found);
    expect(result.events).toBe(at);
  });

  it('stop at the first of several wrong addresses, so that fewer are right than in the true log', () => {
    const smallAllocations = [...lines.keys()].filter((i) => lines[i].startsWith('A '));
    const late = smallAllocations.slice(Math.floor(smallAllocations.length * 0.6));
    const chosen = late.filter((_, i) => i % Math.floor(late.length / 20) === 0).slice(0, 20);
    let wrong = text;
    for (const index of chosen)
      wrong = altered(wrong, index, (fields) => fields.push(String(Number(fields.pop()) + 8)));
    const before = replayOplog([text]).placement.correct;
    const after = replayOplog([wrong]);
    expect(before - after.placement.correct).toBeGreaterThanOrEqual(10);
    expect(after.stopped?.record).toBe(chosen[0]);
  });

  it('stop at a marked slot that is free', () => {
    const at = lineOf(/^W 0 [0-9]+ [0-9]+ 0 24 24 ffffff$/);
    const result = replayOplog([
      altered(text, at, (fields) => {
        fields[7] = 'ff7ffff8000000';
      }),
    ]);
    expect(result.stopped?.contradiction?.what).toMatch(/W.after|marked slot/);
  });
});

describe('logs that are damaged', () => {
  const text = logText(folder, 'p4-gc60-mixed-head.ops');

  it.each([
    ['', undefined],
    ['A 0 0 5 16 0\n', 'malformed'],
    ['# go=go1.17 linux/amd64 GOMAXPROCS=1 kind=x heapBase=c000000000\n', 'malformed'],
  ])('end with a reason, or with nothing: %j', (log, reason) => {
    const result = replayOplog([log]);
    expect(result.stopped?.reason).toBe(reason);
    expect([result.events, result.placement.predicted]).toEqual([0, 0]);
  });

  it.each(['B 1', 'A 0 0 5 16', 'A 0 0 5 16 0 7', 'A 0 0 200 16 0', 'Q 0 0 xyz 0', 'P 0 0 5 17 1 0', 'M 99999', ''])(
    'stop at a record that cannot be: %j',
    (record) => {
      const head = text.split('\n').slice(0, 200).join('\n');
      const result = replayOplog([`${head}\n${record}\n`]);
      expect(result.stopped).toMatchObject({ reason: 'malformed', record: 200, text: record });
    },
  );

  it('refuse a heap larger than the limit', () => {
    const result = replayOplog([logText(folder, 'p1-large-freeos-head.ops')], { maxHeapBytes: 4 * 2 ** 20 });
    expect(result.stopped).toMatchObject({ reason: 'limit', text: expect.stringMatching(/^G /) });
  });

  it('end at once wherever the log is cut off', () => {
    for (let length = 0; length < 6000; length += 7) {
      const result = replayOplog([text.slice(0, length)]);
      expect(['contradiction', 'malformed', undefined]).toContain(result.stopped?.reason);
    }
  });

  it('end with a typed reason, never an exception, when bytes are changed', () => {
    const seed = 77;
    const random = seededRandom(seed);
    const bytes = new TextEncoder().encode(text.slice(0, 30_000));
    for (let i = 0; i < 400; i++) {
      const damaged = bytes.slice();
      for (let k = randomInt(random, 1, 4); k > 0; k--) {
        const digit = 48 + randomInt(random, 0, 9);
        damaged[randomInt(random, 80, bytes.length - 1)] = random() < 0.7 ? digit : randomInt(random, 0, 255);
      }
      const { stopped } = replayOplog([damaged], { maxHeapBytes: 2 ** 30 });
      expect(['contradiction', 'malformed', 'limit', undefined], `seed ${seed}, round ${i}`).toContain(stopped?.reason);
    }
  });
});
