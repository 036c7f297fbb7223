/**
 * Lines of strace: who and when before the call, the call with its arguments, its result; calls that another thread interrupted come in two parts.
 *
 * @source strace(1) options -f, -r, -t, -tt, -ttt, -T, -i, -k, -y, -Y; strace src/strace.c printleader
 */
export interface StraceLead {
  readonly pid: number;
  /** Seconds as printed; undefined without -t and -r. */
  readonly time: number | undefined;
  readonly timeForm: 'none' | 'epoch' | 'day' | 'relative';
  /** Characters before the call. */
  readonly length: number;
}

/** `[pid 12] `, `12 `, `12<name> `; then a time; then an instruction pointer. */
const who = /^(?:\[pid {1,6}(\d{1,10})(?:<[^>]{1,40}>)?\] |(\d{1,10})(?:<[^>]{1,40}>)? {1,6}(?![ .:\d]))/;
const whoBeforeTime = /^(\d{1,10})(?:<[^>]{1,40}>)? {1,6}(?=\d)/;
const dayTime = /^(\d{2}):(\d{2}):(\d{2}(?:\.\d{1,9})?) /;
const sincePrevious = /^\(\+ {0,10}\d{1,12}\.\d{6,9}\) /;
const plainTime = /^ {0,10}(\d{1,12}\.\d{6,9}) /;
const pointer = /^\[[0-9a-f?]{8,16}\] /;

export function parseStraceLead(text: string): StraceLead {
  let at = 0;
  let pid = 0;
  const named = who.exec(text) ?? whoBeforeTime.exec(text);
  if (named) {
    pid = Number(named[1] ?? named[2]);
    at = named[0].length;
  }
  let time: number | undefined;
  let timeForm: StraceLead['timeForm'] = 'none';
  const day = dayTime.exec(text.slice(at, at + 40));
  const plain = day ? undefined : plainTime.exec(text.slice(at, at + 40));
  if (day) {
    time = Number(day[1]) * 3_600 + Number(day[2]) * 60 + Number(day[3]);
    timeForm = 'day';
    at += day[0].length;
    const since = sincePrevious.exec(text.slice(at, at + 40));
    if (since) at += since[0].length;
  } else if (plain) {
    time = Number(plain[1]);
    timeForm = time > 1e8 ? 'epoch' : 'relative';
    at += plain[0].length;
  }
  const ip = pointer.exec(text.slice(at, at + 24));
  if (ip) at += ip[0].length;
  return { pid, time, timeForm, length: at };
}

export interface StraceCall {
  readonly name: string;
  /** Arguments as printed. */
  readonly args: readonly string[];
  readonly state: 'whole' | 'unfinished' | 'resumed';
  /** Undefined where the call has not returned. */
  readonly result: number | undefined;
  /** `ENOMEM`, or empty. */
  readonly error: string;
}

const called = /^([a-z_]\w{0,30})\(/;
const resumed = /^<\.\.\. ([a-z_]\w{0,30}) resumed>,? ?/;
const ended =
  /\) {1,40}= (-?\d{1,20}|0x[0-9a-f]{1,16}|\?)(?: (E[A-Z0-9]{1,20}) \([^)]{1,80}\))?(?: \([^)]{1,80}\))?(?: <\d{1,8}\.\d{1,9}>)?$/;

/** The call of a line behind its lead; undefined where there is none. */
export function parseStraceCall(text: string): StraceCall | undefined {
  const again = resumed.exec(text);
  const opened = again ?? called.exec(text);
  if (!opened) return undefined;
  const name = opened[1] as string;
  const body = text.slice(opened[0].length);
  if (!again && /<unfinished \.\.\.>$/.test(body)) {
    const args = body.slice(0, body.lastIndexOf('<unfinished')).trimEnd();
    return { name, args: argumentsOf(args), state: 'unfinished', result: undefined, error: '' };
  }
  // the result stands at the end, whatever strings the arguments hold
  const tail = body.slice(-240);
  const end = ended.exec(tail);
  if (!end) return undefined;
  const args = body.slice(0, body.length - tail.length + end.index);
  return {
    name,
    args: argumentsOf(args),
    state: again ? 'resumed' : 'whole',
    result: end[1] === '?' ? undefined : Number(end[1]),
    error: end[2] ?? '',
  };
}

/** Memory calls have no nested arguments but fd paths (-y), which hold no `, `. */
function argumentsOf(text: string): readonly string[] {
  const plain = text.endsWith(',') ? text.slice(0, -1) : text;
  return plain.trim() === ''
    ? []
    : plain
        .slice(0, 2_000)
        .split(', ', 20)
        .map((a) => a.trim());
}

/** ` > /lib/libc.so.6(mmap64+0x26) [0x11f0e6]`: a frame of -k. */
export function parseStraceFrame(text: string): { readonly function: string; readonly file: string } | undefined {
  const open = text.indexOf('(', 3);
  const close = text.lastIndexOf(') [0x');
  if (!text.startsWith(' > ') || open < 0 || close < open) return undefined;
  const symbol = text.slice(open + 1, close).replace(/\+0x[0-9a-f]{1,16}$/, '');
  const file = text.slice(3, open);
  const address = text.slice(close + 3, -1);
  return { function: symbol === '' ? address : symbol, file: /\.so(?:\.|$)/.test(file) ? file : '' };
}
