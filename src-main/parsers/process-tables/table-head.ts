/**
 * Head lines of process tables, whichever tool and whichever columns were asked for: `ps aux`, `ps -eo pid,rss,comm`, `top -b`, `pidstat -r`. A head names
 * PID and at least one column of memory.
 */
export type Unit = 'kib' | 'count' | 'percent';

interface Known {
  readonly metric: string;
  readonly unit: Unit;
}

const known: Readonly<Record<string, Known>> = {
  RSS: { metric: 'rss_bytes', unit: 'kib' },
  RSZ: { metric: 'rss_bytes', unit: 'kib' },
  RSSIZE: { metric: 'rss_bytes', unit: 'kib' },
  RES: { metric: 'rss_bytes', unit: 'kib' },
  VSZ: { metric: 'vm_size_bytes', unit: 'kib' },
  VIRT: { metric: 'vm_size_bytes', unit: 'kib' },
  SHR: { metric: 'rss_shared_bytes', unit: 'kib' },
  SWAP: { metric: 'swap_bytes', unit: 'kib' },
  NLWP: { metric: 'threads', unit: 'count' },
  THCNT: { metric: 'threads', unit: 'count' },
  nTH: { metric: 'threads', unit: 'count' },
  '%CPU': { metric: 'cpu_percent', unit: 'percent' },
  'minflt/s': { metric: 'minor_faults_per_second', unit: 'count' },
  'majflt/s': { metric: 'major_faults_per_second', unit: 'count' },
};
const memory = new Set(['RSS', 'RSZ', 'RSSIZE', 'RES', 'VSZ', 'VIRT']);
const commands = new Set(['COMMAND', 'CMD', 'Command', 'ARGS']);

export interface TableHead {
  readonly cells: number;
  readonly pid: number;
  readonly command: number;
  /** Cells before the first column: pidstat puts a time there. */
  readonly lead: number;
  readonly columns: readonly {
    readonly at: number;
    readonly metric: string;
    readonly unit: Unit;
    readonly name: string;
  }[];
}

/** @param words the words of the line; @param lead words that are no columns (a time of day) */
export function tableHead(words: readonly string[], lead: number): TableHead | undefined {
  const names = words.slice(lead);
  const pid = names.findIndex((w) => w === 'PID' || w === 'TGID');
  if (pid < 0 || names.length < 3 || !names.some((w) => memory.has(w))) return undefined;
  if (names.some((w) => !/^[%+A-Za-z/-]{1,12}$/.test(w))) return undefined;
  const columns = names.flatMap((name, at) => {
    const k = known[name];
    return k ? [{ at: at + lead, name, ...k }] : [];
  });
  const command = names.findIndex((w) => commands.has(w));
  return { cells: names.length + lead, pid: pid + lead, command: command < 0 ? -1 : command + lead, lead, columns };
}

/** The cells of a row; the last one takes what is left. */
export function cellsOf(text: string, head: TableHead): string[] | undefined {
  const words: string[] = [];
  let at = 0;
  while (words.length < head.cells) {
    while (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9) at++;
    if (at >= text.length) return undefined;
    if (words.length === head.cells - 1) {
      words.push(text.slice(at).trimEnd());
      break;
    }
    let end = at;
    while (end < text.length && text.charCodeAt(end) !== 32 && text.charCodeAt(end) !== 9) end++;
    words.push(text.slice(at, end));
    at = end;
  }
  return /^\d{1,10}$/.test(words[head.pid] as string) ? words : undefined;
}

const suffixes: Readonly<Record<string, number>> = { k: 1, m: 2 ** 10, g: 2 ** 20, t: 2 ** 30, p: 2 ** 40 };

/** A cell in the column's unit: bytes, counts, percent. top shortens KiB to `1.2g`. NaN where it is none. */
export function cellValue(cell: string, unit: Unit): number {
  const m = /^(\d{1,15}(?:\.\d{1,6})?)([kmgtp])?$/i.exec(cell);
  if (!m) return Number.NaN;
  const number = Number(m[1]);
  if (unit !== 'kib') return m[2] ? Number.NaN : number;
  return Math.round(number * (m[2] ? (suffixes[m[2].toLowerCase()] as number) : 1) * 1024);
}
