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

describe('lines with their own time', () => {
  it('stand at it, in milliseconds or in seconds', async () => {
    const { messages } = await readBytes(
      Buffer.from(
        'go_goroutines 5 1795500000250\ngo_threads 7 1795500000250\ngo_goroutines 6 1795500015.5\ngo_threads 8 1795500030.5\n',
      ),
      'x',
    );
    const chunk = messages.find((m) => m.kind === 'chunk')?.chunk;
    expect(chunk?.clock.domain).toBe('wall');
    expect([...(chunk?.t ?? [])].map((t) => t / 1e9)).toEqual([0, 15.25, 30.25]);
    expect(chunk?.originNs).toBe(1_795_500_000_250_000_000n);
    expect(chunk?.values.map((v) => [...v])).toEqual([
      [5, 6, Number.NaN],
      [7, Number.NaN, 8],
    ]);
  });
});

describe('composite values of OpenMetrics 2', () => {
  it('are read under the names of version 1', async () => {
    const columns = await columnsOf(
      '# TYPE lat histogram\nlat{route="a"} {count:12,sum:3.5,bucket:[0.1:2,+Inf:12]} st@1795500000.0 # {trace_id="x"} 0.9\n' +
        '# TYPE gc summary\ngc {count:4,sum:1,quantile:[0.5:0.25]}\n# TYPE req counter\nreq_total{m="get"} 9 1795500000.0 st@1795490000.0\n',
    );
    expect(Object.fromEntries(columns)).toMatchObject({
      'lat_count{"route":"a"}': [12],
      'lat_sum{"route":"a"}': [3.5],
      'lat_bucket{"route":"a","le":"0.1"}': [2],
      'lat_bucket{"route":"a","le":"+Inf"}': [12],
      'gc_count{}': [4],
      'gc{"quantile":"0.5"}': [0.25],
    });
    expect([...(columns.get('req_total{"m":"get"}') ?? [])]).toContain(9);
  });
});
