/** The largest mappings of a process as events, whichever tool listed them. */
import { captureClock, wallClock } from '../contract.ts';
import type { TextContext } from '../text/reading.ts';
import type { Mapping, MappingClass } from './mapping-class.ts';

/** Mappings kept of each list. */
export const largestKept = 60;

/** A mapping as a tool listed it; bytes, undefined where the tool does not say. */
export interface ListedMapping {
  readonly mapping: Mapping;
  readonly mappingClass: MappingClass;
  readonly line: number;
  readonly rss: number | undefined;
  readonly anonHuge: number | undefined;
}

/** @param sample number of the list within its file */
export function sayMapping(listed: ListedMapping, sample: number, context: TextContext): void {
  const { mapping } = listed;
  const wallNs = context.section?.wallNs;
  context.sink.event({
    kind: 'mapping',
    clock: wallNs === undefined ? captureClock : wallClock,
    tNs: wallNs,
    at: { line: listed.line },
    data: {
      start: `0x${mapping.start.toString(16)}`,
      bytes: Number(mapping.end - mapping.start),
      permissions: mapping.permissions,
      path: mapping.path.slice(0, 400),
      class: listed.mappingClass,
      rss: listed.rss ?? null,
      anon_huge: listed.anonHuge ?? null,
      sample,
    },
  });
}
