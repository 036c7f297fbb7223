/**
 * Calls for address space one after the other: what each asker mapped, what was given back, what is kept. Where a recording has no results of calls
 * (perf without sys_exit_*), addresses are unknown and a munmap is charged to the youngest mapping of its length: short-lived mappings die young.
 *
 * @source man 2 mmap, munmap, mremap, mprotect, brk; man 2 madvise for the advice numbers
 */
import { AddressSpace, type Range } from './address-space.ts';

/** @source the smallest page of every architecture Go and the JVM run on; larger pages only round further */
const pageBytes = 4_096;
/** Two breaks farther apart than this belong to two processes. */
const sameHeapBytes = 2 ** 33;

export interface Account {
  mapped: number;
  mappedBytes: number;
  kept: number;
  keptBytes: number;
  unmapped: number;
  unmappedBytes: number;
}

export class MappingLedger {
  mappedBytes = 0;
  unmappedBytes = 0;
  keptBytes = 0;
  reservedBytes = 0;
  /** Munmap calls whose mapping was told by its length only. */
  byLength = 0;
  /** Munmap calls for what was mapped before the recording, in bytes. */
  olderBytes = 0;
  untracked = 0;
  readonly accounts: Account[] = [];
  private readonly space = new AddressSpace();
  /** Mappings whose address nobody told: owners by length, the youngest last. */
  private readonly unplaced = new Map<number, number[]>();
  private readonly heapTops: number[] = [];
  /** Growth of heaps by brk, the youngest last. */
  private readonly growth: { bytes: number; owner: number }[] = [];

  account(owner: number): Account {
    let account = this.accounts[owner];
    if (!account) {
      account = { mapped: 0, mappedBytes: 0, kept: 0, keptBytes: 0, unmapped: 0, unmappedBytes: 0 };
      this.accounts[owner] = account;
    }
    return account;
  }

  /** @param address where the kernel put it; undefined where the recording does not say */
  map(owner: number, length: number, address: number | undefined, reserved: boolean): void {
    const bytes = toPages(length);
    if (bytes === 0) return;
    if (address === undefined) {
      if (reserved) this.reservedBytes += bytes;
      else {
        this.gain(owner, bytes);
        const youngest = this.unplaced.get(bytes);
        if (youngest) youngest.push(owner);
        else this.unplaced.set(bytes, [owner]);
      }
      return;
    }
    for (const range of this.space.clear(address, address + bytes)) this.lose(range);
    this.put(owner, address, address + bytes, reserved);
  }

  /** Where a mapping lies whose address was not known when it was told. */
  locate(owner: number, length: number, address: number): void {
    const bytes = toPages(length);
    const owners = this.unplaced.get(bytes);
    const at = owners?.lastIndexOf(owner) ?? -1;
    if (!owners || at < 0) return;
    owners.splice(at, 1);
    for (const range of this.space.clear(address, address + bytes)) this.lose(range);
    this.space.add({ start: address, end: address + bytes, owner, reserved: false });
  }

  unmap(owner: number, address: number, length: number): void {
    const bytes = toPages(length);
    const account = this.account(owner);
    account.unmapped++;
    account.unmappedBytes += bytes;
    this.unmappedBytes += bytes;
    let known = 0;
    for (const range of this.space.clear(address, address + bytes)) {
      this.lose(range);
      known += range.end - range.start;
    }
    if (known > 0) return;
    const youngest = this.unplaced.get(bytes)?.pop();
    if (youngest === undefined) {
      this.olderBytes += bytes;
      return;
    }
    this.byLength++;
    this.drop(youngest, bytes, 1);
  }

  /** mprotect: memory becomes address space or the other way round. What was never seen mapped is left alone. */
  protect(owner: number, address: number, length: number, reserved: boolean): void {
    const end = address + toPages(length);
    for (const range of this.space.clear(address, end)) {
      if (range.reserved === reserved) this.space.add(range);
      else {
        this.lose(range);
        this.put(owner, range.start, range.end, reserved);
      }
    }
  }

  remap(owner: number, from: number, oldLength: number, length: number, to: number | undefined): void {
    this.unmap(owner, from, oldLength);
    this.map(owner, length, to, false);
  }

  /** @param top the new end of the heap; the first one seen only tells where it begins */
  brk(owner: number, top: number): void {
    const at = this.heapTops.findIndex((known) => Math.abs(known - top) < sameHeapBytes);
    if (at < 0) {
      if (this.heapTops.length < 1_000) this.heapTops.push(top);
      return;
    }
    const grown = top - (this.heapTops[at] as number);
    this.heapTops[at] = top;
    if (grown > 0) {
      this.gain(owner, grown);
      this.growth.push({ bytes: grown, owner });
    } else if (grown < 0) {
      this.unmappedBytes -= grown;
      const account = this.account(owner);
      account.unmapped++;
      account.unmappedBytes -= grown;
      this.shrink(-grown);
    }
  }

  private shrink(bytes: number): void {
    let left = bytes;
    while (left > 0) {
      const last = this.growth[this.growth.length - 1];
      if (!last) {
        this.olderBytes += left;
        return;
      }
      const part = Math.min(left, last.bytes);
      last.bytes -= part;
      left -= part;
      if (last.bytes === 0) this.growth.pop();
      this.drop(last.owner, part, last.bytes === 0 ? 1 : 0);
    }
  }

  private put(owner: number, start: number, end: number, reserved: boolean): void {
    if (!this.space.add({ start, end, owner, reserved })) this.untracked++;
    if (reserved) this.reservedBytes += end - start;
    else this.gain(owner, end - start);
  }

  private gain(owner: number, bytes: number): void {
    const account = this.account(owner);
    account.mapped++;
    account.mappedBytes += bytes;
    account.kept++;
    account.keptBytes += bytes;
    this.mappedBytes += bytes;
    this.keptBytes += bytes;
  }

  private lose(range: Range): void {
    const bytes = range.end - range.start;
    if (range.reserved) this.reservedBytes -= bytes;
    else this.drop(range.owner, bytes, 1);
  }

  private drop(owner: number, bytes: number, count: number): void {
    const account = this.account(owner);
    account.keptBytes -= bytes;
    // a mapping given back in pieces is one mapping until the last of it
    if (account.keptBytes <= 0) account.kept = 0;
    else account.kept = Math.max(1, account.kept - count);
    this.keptBytes -= bytes;
  }
}

function toPages(length: number): number {
  return Number.isFinite(length) && length > 0 ? Math.ceil(length / pageBytes) * pageBytes : 0;
}
