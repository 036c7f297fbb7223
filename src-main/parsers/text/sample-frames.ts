/**
 * Rows for samples that carry no time of their own: the time is that of the header above them, of the log line around them, of the runtime line
 * before them, or the moment the file was made. One frame for each clock that occurs.
 */
import { type Clock, type ColumnSpec, captureClock, type Frame, wallClock } from '../contract.ts';
import type { Line } from './line.ts';
import type { TextContext } from './reading.ts';

export class SampleFrames {
  private readonly name: string;
  private readonly frames = new Map<string, Frame>();
  private current: Frame | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Begins the sample that the line opens. */
  open(line: Line, context: TextContext): void {
    const wallNs = context.section?.wallNs ?? context.prefix?.wallNs;
    if (wallNs !== undefined) this.row(wallClock, wallNs, line.number, context);
    else if (context.process.lastNs > 0)
      this.row(context.process.clock, BigInt(Math.round(context.process.lastNs)), line.number, context);
    else this.row(captureClock, 0n, line.number, context);
  }

  set(spec: ColumnSpec, value: number): void {
    if (this.current && Number.isFinite(value)) this.current.set(this.current.column(spec), value);
  }

  close(): void {
    this.current = undefined;
  }

  get isOpen(): boolean {
    return this.current !== undefined;
  }

  private row(clock: Clock, ns: bigint, line: number, context: TextContext): void {
    const key = `${clock.domain} ${clock.instance}`;
    let frame = this.frames.get(key);
    if (!frame) {
      frame = context.sink.frame(this.name, clock);
      this.frames.set(key, frame);
    }
    frame.row(ns, line);
    this.current = frame;
  }
}
