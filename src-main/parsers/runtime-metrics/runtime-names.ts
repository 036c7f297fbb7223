/**
 * Names of runtime/metrics, `/memory/classes/heap/objects:bytes`, and what they are elsewhere: client_golang's collector turns each into a
 * Prometheus name by a fixed rule, under which we know them.
 *
 * @source runtime/metrics/doc.go "Supported metrics" (Go 1.16 to 1.26); prometheus/client_golang prometheus/internal/go_runtime_metrics.go
 */
import { promMetrics } from '../prometheus/prom-names.ts';

const pattern = /^\/[a-z0-9][a-z0-9/_-]{1,120}:[a-z0-9*/_-]{1,60}$/;

export function isRuntimeMetric(name: string): boolean {
  return pattern.test(name);
}

export interface RuntimeMetric {
  readonly metric: string;
  readonly scale: number;
}

/** The metric a runtime/metrics name is, its Prometheus name where it is none of ours. */
export function runtimeMetric(name: string): RuntimeMetric {
  const colon = name.indexOf(':');
  const path = name.slice(1, colon).replace(/[^a-z0-9]/g, '_');
  const unit = name.slice(colon + 1).replace(/[^a-z0-9]/g, '_');
  const prometheus = `go_${path}_${unit}`;
  return promMetrics.get(prometheus) ?? promMetrics.get(`${prometheus}_total`) ?? { metric: prometheus, scale: 1 };
}
