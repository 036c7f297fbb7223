/** The traces in `tests/fixtures/go-trace` and what is stored beside them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TraceSource } from '../../../src-main/parsers/go-trace/read-events.ts';

const folder = fileURLToPath(new URL('../../fixtures/go-trace/', import.meta.url));

export const fixtureNames = readdirSync(folder)
  .filter((file) => file.endsWith('.trace'))
  .map((file) => file.slice(0, -'.trace'.length));

export function fixturePath(name: string): string {
  return `${folder}${name}.trace`;
}

/** What is stored under the ending, or undefined. */
export function stored(name: string, ending: 'expected.json' | 'marks.json') {
  const path = `${folder}${name}.${ending}`;
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** A file as one chunk. */
export function sourceOf(path: string): TraceSource {
  const data = new Uint8Array(readFileSync(path));
  async function* chunks() {
    yield data;
  }
  return { sizeBytes: data.length, chunks: chunks() };
}
