/**
 * Frames as Go prints them: two lines a frame in tracebacks and goroutine?debug=2, one line a frame behind `#` in debug=1.
 *
 * @source runtime/traceback.go printcreatedby1, traceback2; runtime/pprof/pprof.go printStackRecord (Go 1.26)
 */
export interface TextFrame {
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

const headPattern = /^goroutine (\d{1,19})(?: gp=\S{1,24} m=\S{1,24}(?: mp=\S{1,24})?)? \[([^\]"]{1,200})(?:"|\]|$)/;
const createdPattern = /^created by (\S{1,1000}?)(?: in goroutine \d{1,19})?$/;

export interface GoroutineHead {
  readonly id: string;
  /** The wait reason without its additions. */
  readonly state: string;
  readonly minutes: number;
  readonly locked: boolean;
  /** The collector found that nothing can wake it (goroutineleak, Go 1.26). */
  readonly leaked: boolean;
}

/** `goroutine 18 gp=0x.. m=4 mp=0x.. [select (no cases), 12 minutes, locked to thread labels:{"k": "v"}]:` */
export function parseGoroutineHead(text: string): GoroutineHead | undefined {
  const m = headPattern.exec(text);
  if (!m) return undefined;
  const whole = text.trimEnd();
  if (!whole.includes(']') || !(whole.endsWith(':') || whole.endsWith(']'))) return undefined;
  const labels = (m[2] as string).indexOf(' labels:{');
  const parts = (labels < 0 ? (m[2] as string) : (m[2] as string).slice(0, labels)).split(', ');
  let minutes = 0;
  let locked = false;
  let leaked = false;
  const words: string[] = [];
  for (const part of parts) {
    const waited = /^(\d{1,9}) minutes$/.exec(part);
    if (waited) minutes = Number(waited[1]);
    else if (part === 'locked to thread') locked = true;
    else if (!/^synctest (?:bubble|group) \d{1,19}$/.test(part)) words.push(part);
  }
  let state = words.join(', ');
  for (const addition of [' (scan)', ' (durable)', ' (leaked)']) {
    if (!state.endsWith(addition)) continue;
    state = state.slice(0, -addition.length);
    if (addition === ' (leaked)') leaked = true;
  }
  if (state.endsWith(' (leaked)')) {
    state = state.slice(0, -9);
    leaked = true;
  }
  return { id: m[1] as string, state, minutes, locked, leaked };
}

/** Function of a call line: arguments, generic type arguments and `(...)` taken off. Undefined for other lines. */
export function parseCall(text: string): string | undefined {
  if (text.startsWith('\t') || text.startsWith(' ') || !text.endsWith(')')) return undefined;
  // arguments begin at the last opening bracket that is balanced by the final one
  let depth = 0;
  for (let i = text.length - 1; i > 0; i--) {
    const c = text.charCodeAt(i);
    if (c === 41 || c === 125) depth++;
    else if (c === 40 || c === 123) {
      depth--;
      if (depth === 0) return text.slice(0, i);
    }
  }
  return undefined;
}

/** `\t/usr/src/main.go:12 +0x1d fp=0xc000 ...`: an indented path with its line; what follows the line is of the machine. */
export function parseFileLine(text: string): { readonly file: string; readonly line: number } | undefined {
  if (!text.startsWith('\t') && !text.startsWith(' ')) return undefined;
  const machine = text.lastIndexOf(' fp=0x');
  const end = text.lastIndexOf(' +0x', machine < 0 ? undefined : machine);
  const place = text.slice(0, end >= 0 ? end : machine >= 0 ? machine : undefined);
  const colon = place.lastIndexOf(':');
  const line = place.slice(colon + 1);
  const file = place.slice(0, Math.max(0, colon)).trimStart();
  return file !== '' && /^\d{1,9}$/.test(line) ? { file, line: Number(line) } : undefined;
}

export function parseCreatedBy(text: string): string | undefined {
  return createdPattern.exec(text)?.[1];
}

/** The first argument of a call, where it is a plain hexadecimal number. */
export function firstArgument(text: string): number | undefined {
  const m = /\(0x([0-9a-f]{1,13})\??[,)]/.exec(text.slice(0, 300));
  return m ? Number.parseInt(m[1] as string, 16) : undefined;
}

/** How many frames a line says were left out, or 0. */
export function framesElided(text: string): number {
  if (!text.startsWith('...')) return 0;
  if (text.startsWith('...additional frames elided')) return 1;
  const m = /^\.\.\.(\d{1,9}) frames elided/.exec(text);
  return m ? Number(m[1]) : 0;
}
