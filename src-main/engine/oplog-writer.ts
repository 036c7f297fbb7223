// Writes an operation log of a simulated heap: the counterpart of replay-oplog.ts.
//
// Attached to a heap as its listener, it turns every event into a record (replay/oplog-grammar.ts). A log written this way replays without
// a miss, which tests both sides; and a what-if run can be looked at with the same views as a recorded one.
import type { Heap } from './heap.ts';
import type { HeapEvents, SweepKind } from './heap-events.ts';
import { formatHex64 } from './pages/bits64.ts';
import type { PageCache } from './pages/page-cache.ts';
import { PAGE_BYTES } from './sizes/size-classes.ts';

export class OplogWriter implements HeapEvents {
  private readonly heap: Heap;
  private readonly write: (line: string) => void;
  private readonly heapBase: number;

  /** write: takes one line at a time, without its newline. The header is written at once. */
  constructor(heap: Heap, procs: number, write: (line: string) => void) {
    this.heap = heap;
    this.write = write;
    this.heapBase = heap.addressOfPage(heap.mheap.basePage);
    const { minor } = heap.classes.version;
    write(`# go=go1.${minor} linux/amd64 GOMAXPROCS=${procs} kind=simulated heapBase=${this.heapBase.toString(16)}`);
  }

  smallAllocated(m: number, spanClass: number, requestBytes: number, slotAddress: number): void {
    this.write(`A ${this.p} ${m} ${spanClass} ${requestBytes} ${slotAddress - this.heapBase}`);
  }

  tinyAllocated(m: number, requestBytes: number, address: number, isNewSlot: boolean): void {
    this.write(`${isNewSlot ? 'N' : 'T'} ${this.p} ${m} ${requestBytes} ${address - this.heapBase}`);
  }

  largeAllocated(m: number, requestBytes: number, s: number): void {
    this.write(`L ${this.p} ${m} ${this.classOf(s)} ${requestBytes} ${this.offsetOf(s)}`);
  }

  refillBegins(m: number, spanClass: number, oldSpan: number): void {
    this.write(`R ${this.p} ${m} ${spanClass} ${oldSpan === 0 ? -1 : this.offsetOf(oldSpan)}`);
  }

  fullUnsweptTaken(spanClass: number, s: number): void {
    this.write(`U ${this.p} ${spanClass} ${this.offsetOf(s)}`);
  }

  refillEnds(spanClass: number, source: number, s: number): void {
    this.write(`C ${this.p} ${spanClass} ${source} ${this.offsetOf(s)}`);
  }

  sweepBegins(kind: SweepKind, s: number): void {
    this.write(`S ${this.p} ${kind} ${this.classOf(s)} ${this.offsetOf(s)}`);
  }

  swept(s: number, preserve: boolean, allocCountBefore: number): void {
    const after = this.heap.mheap.spans.allocCount[s];
    const head = `W ${this.p} ${this.classOf(s)} ${this.offsetOf(s)} ${preserve ? 1 : 0} ${allocCountBefore} ${after}`;
    this.write(`${head} ${this.allocBitsHex(s)}`);
  }

  spanMade(s: number, scavengedPages: number): void {
    const { spans } = this.heap.mheap;
    const where = `${this.offsetOf(s)} ${spans.npages[s]} ${scavengedPages * PAGE_BYTES}`;
    this.write(`P ${this.p} ${spans.kind[s]} ${this.classOf(s)} ${where}`);
  }

  spanFreed(s: number): void {
    const { spans } = this.heap.mheap;
    this.write(`F ${this.p} ${spans.kind[s]} ${this.offsetOf(s)} ${spans.npages[s]}`);
  }

  pageCacheFilled(p: number, cache: PageCache): void {
    this.write(`Q ${p} ${this.offsetOfPage(cache.basePage)} ${masksHex(cache)}`);
  }

  pageCacheServed(p: number, page: number, npages: number, scavengedPages: number): void {
    this.write(`q ${p} ${this.offsetOfPage(page)} ${npages} ${scavengedPages * PAGE_BYTES}`);
  }

  pageCacheFlushed(cache: PageCache): void {
    this.write(`K ${this.offsetOfPage(cache.basePage)} ${masksHex(cache)}`);
  }

  heapGrew(page: number, grownPages: number, npages: number): void {
    this.write(`G ${this.p} ${this.offsetOfPage(page)} ${grownPages * PAGE_BYTES} ${npages}`);
  }

  scavenged(page: number, npages: number): void {
    this.write(`X ${this.offsetOfPage(page)} ${npages}`);
    this.write(`Y ${this.offsetOfPage(page)} ${npages}`);
  }

  cacheFlushed(m: number): void {
    this.write(`M ${m}`);
  }

  sweepCycleBegins(sweepgen: number): void {
    this.write(`E ${sweepgen}`);
  }

  /** The program is about to read its MemStats, for the k-th time from 0 on. */
  mark(k: number): void {
    this.write(`Z ${100 + k}`);
  }

  private get p(): number {
    return this.heap.currentP;
  }

  private classOf(s: number): number {
    return this.heap.mheap.spans.spanClass[s];
  }

  private offsetOf(s: number): number {
    return this.heap.baseOf(s) - this.heapBase;
  }

  private offsetOfPage(page: number): number {
    return page < 0 ? -1 : this.heap.addressOfPage(page) - this.heapBase;
  }

  /** allocBits as one hex number, slot 0 in its lowest bit. */
  private allocBitsHex(s: number): string {
    const { spans } = this.heap.mheap;
    let text = '';
    for (let w = ((spans.nelems[s] + 31) >> 5) - 1; w >= 0; w--) {
      text += (spans.bits.word(spans.allocBits[s], w) >>> 0).toString(16).padStart(8, '0');
    }
    return text.replace(/^0+(?=.)/, '');
  }
}

function masksHex(cache: PageCache): string {
  return `${formatHex64(cache.cacheLo, cache.cacheHi)} ${formatHex64(cache.scavLo, cache.scavHi)}`;
}
