/**
 * The one implementation of `Sink`: turns what a parser says into plain messages that can cross a thread. Counts are bounded here, so
 * that no file can fill the case with warnings or events.
 */
import type { Position, ReadingReport } from '../api/contract/evidence.ts';
import type {
  Anchor,
  Clock,
  EventKind,
  EventSpec,
  Facts,
  Frame,
  ProfileSummary,
  Sink,
  TableChunk,
  WarningSpec,
} from './contract.ts';
import { FrameBuilder, type FrameChunk } from './frame-builder.ts';

export type SinkMessage =
  | { readonly kind: 'chunk'; readonly chunk: FrameChunk }
  | { readonly kind: 'event'; readonly event: EventSpec }
  | { readonly kind: 'fact'; readonly key: keyof Facts; readonly value: string | number; readonly at: Position }
  | { readonly kind: 'anchor'; readonly anchor: Anchor }
  | { readonly kind: 'profile'; readonly profile: ProfileSummary }
  /** The arrays are the parser's again once the message has been emitted: pack or copy at once. */
  | { readonly kind: 'table'; readonly chunk: TableChunk }
  | { readonly kind: 'warning'; readonly warning: WarningSpec }
  | { readonly kind: 'reading'; readonly report: ReadingReport }
  | { readonly kind: 'lines'; readonly total: number; readonly unknown: number }
  | { readonly kind: 'truncated'; readonly at: Position };

/** Warnings of one code kept with their place; the rest is counted. */
const warningsPerCode = 100;
const eventsPerKind = 5_000;

export class MessageSink implements Sink {
  private readonly emit: (message: SinkMessage) => void;
  private readonly frames: FrameBuilder[] = [];
  private readonly warned = new Map<string, number>();
  private readonly events = new Map<EventKind, number>();

  constructor(emit: (message: SinkMessage) => void) {
    this.emit = emit;
  }

  frame(name: string, clock: Clock): Frame {
    const frame = new FrameBuilder(this.frames.length, name, clock, (chunk) => this.emit({ kind: 'chunk', chunk }));
    this.frames.push(frame);
    return frame;
  }

  event(event: EventSpec): void {
    const seen = (this.events.get(event.kind) ?? 0) + 1;
    this.events.set(event.kind, seen);
    if (seen <= eventsPerKind) this.emit({ kind: 'event', event });
  }

  fact<K extends keyof Facts>(key: K, value: Facts[K], at: Position): void {
    this.emit({ kind: 'fact', key, value, at });
  }

  anchor(anchor: Anchor): void {
    this.emit({ kind: 'anchor', anchor });
  }

  profile(profile: ProfileSummary): void {
    this.emit({ kind: 'profile', profile });
  }

  table(chunk: TableChunk): void {
    this.emit({ kind: 'table', chunk });
  }

  warn(warning: WarningSpec): void {
    const seen = (this.warned.get(warning.code) ?? 0) + 1;
    this.warned.set(warning.code, seen);
    if (seen <= warningsPerCode) this.emit({ kind: 'warning', warning });
  }

  reading(report: ReadingReport): void {
    this.emit({ kind: 'reading', report });
  }

  lines(total: number, unknown: number): void {
    this.emit({ kind: 'lines', total, unknown });
  }

  truncated(at: Position): void {
    this.emit({ kind: 'truncated', at });
  }

  /** Hands on everything not yet said: open frames and what was counted beyond the limits. */
  close(): void {
    for (const frame of this.frames) frame.flush();
    for (const [code, seen] of this.warned) {
      if (seen > warningsPerCode) {
        this.emit({
          kind: 'warning',
          warning: {
            code: 'read/more_of_the_same',
            severity: 'info',
            phase: 'read',
            args: { code, count: seen - warningsPerCode },
          },
        });
      }
    }
    for (const [kind, seen] of this.events) {
      if (seen > eventsPerKind) {
        this.emit({
          kind: 'warning',
          warning: {
            code: 'read/events_dropped',
            severity: 'data_loss',
            phase: 'read',
            args: { kind, count: seen - eventsPerKind },
          },
        });
      }
    }
  }
}
