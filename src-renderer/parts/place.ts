/** Links into the evidence: every figure leads to the line or the byte it was read from. */
import type { EvidenceEntry } from '../../src-main/api/contract/documents.ts';
import type { Selection } from '../state/view.ts';

export interface Place {
  /** Path of the evidence, as reports name it. */
  readonly evidence: string;
  readonly line?: number | undefined;
  readonly offset?: number | undefined;
}

export function selectionOf(place: Place, entry: EvidenceEntry): Selection {
  if (place.line !== undefined && place.line > 0) return { kind: 'line', evidence: entry.id, line: place.line };
  if (place.offset !== undefined) return { kind: 'offset', evidence: entry.id, offset: place.offset };
  return entry.lines === null
    ? { kind: 'offset', evidence: entry.id, offset: 0 }
    : { kind: 'line', evidence: entry.id, line: 1 };
}

/** `:12` for a line, `+0x1a` for a byte. */
export function placeSuffix(place: Place): string {
  if (place.line !== undefined && place.line > 0) return `:${place.line}`;
  return place.offset === undefined ? '' : `+0x${place.offset.toString(16)}`;
}
