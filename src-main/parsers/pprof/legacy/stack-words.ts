/** Addresses and names as legacy profiles print them. */
import type { FrameName } from '../profile-model.ts';

const mostFrames = 1_024;

/** The hexadecimal words of a text, in order. */
export function addressesIn(text: string): bigint[] {
  const out: bigint[] = [];
  for (const m of text.matchAll(/0x([0-9a-fA-F]{1,16})(?![0-9a-fA-F])/g)) {
    if (out.length === mostFrames) break;
    out.push(BigInt(m[0]));
  }
  return out;
}

/** The address of the call behind which execution would go on at `address`. */
export function callBefore(address: bigint): bigint {
  return BigInt.asUintN(64, address - 1n);
}

export interface SymbolComment extends FrameName {
  readonly address: bigint;
}

/**
 * A frame as Go's debug=1 texts name it: `#\t0x6a6fec\tmain.render+0x12c\tpath/main.go:24`. The address is that of the call, one below the
 * one in the stack.
 *
 * @source runtime/pprof/pprof.go printStackRecord (Go 1.26)
 */
export function parseSymbolComment(text: string): SymbolComment | undefined {
  if (text.charCodeAt(0) !== 35) return undefined;
  const words = text.slice(1, 2_500).trimStart();
  const m = /^0x([0-9a-f]{1,16})[ \t]{1,40}/.exec(words);
  if (!m) return undefined;
  const rest = words.slice(m[0].length);
  const blank = rest.search(/[ \t]/);
  if (blank <= 0) return undefined;
  const symbol = rest.slice(0, blank);
  const plus = symbol.lastIndexOf('+0x');
  const where = rest.slice(blank).trim();
  const colon = where.lastIndexOf(':');
  if (plus <= 0 || colon <= 0 || !/^\d{1,9}$/.test(where.slice(colon + 1))) return undefined;
  return {
    address: BigInt(`0x${m[1]}`),
    function: symbol.slice(0, plus),
    file: where.slice(0, colon),
    line: Number(where.slice(colon + 1)),
  };
}

/** An integer of a profile text; with all its digits where a double cannot hold them. */
export function integer(digits: string): number | bigint {
  const plain = Number(digits);
  return Number.isSafeInteger(plain) ? plain : BigInt.asIntN(64, BigInt(digits));
}

/** Both may be beyond 2^53. */
export function times(a: number | bigint, b: number): number | bigint {
  const plain = Number(a) * b;
  return Number.isSafeInteger(plain) ? plain : BigInt.asIntN(64, BigInt(a) * BigInt(b));
}

/**
 * Count and bytes of a sampled allocation site, scaled to what was allocated: a block of S bytes is sampled with probability 1-exp(-S/rate).
 *
 * @source github.com/google/pprof profile/legacy_profile.go scaleHeapSample
 */
export function scaleHeapSample(count: number, bytes: number, rate: number): readonly [number, number] {
  if (count === 0 || bytes === 0) return [0, 0];
  if (rate <= 1) return [count, bytes];
  const scale = 1 / (1 - Math.exp(-(bytes / count) / rate));
  return [Math.trunc(count * scale), Math.trunc(bytes * scale)];
}
