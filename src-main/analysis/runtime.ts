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
    data.series.some((s) => goFrames.has(s.frameName) || goMetrics.has(s.metric)) ||
    data.profiles.some(({ summary }) => summary.top.some((row) => goFunction.test(row.function)));
  return isGo ? { name: 'go', version: version ?? '' } : undefined;
}
