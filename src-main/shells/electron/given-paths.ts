/**
 * What the window may open by path. The renderer shows hostile text and is not trusted with the file system: it can name only what the person chose
 * in a dialog, dropped, or started the program with. The preload reports those; the renderer cannot make a `File` with a path.
 */
import { lstatSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';

const mostPaths = 64;
const longestPath = 4_096;
/** What a file given on the command line or by a second start may end in: argv is written by whoever starts us. */
const extensions =
  /\.(?:spancase|zip|tar|tgz|gz|zst|log|txt|out|err|json|jsonl|ndjson|prom|metrics|csv|tsv|md|pb|pprof|prof|trace|dump|hprof|core|smaps|maps|status|stat|yaml|yml|html|jfr|folded|perf)$/i;

export class GivenPaths {
  private readonly paths = new Set<string>();

  give(paths: readonly unknown[]): void {
    for (const path of paths.slice(0, mostPaths)) {
      if (typeof path === 'string' && path.length <= longestPath && isAbsolute(path)) this.paths.add(resolve(path));
    }
  }

  has(path: string): boolean {
    return this.paths.has(resolve(path));
  }
}

/** Files and folders that a start names: those that exist and look like evidence. Options are passed over. */
export function pathsOfArguments(args: readonly string[], folder: string): string[] {
  const found: string[] = [];
  for (const arg of args) {
    if (found.length === mostPaths) break;
    if (arg.startsWith('-') || arg.length > longestPath || arg.includes('\0')) continue;
    const path = resolve(folder, arg);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() || (stat?.isFile() && extensions.test(path))) found.push(path);
  }
  return found;
}
