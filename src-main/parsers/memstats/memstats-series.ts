/**
 * Samples of runtime.MemStats, whichever way they were written, as rows of one frame; the ring of the last 256 pauses as rows of another,
 * each cycle once.
 */
import { type Clock, captureClock, type Frame, type Sink, wallClock } from '../contract.ts';
import { sampleTime, type TextContext } from '../text/reading.ts';
import { memStatsFields } from './memstats-fields.ts';

const ring = 256;

export class MemStatsSeries {
  private readonly frames = new Map<string, Frame>();
  private pauses: Frame | undefined;
  private pausesUpTo = 0;
  samples = 0;
  private readonly peaks = new Map<string, number>();
  private readonly last = new Map<string, number>();

  /**
   * @param get value of a MemStats field, NaN where it is not there
   * @param wallNs time of the sample where the text tells it
   * @param elapsedNs time since the start of the program, for samples with no wall time
   * @returns the row's frame, for columns of the same sample that are not MemStats
   */
  add(
    get: (field: string) => number,
    wallNs: bigint | undefined,
    line: number,
    context: TextContext,
    elapsedNs?: number,
  ): Frame {
    const { clock, ns } = timeOf(wallNs, elapsedNs, line, context);
    const frame = this.frameFor(clock, context.sink);
    frame.row(ns, line);
    for (const [name, { metric, scale }] of memStatsFields) {
      if (name === 'Alloc' && !Number.isNaN(get('HeapAlloc'))) continue;
      const value = get(name) * scale;
      if (Number.isNaN(value)) continue;
      frame.set(frame.column({ metric, sourceName: name }), value);
      this.last.set(name, value);
      this.peaks.set(name, Math.max(this.peaks.get(name) ?? Number.NEGATIVE_INFINITY, value));
    }
    this.samples++;
    return frame;
  }

  /** The pauses that are new since the former sample. `pauseNs` and `pauseEnd` are the rings as MemStats has them. */
  addPauses(
    numGC: number,
    pauseNs: (i: number) => number,
    pauseEnd: (i: number) => bigint | undefined,
    line: number,
    sink: Sink,
  ): void {
    if (!(numGC > 0) || numGC > 2 ** 32) return;
    const from = Math.max(this.pausesUpTo, numGC - ring);
    if (numGC < this.pausesUpTo) this.pausesUpTo = 0;
    for (let n = from + 1; n <= numGC; n++) {
      const at = (n + ring - 1) % ring;
      const end = pauseEnd(at);
      const ns = pauseNs(at);
      if (end === undefined || end === 0n || Number.isNaN(ns)) continue;
      this.pauses ??= sink.frame('memstats pauses', wallClock);
      this.pauses.row(end, line);
      this.pauses.set(this.pauses.column({ metric: 'gc_cycles_total', sourceName: 'PauseEnd index' }), n);
      this.pauses.set(this.pauses.column({ metric: 'gc_pause_seconds', sourceName: 'PauseNs' }), ns / 1e9);
    }
    this.pausesUpTo = numGC;
  }

  counts(): Record<string, number> {
    const counts: Record<string, number> = { samples: this.samples };
    for (const [name, value] of this.peaks) {
      if (name === 'LastGC') continue;
      counts[`peak_${name}`] = value;
      counts[`last_${name}`] = this.last.get(name) as number;
    }
    return counts;
  }

  private frameFor(clock: Clock, sink: Sink): Frame {
    const key = `${clock.domain} ${clock.instance}`;
    let frame = this.frames.get(key);
    if (!frame) {
      frame = sink.frame('memstats', clock);
      this.frames.set(key, frame);
    }
    return frame;
  }
}

function timeOf(
  wallNs: bigint | undefined,
  elapsedNs: number | undefined,
  line: number,
  context: TextContext,
): { readonly clock: Clock; readonly ns: bigint } {
  if (wallNs !== undefined) return { clock: wallClock, ns: wallNs };
  const around = sampleTime(context);
  if (around.domain === 'wall') return { clock: wallClock, ns: around.ns };
  if (elapsedNs === undefined) return { clock: captureClock, ns: 0n };
  return {
    clock: context.process.advance('memstats', elapsedNs, false, line, undefined),
    ns: BigInt(Math.round(elapsedNs)),
  };
}
