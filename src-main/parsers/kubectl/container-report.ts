/**
 * What a container's description tells, whichever tool printed it: limits, settings of the Go runtime, how it ended. Said to the sink in one way.
 *
 * @source k8s.io/api/core/v1 ContainerStatus; docker inspect State; CRI ContainerStatus
 */
import type { Position } from '../../api/contract/evidence.ts';
import { type Json, type Sink, wallClock } from '../contract.ts';
import { parseTimestamp } from '../text/timestamp.ts';

export interface ContainerEnd {
  readonly state: string;
  readonly reason: string;
  /** NaN where it is not told. */
  readonly exitCode: number;
  readonly message: string;
  readonly started: string;
  readonly finished: string;
  readonly at: Position;
}

export interface ContainerReport {
  readonly name: string;
  readonly at: Position;
  readonly limitBytes: number;
  readonly requestBytes: number;
  readonly restarts: number;
  readonly ends: readonly ContainerEnd[];
  readonly env: ReadonlyMap<string, string>;
}

const settings = { GOGC: 'setting.gogc', GOMEMLIMIT: 'setting.gomemlimit', GODEBUG: 'setting.godebug' } as const;

/** Names of environment variables that are read; others may hold secrets. */
export function isRuntimeSetting(name: string): name is keyof typeof settings {
  return Object.hasOwn(settings, name);
}

export class ContainerReports {
  terminations = 0;
  containers = 0;
  readonly counts: Record<string, number | string> = {};

  say(report: ContainerReport, sink: Sink): void {
    const { counts } = this;
    this.containers++;
    if (report.limitBytes > 0) {
      counts.memory_limit_bytes = Math.max(Number(counts.memory_limit_bytes ?? 0), report.limitBytes);
      sink.fact('container.limit_bytes', report.limitBytes, report.at);
    }
    if (report.requestBytes > 0) counts.memory_request_bytes = report.requestBytes;
    if (report.restarts > 0) counts.restarts = Math.max(Number(counts.restarts ?? 0), report.restarts);
    if (report.name !== '') sink.fact('container.name', report.name, report.at);
    for (const [name, value] of report.env) if (isRuntimeSetting(name)) sink.fact(settings[name], value, report.at);
    for (const end of report.ends) this.sayEnd(end, report, sink);
  }

  private sayEnd(end: ContainerEnd, report: ContainerReport, sink: Sink): void {
    this.terminations++;
    if (!Number.isNaN(end.exitCode)) this.counts.exit_code = end.exitCode;
    if (end.reason !== '') this.counts.reason = end.reason;
    const finished = parseTimestamp(end.finished);
    const started = parseTimestamp(end.started);
    const data: Record<string, Json> = {
      state: end.state,
      reason: end.reason,
      container: report.name,
      restarts: report.restarts,
      limit_bytes: report.limitBytes || null,
      started: end.started,
      finished: end.finished,
      started_wall_ns: started ? String(started.ns) : null,
    };
    if (!Number.isNaN(end.exitCode)) data.exit_code = end.exitCode;
    if (end.message !== '') data.message = end.message.slice(0, 300);
    sink.event({ kind: 'container_terminated', clock: wallClock, tNs: finished?.ns, at: end.at, data });
  }
}
