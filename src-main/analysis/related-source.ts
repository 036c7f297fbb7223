/**
 * What the build and the history of the source say of a finding: why the compiler put the culprit's allocation on the heap, and which changes before the
 * onset touch the culprit or what usually leaks. Hints of where to read: they prove nothing and weigh nothing in the score.
 */
import type { EventRow } from '../case/store/read-store.ts';
import { wallClock } from '../parsers/contract.ts';
import type { Culprit } from './culprit.ts';
import type { Scene } from './signals/signal.ts';
import { isSameFile } from './source-places.ts';

export interface RelatedEscape {
  readonly kind: 'escape';
  readonly evidence: number;
  readonly line: number;
  readonly place: string;
  /** The value or variable the compiler speaks of. */
  readonly subject: string;
  readonly isMoved: boolean;
  /** The last step of why, empty where the build ran with -m once. */
  readonly reason: string;
}

export interface RelatedChange {
  readonly kind: 'change';
  readonly evidence: number;
  readonly line: number;
  readonly id: string;
  readonly subject: string;
  /** Seconds from the change to the onset. */
  readonly before: number;
  /** The file of the culprit that it changes; empty where it does not. */
  readonly touches: string;
  readonly topics: readonly string[];
}

export type Related = RelatedEscape | RelatedChange;

const escapesKept = 4;
const changesKept = 3;
const day = 86_400;
/** A change that is older has been in production for long. */
const oldDays = 30;

/** Escapes at the culprits' lines, then changes, the likeliest first. `onset` in seconds since the case's origin. */
export function relatedOf(scene: Scene, culprits: readonly Culprit[], onset: number | undefined): readonly Related[] {
  const escapes = culprits.flatMap((c) => escapesAt(scene, c)).slice(0, escapesKept);
  return [...escapes, ...(onset === undefined ? [] : changesBefore(scene, culprits, onset))];
}

function escapesAt(scene: Scene, { file, line }: Culprit): RelatedEscape[] {
  if (!file || !line) return [];
  return scene.data
    .eventsNaming('allocation_site', `"line":${line},`)
    .filter((e) => e.data.line === line && isSameFile(String(e.data.file), file, String(e.data.package)))
    .map((e) => ({
      kind: 'escape',
      evidence: e.evidence,
      line: lineOf(e),
      place: `${file}:${line}`,
      subject: String(e.data.subject),
      isMoved: e.data.what === 'moved',
      reason: Array.isArray(e.data.reason) ? String(e.data.reason.at(-1) ?? '') : '',
    }));
}

function changesBefore(scene: Scene, culprits: readonly Culprit[], onset: number): RelatedChange[] {
  const files = culprits.flatMap((c) => (c.file ? [c] : []));
  const ranked: { change: RelatedChange; weight: number }[] = [];
  for (const event of scene.data.eventsOf('change')) {
    const t = event.tNs === undefined ? undefined : scene.timeline.place(event.evidence, wallClock, event.tNs);
    if (t === undefined || t > onset || onset - t > oldDays * day) continue;
    const touches = touchedFile(event, files);
    const topics = Array.isArray(event.data.topics) ? event.data.topics.map(String) : [];
    const before = onset - t;
    const weight = (touches === '' ? 0 : 4) + Math.min(2, topics.length) + (before < day ? 1 : 0);
    if (weight === 0) continue;
    const { evidence } = event;
    const id = String(event.data.id).slice(0, 12);
    const change = { kind: 'change', evidence, line: lineOf(event), id, before, touches, topics } as const;
    ranked.push({ change: { ...change, subject: String(event.data.subject) }, weight });
  }
  const seen = new Set<string>();
  return ranked
    .sort((a, b) => b.weight - a.weight || a.change.before - b.change.before)
    .map((r) => r.change)
    .filter((c) => !seen.has(c.id) && seen.add(c.id))
    .slice(0, changesKept);
}

function lineOf({ at }: EventRow): number {
  return 'line' in at ? at.line : 0;
}

/** Of `git log` the files, of `git blame` the lines that the change wrote last. */
function touchedFile({ data }: EventRow, culprits: readonly Culprit[]): string {
  if (data.source === 'blame') {
    const [from, to] = Array.isArray(data.lines) ? data.lines.map(Number) : [];
    const isIn = (line = 0) => from !== undefined && to !== undefined && line >= from && line <= to;
    // without -f a blame does not name its file
    return culprits.find((c) => data.file !== '' && isIn(c.line) && isSamePath(String(data.file), c.file))?.file ?? '';
  }
  const files = Array.isArray(data.files) ? data.files : [];
  for (const f of files) {
    const path = typeof f === 'object' && f !== null && 'path' in f ? String(f.path) : '';
    const hit = culprits.find((c) => isSamePath(path, c.file));
    if (hit?.file) return hit.file;
  }
  return '';
}

/** A file at the top of a repository has no folder to compare; the culprit's own folder is taken for the repository. */
function isSamePath(path: string, file: string | undefined): boolean {
  return file !== undefined && isSameFile(path, file, file.slice(0, file.lastIndexOf('/')));
}
