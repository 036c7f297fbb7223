/**
 * The records of a heap profile in text as the same model that the protobuf form gives. The text holds sampled counts and bytes; they are scaled as Go scales
 * them when it writes protobuf.
 *
 * @source runtime/pprof/protomem.go scaleHeapSample, writeHeapProto (Go 1.26)
 */
import type { TextFrame } from '../goroutine-text/stack-text.ts';
import type { ProfileModel } from '../pprof/profile-model.ts';

const samplesKept = 100_000;
const framesKept = 500_000;

export const heapSampleTypes = [
  { type: 'alloc_objects', unit: 'count' },
  { type: 'alloc_space', unit: 'bytes' },
  { type: 'inuse_objects', unit: 'count' },
  { type: 'inuse_space', unit: 'bytes' },
] as const;

export class TextProfile {
  private readonly rate: number;
  private readonly values: number[] = [];
  private readonly starts: number[] = [0];
  private readonly stacks: number[] = [];
  private readonly strings: string[] = [''];
  private readonly stringIds = new Map<string, number>([['', 0]]);
  private readonly lineIds = new Map<string, number>();
  private readonly lines: { name: number; file: number; line: number }[] = [];

  /** @param rate bytes between two samples on average; 1 or less: everything was counted */
  constructor(rate: number) {
    this.rate = rate;
  }

  get samples(): number {
    return this.starts.length - 1;
  }

  /** @param counts objects and bytes in use, then objects and bytes allocated, as sampled; @param frames innermost first */
  add(counts: readonly [number, number, number, number], frames: readonly TextFrame[]): void {
    if (frames.length === 0 || this.samples >= samplesKept || this.stacks.length + frames.length > framesKept) return;
    const [useObjects, useBytes, objects, bytes] = counts;
    this.values.push(...this.scaled(objects, bytes), ...this.scaled(useObjects, useBytes));
    for (const frame of frames) this.stacks.push(this.lineOf(frame));
    this.starts.push(this.stacks.length);
  }

  /** @param timeNs nanoseconds since 1970, 0 where nothing tells it */
  model(timeNs: bigint): ProfileModel {
    const { lines, strings } = this;
    const none = new Float64Array(lines.length);
    return {
      sampleTypes: heapSampleTypes,
      defaultType: 'inuse_space',
      sampleCount: this.samples,
      values: Float64Array.from(this.values),
      stackStart: Uint32Array.from(this.starts),
      stackLocations: Uint32Array.from(this.stacks),
      lineStart: Uint32Array.from({ length: lines.length + 1 }, (_, i) => i),
      lineFunction: Int32Array.from(lines, (_, i) => i),
      lineNumber: Float64Array.from(lines, (l) => l.line),
      locationMapping: new Int32Array(lines.length).fill(-1),
      locationAddress: none,
      functionName: Uint32Array.from(lines, (l) => l.name),
      functionFile: Uint32Array.from(lines, (l) => l.file),
      functionStartLine: none,
      mappings: [],
      labels: [],
      timeNs,
      durationNs: 0n,
      periodType: { type: 'space', unit: 'bytes' },
      period: this.rate,
      dropFrames: '',
      keepFrames: '',
      comments: [],
      string: (index) => strings[index] ?? '',
    };
  }

  private scaled(objects: number, bytes: number): [number, number] {
    if (objects === 0 || bytes === 0) return [0, 0];
    if (this.rate <= 1) return [objects, bytes];
    const scale = 1 / (1 - Math.exp(-(bytes / objects) / this.rate));
    return [Math.trunc(objects * scale), Math.trunc(bytes * scale)];
  }

  private lineOf(frame: TextFrame): number {
    const key = `${frame.function}\n${frame.file}\n${frame.line}`;
    let id = this.lineIds.get(key);
    if (id === undefined) {
      id = this.lines.length;
      this.lineIds.set(key, id);
      this.lines.push({ name: this.stringOf(frame.function), file: this.stringOf(frame.file), line: frame.line });
    }
    return id;
  }

  private stringOf(text: string): number {
    let id = this.stringIds.get(text);
    if (id === undefined) {
      id = this.strings.length;
      this.strings.push(text);
      this.stringIds.set(text, id);
    }
    return id;
  }
}
