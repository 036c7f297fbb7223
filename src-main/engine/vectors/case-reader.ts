// Reading vector cases. A vector file comes from outside, so every value is checked as it is read; a case of another shape than its set
// promises fails with the place named, and the others run on.

/** Thrown when a case does not have the shape of its set. */
export class CaseFormatError extends Error {
  constructor(what: string, expected: string) {
    super(`${what}: not ${expected}`);
    this.name = 'CaseFormatError';
  }
}

export type Fields = Readonly<Record<string, unknown>>;

export function asFields(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CaseFormatError(what, 'an object');
  return Object.fromEntries(Object.entries(value));
}

/** A list; null counts as an empty one (Go writes nil slices so). */
export function asList(value: unknown, what: string): readonly unknown[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new CaseFormatError(what, 'a list');
  return value;
}

/** A number, or its digits in a string. */
export function asNumber(value: unknown, what: string): number {
  const number = typeof value === 'string' && /^-?[0-9]{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number') throw new CaseFormatError(what, 'a number');
  return number;
}

/** A 64-bit integer as a number or as digits in a string. */
export function asBigint(value: unknown, what: string): bigint {
  if (typeof value === 'string' && /^-?[0-9]{1,20}$/.test(value)) return BigInt(value);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  throw new CaseFormatError(what, 'an integer');
}

/** An integer within [low, high]: for sizes and indexes that decide how much memory or time a case may take. */
export function asIndex(value: unknown, what: string, low: number, high: number): number {
  const number = asNumber(value, what);
  if (!Number.isInteger(number) || number < low || number > high) {
    throw new CaseFormatError(what, `an integer from ${low} to ${high}`);
  }
  return number;
}

export function asString(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new CaseFormatError(what, 'a string');
  return value;
}

export function asBoolean(value: unknown, what: string): boolean {
  if (typeof value !== 'boolean') throw new CaseFormatError(what, 'true or false');
  return value;
}

/** Hex digits, at most maxDigits. */
export function asHex(value: unknown, what: string, maxDigits: number): string {
  const text = asString(value, what);
  if (!/^[0-9a-f]*$/.test(text) || text.length > maxDigits)
    throw new CaseFormatError(what, `at most ${maxDigits} hex digits`);
  return text;
}

/** [first, count] pairs inside [0, limit). */
export function asRanges(value: unknown, what: string, limit: number): readonly (readonly [number, number])[] {
  return asList(value, what).map((item) => {
    const pair = asList(item, what);
    const first = asIndex(pair[0], what, 0, limit - 1);
    return [first, asIndex(pair[1], what, 0, limit - first)] as const;
  });
}

/** Written like the vectors do: plain while exact, else digits in a string. */
export function integerJson(value: bigint): number | string {
  const isExact = value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= BigInt(Number.MIN_SAFE_INTEGER);
  return isExact ? Number(value) : String(value);
}
