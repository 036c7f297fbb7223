/**
 * Whom a stack without files is charged to. The innermost frame of the program asked for it, unless Go's own heap did on the way: that is how any program
 * allocates. Below a call into C there are no Go frames; the stub that cgo wrote names the C function that was called.
 */
import { isProgramCode } from '../pprof/go-symbols.ts';

/** Functions by which Go's heap asks the kernel for memory. @source runtime/mem.go, mem_linux.go, mheap.go, malloc.go (Go 1.19 to 1.26) */
const goHeap =
  /^runtime\.(?:sys(?:Alloc|Reserve|Map|Used|Mmap)\w{0,20}|mmap(?:\.func1)?|persistentalloc\w{0,2}|\(\*mheap\)\.\w{1,40})$/;
const cgoStub = /^_cgo_[0-9a-f]{1,40}_C2?func_/;

/** Index of the frame; frames innermost first, at least one. */
export function chargedFrame(frames: readonly string[]): number {
  const heap = frames.findIndex((f) => goHeap.test(f));
  if (heap >= 0) return heap;
  const own = frames.findIndex((f) => isProgramCode(f, ''));
  if (own >= 0) return own;
  return Math.max(
    0,
    frames.findIndex((f) => cgoStub.test(f)),
  );
}
