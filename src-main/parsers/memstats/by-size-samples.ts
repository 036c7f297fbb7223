/**
 * BySize of the samples of one file: objects by slot size, which a span census needs whole and at one moment, not as curves. A long series is thinned:
 * of all samples every first, second, fourth ... is kept, and always the last and the one with the highest HeapAlloc.
 *
 * @source runtime/mstats.go MemStats.BySize (Go 1.26)
 */
import { isObject, type JsonValue, numberField } from '../json/json-exact.ts';
import type { TextContext } from '../text/reading.ts';

/** MemStats has 61; more would be another thing under the name. */
const mostSizes = 200;
/** Samples kept of a file, a kilobyte each. */
const mostSamples = 256;

interface BySizeSample {
  readonly text: string;
  readonly line: number;
  /** NaN where the sample does not tell it. */
  readonly heapAllocBytes: number;
}

export class BySizeSamples {
  private kept: BySizeSample[] = [];
  /** One in so many samples is kept. */
  private stride = 1;
  private seen = 0;
  /** The last sample, until one of another line follows. */
  private last: BySizeSample | undefined;
  private highest: BySizeSample | undefined;

  /** What is no list of sizes with counts is passed over. Of several samples that begin in one line the last one counts. */
  add(value: JsonValue | undefined, heapAllocBytes: number, line: number): void {
    if (!Array.isArray(value) || value.length === 0 || value.length > mostSizes) return;
    const rows = value.filter(isObject).map((o) => ['Size', 'Mallocs', 'Frees'].map((name) => numberField(o, name)));
    if (rows.some((r) => r.some((n) => !Number.isSafeInteger(n) || n < 0))) return;
    if (this.last && this.last.line !== line) this.keep(this.last);
    this.last = { text: rows.map((r) => r.join(' ')).join('\n'), line, heapAllocBytes };
  }

  /** Says what is kept, in the order of lines, and forgets it. */
  say({ sink }: TextContext): void {
    if (this.last && this.last.heapAllocBytes > this.highestBytes) this.highest = this.last;
    const byLine = new Map<number, string>();
    for (const sample of [...this.kept, this.highest, this.last]) if (sample) byLine.set(sample.line, sample.text);
    for (const [line, text] of [...byLine].sort(([a], [b]) => a - b)) sink.fact('memstats.by_size', text, { line });
    this.kept = [];
    this.last = undefined;
    this.highest = undefined;
    this.seen = 0;
    this.stride = 1;
  }

  private keep(sample: BySizeSample): void {
    if (sample.heapAllocBytes > this.highestBytes) this.highest = sample;
    if (this.seen++ % this.stride !== 0) return;
    this.kept.push(sample);
    if (this.kept.length < mostSamples) return;
    this.kept = this.kept.filter((_, i) => i % 2 === 0);
    this.stride *= 2;
  }

  private get highestBytes(): number {
    return this.highest?.heapAllocBytes ?? Number.NEGATIVE_INFINITY;
  }
}
