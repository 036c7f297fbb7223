/**
 * Runtime figures inside a line: `HeapAlloc = 12.3 MiB`, `Alloc: 123,`, `{Alloc:1 TotalAlloc:2 ...}` as %+v and %#v print it, and phrases in
 * which the words follow the numbers: `1.1 GiB RSS, 345 goroutines, 420 MiB/37 MiB/618 MiB GO alloc/idle/total`.
 */
import { runtimeName } from './memstats-names.ts';
import { parseQuantityText, type Quantity } from './quantity-text.ts';

export interface Figure {
  /** The field of MemStats, or undefined where it is something beside it. */
  readonly field: string | undefined;
  readonly metric: string;
  readonly isStrong: boolean;
  /** In the unit of MemStats (bytes, nanoseconds, counts). */
  readonly value: number;
  /** As it stands in the text. */
  readonly text: string;
  readonly quantity: Quantity;
  /** Where the value ends in the line. */
  readonly end: number;
}

const key = /[A-Za-z][A-Za-z0-9_.-]{1,40}/y;
const gap =
  /[ \t"'`*|]{0,40}(?:[:=|→]|\t|-?>)[ \t"'`*|]{0,40}(?:\((?:u?int(?:64|32)?|float64)\)[ \t]{0,4})?|[ \t]{2,40}/y;
const mostFigures = 200;

/** Every `key value` pair of the line whose key is known, in order. */
export function figuresIn(line: string): readonly Figure[] {
  const out: Figure[] = [];
  let at = 0;
  while (at < line.length && out.length < mostFigures) {
    key.lastIndex = at;
    const m = key.exec(line);
    if (!m) {
      at++;
      continue;
    }
    const name = m[0];
    const behind = at + name.length;
    gap.lastIndex = behind;
    const separator = gap.exec(line);
    const known = separator ? runtimeName(name) : undefined;
    const start = separator ? behind + separator[0].length : behind;
    const quantity = known ? parseQuantityText(line.slice(start, start + 64)) : undefined;
    if (known && quantity) {
      const end = start + quantity.length;
      out.push({ ...known, value: inOwnUnit(known.field, quantity), text: line.slice(start, end), quantity, end });
      at = end;
    } else at = behind;
  }
  return out;
}

/** MemStats counts pauses in nanoseconds. */
function inOwnUnit(field: string | undefined, quantity: Quantity): number {
  return field === 'PauseTotalNs' && quantity.kind === 'seconds' ? Math.round(quantity.value * 1e9) : quantity.value;
}

const phraseMetrics: Readonly<Record<string, string>> = {
  rss: 'rss_bytes',
  'go alloc': 'heap_alloc_bytes',
  'go idle': 'heap_idle_bytes',
  'go total': 'go_total_bytes',
  'cgo alloc': 'cgo_alloc_bytes',
  'cgo total': 'cgo_total_bytes',
  'heap fragmentation': 'heap_fragmentation_bytes',
  'heap reserved': 'heap_reserved_bytes',
  'heap released': 'heap_released_bytes',
  stacks: 'stack_sys_bytes',
  goroutines: 'goroutines',
};

export interface Phrase {
  readonly metric: string;
  readonly sourceName: string;
  readonly value: number;
}

/** `A/B/C WORDS a/b/c`: as many values as names, each value with a unit of its own. */
export function phrasesIn(text: string): readonly Phrase[] {
  const out: Phrase[] = [];
  for (const part of text.slice(0, 2_000).split(/[,()]/)) {
    const words = part.trim();
    const labelled = /^([a-z ]{3,30}): (.{1,40})$/.exec(words);
    if (labelled) {
      add(out, labelled[1] as string, parseQuantityText(labelled[2] as string));
      continue;
    }
    const values: Quantity[] = [];
    let at = 0;
    for (;;) {
      const quantity = parseQuantityText(words.slice(at));
      if (!quantity) break;
      values.push(quantity);
      at += quantity.length;
      if (words[at] !== '/') break;
      at++;
    }
    const rest = words.slice(at).trim();
    if (values.length === 0 || !/^[A-Za-z]/.test(rest)) continue;
    const names = rest.split('/');
    const first = (names[0] as string).split(' ');
    const stem = names.length > 1 ? first.slice(0, -1).join(' ') : '';
    const own = names.length > 1 ? [first.at(-1) as string, ...names.slice(1)] : [rest];
    if (own.length !== values.length) continue;
    own.forEach((name, i) => {
      add(out, `${stem} ${name}`.trim(), values[i]);
    });
  }
  return out;
}

function add(out: Phrase[], words: string, quantity: Quantity | undefined): void {
  const metric = phraseMetrics[words.toLowerCase()];
  if (metric && quantity && (quantity.kind === 'bytes' || metric === 'goroutines'))
    out.push({ metric, sourceName: words, value: quantity.value });
}
