const goHeap =
  /^runtime\.(?:sys(?:Alloc|Reserve|Map|Used|Mmap)\w{0,20}|mmap(?:\.func1)?|persistentalloc\w{0,2}|\(\*mheap\)\.\w{1,40})$/;

/**
 * Whether a function belongs to Go's own heap as it asks the kernel for memory. Any program allocates so; the function of the program above it is not the
 * one that maps.
 *
 * @source runtime/mem.go, mem_linux.go, mheap.go, malloc.go (Go 1.19 to 1.26)
 */
export function growsGoHeap(functionName: string): boolean {
  return goHeap.test(functionName);
}
