/**
 * The files of the window as a table, path to bytes, made once at the start. A request is looked up in it as it stands: nothing is decoded and joined to a
 * folder, so there is nothing to escape from.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export function windowFiles(folder: string): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  const walk = (path: string, shown: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) walk(join(path, entry.name), `${shown}/${entry.name}`);
      else if (entry.isFile()) files.set(`${shown}/${entry.name}`, readFileSync(join(path, entry.name)));
    }
  };
  walk(folder, '');
  const index = files.get('/index.html');
  if (index) files.set('/', index);
  return files;
}
