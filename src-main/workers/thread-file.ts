import { existsSync } from 'node:fs';

/** The file of a thread's entry: beside this one in the sources, beside the bundle or above its chunks in a build. */
export function threadFile(entry: 'parse-worker' | 'ahead-worker'): URL {
  if (import.meta.url.endsWith('.ts')) return new URL(`./${entry}.ts`, import.meta.url);
  const beside = new URL(`./${entry}.js`, import.meta.url);
  return existsSync(beside) ? beside : new URL(`../${entry}.js`, import.meta.url);
}
