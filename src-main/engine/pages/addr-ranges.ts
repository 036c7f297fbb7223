// Ranges of address space, sorted by base and joined where they touch: which parts of the space the heap has mapped. The heap is
// nearly always one range, so the structure is a short sorted array. The unit is the caller's (the page allocator uses pages).

/** A sorted set of half-open ranges [base, limit). @source mranges.go addrRanges */
export class AddrRanges {
  private readonly bases: number[] = [];
  private readonly limits: number[] = [];
  /** Sum of all range lengths. @source mranges.go addrRanges.totalBytes */
  total = 0;

  /** Number of ranges. */
  get count(): number {
    return this.bases.length;
  }

  /** First address of range i. */
  baseOf(i: number): number {
    return this.bases[i];
  }

  /** First address behind range i. */
  limitOf(i: number): number {
    return this.limits[i];
  }

  /** Index of the first range whose base is above addr; O(log n). @source mranges.go findSucc */
  findSucc(addr: number): number {
    let low = 0;
    let high = this.bases.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (addr < this.bases[middle]) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Is addr inside a range? @source mranges.go contains */
  contains(addr: number): boolean {
    const i = this.findSucc(addr);
    return i > 0 && addr < this.limits[i - 1];
  }

  /** Smallest covered address >= addr, -1 if there is none. @source mranges.go findAddrGreaterEqual */
  findAddrGreaterEqual(addr: number): number {
    const i = this.findSucc(addr);
    if (i > 0 && addr < this.limits[i - 1]) return addr;
    return i < this.bases.length ? this.bases[i] : -1;
  }

  /** Adds [base, limit), which must be non-empty and overlap nothing. @source mranges.go add */
  add(base: number, limit: number): void {
    const i = this.findSucc(base);
    const isJoinedBelow = i > 0 && this.limits[i - 1] === base;
    const isJoinedAbove = i < this.bases.length && this.bases[i] === limit;
    if (isJoinedBelow && isJoinedAbove) {
      this.limits[i - 1] = this.limits[i];
      this.bases.splice(i, 1);
      this.limits.splice(i, 1);
    } else if (isJoinedBelow) {
      this.limits[i - 1] = limit;
    } else if (isJoinedAbove) {
      this.bases[i] = base;
    } else {
      this.bases.splice(i, 0, base);
      this.limits.splice(i, 0, limit);
    }
    this.total += limit - base;
  }
}
