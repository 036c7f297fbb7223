// Vectors of spans: the next free slot, the queues, and rounding of sizes.

import { type GoVersion, goVersionOf, parseGoVersion } from '../go-versions.ts';
import { formatHex64, onesCount32 } from '../pages/bits64.ts';
import { SizeClasses } from '../sizes/size-classes.ts';
import { AllocCaches } from '../spans/alloc-cache.ts';
import { MSpans, SPAN_IN_USE, SPAN_KIND_HEAP } from '../spans/mspan.ts';
import { SpanSet, SpanSetBlocks } from '../spans/span-set.ts';
import { asBoolean, asHex, asIndex, asList, CaseFormatError, type Fields } from './case-reader.ts';
import type { Outcome } from './page-vectors.ts';

const MAX_SLOTS = 1024;
const MAX_REQUEST_BYTES = 2 ** 24;

export function runNextFree(c: Fields): Outcome {
  const nelems = asIndex(c.nelems, 'nelems', 1, MAX_SLOTS);
  const hex = asHex(c.allocBits, 'allocBits', MAX_SLOTS / 4);
  const spans = new MSpans();
  const s = spans.create();
  spans.init(s, 0, 1, SPAN_IN_USE, SPAN_KIND_HEAP, 0, nelems);
  spans.allocBits[s] = spans.bits.create(nelems);
  // Byte b of the bitmap holds slots 8b to 8b+7.
  for (let b = 0; b * 2 < hex.length; b++) {
    const byte = Number.parseInt(hex.slice(b * 2, b * 2 + 2), 16);
    spans.bits.words[spans.allocBits[s] + (b >> 2)] |= byte << ((b & 3) * 8);
    spans.allocCount[s] += onesCount32(byte);
  }
  const caches = new AllocCaches(spans, 1);
  caches.alignToFreeIndex(0, s);
  const seq: [number, number][] = [];
  for (let i = 0; i <= nelems; i++) {
    let slot = caches.nextFreeFast(0, s);
    const isFast = slot >= 0;
    if (!isFast) {
      slot = caches.nextFreeIndex(0, s);
      if (slot === nelems) {
        seq.push([-1, 0]);
        break;
      }
      spans.allocCount[s]++;
    }
    seq.push([slot, isFast ? 1 : 0]);
  }
  return {
    got: {
      seq,
      freeindex: spans.freeIndex[s],
      allocCache: formatHex64(caches.masks[0], caches.masks[1]),
      allocCount: spans.allocCount[s],
    },
    want: { seq: c.seq, freeindex: c.freeindex, allocCache: c.allocCache, allocCount: c.allocCount },
  };
}

export function runSpanSet(c: Fields): Outcome {
  const set = new SpanSet(new SpanSetBlocks());
  const ops = asList(c.ops, 'ops').map((op) => {
    const k = asIndex(op, 'op', -(2 ** 31), 2 ** 31 - 1);
    if (k <= 0) return set.pop();
    set.push(k);
    return k;
  });
  const asWritten = ops.map((k, i) => (Number(asList(c.ops, 'ops')[i]) > 0 ? k : 0 - k));
  return {
    got: { ops: asWritten, head: set.head, tail: set.tail },
    want: { ops: c.ops, head: c.head, tail: c.tail },
  };
}

/** `go`: version from the file's head, Go 1.26 if it has none. */
export function runRoundupsize(c: Fields, go: unknown): Outcome {
  const classes = new SizeClasses(versionOf(go));
  const isNoscan = asBoolean(c.noscan, 'noscan');
  const got = asList(c.runs, 'runs').flatMap((item) => {
    const run = asList(item, 'run');
    const first = asIndex(run[0], 'first', 1, MAX_REQUEST_BYTES);
    const last = asIndex(run[1], 'last', first, MAX_REQUEST_BYTES);
    return runsBetween(classes, isNoscan, first, last);
  });
  return { got, want: c.runs };
}

/** Runs of equal results over all sizes from first to last. */
function runsBetween(classes: SizeClasses, isNoscan: boolean, first: number, last: number): [number, number, number][] {
  const runs: [number, number, number][] = [];
  for (let bytes = first; bytes <= last; bytes++) {
    const usable = classes.roundupsize(bytes, isNoscan);
    const run = runs.at(-1);
    if (run !== undefined && run[2] === usable) run[1] = bytes;
    else runs.push([bytes, bytes, usable]);
  }
  return runs;
}

function versionOf(go: unknown): GoVersion {
  const version = typeof go === 'string' ? parseGoVersion(go) : goVersionOf(26);
  if (version === undefined) throw new CaseFormatError('go', 'a supported Go version');
  return version;
}
