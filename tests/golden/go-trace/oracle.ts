/** The oracle's reading of one trace file, ready to be compared. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { TypeNames, typeNames } from './alloc-types.ts';
import { parsedTraceText, rawTraceText } from './go-tool.ts';
import { type ParsedEvent, parsedEvents, parsedLines } from './parsed-text.ts';
import { asVersion2, withoutTies } from './parsed-v1.ts';

/** First format version with the second layout. */
const firstVersion2 = 22;

export interface OracleReading {
  readonly formatVersion: number;
  readonly events: readonly ParsedEvent[];
  /** See `parsed-text.ts`. */
  readonly lines: readonly string[];
}

/** What `go tool trace -d=parsed` says; throws where it refuses the file. */
export function oracleReading(path: string): OracleReading {
  const formatVersion = headerVersion(path);
  const events = parsedEvents(parsedTraceText(path));
  if (formatVersion >= firstVersion2) {
    return { formatVersion, events, lines: parsedLines(events, typeNames(readFileSync(path))) };
  }
  return {
    formatVersion,
    events,
    lines: comparable(parsedLines(events.map(asVersion2), new TypeNames()), formatVersion),
  };
}

/** Lines of either reader as they can be compared. */
export function comparable(lines: readonly string[], formatVersion: number | undefined): readonly string[] {
  return formatVersion === undefined || formatVersion >= firstVersion2 ? lines : withoutTies(lines);
}

/** One number for all lines of a trace. */
export function digest(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

/** Events of a version 1 file by name, as Go 1.21 lists them; undefined for version 2. */
export function rawCounts(path: string): Record<string, number> | undefined {
  if (headerVersion(path) >= firstVersion2) return undefined;
  const counts: Record<string, number> = {};
  for (const [, name] of rawTraceText(path).matchAll(/^-?\d+ (\w+) p=/gm)) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function headerVersion(path: string): number {
  const head = new Uint8Array(16);
  const file = openSync(path, 'r');
  readSync(file, head);
  closeSync(file);
  return Number(/^go 1\.(\d+) trace/.exec(new TextDecoder().decode(head))?.[1] ?? 0);
}
