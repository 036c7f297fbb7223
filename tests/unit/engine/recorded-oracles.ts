// Where the tests find recorded runs: small copies in the fixtures, always; the full sets beside the repository, where present.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Folder of the cut-down copies. */
export const fixtureFolder = join(here, '../../fixtures/engine');

/** The full sets: the nearest shared/engine above this repository, undefined if there is none. */
export const sharedFolder: string | undefined = findShared(here);

function findShared(from: string): string | undefined {
  const candidate = join(from, 'shared/engine');
  if (existsSync(candidate)) return candidate;
  const parent = dirname(from);
  return parent === from ? undefined : findShared(parent);
}

/** Parsed JSON of a file. */
export function readJson(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(...path), 'utf8'));
}

/** Files of a folder with an ending, sorted; none if the folder is undefined or missing. */
export function filesIn(folder: string | undefined, ending: string): readonly string[] {
  if (folder === undefined || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort();
}
