import { describe, expect, it } from 'vitest';
import { decodeProfile } from '../../../../src-main/parsers/pprof/binary/profile-decoder.ts';
import { queryProfile } from '../../../../src-main/parsers/pprof/profile-query.ts';
import { profileBytes } from './wire.ts';

const functions = [
  { id: 1, name: 'main.leaf' },
  { id: 2, name: 'main.root' },
];
const locations = [
  { id: 1, function: 1 },
  { id: 2, function: 2 },
];
const faultsOf = (bytes: Uint8Array) => decodeProfile(bytes).profile.faults.map((f) => f.kind);

describe('decodeProfile', () => {
  it('counts flat at the leaf and cumulative once a sample', () => {
    const { profile } = decodeProfile(
      profileBytes({
        functions,
        locations,
        samples: [
          { stack: [1, 2, 2], values: [10] },
          { stack: [2], values: [5] },
        ],
      }),
    );
    const answer = queryProfile(profile, undefined, {});
    expect(answer?.rows.map((r) => [r.function, r.flat, r.cum])).toEqual([
      ['main.leaf', 10, 10],
      ['main.root', 5, 15],
    ]);
    expect(profile.faults).toEqual([]);
  });

  it('keeps every digit of values beyond 2^53 and of their sums', () => {
    const { profile } = decodeProfile(
      profileBytes({
        functions,
        locations,
        samples: [
          { stack: [1, 2], values: [9_007_199_254_740_993n] },
          { stack: [1, 2], values: [9_007_199_254_740_991n] },
          { stack: [2], values: [-3n] },
        ],
      }),
    );
    const answer = queryProfile(profile, undefined, {});
    expect(answer?.total).toBe(18_014_398_509_481_987n);
    expect(answer?.rows[0]?.exact).toEqual({ flat: 18_014_398_509_481_984n, cum: 18_014_398_509_481_984n });
    expect(answer?.rows[1]?.exact).toEqual({ flat: -3n, cum: 18_014_398_509_481_981n });
  });

  it('tells ids apart that differ only beyond 2^53', () => {
    const wide = 2n ** 63n;
    const { profile } = decodeProfile(
      profileBytes({
        functions,
        locations: [
          { id: wide, function: 1 },
          { id: wide + 1n, function: 2 },
        ],
        samples: [{ stack: [wide + 1n], values: [1] }],
      }),
    );
    expect(queryProfile(profile, undefined, {})?.rows[0]?.function).toBe('main.root');
  });

  it('reads on where a stack names a location that is not there', () => {
    const bytes = profileBytes({ functions, locations, samples: [{ stack: [7, 2], values: [4] }] });
    expect(faultsOf(bytes)).toEqual(['location']);
    expect(queryProfile(decodeProfile(bytes).profile, undefined, {})?.total).toBe(4);
  });

  it('reads on where a line names a function that is not there', () => {
    expect(faultsOf(profileBytes({ functions, locations: [{ id: 1, function: 9 }], samples: [] }))).toEqual([
      'function',
    ]);
  });

  it('names samples whose values do not fit the sample types, and ids used twice', () => {
    const bytes = profileBytes({
      functions: [functions[0] as (typeof functions)[0], { id: 1, name: 'again' }],
      locations: [{ id: 1, function: 1 }],
      samples: [{ stack: [1], values: [1, 2] }],
    });
    expect(faultsOf(bytes)).toEqual(['duplicate_id', 'sample_values']);
  });

  it('reads the first of two profiles written behind one another', () => {
    const one = profileBytes({ functions, locations, samples: [{ stack: [1], values: [8] }] });
    const { profile } = decodeProfile(Buffer.concat([one, one]));
    expect(profile.sampleCount).toBe(1);
    expect(profile.faults).toEqual([{ kind: 'concatenated', count: 1, first: one.length }]);
  });

  it('keeps what stands before the break', () => {
    const whole = profileBytes({ functions, locations, samples: [{ stack: [1], values: [8] }] });
    const { profile, broken } = decodeProfile(whole.subarray(0, whole.length - 10));
    expect(profile.sampleCount).toBe(1);
    expect(broken?.code).toBe('length');
  });
});
