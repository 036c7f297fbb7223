/** Samples of runtime/metrics as rows, whichever way they were written. A histogram gives its count and the bound of its highest filled bucket. */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { captureClock, type Frame, wallClock } from '../contract.ts';
import { sampleTime, type TextContext } from '../text/reading.ts';
import { runtimeMetric } from './runtime-names.ts';

export interface RuntimeHistogram {
  readonly counts: readonly number[];
  /** One bound more than counts; the first and last may be infinite. */
  readonly buckets: readonly number[];
}

export class RuntimeSamples {
  private readonly frames = new Map<string, Frame>();
  private readonly names = new Set<string>();
  private readonly last = new Map<string, number>();
  private readonly peaks = new Map<string, number>();
  samples = 0;

  add(
    values: ReadonlyMap<string, number | RuntimeHistogram>,
    wallNs: bigint | undefined,
    line: number,
    context: TextContext,
  ): void {
    const time = wallNs === undefined ? sampleTime(context) : { domain: 'wall' as const, ns: wallNs };
    const frame = this.frameFor(time.domain === 'wall', context);
    frame.row(time.ns, line);
    this.samples++;
    for (const [name, value] of values) {
      this.names.add(name);
      const { metric, scale } = runtimeMetric(name);
      if (typeof value === 'number') {
        if (Number.isFinite(value)) this.put(frame, metric, name, value * scale);
      } else {
        const count = value.counts.reduce((a, b) => a + b, 0);
        this.put(frame, `${metric}_count`, name, count);
        const highest = value.counts.findLastIndex((c) => c > 0);
        const bound = highest < 0 ? Number.NaN : (value.buckets[highest + 1] ?? Number.NaN);
        const finite = Number.isFinite(bound) ? bound : (value.buckets[highest] ?? Number.NaN);
        if (Number.isFinite(finite)) this.put(frame, `${metric}_highest_bucket`, name, finite);
      }
    }
  }

  reports(dialect: string, taken: number): readonly ReadingReport[] {
    if (this.samples === 0) return [];
    const counts: Record<string, number> = { samples: this.samples, metrics: this.names.size };
    for (const [name, value] of this.last) {
      counts[`last_${name}`] = value;
      counts[`peak_${name}`] = this.peaks.get(name) as number;
    }
    return [{ kind: 'runtime-metrics', dialect, taken, counts }];
  }

  private put(frame: Frame, metric: string, sourceName: string, value: number): void {
    frame.set(frame.column({ metric, sourceName }), value);
    this.last.set(sourceName, value);
    this.peaks.set(sourceName, Math.max(this.peaks.get(sourceName) ?? Number.NEGATIVE_INFINITY, value));
  }

  private frameFor(isWall: boolean, context: TextContext): Frame {
    const key = isWall ? 'wall' : 'capture';
    let frame = this.frames.get(key);
    if (!frame) {
      frame = context.sink.frame('runtime-metrics', isWall ? wallClock : captureClock);
      this.frames.set(key, frame);
    }
    return frame;
  }
}
