// Fields of a record as the engine's values, checked against what they can be at all. A field outside its range is malformed input, not a
// contradiction; the check costs a comparison or two.
import type { Heap } from '../heap.ts';
import { NUM_SPAN_CLASSES, PAGE_BYTES } from '../sizes/size-classes.ts';
import { MAX_PROCS } from './oplog-grammar.ts';
import { MalformedRecordError, type OplogScanner } from './oplog-scanner.ts';

/** Farthest offset from the heap's base that is believed: 8 TiB, so that page numbers stay below 2^31. */
const MAX_OFFSET_BYTES = 2 ** 43;
const MAX_PAGES = 2 ** 26;

export class OplogFields {
  private readonly scanner: OplogScanner;
  private readonly values: Float64Array;
  private readonly baseAddress: number;
  private readonly basePage: number;

  /** baseAddress: what the log's offsets count from. */
  constructor(scanner: OplogScanner, heap: Heap, baseAddress: number) {
    this.scanner = scanner;
    this.values = scanner.values;
    this.baseAddress = baseAddress;
    this.basePage = (baseAddress - heap.mheap.originAddress) / PAGE_BYTES;
  }

  /** P number, -1 for none. */
  p(field: number): number {
    return this.within(field, -1, MAX_PROCS);
  }

  mcache(field: number): number {
    return this.within(field, 0, MAX_PROCS);
  }

  spanClass(field: number): number {
    return this.within(field, 0, NUM_SPAN_CLASSES - 1);
  }

  npages(field: number): number {
    return this.within(field, 1, MAX_PAGES);
  }

  /** Any number from 0 on. */
  natural(field: number): number {
    return this.within(field, 0, Number.MAX_SAFE_INTEGER);
  }

  /** Absolute address of an offset. */
  address(field: number): number {
    return this.baseAddress + this.within(field, 0, MAX_OFFSET_BYTES);
  }

  /** Page at an offset, -1 where the log may say "none". */
  page(field: number): number {
    const offset = this.within(field, -1, MAX_OFFSET_BYTES);
    if (offset === -1) return -1;
    if (offset % PAGE_BYTES !== 0)
      throw new MalformedRecordError(`field ${field + 1} is not a multiple of ${PAGE_BYTES}`);
    return this.basePage + offset / PAGE_BYTES;
  }

  /** The offset that the log would write for a page, -1 for none. */
  offsetOfPage(page: number): number {
    return page < 0 ? -1 : (page - this.basePage) * PAGE_BYTES;
  }

  /** The offset that the log would write for an address, -1 for none. */
  offsetOf(address: number): number {
    return address < 0 ? -1 : address - this.baseAddress;
  }

  /** Number of pages that a byte count covers. */
  scavengedPages(field: number): number {
    return this.natural(field) / PAGE_BYTES;
  }

  /** First character code of a field. */
  letter(field: number): number {
    return this.scanner.byteOf(field, 0);
  }

  /** Low and high half of a mask in hex. */
  maskLo(field: number): number {
    return this.scanner.hexWord(field, 0);
  }

  maskHi(field: number): number {
    return this.scanner.hexWord(field, 1);
  }

  /** Word w of a bitmap in hex. */
  hexWord(field: number, word: number): number {
    return this.scanner.hexWord(field, word);
  }

  /** Digits of a field in hex. */
  hexDigits(field: number): number {
    return this.scanner.lengthOf(field);
  }

  private within(field: number, low: number, high: number): number {
    const value = this.values[field];
    if (value < low || value > high)
      throw new MalformedRecordError(`field ${field + 1} is not between ${low} and ${high}`);
    return value;
  }
}
