/**
 * CPU profiles of gperftools and of old Go and Java agents: machine words in one of four encodings, behind them the memory map (C++, Go) or
 * the names of the locations (Java).
 *
 * Words: 0, 3, kind (0 native, 1 Java), period in microseconds, 0; then for each stack its count, its length and its addresses; then 0, 1, 0.
 *
 * @source github.com/google/pprof profile/legacy_profile.go parseCPU, cpuProfile; legacy_java_profile.go javaCPUProfile
 */

import { ProfileBuilder } from '../profile-builder.ts';
import type { ProfileModel } from '../profile-model.ts';
import { takeJavaLocations } from './java-text.ts';
import { takeMemoryMap } from './memory-map.ts';

type Words = (index: number) => bigint;

const headWords = 5;
const mostFrames = 1_024;

interface Encoding {
  readonly width: 4 | 8;
  readonly word: (view: DataView, at: number) => bigint;
}

const encodings: readonly Encoding[] = [
  { width: 4, word: (v, at) => BigInt(v.getUint32(at, true)) },
  { width: 4, word: (v, at) => BigInt(v.getUint32(at, false)) },
  { width: 8, word: (v, at) => v.getBigUint64(at, true) },
  { width: 8, word: (v, at) => v.getBigUint64(at, false) },
];

function encodingOf(view: DataView): Encoding | undefined {
  return encodings.find(({ width, word }) => {
    if (view.byteLength < width * headWords) return false;
    const [zero, three, kind, period, padding] = [0, 1, 2, 3, 4].map((i) => word(view, i * width));
    return (
      zero === 0n &&
      three === 3n &&
      (kind === 0n || kind === 1n) &&
      (period as bigint) > 0n &&
      (period as bigint) < 2n ** 40n &&
      padding === 0n
    );
  });
}

export function isLegacyCpu(head: Uint8Array): boolean {
  return encodingOf(new DataView(head.buffer, head.byteOffset, head.byteLength)) !== undefined;
}

/** @returns undefined where the bytes do not begin with the head of such a profile */
export function readLegacyCpu(bytes: Uint8Array): ProfileModel | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const encoding = encodingOf(view);
  if (!encoding) return undefined;
  const { width, word } = encoding;
  const words: Words = (i) => word(view, i * width);
  const isJava = words(2) === 1n;
  const period = Number(words(3)) * 1_000;
  const builder = new ProfileBuilder(
    [
      { type: 'samples', unit: 'count' },
      { type: 'cpu', unit: 'nanoseconds' },
    ],
    { type: 'cpu', unit: 'nanoseconds' },
    period,
  );
  const stacks: { count: number; addresses: bigint[] }[] = [];
  const total = Math.floor(bytes.length / width);
  let at = headWords;
  let ended = false;
  while (at + 2 <= total && !ended) {
    const count = words(at);
    const depth = Number(words(at + 1));
    at += 2;
    if (depth > total - at) {
      builder.faults.add('record', (at - 2) * width);
      break;
    }
    const addresses: bigint[] = [];
    for (let i = 0; i < depth && i < mostFrames; i++) addresses.push(words(at + i));
    if (depth > mostFrames) builder.faults.add('stack', at * width);
    at += depth;
    if (count === 0n && depth === 1 && addresses[0] === 0n) {
      ended = true;
      break;
    }
    // an address behind a call points to the next instruction; the leaf is where the signal came
    stacks.push({ count: Number(count), addresses: addresses.map((a, i) => (isJava || i === 0 ? a : minusOne(a))) });
  }
  if (!ended) builder.faults.add('record', bytes.length);
  if (!isJava) dropSignalFrames(stacks);
  for (const { count, addresses } of stacks) {
    const [leaf, next] = addresses;
    // the handler may have given the leaf twice, once from the signal and once unwound
    const frames =
      !isJava && next !== undefined && leaf === BigInt.asUintN(64, next + 1n)
        ? [leaf as bigint, ...addresses.slice(2)]
        : addresses;
    builder.add(
      [count, count * period],
      frames.map((a) => builder.address(a)),
    );
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + at * width, Math.max(0, bytes.length - at * width));
  const lines = text.toString('utf8').split('\n');
  if (isJava) takeJavaLocations(builder, lines);
  else takeMemoryMap(builder, lines);
  return builder.build();
}

function minusOne(address: bigint): bigint {
  return BigInt.asUintN(64, address - 1n);
}

/**
 * Where nearly all stacks have the same frame behind the leaf it was pushed by the signal handler: it is taken out, up to twice.
 */
function dropSignalFrames(stacks: readonly { addresses: bigint[] }[]): void {
  const margin = Math.floor(stacks.length / 32);
  for (let pass = 0; pass < 2; pass++) {
    const counts = new Map<bigint, number>();
    for (const { addresses } of stacks)
      if (addresses.length > 1) counts.set(addresses[1] as bigint, (counts.get(addresses[1] as bigint) ?? 0) + 1);
    for (const [address, n] of counts) {
      if (n < stacks.length - margin) continue;
      for (const stack of stacks) if (stack.addresses[1] === address) stack.addresses.splice(1, 1);
      break;
    }
  }
}
