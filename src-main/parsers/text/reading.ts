/**
 * A text is read by several readings at once, each of which knows the lines of one format: a log of a Go program is gctrace, schedtrace,
 * a crash and application lines in one. A reading is offered a line and takes it or leaves it; it keeps what it needs between lines.
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Clock, Sink } from '../contract.ts';
import type { Line } from './line.ts';
import type { LinePrefix } from './prefix.ts';
import type { ProcessClock } from './process-clock.ts';

/** What is known around the line being read. One object for the whole text. */
export interface TextContext {
  readonly sink: Sink;
  readonly name: string;
  readonly modifiedNs: bigint | undefined;
  /** The header that opened the part being read (`=== time /proc/7/smaps`), or undefined before the first. */
  section: Section | undefined;
  /** Wall time the log shipper or logger put before the line being read. */
  prefix: LinePrefix | undefined;
  /** The runs of the program that wrote this log. */
  readonly process: ProcessClock;
  /** Offers a line found inside another one (a container log's JSON) to the readings. */
  reread(text: string, number: number, prefix: LinePrefix | undefined): void;
}

export interface Section {
  /** Wall time of the sample, nanoseconds since 1970, or undefined. */
  readonly wallNs: bigint | undefined;
  /** What the header names, a path or a word; may be empty. */
  readonly path: string;
  readonly line: number;
}

export interface Reading {
  /** Takes the line, or leaves it to others. The line is only valid during the call. */
  take(line: Line, context: TextContext): boolean;
  /** A header begins another part, or the text ends: what was gathered belongs to the former part. */
  endSection(context: TextContext): void;
  /** After the last line: one report for each kind it met. */
  reports(): readonly ReadingReport[];
}

/** How a reading is made, and which lines are worth offering to it. */
export interface ReadingFormat {
  readonly id: string;
  /** Characters a line of this format can begin with; undefined: any. Only a filter, a reading still decides. */
  readonly opens?: string;
  /** A text that stands somewhere in a line of the format, for logs whose prefix is not known. */
  readonly marker?: string;
  /** How much one taken line speaks for the kind of the whole file, against the other formats. Default 1. */
  readonly weight?: number;
  /** Takes what no other reading wants. */
  readonly fallback?: boolean;
  create(name: string): Reading;
}

/** The clock of one sample: the wall time of its section where there is one, else the moment of capture. */
export function sampleTime(context: TextContext): { readonly domain: Clock['domain']; readonly ns: bigint } {
  const ns = context.section?.wallNs ?? context.prefix?.wallNs;
  return ns === undefined ? { domain: 'capture', ns: 0n } : { domain: 'wall', ns };
}
