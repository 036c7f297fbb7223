/**
 * Every format we know, as data. A parser reads its format; a recogniser only names it. The text parser holds the readings of all line formats,
 * since one log is often several of them. To add a format: a folder, a line here, fixtures and a golden file.
 */
import type { EvidenceKind } from '../api/contract/evidence.ts';
import { allocfreetraceFormat } from './allocfreetrace/allocfreetrace.ts';
import { appLogFormat } from './app-log/app-log.ts';
import { cgroupFormat } from './cgroup/cgroup.ts';
import type { Parser } from './contract.ts';
import { csvFormat } from './csv/csv-samples.ts';
import { foldedStacksFormat } from './folded-stacks/folded-stacks.ts';
import { gcpacertraceFormat } from './gcpacertrace/gcpacertrace.ts';
import { gctraceFormat } from './gctrace/gctrace.ts';
import { gitBlameFormat } from './git-log/git-blame.ts';
import { gitLogFormat } from './git-log/git-log.ts';
import { gitOneLineFormat } from './git-log/git-oneline.ts';
import { buildInfoFormat } from './go-build/build-info.ts';
import { goEscapeFormat } from './go-build/go-escape.ts';
import { goTraceParser } from './go-trace/go-trace.ts';
import { goroutineTextFormat } from './goroutine-text/goroutine-text.ts';
import { heapDebugTextFormat } from './heap-debug-text/heap-debug-text.ts';
import { inittraceFormat } from './inittrace/inittrace.ts';
import { jsonFormat } from './json/json-format.ts';
import { oomFormat } from './kernel-log/oom-block.ts';
import { kubeTablesFormat } from './kubectl/kube-tables.ts';
import { kubeYamlFormat } from './kubectl/kube-yaml.ts';
import { kubectlFormat } from './kubectl/kubectl-describe.ts';
import { gcStatsFormat } from './memstats/gc-stats.ts';
import { memStatsTextFormat } from './memstats/memstats-text.ts';
import { perfScriptFormat } from './perf-script/perf-script.ts';
import { pprofParser } from './pprof/pprof.ts';
import { profileTextFormat } from './pprof/profile-text.ts';
import { hostMemoryFormat } from './proc/meminfo.ts';
import { pmapFormat } from './proc/pmap.ts';
import { procLimitsFormat } from './proc/proc-limits.ts';
import { procStatFormat } from './proc/proc-stat.ts';
import { procStatusFormat } from './proc/proc-status.ts';
import { smapsFormat } from './proc/smaps.ts';
import { statmFormat } from './proc/statm.ts';
import { hostTablesFormat } from './process-tables/host-tables.ts';
import { processTableFormat } from './process-tables/process-table.ts';
import { prometheusFormat } from './prometheus/prometheus.ts';
import { type Recogniser, recognisers } from './recognisers.ts';
import { runtimeMetricsFormat } from './runtime-metrics/runtime-metrics.ts';
import { scavtraceFormat } from './scavtrace/scavtrace.ts';
import { schedtraceFormat } from './schedtrace/schedtrace.ts';
import { straceFormat } from './strace/strace.ts';
import { textParser } from './text/text-parser.ts';

/** In the order in which a line is offered; what can begin like many others comes late. */
export const textFormats = [
  gctraceFormat,
  schedtraceFormat,
  scavtraceFormat,
  gcpacertraceFormat,
  inittraceFormat,
  allocfreetraceFormat,
  smapsFormat,
  statmFormat,
  heapDebugTextFormat,
  profileTextFormat,
  perfScriptFormat,
  straceFormat,
  goroutineTextFormat,
  oomFormat,
  jsonFormat,
  kubeTablesFormat,
  kubeYamlFormat,
  kubectlFormat,
  procStatusFormat,
  procStatFormat,
  procLimitsFormat,
  hostMemoryFormat,
  pmapFormat,
  processTableFormat,
  hostTablesFormat,
  cgroupFormat,
  prometheusFormat,
  runtimeMetricsFormat,
  gcStatsFormat,
  memStatsTextFormat,
  goEscapeFormat,
  buildInfoFormat,
  gitLogFormat,
  gitBlameFormat,
  gitOneLineFormat,
  csvFormat,
  foldedStacksFormat,
  appLogFormat,
];

export const parsers: readonly Parser[] = [goTraceParser, pprofParser, textParser(textFormats)];

/** What a file was taken for. */
export interface Verdict {
  readonly kind: EvidenceKind;
  readonly confidence: number;
  /** Undefined: nothing reads this kind yet, or it is unknown. */
  readonly parser: Parser | undefined;
  readonly recognised: boolean;
}

const surest = 0.2;

/** The surest parser or recogniser for a file, from its first bytes; the name breaks ties only. */
export function sniff(head: Uint8Array, name: string): Verdict {
  let best: { kind: EvidenceKind; confidence: number; parser: Parser | undefined } = {
    kind: 'unknown',
    confidence: 0,
    parser: undefined,
  };
  for (const recogniser of recognisers as readonly Recogniser[]) {
    const confidence = recogniser.sniff(head, name);
    if (confidence > best.confidence) best = { kind: recogniser.kind, confidence, parser: undefined };
  }
  for (const parser of parsers) {
    const { kind, confidence } = parser.sniff(head, name);
    if (confidence > best.confidence) best = { kind, confidence, parser };
  }
  if (best.parser && best.confidence >= surest) return { ...best, recognised: true };
  if (!best.parser && best.confidence >= surest) return { ...best, recognised: true };
  // a text in which nothing was recognised is still read: a later part may be
  const text = parsers.find((p) => p.id === 'text');
  return {
    kind: 'unknown',
    confidence: best.confidence,
    parser: best.parser === text && best.confidence > 0 ? text : undefined,
    recognised: false,
  };
}
