/** A ledger over time: a row for each call, cumulative where it only rises. */
import type { Clock, Frame, Sink } from '../contract.ts';
import type { MappingLedger } from './ledger.ts';

export class ChurnSeries {
  private readonly sink: Sink;
  private readonly source: string;
  private readonly frames = new Map<string, Frame>();
  private readonly calls = new Map<string, number>();
  private readonly advised = new Map<string, number>();

  /** @param source how the recorder is called, for the names of the series */
  constructor(sink: Sink, source: string) {
    this.sink = sink;
    this.source = source;
  }

  /** One call: the ledger as it is after it. */
  row(clock: Clock, tNs: bigint, line: number, call: string, ledger: MappingLedger): void {
    const frame = this.open(clock, tNs, line);
    const put = (metric: string, value: number) =>
      frame.set(frame.column({ metric, sourceName: `${this.source} ${metric}` }), value);
    put('mapped_bytes_total', ledger.mappedBytes);
    put('unmapped_bytes_total', ledger.unmappedBytes);
    put('mapped_kept_bytes', ledger.keptBytes);
    put('mapped_reserved_bytes', ledger.reservedBytes);
    this.counter(frame, this.calls, 'memory_calls_total', 'call', call, 1);
  }

  /** madvise: bytes given to each advice. */
  advice(clock: Clock, tNs: bigint, line: number, advice: string, bytes: number): void {
    const frame = this.open(clock, tNs, line);
    this.counter(frame, this.calls, 'memory_calls_total', 'call', 'madvise', 1);
    this.counter(frame, this.advised, 'madvise_bytes_total', 'advice', advice, bytes);
  }

  /** Any other event: how often it happened so far, weighted by its period. */
  event(clock: Clock, tNs: bigint, line: number, event: string, weight: number): void {
    this.counter(this.open(clock, tNs, line), this.calls, 'perf_events_total', 'event', event, weight);
  }

  private counter(
    frame: Frame,
    totals: Map<string, number>,
    metric: string,
    label: string,
    value: string,
    by: number,
  ): void {
    const key = `${metric} ${value}`;
    const total = (totals.get(key) ?? 0) + by;
    if (!totals.has(key) && totals.size >= 1_000) return;
    totals.set(key, total);
    frame.set(frame.column({ metric, sourceName: `${this.source} ${metric}`, labels: { [label]: value } }), total);
  }

  private open(clock: Clock, tNs: bigint, line: number): Frame {
    const key = `${clock.domain} ${clock.instance}`;
    let frame = this.frames.get(key);
    if (!frame) {
      frame = this.sink.frame(this.source, clock);
      this.frames.set(key, frame);
    }
    frame.row(tNs, line);
    return frame;
  }
}

/** @source include/uapi/asm-generic/mman-common.h MADV_* */
const advices = new Map<number, string>([
  [0, 'normal'],
  [1, 'random'],
  [2, 'sequential'],
  [3, 'willneed'],
  [4, 'dontneed'],
  [8, 'free'],
  [9, 'remove'],
  [10, 'dontfork'],
  [11, 'dofork'],
  [14, 'hugepage'],
  [15, 'nohugepage'],
  [16, 'dontdump'],
  [17, 'dodump'],
  [20, 'cold'],
  [21, 'pageout'],
  [22, 'populate_read'],
  [23, 'populate_write'],
  [25, 'collapse'],
]);

export function adviceName(code: number): string {
  return advices.get(code) ?? `advice ${code}`;
}
