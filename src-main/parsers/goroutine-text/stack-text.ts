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

const headPattern =
  /^goroutine (\d{1,19})(?: gp=\S{1,24} m=\S{1,24}(?: mp=\S{1,24})?)? \[([^\]]{1,200})\](?: \{[^}]{0,400}\})?:/;
const filePattern = /^[ \t]{1,20}(\S.{0,1000}):(\d{1,9})(?: \+0x[0-9a-f]{1,16})?(?: fp=.{0,100})?$/;
const debug1Pattern =
  /^#\t?[ \t]{0,12}0x[0-9a-f]{1,16}[ \t]{1,20}(\S{1,1000}?)\+0x[0-9a-f]{1,16}[ \t]{1,40}(\S.{0,1000}):(\d{1,9})$/;
const createdPattern = /^created by (\S{1,1000}?)(?: in goroutine \d{1,19})?$/;

export interface GoroutineHead {
  readonly id: string;
  /** The wait reason without its additions. */
  readonly state: string;
  readonly minutes: number;
  readonly locked: boolean;
}

export function parseGoroutineHead(text: string): GoroutineHead | undefined {
  const m = headPattern.exec(text);
  if (!m) return undefined;
  const parts = (m[2] as string).split(', ');
  let minutes = 0;
  let locked = false;
  const words: string[] = [];
  for (const part of parts) {
    const waited = /^(\d{1,9}) minutes$/.exec(part);
    if (waited) minutes = Number(waited[1]);
    else if (part === 'locked to thread') locked = true;
    else words.push(part);
  }
  return { id: m[1] as string, state: words.join(', ').replace(/ \(scan\)$/, ''), minutes, locked };
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

export function parseFileLine(text: string): { readonly file: string; readonly line: number } | undefined {
  const m = filePattern.exec(text);
  return m ? { file: m[1] as string, line: Number(m[2]) } : undefined;
}

export function parseDebug1Frame(text: string): TextFrame | undefined {
  const m = debug1Pattern.exec(text);
  return m ? { function: m[1] as string, file: m[2] as string, line: Number(m[3]) } : undefined;
}

/** The address that a debug=1 frame line begins with; addresses of Go's code lie far below 2^53. */
export function parseDebug1Address(text: string): number | undefined {
  const m = /^#\t?[ \t]{0,12}(0x[0-9a-f]{1,13})[ \t]/.exec(text);
  return m ? Number(m[1]) : undefined;
}

export function parseCreatedBy(text: string): string | undefined {
  return createdPattern.exec(text)?.[1];
}
