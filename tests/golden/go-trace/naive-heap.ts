/** The heap as alloc/free events tell it, in maps and without any cleverness: for the tests to compare the replay with. */
import type { AllocFreeChunk } from '../../../src-main/parsers/go-trace/heap/heap-state.ts';
import { slotBytes } from '../../../src-main/parsers/go-trace/heap/span-class.ts';
import { allocFreeKinds } from '../../../src-main/parsers/go-trace/trace-sink.ts';

const pageBytes = 8192;
/** Spans without pointers of 16-byte slots, which tiny objects share. */
const tinySpanClass = 5;

interface Span {
  readonly address: number;
  readonly npages: number;
  readonly spanClass: number;
  /** Type and birth by address of the slot. */
  readonly objects: Map<number, readonly [type: number, bornNs: number]>;
}

export class NaiveHeap {
  private readonly byAddress = new Map<number, Span>();

  /** Follows the events `[from, to)`, counted over all chunks. */
  follow(chunks: readonly AllocFreeChunk[], from: number, to: number): void {
    let first = 0;
    for (const chunk of chunks) {
      for (let r = Math.max(0, from - first); r < Math.min(chunk.rows, to - first); r++) this.event(chunk, r);
      first += chunk.rows;
    }
  }

  /** All spans by address, with `[address, type, bornNs]` of each object. */
  spans() {
    return [...this.byAddress.values()]
      .sort((a, b) => a.address - b.address)
      .map(({ address, npages, spanClass, objects }) => ({
        address,
        npages,
        spanClass,
        objects: [...objects].sort(([a], [b]) => a - b).map(([slot, [type, bornNs]]) => [slot, type, bornNs]),
      }));
  }

  private event(chunk: AllocFreeChunk, r: number): void {
    const address = chunk.address[r];
    switch (allocFreeKinds[chunk.kind[r]]) {
      case 'Span':
      case 'SpanAlloc':
        this.byAddress.set(address, {
          address,
          npages: chunk.npages[r],
          spanClass: chunk.spanClass[r],
          objects: new Map(),
        });
        break;
      case 'SpanFree':
        this.byAddress.delete(address);
        break;
      case 'HeapObject':
      case 'HeapObjectAlloc': {
        const span = this.spanAt(address);
        const slot = span === undefined ? 0 : slotAddress(span, address);
        const isTinyAgain = span?.spanClass === tinySpanClass && span.objects.has(slot);
        if (!isTinyAgain) span?.objects.set(slot, [chunk.type[r], chunk.timeNs[r]]);
        break;
      }
      case 'HeapObjectFree': {
        const span = this.spanAt(address);
        if (span !== undefined) span.objects.delete(slotAddress(span, address));
        break;
      }
      default:
    }
  }

  private spanAt(address: number): Span | undefined {
    for (let page = Math.floor(address / pageBytes); page >= 0; page--) {
      const span = this.byAddress.get(page * pageBytes);
      if (span !== undefined)
        return span.spanClass >= 0 && address < span.address + span.npages * pageBytes ? span : undefined;
    }
    return undefined;
  }
}

function slotAddress(span: Span, address: number): number {
  const bytes = slotBytes(span.spanClass, span.npages * pageBytes);
  return span.address + Math.floor((address - span.address) / bytes) * bytes;
}
