/**
 * What of memory's usual causes a change mentions, by the words of its message and its lines. A hint for reading changes near an onset: words, not
 * meaning.
 */
const topics: readonly (readonly [string, RegExp])[] = [
  ['cgo', /\bimport "C"|\bC\.\w|\bcgo\b/],
  ['unsafe', /\bunsafe\b/],
  ['pool', /\bsync\.Pool\b|\bpools?\b/i],
  ['io', /\b(?:io|os|bufio|ioutil|net|http)\.[A-Z]|\bReadAll\b|\bBody\b/],
  ['mapping', /\bmmap|munmap|madvise/i],
  ['goroutine', /\bgo func\b|\bgo \w{1,60}\(|\bgoroutines?\b|\bchan\b/],
  ['timer', /\btime\.(?:After|Tick|NewTimer|NewTicker|AfterFunc)\b/],
  ['cache', /\bcach(?:e|es|ed|ing)\b|\bLRU\b|\bmemoi[sz]/i],
  ['context', /\bcontext\.With\w/],
  ['buffer', /\bbytes\.Buffer\b|\bbuffers?\b/i],
  ['limit', /\bGOGC\b|\bGOMEMLIMIT\b|SetGCPercent|SetMemoryLimit|\bmemory limit/i],
  ['finalizer', /SetFinalizer|AddCleanup/],
];

export class Topics {
  private readonly found = new Set<string>();

  add(text: string): void {
    if (this.found.size === topics.length) return;
    for (const [name, words] of topics) if (!this.found.has(name) && words.test(text)) this.found.add(name);
  }

  list(): readonly string[] {
    return topics.map(([name]) => name).filter((name) => this.found.has(name));
  }
}
