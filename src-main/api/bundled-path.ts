/** Where the product's own files lie: beside the sources, beside the build, or inside the packaged application. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** @param relative path from the project's root */
export function bundledPath(relative: string): string {
  for (let folder = import.meta.dirname; ; folder = join(folder, '..')) {
    if (existsSync(join(folder, 'package.json'))) return join(folder, relative);
    if (folder === join(folder, '..')) return join(import.meta.dirname, relative);
  }
}
