// Where the heap asks the system for address space.
//
// Space is reserved in arenas of 64 MiB. The runtime keeps a list of hints, addresses it would like to have next; the first is tried, and
// on success moves up behind what was got, so that a heap normally grows as one piece. A hint the system refuses is dropped. The first
// hint is 0x00c0 << 32, then one for each further TiB. Go 1.26 puts a random 64 MiB-aligned address in its place. Whether a request is
// granted is the system's business: the caller says so.

/** Bytes of an arena on 64-bit Unix. @source mheap.go heapArenaBytes, malloc.go */
export const ARENA_BYTES = 64 * 2 ** 20;
/** Where the heap begins when its base is not random. @source malloc.go mallocinit */
export const DEFAULT_HEAP_BASE = 0xc0_0000_0000;
/** Hints for the heap; the other half of 128 belongs to user arenas. @source malloc.go mallocinit */
const HINT_COUNT = 64;
const HINT_STEP_BYTES = 2 ** 40;

/** @source mheap.go arenaHint, malloc.go sysAlloc */
export class ArenaHints {
  private readonly addresses: number[];

  /** firstAddress: 64 MiB-aligned address of the first hint. */
  constructor(firstAddress = DEFAULT_HEAP_BASE) {
    this.addresses = Array.from({ length: HINT_COUNT }, (_, i) => firstAddress + i * HINT_STEP_BYTES);
  }

  /** The system put a reservation elsewhere and ended it here: the next one will be asked for behind it. */
  continueAt(address: number): void {
    this.addresses[0] = address;
  }

  /**
   * Reserves bytes, rounded up to whole arenas, at the first hint that isGranted accepts: its address, or -1 if all were refused (the
   * process then dies of "out of memory").
   */
  reserve(bytes: number, isGranted: (address: number, bytes: number) => boolean): number {
    const rounded = Math.ceil(bytes / ARENA_BYTES) * ARENA_BYTES;
    while (this.addresses.length > 0) {
      const address = this.addresses[0];
      if (isGranted(address, rounded)) {
        this.addresses[0] = address + rounded;
        return address;
      }
      this.addresses.shift();
    }
    return -1;
  }
}
