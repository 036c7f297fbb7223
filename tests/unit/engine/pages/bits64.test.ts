import { describe, expect, it } from 'vitest';
import {
  findBitRange64,
  formatHex64,
  onesBelow32,
  onesCount32,
  parseHex64,
  rangeMaskHi,
  rangeMaskLo,
  shiftRightHi,
  shiftRightLo,
  trailingZeros32,
  trailingZeros64,
} from '../../../../src-main/engine/pages/bits64.ts';
import { randomInt, seededRandom } from '../seeded-random.ts';

function toBigint(lo: number, hi: number): bigint {
  return BigInt(lo >>> 0) | (BigInt(hi >>> 0) << 32n);
}

/** Index of the first run of n ones, by looking at each bit. */
function slowFindRun(mask: bigint, n: number): number {
  for (let start = 0; start + n <= 64; start++) {
    const run = ((1n << BigInt(n)) - 1n) << BigInt(start);
    if ((mask & run) === run) return start;
  }
  return 64;
}

describe('64-bit masks in two halves', () => {
  it('shifts right by every distance from 0 to 64', () => {
    const [lo, hi] = [0x9abcdef1 | 0, 0x82345678 | 0];
    for (let n = 0; n <= 64; n++) {
      const got = toBigint(shiftRightLo(lo, hi, n), shiftRightHi(hi, n));
      expect(got, `by ${n}`).toBe(toBigint(lo, hi) >> BigInt(n));
    }
  });

  it('makes masks for every range', () => {
    for (let start = 0; start < 64; start++) {
      for (let n = 0; start + n <= 64; n++) {
        const got = toBigint(rangeMaskLo(start, n), rangeMaskHi(start, n));
        if (got !== ((1n << BigInt(n)) - 1n) << BigInt(start)) expect.fail(`[${start}, ${start}+${n})`);
      }
    }
  });

  it('finds the first run of ones as a bit by bit search does', () => {
    const random = seededRandom(11);
    for (let i = 0; i < 3000; i++) {
      // Few zeros make long runs.
      const lo = randomInt(random, 0, 2 ** 32 - 1) | (i % 3 > 0 ? randomInt(random, 0, 2 ** 32 - 1) : 0);
      const hi = randomInt(random, 0, 2 ** 32 - 1) | (i % 3 > 0 ? randomInt(random, 0, 2 ** 32 - 1) : 0);
      const n = randomInt(random, 1, i % 5 === 0 ? 64 : 9);
      expect(findBitRange64(lo, hi, n), `${formatHex64(lo, hi)} n=${n}`).toBe(slowFindRun(toBigint(lo, hi), n));
    }
    expect(findBitRange64(-1, -1, 64)).toBe(0);
  });

  it('counts zeros and ones at the edges', () => {
    expect([0, 1, -1, 1 << 31].map(trailingZeros32)).toEqual([32, 0, 0, 31]);
    expect([trailingZeros64(0, 0), trailingZeros64(0, 1), trailingZeros64(0, 1 << 31)]).toEqual([64, 32, 63]);
    expect([0, -1, 0x80000001 | 0].map(onesCount32)).toEqual([0, 32, 2]);
    expect([-1, 0, 1, 31, 32, 40].map(onesBelow32)).toEqual([0, 0, 1, 0x7fffffff, -1, -1]);
  });

  it('reads and writes hex, most significant digit first', () => {
    expect(parseHex64('1')).toEqual([1, 0]);
    expect(parseHex64('ffffffff00000002')).toEqual([2, -1]);
    expect(formatHex64(...parseHex64('80000000deadbeef'))).toBe('80000000deadbeef');
  });
});
