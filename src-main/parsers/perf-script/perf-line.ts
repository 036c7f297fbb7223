/**
 * Lines of `perf script`: `comm pid/tid [cpu] flags time: period event: fields`, below it a frame a line, leaf first, then a blank line.
 *
 * @source tools/perf/builtin-script.c perf_sample__fprintf_start, process_event; tools/perf/util/evsel_fprintf.c sample__fprintf_callchain
 */
import type { FrameName } from '../pprof/profile-model.ts';

export interface PerfEvent {
  readonly comm: string;
  /** Undefined where only the thread is printed. */
  readonly pid: number | undefined;
  readonly tid: number;
  /** Nanoseconds of the recording's clock, as a rule since boot. */
  readonly tNs: number;
  /** How many occurrences the sample stands for; 1 where not printed. */
  readonly period: number;
  /** As perf names it: `syscalls:sys_enter_mmap`, `page-faults`, `cycles:u`. */
  readonly event: string;
  /** Fields of a tracepoint, or the frame of a sample without stack. */
  readonly rest: string;
}

const time = /\s(\d{1,12})\.(\d{6}|\d{9}): /;
const headReach = 160;

export function parsePerfEvent(text: string): PerfEvent | undefined {
  const stamp = time.exec(text.slice(0, headReach));
  if (!stamp || stamp.index === 0) return undefined;
  const who = parseWho(text.slice(0, stamp.index));
  if (!who) return undefined;
  const what = text.slice(stamp.index + stamp[0].length).trimStart();
  const words = /^(?:(\d{1,15}) {1,20})?(\S{1,200}):(?: |$)/.exec(what);
  if (!words) return undefined;
  const fraction = (stamp[2] as string).padEnd(9, '0');
  return {
    ...who,
    tNs: Number(stamp[1]) * 1e9 + Number(fraction),
    period: words[1] === undefined ? 1 : Number(words[1]),
    event: words[2] as string,
    rest: what.slice(words[0].length).trim(),
  };
}

/** `comm pid/tid [cpu] flags`; the name of a thread may hold blanks. */
function parseWho(text: string): Pick<PerfEvent, 'comm' | 'pid' | 'tid'> | undefined {
  const words = text.trim().split(/\s{1,40}/);
  let last = words.length - 1;
  if (last > 1 && /^[.\w]{4,8}$/.test(words[last] as string) && isCpu(words[last - 1])) last--;
  if (isCpu(words[last])) last--;
  const ids = /^(\d{1,10})(?:\/(\d{1,10}))?$/.exec(words[last] ?? '');
  if (!ids || last < 1) return undefined;
  return {
    comm: words.slice(0, last).join(' '),
    pid: ids[2] === undefined ? undefined : Number(ids[1]),
    tid: Number(ids[2] ?? ids[1]),
  };
}

function isCpu(word: string | undefined): boolean {
  return word !== undefined && /^\[\d{1,5}\]$/.test(word);
}

export interface PerfFrame extends FrameName {
  readonly inlined: boolean;
  /** As printed: in the object's own space, or of the process. */
  readonly address: number;
}

/** `addr symbol+0xoffset (object)`, or `symbol (inlined)`. Undefined for every other line. */
export function parsePerfFrame(text: string): PerfFrame | undefined {
  const row = text.trim();
  const blank = row.indexOf(' ');
  const address = blank < 0 ? row : row.slice(0, blank);
  if (!/^[0-9a-f]{1,16}$/.test(address)) return undefined;
  if (blank < 0)
    return { function: `0x${address}`, file: '', line: 0, inlined: false, address: Number.parseInt(address, 16) };
  return parseSymbol(row.slice(blank + 1).trimStart(), address);
}

/** The frame that stands in the event's own line where no stack was recorded, behind addresses and the data source. */
export function parsePerfPlace(rest: string): PerfFrame | undefined {
  let text = rest.slice(rest.lastIndexOf('|') + 1).trim();
  let address = '';
  for (let m = leadingHex.exec(text); m; m = leadingHex.exec(text)) {
    address = m[1] as string;
    text = text.slice(m[0].length);
  }
  return address === '' ? undefined : parseSymbol(text, address);
}

const leadingHex = /^([0-9a-f]{1,16}) {1,20}(?=\S)/;

function parseSymbol(text: string, address: string): PerfFrame {
  let object = '';
  let symbol = text;
  if (text.endsWith(')')) {
    let open = text.lastIndexOf(' (');
    if (open > 0 && text.startsWith(' (deleted))', open)) open = text.lastIndexOf(' (', open - 1);
    if (open >= 0) {
      object = text.slice(open + 2, -1);
      symbol = text.slice(0, open);
    }
  }
  // ABI0 is how the function is called, not which
  const name = symbol
    .trim()
    .replace(/\+0x[0-9a-f]{1,16}$/, '')
    .replace(/\.abi(?:0|internal)$/, '');
  return {
    function: name === '' || name === '[unknown]' ? `0x${address}` : name,
    file: object === 'inlined' || !isLibrary(object) ? '' : object,
    line: 0,
    inlined: object === 'inlined',
    address: Number.parseInt(address, 16),
  };
}

/** The program itself is no file worth naming; a library, the kernel and a module are. */
function isLibrary(object: string): boolean {
  return object.startsWith('[') || /\.so(?:\.|$)| \(deleted\)$/.test(object);
}

/** `file:line` under a frame (`-F +srcline`). Line 0 is perf's word for not known. */
export function parseSourceLine(text: string): { readonly file: string; readonly line: number } | undefined {
  const m = /^ {1,4}(\S.{0,400}):(\d{1,7})$/.exec(text);
  return m ? { file: m[1] as string, line: Number(m[2]) } : undefined;
}

/** `addr: 0x0, len: 0x400000, prot: 0x3` as numbers; what is no number is left out. */
export function traceFields(rest: string): ReadonlyMap<string, number> {
  const fields = new Map<string, number>();
  for (const part of rest.split(', ', 40)) {
    const colon = part.indexOf(': ');
    if (colon <= 0) continue;
    const value = Number(part.slice(colon + 2));
    if (Number.isFinite(value)) fields.set(part.slice(0, colon), value);
  }
  return fields;
}
