/** Which runtime the process of the case has, told by what no other runtime writes. */
import type { EvidenceKind } from '../api/contract/evidence.ts';
import type { CaseData } from './case-data.ts';

export interface Runtime {
  readonly name: 'go';
  /** As the evidence has it, e.g. `go1.26.0`; empty where none says. */
  readonly version: string;
}

const goKinds: ReadonlySet<EvidenceKind> = new Set([
  'gctrace',
  'memstats',
  'heap-debug-text',
  'goroutine-text',
  'go-crash',
  'go-trace',
  'go-heapdump',
  'runtime-metrics',
]);
const goFrames = new Set(['gctrace', 'schedtrace', 'scavtrace', 'memstats']);
const goMetrics = new Set(['heap_alloc_bytes', 'heap_sys_bytes', 'goroutines']);
const goFunction = /^(?:main|runtime)\./;

/** Undefined where nothing tells: then no cause of a runtime can be named. */
export function runtimeOf(data: CaseData): Runtime | undefined {
  const version = data.fact('runtime.go')?.value;
  const isGo =
    version !== undefined ||
    data.evidence.some((e) => goKinds.has(e.kind)) ||
    data.eventsOf('mapping').some((e) => isGoArena(String(e.data.path), String(e.data.start))) ||
    data.series.some((s) => goFrames.has(s.frameName) || goMetrics.has(s.metric)) ||
    data.profiles.some(({ summary }) => summary.top.some((row) => goFunction.test(row.function)));
  return isGo ? { name: 'go', version: version ?? '' } : undefined;
}

/**
 * Where only Go's heap lies: its first arena up to Go 1.25, and what kernels with named anonymous memory say.
 *
 * @source runtime/malloc.go mallocinit; runtime/set_vma_name_linux.go
 */
function isGoArena(path: string, start: string): boolean {
  return /^\[anon: ?Go:/.test(path) || (path === '' && start === '0xc000000000');
}
