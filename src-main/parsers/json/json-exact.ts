/**
 * JSON from a file that nobody vouches for. Integers above 2^53-1 keep all their digits (they become strings of digits), nesting is bounded,
 * and free keys are never copied onto objects: readers name the fields they want.
 */
export const deepest = 200;

/** What `parseJson` gives: a plain JSON value, integers beyond Number's exact range as strings of digits. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** @returns undefined where the text is no JSON. Callers check the depth beforehand (see `JsonBalance`). */
export function parseJson(text: string): JsonValue | undefined {
  if (!hasLongDigits(text)) return tryParse(text);
  // quoting the long integers is ten times faster than a reviver; where it breaks the text, a string held such digits
  const quoted = text.replace(/([:[,]\s{0,20})(-?\d{16,20})(?=\s{0,20}[,}\]])/g, '$1"$2"');
  const value = tryParse(quoted);
  if (value !== undefined) return value;
  try {
    return JSON.parse(text, exactIntegers) as JsonValue;
  } catch {
    return undefined;
  }
}

const longDigits = 16;

/** Whether 16 digits stand in a row: every sixteenth character is looked at, and its neighbours only where it is a digit. */
function hasLongDigits(text: string): boolean {
  for (let i = longDigits - 1; i < text.length; i += longDigits) {
    if (!isDigit(text.charCodeAt(i))) continue;
    let from = i;
    while (from > 0 && i - from < longDigits && isDigit(text.charCodeAt(from - 1))) from--;
    let to = i + 1;
    while (to < text.length && to - from < longDigits && isDigit(text.charCodeAt(to))) to++;
    if (to - from >= longDigits) return true;
  }
  return false;
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

function tryParse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

function exactIntegers(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value === 'number' && !Number.isSafeInteger(value) && context?.source && /^-?\d+$/.test(context.source))
    return context.source;
  return value;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own field, or undefined: nothing is ever found on a prototype. */
export function field(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A number, also where it travels as a string of digits. NaN where the field is none. */
export function numberField(object: JsonObject, key: string): number {
  return toNumber(field(object, key));
}

export function toNumber(value: JsonValue | undefined): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^-?\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?$/i.test(value)) return Number(value);
  return Number.NaN;
}

/** Nanoseconds of an integer field, exact; undefined where it is none. */
export function bigintField(object: JsonObject, key: string): bigint | undefined {
  const value = field(object, key);
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  return undefined;
}

export function stringField(object: JsonObject, key: string): string | undefined {
  const value = field(object, key);
  return typeof value === 'string' ? value : undefined;
}

/** Follows brackets and strings over the bytes of a document that may span many lines. */
export class JsonBalance {
  private depth = 0;
  private inString = false;
  private escaped = false;
  tooDeep = false;

  /**
   * Goes over the bytes from `start`.
   *
   * @returns the index behind the closing bracket of the outermost value, or -1 while it is open
   */
  feed(bytes: Uint8Array, start: number, end: number): number {
    for (let i = start; i < end; i++) {
      const c = bytes[i] as number;
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (c === 92) this.escaped = true;
        else if (c === 34) this.inString = false;
      } else if (c === 34) this.inString = true;
      else if (c === 123 || c === 91) {
        this.depth++;
        if (this.depth > deepest) this.tooDeep = true;
      } else if (c === 125 || c === 93) {
        this.depth--;
        if (this.depth <= 0) return i + 1;
      }
    }
    // a string never spans lines in JSON: a stray quote must not swallow the rest of the file
    this.inString = false;
    this.escaped = false;
    return -1;
  }
}
