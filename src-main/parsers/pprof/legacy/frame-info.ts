/**
 * Frames of the measuring itself that legacy profiles carry at their leaves: patterns of what to drop and, among that, what to keep.
 *
 * @source github.com/google/pprof profile/legacy_profile.go addLegacyFrameInfo, allocRxStr, allocSkipRxStr, cpuProfilerRxStr, lockRxStr
 */
import type { ValueType } from '../profile-model.ts';

const allocation = [
  'calloc|cfree|malloc|free|memalign|do_memalign|(__)?posix_memalign|pvalloc|valloc|realloc',
  'tcmalloc::.*|tc_calloc|tc_cfree|tc_malloc|tc_free|tc_memalign|tc_posix_memalign|tc_pvalloc|tc_valloc|tc_realloc',
  'tc_new|tc_delete|tc_newarray|tc_deletearray|tc_new_nothrow|tc_newarray_nothrow',
  'malloc_zone_malloc|malloc_zone_calloc|malloc_zone_valloc|malloc_zone_realloc|malloc_zone_memalign|malloc_zone_free',
  'runtime\\..*',
  'BaseArena::.*|(::)?do_malloc_no_errno|(::)?do_malloc_pages|(::)?do_malloc|DoSampledAllocation',
  'MallocedMemBlock::MallocedMemBlock|_M_allocate|__builtin_(vec_)?delete|__builtin_(vec_)?new',
  '__gnu_cxx::new_allocator::allocate|__libc_malloc|__malloc_alloc_template::allocate|allocate|cpp_alloc',
  'operator new(\\[\\])?|simple_alloc::allocate',
].join('|');

const allocationKept = 'runtime\\.panic|runtime\\.reflectcall|runtime\\.call[0-9]*';

const cpu = 'ProfileData::Add|ProfileData::prof_handler|CpuProfiler::prof_handler|__pthread_sighandler|__restore';

const lock = [
  'RecordLockProfileData|(base::)?RecordLockProfileData.*|(base::)?SubmitMutexProfileData.*',
  '(base::)?SubmitSpinLockProfileData.*|(base::Mutex::)?AwaitCommon.*|(base::Mutex::)?Unlock.*',
  '(base::Mutex::)?UnlockSlow.*|(base::Mutex::)?ReaderUnlock.*|(base::MutexLock::)?~MutexLock.*',
  '(Mutex::)?AwaitCommon.*|(Mutex::)?Unlock.*|(Mutex::)?UnlockSlow.*|(Mutex::)?ReaderUnlock.*',
  '(MutexLock::)?~MutexLock.*|(SpinLock::)?Unlock.*|(SpinLock::)?SlowUnlock.*|(SpinLockHolder::)?~SpinLockHolder.*',
].join('|');

const heapTypes = new Set([
  'allocations size',
  'objects space',
  'inuse_objects inuse_space',
  'alloc_objects alloc_space',
  'alloc_objects alloc_space inuse_objects inuse_space',
]);

export function legacyFrameInfo(types: readonly ValueType[]): {
  readonly dropFrames: string;
  readonly keepFrames: string;
} {
  const names = types.map((t) => t.type).join(' ');
  if (heapTypes.has(names)) return { dropFrames: allocation, keepFrames: allocationKept };
  if (names === 'contentions delay') return { dropFrames: lock, keepFrames: '' };
  return { dropFrames: cpu, keepFrames: '' };
}
