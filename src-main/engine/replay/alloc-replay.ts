// Replaying allocations: which slot, in which span, or where in the tiny block.
//
// Inside a cached span the next address is fully determined, so a record with another one contradicts the log's own history and ends the
// replay. Each prediction is made before the record's address is looked at. On request, predicted and recorded addresses are kept.
import { ContradictionError } from '../engine-error.ts';
import type { Heap } from '../heap.ts';
import { PAGE_BYTES, TINY_SPAN_CLASS } from '../sizes/size-classes.ts';
import { widened, widerLength } from '../widened.ts';
import type { OplogFields } from './oplog-fields.ts';
import { RECORD } from './oplog-grammar.ts';
import type { PageReplay } from './page-replay.ts';
import type { ReplayScore } from './replay-score.ts';

const INITIAL_ROWS = 1024;

/** One row per allocation, in log order; offsets from the log's heap base in bytes. Columns are longer than `length`. */
export interface AddressTable {
  readonly length: number;
  /** Number of the record, counted from 1. */
  readonly record: Float64Array;
  /** Letter code of the record: A, N, T or L. */
  readonly letter: Uint8Array;
  readonly predicted: Float64Array;
  readonly recorded: Float64Array;
}

export class AllocReplay {
  /** Allocations so far, sub-objects of tiny blocks included. */
  objects = 0;
  private readonly heap: Heap;
  private readonly fields: OplogFields;
  private readonly score: ReplayScore;
  private readonly pages: PageReplay;
  private readonly hasTable: boolean;
  private record = new Float64Array(0);
  private letter = new Uint8Array(0);
  private predicted = new Float64Array(0);
  private recorded = new Float64Array(0);

  constructor(heap: Heap, fields: OplogFields, score: ReplayScore, pages: PageReplay, hasTable: boolean) {
    this.heap = heap;
    this.fields = fields;
    this.score = score;
    this.pages = pages;
    this.hasTable = hasTable;
  }

  /** Rows so far; undefined unless asked for. */
  get table(): AddressTable | undefined {
    if (!this.hasTable) return undefined;
    const { record, letter, predicted, recorded } = this;
    return { length: this.objects, record, letter, predicted, recorded };
  }

  /** A p m spanClass request address */
  small(index: number): void {
    const m = this.fields.mcache(1);
    const spanClass = this.fields.spanClass(2);
    this.assertClass('A', spanClass, this.fields.natural(3));
    this.heap.caches.ensure(m);
    this.compare(RECORD.A, index, this.heap.allocSlot(m, spanClass), this.fields.address(4));
  }

  /** N p m request address */
  tinyInNewSlot(index: number): void {
    const m = this.fields.mcache(1);
    const bytes = this.tinyBytes();
    this.heap.caches.ensure(m);
    const inBlock = this.heap.caches.tinyAddressFor(m, bytes);
    if (inBlock >= 0) {
      throw new ContradictionError(
        'N: room in the tiny block',
        this.fields.offsetOf(inBlock),
        this.fields.offsetOf(this.fields.address(3)),
      );
    }
    const address = this.heap.allocSlot(m, TINY_SPAN_CLASS);
    this.compare(RECORD.N, index, address, this.fields.address(3));
    this.heap.caches.offerTinyBlock(m, address, bytes);
  }

  /** T p m request address */
  tinyInBlock(index: number): void {
    const m = this.fields.mcache(1);
    const bytes = this.tinyBytes();
    this.heap.caches.ensure(m);
    const address = this.heap.caches.tinyAddressFor(m, bytes);
    this.compare(RECORD.T, index, address, this.fields.address(3));
    this.heap.caches.takeTiny(m, address, bytes);
  }

  /** L p m spanClass request base */
  large(index: number): void {
    const p = this.fields.p(0);
    const spanClass = this.fields.spanClass(2);
    const bytes = this.fields.natural(3);
    this.assertClass('L', spanClass, bytes);
    const s = this.pages.takeMadeSpan(p);
    const { spans } = this.heap.mheap;
    if (s === 0 || spans.spanClass[s] !== spanClass) throw new ContradictionError('L: span made for it', 'one', 'none');
    const npages = Math.ceil(bytes / PAGE_BYTES);
    if (spans.npages[s] !== npages) throw new ContradictionError('L.npages', npages, spans.npages[s]);
    this.compare(RECORD.L, index, this.heap.baseOf(s), this.fields.address(4));
    this.heap.openLarge(s);
  }

  private compare(code: number, index: number, predicted: number, recorded: number): void {
    if (this.hasTable) this.addRow(code, index, predicted, recorded);
    this.objects++;
    if (predicted === recorded) {
      this.score.hit(code);
      return;
    }
    this.score.miss(code, predicted < 0 ? 'no room where the record says' : 'another address');
    const found = this.fields.offsetOf(recorded);
    throw new ContradictionError(`${String.fromCharCode(code)}.address`, this.fields.offsetOf(predicted), found);
  }

  private assertClass(letter: string, spanClass: number, bytes: number): void {
    const wanted = this.heap.classes.spanClassFor(bytes, (spanClass & 1) === 1);
    if (wanted !== spanClass || bytes === 0) throw new ContradictionError(`${letter}.spanClass`, wanted, spanClass);
  }

  private tinyBytes(): number {
    const bytes = this.fields.natural(2);
    if (bytes < 1 || bytes > 15) throw new ContradictionError('tiny request', '1 to 15 bytes', bytes);
    return bytes;
  }

  private addRow(code: number, index: number, predicted: number, recorded: number): void {
    const row = this.objects;
    if (row === this.record.length) {
      const capacity = Math.max(INITIAL_ROWS, widerLength(row, row + 1));
      this.record = widened(this.record, new Float64Array(capacity));
      this.letter = widened(this.letter, new Uint8Array(capacity));
      this.predicted = widened(this.predicted, new Float64Array(capacity));
      this.recorded = widened(this.recorded, new Float64Array(capacity));
    }
    this.record[row] = index;
    this.letter[row] = code;
    this.predicted[row] = this.fields.offsetOf(predicted);
    this.recorded[row] = this.fields.offsetOf(recorded);
  }
}
