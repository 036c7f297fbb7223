// What a Go program says when the system gives it no more address space, and what that does and does not mean.
//
// Only a refused reservation or mapping makes an allocation fail. A memory limit (GOMEMLIMIT) never does, and a container limit kills
// the process from outside, without a word from Go and with exit status 137. The number in the message is the growth that was asked
// for, whole chunks of 4 MiB, not the object's size; the refused reservation itself is a whole arena.

/** Exit status of a process that died of a Go fatal error. */
export const FATAL_ERROR_EXIT_STATUS = 2;

/** A failed growth: everything in bytes. */
export interface OutOfMemory {
  /** The growth that failed: the request rounded up to chunks. */
  readonly askBytes: number;
  /** Heap spans plus free plus released pages. */
  readonly inUseBytes: number;
  /** The lines on standard error, in order. @source mheap.go grow, mcache.go refill, allocLarge */
  readonly messages: readonly string[];
  readonly exitStatus: number;
}

/** Describes a growth of askBytes that was refused while inUseBytes were held. */
export function outOfMemory(askBytes: number, inUseBytes: number): OutOfMemory {
  return {
    askBytes,
    inUseBytes,
    messages: [
      `runtime: out of memory: cannot allocate ${askBytes}-byte block (${inUseBytes} in use)`,
      'fatal error: out of memory',
    ],
    exitStatus: FATAL_ERROR_EXIT_STATUS,
  };
}
