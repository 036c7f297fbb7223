/** The reader of bytes against the reader of JSON: they must agree on every document that both accept. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanMatrix } from '../../../../src-main/parsers/prometheus/matrix-scanner.ts';
import { seriesOf } from '../../../../src-main/parsers/prometheus/range-series.ts';

const scan = (text: string) => {
  const bytes = Buffer.from(text);
  return scanMatrix(bytes, 0, bytes.length);
};
const plain = (series: readonly { name: string; labels: object; times: Float64Array; values: Float64Array }[]) =>
  series.map((s) => ({ name: s.name, labels: { ...s.labels }, times: [...s.times], values: [...s.values] }));

const value = fc.oneof(
  fc.double({ noDefaultInfinity: true }).map(String),
  fc.integer().map(String),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
  fc.constantFrom('NaN', '+Inf', '-Inf', '1.23456789e+09', '0.1', '12345678901234.5'),
);
const time = fc.oneof(fc.integer({ min: 0, max: 2e9 }), fc.double({ min: 0, max: 4e9, noNaN: true }));
const label = fc.string({ maxLength: 12 }).filter((s) => s !== '__proto__');
const element = fc.record({
  metric: fc.dictionary(label, label, { maxKeys: 4 }),
  values: fc.array(fc.tuple(time, value), { maxLength: 6 }),
});
const document = fc.record({
  status: fc.constant('success'),
  data: fc.record({ resultType: fc.constant('matrix'), result: fc.array(element, { maxLength: 4 }) }),
  warnings: fc.array(fc.string(), { maxLength: 2 }),
});

describe('scanMatrix', () => {
  it('reads what JSON.parse reads, indented or not', () => {
    fc.assert(
      fc.property(document, fc.constantFrom(undefined, 1, '\t'), (doc, indent) => {
        const text = JSON.stringify(doc, undefined, indent);
        const matrix = scan(text);
        const parsed = JSON.parse(text) as typeof doc;
        expect(matrix && plain(matrix.series)).toEqual(plain(parsed.data.result.flatMap(seriesOf)));
        expect(matrix?.skipped).toBe(parsed.data.result.filter((r) => seriesOf(r).length === 0).length);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['another type', '{"data":{"resultType":"vector","result":[]}}'],
    [
      'numbers where values should be text',
      '{"data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,2]]}]}}',
    ],
    ['three elements in a sample', '{"data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"2",3]]}]}}'],
    ['text behind the document', '{"data":{"resultType":"matrix","result":[]}} x'],
    ['a document that breaks off', '{"data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"2"'],
    ['a time that is none', '{"data":{"resultType":"matrix","result":[{"metric":{},"values":[[-,"2"]]}]}}'],
    ['an escape in a key', '{"d\\u0061ta":{"resultType":"matrix","result":[]}}'],
  ])('leaves %s to the reader of JSON', (_, text) => {
    expect(scan(text)).toBeUndefined();
  });

  it('names the parts of native histograms as classic ones do', () => {
    const text =
      '{"data":{"resultType":"matrix","result":[{"metric":{"__name__":"latency_seconds","job":"j"},"histograms":[[1795500000,{"count":"12","sum":"3.5","buckets":[[0,"1","2","8"],[0,"4","8","4"]]}],[1795500015,{"count":"15","sum":"4","buckets":[[0,"1","2","9"],[0,"2","4","2"],[0,"4","8","4"]]}]]}]}}';
    expect(plain(scan(text)?.series ?? [])).toEqual([
      { name: 'latency_seconds_count', labels: { job: 'j' }, times: [1795500000, 1795500015], values: [12, 15] },
      { name: 'latency_seconds_sum', labels: { job: 'j' }, times: [1795500000, 1795500015], values: [3.5, 4] },
      {
        name: 'latency_seconds_bucket',
        labels: { job: 'j', le: '2' },
        times: [1795500000, 1795500015],
        values: [8, 9],
      },
      {
        name: 'latency_seconds_bucket',
        labels: { job: 'j', le: '8' },
        times: [1795500000, 1795500015],
        values: [12, 15],
      },
      { name: 'latency_seconds_bucket', labels: { job: 'j', le: '4' }, times: [1795500015], values: [11] },
    ]);
  });
});
