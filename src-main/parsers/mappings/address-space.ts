/**
 * The ranges of one address space and who asked for each. A later range replaces what it covers of earlier ones, as MAP_FIXED and munmap do.
 *
 * Addresses are doubles: ranges begin and end at pages, and a page's address has at most 52 significant bits even with five-level page tables.
 */
export interface Range {
  readonly start: number;
  readonly end: number;
  /** Whoever is charged; the caller's own number. */
  readonly owner: number;
  /** Address space without memory (PROT_NONE). */
  readonly reserved: boolean;
}

/** Beyond this many ranges at a time the oldest addresses are not followed further; the kernel's own default is 65,530. */
const mostRanges = 1_000_000;

export class AddressSpace {
  /** By address; no two overlap. */
  private readonly ranges: Range[] = [];

  /** Takes away what lies between the two addresses and returns it, cut to them. */
  clear(start: number, end: number): readonly Range[] {
    let first = this.firstEndingAfter(start);
    const taken: Range[] = [];
    const left: Range[] = [];
    const from = first;
    for (; first < this.ranges.length; first++) {
      const range = this.ranges[first] as Range;
      if (range.start >= end) break;
      taken.push({ ...range, start: Math.max(range.start, start), end: Math.min(range.end, end) });
      if (range.start < start) left.push({ ...range, end: start });
      if (range.end > end) left.push({ ...range, start: end });
    }
    if (taken.length > 0) this.ranges.splice(from, taken.length, ...left);
    return taken;
  }

  /** Adds a range where `clear` has made room. False: there are too many. */
  add(range: Range): boolean {
    if (range.end <= range.start) return true;
    if (this.ranges.length >= mostRanges) return false;
    this.ranges.splice(this.firstEndingAfter(range.start), 0, range);
    return true;
  }

  list(): readonly Range[] {
    return this.ranges;
  }

  private firstEndingAfter(address: number): number {
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.ranges[middle] as Range).end > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
