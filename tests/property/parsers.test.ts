/**
 * Damaged input: every parser ends, in time and memory of the order of the input, with rows or warnings, and never throws. The seed is printed by
 * fast-check where a property fails.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decoded, readBytes } from '../golden/read-fixture.ts';

const root = join(import.meta.dirname, '..', 'fixtures');
const inputs = readdirSync(root)
  .filter((f) => statSync(join(root, f)).isDirectory() && !/^(?:bundle-|engine|go-trace|what-if)/.test(f))
  .flatMap((f) =>
    readdirSync(join(root, f))
      .filter((n) => !/\.(?:origin\.md|expected\.json)$/.test(n) && n !== 'README.md')
      .map((n) => ({ name: n, path: join(root, f, n) })),
  )
  .map(({ name, path }) => ({ name, bytes: decoded(readFileSync(path)) }));

/** Warnings and events are bounded, rows are no more than lines or points could be. */
async function survives(bytes: Uint8Array, name: string): Promise<void> {
  const { messages } = await readBytes(bytes, name, 4_096);
  const rows = messages.reduce((sum, m) => sum + (m.kind === 'chunk' ? m.chunk.rows : 0), 0);
  expect(rows).toBeLessThanOrEqual(bytes.length + 1);
  for (const m of messages) {
    if (m.kind !== 'chunk') continue;
    for (const values of m.chunk.values) expect(values.length).toBe(m.chunk.rows);
    expect(m.chunk.t.every((t) => Number.isFinite(t))).toBe(true);
  }
}

describe.each(inputs)('$name', ({ name, bytes }) => {
  it('survives being cut at any byte', async () => {
    const step = Math.max(1, Math.floor(bytes.length / 60));
    for (let cut = 0; cut <= bytes.length; cut += step) await survives(bytes.subarray(0, cut), name);
  });

  it('survives flipped bits, spliced parts and repeated parts', async () => {
    const other = inputs[(inputs.findIndex((i) => i.name === name) + 7) % inputs.length]?.bytes ?? bytes;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length), fc.nat(7)), { maxLength: 20 }),
        fc.nat(bytes.length),
        fc.nat(other.length),
        async (flips, at, from) => {
          const copy = Buffer.from(bytes);
          for (const [i, bit] of flips) if (i < copy.length) copy[i] = (copy[i] as number) + 2 ** bit;
          await survives(Buffer.concat([copy.subarray(0, at), other.subarray(from, from + 20_000)]), name);
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe('any text', () => {
  it('takes what nobody has seen', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.string(),
            fc.constantFrom(
              'gc 1 @',
              'gc 99999999999999999999 @1e309s 1%: ',
              'SCHED -1ms:',
              '{"HeapAlloc":',
              '[[[[',
              'goroutine 1 [',
              'VmRSS: ',
              'cache -1',
              '# TYPE a',
              '2026-11-24T06:00:00Z',
            ),
          ),
          { maxLength: 60 },
        ),
        async (parts) => {
          await survives(Buffer.from(parts.join('\n')), 'x');
        },
      ),
      { numRuns: 200 },
    );
  });
});
