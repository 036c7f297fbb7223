/**
 * One line of a text as a window on its bytes, and a cursor that reads numbers and words from it. Both are reused for every line: a
 * reading that wants to keep anything copies it out with `text()`.
 */
const zero = 48;
const nine = 57;
const usualHead = 512;

export class Line {
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  /** From 1. Of a line put together from parts: the first part's. */
  number = 0;
  /** The line was longer than the limit; only its beginning is here. */
  cut = false;
  /** Decoded once however many readings look at the line. */
  private decoded: string | undefined;
  private ascii = '';

  set(bytes: Buffer, start: number, end: number, number: number, cut = false): this {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.number = number;
    this.cut = cut;
    this.decoded = undefined;
    this.ascii = '';
    return this;
  }

  get length(): number {
    return this.end - this.start;
  }

  /** A line of its own, to keep beyond the call that showed it. */
  copy(): Line {
    const bytes = Buffer.from(this.bytes.subarray(this.start, this.end));
    return new Line().set(bytes, 0, bytes.length, this.number, this.cut);
  }

  /** Code of the byte at `index` from the line's beginning, or -1 past its end. */
  byte(index: number): number {
    const at = this.start + index;
    return at < this.end ? (this.bytes[at] as number) : -1;
  }

  text(): string {
    this.decoded ??= this.bytes.toString('utf8', this.start, this.end);
    return this.decoded;
  }

  /** The first `count` bytes, one character each. */
  head(count: number): string {
    const wanted = Math.min(count, this.end - this.start);
    if (this.ascii.length < wanted) {
      const end = Math.min(this.end, this.start + Math.max(count, usualHead));
      this.ascii = this.bytes.toString('latin1', this.start, end);
    }
    return this.ascii.length <= wanted ? this.ascii : this.ascii.slice(0, wanted);
  }

  startsWith(ascii: string): boolean {
    if (this.end - this.start < ascii.length) return false;
    for (let i = 0; i < ascii.length; i++) if (this.bytes[this.start + i] !== ascii.charCodeAt(i)) return false;
    return true;
  }

  isBlank(): boolean {
    for (let i = this.start; i < this.end; i++) {
      const c = this.bytes[i] as number;
      if (c !== 32 && c !== 9 && c !== 13) return false;
    }
    return true;
  }
}

const powersOfTen = Array.from({ length: 23 }, (_, i) => 10 ** i);

/** Reads a line from left to right. Each method moves only when it succeeds. */
export class Cursor {
  private bytes: Buffer = Buffer.alloc(0);
  private end = 0;
  at = 0;

  over(line: Line, from = 0): this {
    this.bytes = line.bytes;
    this.at = line.start + from;
    this.end = line.end;
    return this;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  peek(): number {
    return this.at < this.end ? (this.bytes[this.at] as number) : -1;
  }

  literal(ascii: string): boolean {
    if (this.end - this.at < ascii.length) return false;
    for (let i = 0; i < ascii.length; i++) if (this.bytes[this.at + i] !== ascii.charCodeAt(i)) return false;
    this.at += ascii.length;
    return true;
  }

  spaces(): this {
    while (this.at < this.end && (this.bytes[this.at] === 32 || this.bytes[this.at] === 9)) this.at++;
    return this;
  }

  /**
   * A decimal number without sign or exponent, as runtimes print them. NaN where none stands here. Up to 15 digits the result is the
   * double nearest to the text.
   */
  number(): number {
    const bytes = this.bytes;
    const end = this.end;
    let i = this.at;
    let mantissa = 0;
    let digits = 0;
    while (i < end) {
      const c = bytes[i] as number;
      if (c < zero || c > nine) break;
      mantissa = mantissa * 10 + (c - zero);
      digits++;
      i++;
    }
    let fraction = 0;
    if (i < end && bytes[i] === 46) {
      i++;
      while (i < end) {
        const c = bytes[i] as number;
        if (c < zero || c > nine) break;
        if (digits < 17) {
          mantissa = mantissa * 10 + (c - zero);
          fraction++;
          digits++;
        }
        i++;
      }
    }
    if (digits === 0) return Number.NaN;
    this.at = i;
    return fraction === 0 ? mantissa : mantissa / (powersOfTen[fraction] as number);
  }

  /** The bytes up to the next blank or the end, as text; empty where none. */
  word(): string {
    const from = this.at;
    while (this.at < this.end && this.bytes[this.at] !== 32 && this.bytes[this.at] !== 9) this.at++;
    return this.bytes.toString('latin1', from, this.at);
  }

  rest(): string {
    return this.bytes.toString('utf8', this.at, this.end);
  }
}
