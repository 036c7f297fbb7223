/**
 * What the Go compiler says under -gcflags=-m: `file.go:22:18: message`, with -m=2 (or -m -m) the flow of values below it.
 *
 * @source cmd/compile/internal/escape (escape.go, solve.go), internal/inline/inl.go, internal/ir; Go 1.12 and earlier: cmd/compile/internal/gc/esc.go
 */
export interface CompilerLine {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Indented lines explain the line before them. */
  readonly indent: number;
  readonly message: string;
}

const place = /^(\S.{0,400}?\.go):(\d{1,7})(?::(\d{1,5}))?: {1,8}/;

export function parseCompilerLine(text: string): CompilerLine | undefined {
  const m = place.exec(text.slice(0, 480));
  if (!m) return undefined;
  const blanks = m[0].length - m[0].trimEnd().length - 1;
  return {
    file: m[1] as string,
    line: Number(m[2]),
    column: Number(m[3] ?? 0),
    indent: blanks,
    message: text.slice(m[0].length).trimEnd(),
  };
}

export type EscapeVerdict =
  | 'escapes'
  | 'moved'
  | 'stays'
  | 'leaks'
  | 'can_inline'
  | 'cannot_inline'
  | 'inlined'
  | 'explained'
  | 'other';

export interface EscapeMessage {
  readonly verdict: EscapeVerdict;
  /** The expression, variable or function the line is about. */
  readonly subject: string;
  /** The function in which it escapes, where -m=2 says it. */
  readonly inFunction: string;
}

const to = ' escapes to heap';

export function parseEscapeMessage(message: string): EscapeMessage {
  const of = (verdict: EscapeVerdict, subject: string, inFunction = '') => ({ verdict, subject, inFunction });
  if (message.startsWith('moved to heap: ')) return of('moved', message.slice(15));
  const at = message.lastIndexOf(to);
  if (at > 0) {
    const tail = message.slice(at + to.length);
    if (tail === '') return of('escapes', message.slice(0, at));
    const where = /^(?: in (\S{1,300}))?:$/.exec(tail);
    if (where) return of('explained', message.slice(0, at), where[1] ?? '');
  }
  if (message.endsWith(' does not escape')) return of('stays', message.slice(0, -16));
  if (message.startsWith('leaking param')) return of('leaks', message.slice(message.indexOf(': ') + 2));
  if (message.startsWith('can inline ')) return of('can_inline', message.slice(11).split(' ', 1)[0] as string);
  if (message.startsWith('cannot inline ')) return of('cannot_inline', message.slice(14).split(':', 1)[0] as string);
  if (message.startsWith('inlining call to ')) return of('inlined', message.slice(17));
  if (/^parameter \S{1,200} leaks to /.test(message)) return of('leaks', message.slice(10).split(' ', 1)[0] as string);
  return of('other', '');
}

/** Messages that no other tool prints behind a place in a Go file. */
export function isEscapeMessage(message: string): boolean {
  const { verdict } = parseEscapeMessage(message);
  return verdict !== 'other';
}

/** A step of the flow: `from &it (address-of) at ./main.go:17:9`, or `flow: {heap} ← p:`. Undefined for other lines. */
export function parseFlow(message: string): string | undefined {
  const text = message.trim();
  if (text.startsWith('flow: ') || text.startsWith('from ')) return text.slice(0, 400);
  return undefined;
}
