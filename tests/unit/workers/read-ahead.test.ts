/** A trace that is read in two threads says what it says in one: to the last byte of the store. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { defaultBudgets } from '../../../src-main/case/budgets.ts';
import { Case, type ParseRunner } from '../../../src-main/case/case.ts';
import { ParsePool } from '../../../src-main/workers/pool.ts';
import { ReaderAhead } from '../../../src-main/workers/reader-ahead.ts';
import { everythingOf } from '../case/everything-of.ts';
import { parseHere } from '../case/parse-here.ts';
import { temporaryFolder } from '../case/temporary-folder.ts';
import { TraceBuilder, V1Builder, type WireEvent } from '../parsers/go-trace/trace-builder.ts';

/** More than the size from which a thread reads ahead. */
const enoughBytes = 4.5 * 2 ** 20;
const batchEvents = 8_000;

/** Many batches of one thread: heap sizes, and now and then a goroutine with a stack and a log with a new string. */
function version2(generations: number): Uint8Array {
  const trace = new TraceBuilder(26);
  const batches = Math.ceil(enoughBytes / (generations * batchEvents * 5));
  for (let n = 1; n <= generations; n++)
    trace.generation(n, (g) => {
      g.clock();
      g.strings({ 1: 'kind', 2: `message of ${n}` });
      g.stacks({ 1: [[n, 1, 1, n]] });
      g.batch(1, n * 1e9, ['ProcStatus', 0, 0, 1], ['GoStatus', 1, 1, 0, 2]);
      for (let b = 0; b < batches; b++) {
        const events: WireEvent[] = Array.from({ length: batchEvents }, (_, i) => [
          'HeapAlloc',
          1 + (i % 3),
          70_000 + i,
        ]);
        events.push(['UserLog', 1, 0, 1, 2, 1], ['GoCreate', 1, n * 1e6 + b + 2, 1, 1]);
        g.batch(1, n * 1e9 + 1e6 * (b + 1), ...events);
      }
    });
  return trace.bytes();
}

function version1(): Uint8Array {
  const trace = new V1Builder(21);
  trace.event('Batch', 0, 1_000).event('ProcStart', 1, 7);
  for (let i = 0; i < enoughBytes / 5; i++) trace.event('HeapAlloc', 1, 70_000 + i);
  trace.event('Frequency', 1_000_000_000);
  return trace.bytes();
}

const pool = new ParsePool(2);
afterAll(async () => await pool.close());

async function storeOf(paths: readonly string[], parse: ParseRunner): Promise<string> {
  const opened = Case.temporary('ahead');
  try {
    await opened.import(paths, { parse });
    const tables = opened.store.db
      .prepare('SELECT evidence, name, seq, rows, from_ns, to_ns, hex(data) AS data FROM table_chunk ORDER BY 1, 2, 3')
      .all();
    expect(opened.reader.readings()[0]?.taken).toBeGreaterThan(500_000);
    return JSON.stringify([everythingOf(opened), tables]);
  } finally {
    opened.close();
  }
}

describe('a trace of more than 4 MB', () => {
  it.each([
    ['of version 2, in generations', version2(3)],
    ['of version 2, cut', version2(2).subarray(0, -1000)],
    ['of version 1', version1()],
    ['of version 1, cut', version1().subarray(0, -3)],
  ])(
    '%s is read ahead in another thread',
    async (_name, bytes) => {
      const path = join(temporaryFolder(), 'large.trace');
      writeFileSync(path, bytes);
      expect(bytes.length).toBeGreaterThan(4 * 2 ** 20);
      expect(await storeOf([path], pool.run)).toBe(await storeOf([path], parseHere));
    },
    60_000,
  );

  it('several at a time, beside small files', async () => {
    const folder = temporaryFolder();
    const paths = ['a.trace', 'b.trace', 'c.txt', 'd.txt'].map((name) => join(folder, name));
    const contents = [version2(2), version1(), 'MemTotal: 1 kB\n', 'nothing known\n'];
    paths.forEach((path, i) => {
      writeFileSync(path, contents[i] as string | Uint8Array);
    });
    expect(await storeOf(paths, pool.run)).toBe(await storeOf(paths, parseHere));
  }, 60_000);
});

describe('ReaderAhead', () => {
  it('fails with the reason of its thread', async () => {
    const spec = { path: join(temporaryFolder(), 'gone.trace'), name: 'gone', sizeBytes: 5e6, modifiedNs: undefined };
    const nothing = () => undefined;
    const hooks = { take: nothing, warn: nothing, progress: nothing, ready: nothing };
    const run = new ReaderAhead().run({ parser: 'go-trace', spec, budgets: defaultBudgets }, hooks);
    await expect(run).rejects.toThrow('ENOENT');
  });
});
