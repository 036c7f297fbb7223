/**
 * What a mapping of a process is for, told from its line in maps or smaps alone. Go's heap is told by where the runtime asks the kernel for
 * it; glibc's malloc by its 64 MiB alignment.
 *
 * @source runtime/malloc.go mallocinit (arena hints at 0x00c0<<32, from 1.26 at a random base below 2^47), runtime/mem_linux.go;
 * glibc malloc/arena.c HEAP_MAX_SIZE (64 MiB); kernel fs/proc/task_mmu.c
 */
export type MappingClass =
  | 'go_heap'
  | 'go_runtime'
  | 'brk_heap'
  | 'malloc_arena'
  | 'stack'
  | 'executable'
  | 'library'
  | 'file'
  | 'file_deleted'
  | 'shared'
  | 'anonymous'
  | 'kernel';

export interface Mapping {
  readonly start: bigint;
  readonly end: bigint;
  readonly permissions: string;
  readonly inode: number;
  /** Path or bracketed name; empty for plain anonymous memory. */
  readonly path: string;
}

const goArenaAlign = 0x40_0000n;
const mallocArena = 0x400_0000n;
const mmapRegion = 0x7000_0000_0000n;
const firstHint = 0xc0_0000_0000n;

const headerPattern =
  /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-][w-][x-][ps]) ([0-9a-f]{1,16}) ([0-9a-f]{1,8}:[0-9a-f]{1,8}) (\d{1,20})(?:[ \t]{1,200}(\S.*)?)?$/;

/** The head line of a mapping, or undefined. */
export function parseMapping(text: string): Mapping | undefined {
  const m = headerPattern.exec(text);
  if (!m) return undefined;
  const start = BigInt(`0x${m[1]}`);
  const end = BigInt(`0x${m[2]}`);
  if (end < start) return undefined;
  return { start, end, permissions: m[3] as string, inode: Number(m[6]), path: (m[7] ?? '').trim() };
}

/** `executable` is the path of the program, where it is known (the first file mapping of the list). */
export function classify(mapping: Mapping, executable: string): MappingClass {
  const { path, permissions } = mapping;
  if (path !== '') {
    if (path.startsWith('[anon: Go:') || path.startsWith('[anon:Go:'))
      return /heap/.test(path) ? 'go_heap' : 'go_runtime';
    if (path === '[heap]') return 'brk_heap';
    if (path.startsWith('[stack')) return 'stack';
    if (path.startsWith('[anon')) return 'anonymous';
    if (path.startsWith('[')) return 'kernel';
    if (/^\/(?:dev\/shm|SYSV)|^\/memfd:|^\/dev\/zero/.test(path)) return 'shared';
    if (path.endsWith(' (deleted)')) return path === `${executable} (deleted)` ? 'executable' : 'file_deleted';
    if (path === executable) return 'executable';
    if (/\.so(?:\.[\d.]+)?$/.test(path)) return 'library';
    return 'file';
  }
  if (permissions[3] === 's') return 'shared';
  if (isGoHeap(mapping)) return 'go_heap';
  if (mapping.start >= mmapRegion && isMallocArena(mapping)) return 'malloc_arena';
  return 'anonymous';
}

/** Anonymous memory between the program and the mmap region that begins on a heap growth step: arenas and their reserve. */
function isGoHeap(mapping: Mapping): boolean {
  if (mapping.permissions[2] === 'x') return false;
  if (mapping.start >= firstHint && mapping.start < firstHint + 0x40_0000_0000n) return true;
  return mapping.start > 0x1_0000_0000n && mapping.start < mmapRegion && mapping.start % goArenaAlign === 0n;
}

/** A secondary arena of glibc begins on 64 MiB and is no larger. */
function isMallocArena(mapping: Mapping): boolean {
  return (
    mapping.permissions.startsWith('rw') &&
    mapping.start % mallocArena === 0n &&
    mapping.end - mapping.start <= mallocArena
  );
}
