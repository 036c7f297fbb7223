/** The two kinds of lines of `perf script`: the head of a sample, and a frame of its stack. Read by hand, since a command's name may hold blanks. */

export interface PerfSample {
  readonly pid: number;
  readonly event: string;
  /** `len` of a call that maps memory, bytes. */
  readonly length: number | undefined;
  /** Where the heap shall end, of a brk. */
  readonly brk: number | undefined;
}

/** `ocr-bridge  5308 [001]  1768.611077:    syscalls:sys_enter_brk: brk: 0x2a3d1000`; undefined for other lines. */
export function parseHead(text: string): PerfSample | undefined {
  const open = text.indexOf(' [');
  const close = text.indexOf('] ', open);
  if (open < 0 || close < 0 || !/^\d{3,4}$/.test(text.slice(open + 2, close))) return undefined;
  const pid = /(?: |\/)(\d{1,9})$/.exec(text.slice(0, open).trimEnd());
  const colon = text.indexOf(': ', close);
  if (!pid || !/^\d{1,9}\.\d{6,9}$/.test(text.slice(close + 2, colon).trim())) return undefined;
  const rest = text.slice(colon + 1).trimStart();
  const head = /^(?:\d{1,19} {1,20})?([A-Za-z][\w:.-]{1,80}): ?/.exec(rest);
  if (!head) return undefined;
  const fields = rest.slice(head[0].length);
  return {
    pid: Number(pid[1]),
    event: (head[1] as string).replace(/:$/, ''),
    length: hexAfter(fields, 'len: 0x') ?? hexAfter(fields, 'new_len: 0x'),
    brk: hexAfter(fields, 'brk: 0x'),
  };
}

function hexAfter(fields: string, name: string): number | undefined {
  const at = fields.indexOf(name);
  const m = at < 0 ? null : /^[0-9a-f]{1,13}(?![0-9a-f])/.exec(fields.slice(at + name.length));
  return m ? Number.parseInt(m[0], 16) : undefined;
}

/** The function of `\t  2874ec main.openSegment+0xcc (/srv/app/x)`, without offset and calling convention; undefined for other lines. */
export function parseFrame(text: string): string | undefined {
  const m = /^[ \t]{1,24}[0-9a-f]{1,16} (\S.{0,1000})$/.exec(text.trimEnd());
  if (!m) return undefined;
  const rest = m[1] as string;
  const offset = rest.lastIndexOf('+0x');
  const end = offset > 0 ? offset : rest.indexOf(' (');
  return (end < 0 ? rest : rest.slice(0, end)).replace(/\.abi(?:0|internal)$/, '');
}
