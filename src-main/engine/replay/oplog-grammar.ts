// The records of an operation log: letters, fields, and the values they may take at all.
//
// | Record | Fields |
// |---|---|
// | R | p m spanClass oldBase: a refill begins |
// | C | p spanClass source base: the refill got this span |
// | U | p spanClass base: the refill takes a full unswept span to sweep it |
// | A | p m spanClass request address: small allocation |
// | N, T | p m request address: tiny allocation in a new slot, or in the current block |
// | L | p m spanClass request base: large allocation |
// | S | p kind spanClass base: a sweep starts; kind o sweepone, r page reclaimer, s stale span in a flush |
// | W | p spanClass base preserve before after marks: a span was swept |
// | P | p kind spanClass base npages scavengedBytes: a span was made |
// | F | p kind base npages: a span was freed |
// | Q | p base cache scav: a page cache was filled |
// | q | p base npages scavengedBytes: a page cache served |
// | K | base cache scav: a page cache was flushed |
// | G | p base bytes npages: the heap grew |
// | M | m: an mcache was flushed |
// | E | sweepgen: a sweep cycle begins |
// | X, Y | base npages: pages are being scavenged, and are back |
// | Z | k: a mark; from 100 on, MemStats were read |
import { type GoVersion, parseGoVersion } from '../go-versions.ts';
import { PAGE_BYTES } from '../sizes/size-classes.ts';

/** What the first line says. */
export interface OplogHeader {
  readonly version: GoVersion;
  readonly procs: number;
  /** Address that all offsets of the log count from. */
  readonly heapBase: number;
}

/** Records by their letters' character codes. */
export const RECORD = {
  A: 65,
  C: 67,
  E: 69,
  F: 70,
  G: 71,
  K: 75,
  L: 76,
  M: 77,
  N: 78,
  P: 80,
  Q: 81,
  R: 82,
  S: 83,
  T: 84,
  U: 85,
  W: 87,
  X: 88,
  Y: 89,
  Z: 90,
  q: 113,
} as const;

/** Kinds of sweeps, by character code. */
export const SWEEP_KIND = { sweepone: 111, reclaim: 114, stale: 115 } as const;

/** Number of fields by letter code; 0 for letters that are no record. */
export const FIELD_COUNTS = new Uint8Array(128);
/** Which fields must be decimal, by letter code: bit i for field i. */
export const DECIMAL_FIELDS = new Uint8Array(128);

function define(letters: string, count: number, decimalMask: number = (1 << count) - 1): void {
  for (const letter of letters) {
    FIELD_COUNTS[letter.charCodeAt(0)] = count;
    DECIMAL_FIELDS[letter.charCodeAt(0)] = decimalMask;
  }
}

define('RCNTFqG', 4);
define('U', 3);
define('XY', 2);
define('AL', 5);
define('P', 6);
define('MEZ', 1);
define('S', 4, 0b1101);
define('W', 7, 0b0111111);
define('Q', 4, 0b0011);
define('K', 3, 0b001);

/** Highest P or mcache number that is believed. */
export const MAX_PROCS = 4096;

const HEADER = /^# go=(\S{1,200}) linux\/amd64 GOMAXPROCS=([0-9]{1,4}) [ -~]{0,200}heapBase=([0-9a-f]{1,12})$/;

/** Reads the first line; undefined if it is none or names an unsupported version. */
export function parseOplogHeader(line: string): OplogHeader | undefined {
  const parts = HEADER.exec(line);
  if (parts === null) return undefined;
  const version = parseGoVersion(parts[1]);
  const procs = Number(parts[2]);
  const heapBase = Number.parseInt(parts[3], 16);
  if (version === undefined || procs < 1 || procs > MAX_PROCS || heapBase % PAGE_BYTES !== 0) return undefined;
  return { version, procs, heapBase };
}
