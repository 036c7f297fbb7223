/** Scrapes behind one another: from the second on most lines are guessed, and must be read as the first was. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBytes } from '../../../golden/read-fixture.ts';

async function columnsOf(text: string): Promise<Map<string, number[]>> {
  const { messages } = await readBytes(Buffer.from(text), 'x');
  const out = new Map<string, number[]>();
  for (const m of messages) {
    if (m.kind !== 'chunk') continue;
    m.chunk.columns.forEach((spec, i) => {
      out.set(`${spec.sourceName}${JSON.stringify(spec.labels ?? {})}`, [...(m.chunk.values[i] ?? [])]);
    });
  }
  return out;
}

const written = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }).map(String),
  fc.nat().map(String),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  fc.constantFrom('1.25e+07', '0.001', '5.', '12345678901234567', '00012', '1e3', '0x10'),
);

describe('many scrapes of one program', () => {
  it('give the values that are written, wherever a line stands', async () => {
    const series = ['go_goroutines', 'go_gc_duration_seconds{quantile="0.5"}', 'queue_depth{name="ä"}', 'go_threads'];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(written, written, written, written), { minLength: 2, maxLength: 6 }),
        async (rows) => {
          const text = rows
            .map(
              (row, i) => `# scraped ${1_795_500_000 + i * 15}\n${series.map((s, k) => `${s} ${row[k]}\n`).join('')}`,
            )
            .join('');
          const columns = await columnsOf(text);
          [...columns.values()].forEach((values, k) => {
            expect(values, series[k]).toEqual(rows.map((row) => Number(row[k])));
          });
          expect(columns.size).toBe(series.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('go on where a line has a time behind its value or is damaged', async () => {
    const one = 'go_goroutines 5\ngo_threads 7\n';
    const two = 'go_goroutines 6 1795500015000\ngo_threads 7x\n';
    const columns = await columnsOf(
      `# scraped 1795500000\n${one}# scraped 1795500015\n${two}# scraped 1795500030\n${one}`,
    );
    expect([...columns.values()]).toEqual([
      [5, 6, 5],
      [7, Number.NaN, 7],
    ]);
  });
});
