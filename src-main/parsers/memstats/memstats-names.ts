/**
 * The spellings under which programs print runtime figures, and what they are: a field of runtime.MemStats, or a quantity of the process beside
 * it. Upper and lower case, `_`, blanks and dots do not count.
 */
import { memStatsFields } from './memstats-fields.ts';

/** Spellings that are no field's own. */
const aliases: Readonly<Record<string, string>> = {
  heaprelease: 'HeapReleased',
  heapallocated: 'HeapAlloc',
  heapinusebytes: 'HeapInuse',
  heapinus: 'HeapInuse',
  stackuse: 'StackInuse',
  numberofgc: 'NumGC',
  gcnum: 'NumGC',
  gccount: 'NumGC',
  pausetotal: 'PauseTotalNs',
  gcpausetotal: 'PauseTotalNs',
  gccpufrac: 'GCCPUFraction',
  totalallocated: 'TotalAlloc',
  lastgctime: 'LastGC',
};

const others: Readonly<Record<string, string>> = {
  goroutines: 'goroutines',
  numgoroutine: 'goroutines',
  numgoroutines: 'goroutines',
  goroutine: 'goroutines',
  goroutinecount: 'goroutines',
  rss: 'rss_bytes',
  vmrss: 'rss_bytes',
  maxrss: 'rss_peak_bytes',
  residentmemory: 'rss_bytes',
  numcgocall: 'cgo_calls_total',
  openfds: 'open_fds',
};

/** Names that mean nothing else: one of them is enough to know a MemStats. */
const strong = new Set(
  [
    'heapalloc heapsys heapidle heapinuse heapreleased heaprelease heapobjects totalalloc stackinuse stacksys mspaninuse mspansys mcacheinuse mcachesys',
    'buckhashsys gcsys othersys nextgc pausetotalns numgc numforcedgc gccpufraction',
  ]
    .join(' ')
    .split(' '),
);

const byPlainName = new Map<string, string>([...memStatsFields.keys()].map((name) => [name.toLowerCase(), name]));
for (const [alias, name] of Object.entries(aliases)) byPlainName.set(alias, name);

export interface RuntimeName {
  /** The field of MemStats, or undefined where `metric` is something beside it. */
  readonly field: string | undefined;
  readonly metric: string;
  readonly isStrong: boolean;
}

/** What a printed key is; undefined for any other word. */
export function runtimeName(key: string): RuntimeName | undefined {
  const plain = key.toLowerCase().replace(/[\s_.-]/g, '');
  const bare = plain.startsWith('memstats') ? plain.slice(8) : plain;
  const field = byPlainName.get(bare);
  if (field !== undefined) {
    const known = memStatsFields.get(field);
    return known && { field, metric: known.metric, isStrong: strong.has(bare) };
  }
  const metric = others[bare];
  return metric === undefined ? undefined : { field: undefined, metric, isStrong: false };
}
