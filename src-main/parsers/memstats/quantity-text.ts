/**
 * A number with a unit as programs print it. `MB` and `KB` are taken for powers of 1024, as Go programs that divide by 1024 mean them; that is an
 * assumption, and said. Durations become seconds.
 */
export interface Quantity {
  /** Bytes, seconds or a plain count. */
  readonly value: number;
  readonly kind: 'bytes' | 'seconds' | 'count' | 'percent';
  /** The unit may have been decimal. */
  readonly isAssumed: boolean;
  /** Characters it takes. */
  readonly length: number;
}

const factors: Readonly<Record<string, readonly [kind: Quantity['kind'], factor: number, isAssumed: boolean]>> = {
  b: ['bytes', 1, false],
  byte: ['bytes', 1, false],
  bytes: ['bytes', 1, false],
  k: ['bytes', 2 ** 10, true],
  kb: ['bytes', 2 ** 10, true],
  kib: ['bytes', 2 ** 10, false],
  kbytes: ['bytes', 2 ** 10, true],
  m: ['bytes', 2 ** 20, true],
  mb: ['bytes', 2 ** 20, true],
  mib: ['bytes', 2 ** 20, false],
  mbytes: ['bytes', 2 ** 20, true],
  g: ['bytes', 2 ** 30, true],
  gb: ['bytes', 2 ** 30, true],
  gib: ['bytes', 2 ** 30, false],
  tb: ['bytes', 2 ** 40, true],
  tib: ['bytes', 2 ** 40, false],
  ns: ['seconds', 1e-9, false],
  us: ['seconds', 1e-6, false],
  µs: ['seconds', 1e-6, false],
  μs: ['seconds', 1e-6, false],
  ms: ['seconds', 1e-3, false],
  s: ['seconds', 1, false],
  sec: ['seconds', 1, false],
  '%': ['percent', 1, false],
};
const pattern = /^([+-]?\d{1,24}(?:\.\d{1,24})?(?:[eE][+-]?\d{1,3})?)(?:[ \t]{0,2}([A-Za-zµμ%]{1,6}))?/;
const grouped = /^\d{1,3}(?:,\d{3}){1,6}(?![\d,])/;
const hexadecimal = /^0x[0-9a-f]{1,16}(?![0-9a-zA-Z])/;

/** The quantity at the beginning of `text`. A word behind the number that is no unit is left alone. */
export function parseQuantityText(text: string): Quantity | undefined {
  const hex = hexadecimal.exec(text);
  if (hex) return { value: Number(hex[0]), kind: 'count', isAssumed: false, length: hex[0].length };
  // thousands set apart by commas
  const group = grouped.exec(text);
  const plain = group ? group[0].replaceAll(',', '') + text.slice(group[0].length) : text;
  const m = pattern.exec(plain);
  if (!m) return undefined;
  const saved = group ? group[0].length - group[0].replaceAll(',', '').length : 0;
  const number = Number(m[1]);
  const unit = m[2] === undefined ? undefined : factors[m[2].toLowerCase()];
  if (!unit) {
    return { value: number, kind: 'count', isAssumed: false, length: (m[1] as string).length + saved };
  }
  const [kind, factor, isAssumed] = unit;
  // `12.3437 MiB` is a rounded number of bytes
  const value = kind === 'bytes' ? Math.round(number * factor) : number * factor;
  return { value, kind, isAssumed, length: m[0].length + saved };
}
