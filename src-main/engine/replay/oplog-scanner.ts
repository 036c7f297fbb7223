// From bytes to records of an operation log.
//
// A record is one line: a letter, then fields separated by single spaces, most of them decimal numbers. The scanner splits and converts in
// one pass over the bytes, into arrays that the next record overwrites: no string and no object per record. What is not decimal (masks
// in hex, the kind of a sweep) is left where it is and can be read by position. Chunks may end anywhere; the beginning of a line that
// is not complete yet is carried over to the next chunk.

/** Longest line that can be meant: a sweep of 1024 slots has 256 digits of marks. */
const MAX_LINE_BYTES = 1024;
const MAX_FIELDS = 8;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const MINUS = 45;
const DIGIT_0 = 48;
const DIGIT_9 = 57;
/** Most decimal digits that a number holds exactly. */
const MAX_DIGITS = 15;

/** Thrown for a line that cannot be a record. */
export class MalformedRecordError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'MalformedRecordError';
  }
}

export class OplogScanner {
  /** First byte of the record. */
  op = 0;
  /** Fields in the record. */
  count = 0;
  /** Bit i: field i is a decimal integer, and its value is in `values`. */
  decimalMask = 0;
  readonly values = new Float64Array(MAX_FIELDS);
  /** Lines returned so far. */
  line = 0;
  private bytes: Uint8Array = new Uint8Array(0);
  private readonly starts = new Int32Array(MAX_FIELDS);
  private readonly ends = new Int32Array(MAX_FIELDS);
  private chunk: Uint8Array = new Uint8Array(0);
  private position = 0;
  /** Where the last complete line of the chunk ends. */
  private completeEnd = 0;
  private lineStart = 0;
  private lineEnd = 0;
  private readonly carry = new Uint8Array(MAX_LINE_BYTES + 1);
  private carryLength = 0;

  /** Gives the scanner its next bytes, which it keeps until `next` has returned false. */
  feed(chunk: Uint8Array): void {
    this.chunk = chunk;
    this.position = 0;
    this.completeEnd = chunk.lastIndexOf(NEWLINE) + 1;
  }

  /** Scans the next complete line; false when the bytes fed so far hold none. Throws MalformedRecordError. */
  next(): boolean {
    if (this.position >= this.completeEnd) {
      this.carryOver(this.chunk.length);
      return false;
    }
    this.line++;
    if (this.carryLength > 0) {
      this.carryOver(this.chunk.indexOf(NEWLINE, this.position) + 1);
      this.scan(this.carry, 0);
      this.carryLength = 0;
    } else {
      this.position = this.scan(this.chunk, this.position);
    }
    return true;
  }

  /** Scans what is left when no more bytes will come: a last line without its newline. False if there is nothing. */
  last(): boolean {
    if (this.carryLength === 0) return false;
    this.line++;
    this.carry[this.carryLength] = NEWLINE;
    this.scan(this.carry, 0);
    this.carryLength = 0;
    return true;
  }

  /** Byte at a position inside a field, -1 behind its end. */
  byteOf(field: number, offset: number): number {
    const at = this.starts[field] + offset;
    return at < this.ends[field] ? this.bytes[at] : -1;
  }

  /** Length of a field in bytes. */
  lengthOf(field: number): number {
    return this.ends[field] - this.starts[field];
  }

  /**
   * 32 bits of a hex field: word 0 holds the last eight digits. Digits before the first count as 0. Throws MalformedRecordError for
   * anything but hex digits.
   */
  hexWord(field: number, word: number): number {
    let value = 0;
    const end = this.ends[field] - word * 8;
    for (let at = Math.max(this.starts[field], end - 8); at < end; at++) {
      const digit = hexDigit(this.bytes[at]);
      if (digit < 0) throw new MalformedRecordError(`field ${field + 1} is not hex`);
      value = (value << 4) | digit;
    }
    return value;
  }

  /** The whole line as text, for the header and for messages. */
  lineText(): string {
    const end = Math.min(this.lineEnd, this.lineStart + MAX_LINE_BYTES);
    return String.fromCharCode(...this.bytes.subarray(this.lineStart, end)).replace(/\r$/, '');
  }

  /** Scans the line at `start`, which ends in a newline; the position behind it. */
  private scan(bytes: Uint8Array, start: number): number {
    const { starts, ends, values } = this;
    this.bytes = bytes;
    this.lineStart = start;
    let at = start;
    let byte = bytes[at];
    this.op = byte;
    let count = 0;
    let decimalMask = 0;
    if (!isLineEnd(byte)) byte = bytes[++at];
    while (byte === SPACE && count < MAX_FIELDS) {
      byte = bytes[++at];
      starts[count] = at;
      const isNegative = byte === MINUS;
      if (isNegative) byte = bytes[++at];
      const digitsStart = at;
      let value = 0;
      while (byte >= DIGIT_0 && byte <= DIGIT_9) {
        value = value * 10 + (byte - DIGIT_0);
        byte = bytes[++at];
      }
      if (at > digitsStart && at - digitsStart <= MAX_DIGITS && (byte === SPACE || isLineEnd(byte))) {
        values[count] = isNegative ? -value : value;
        decimalMask |= 1 << count;
      } else {
        while (byte !== SPACE && !isLineEnd(byte)) byte = bytes[++at];
      }
      ends[count] = at;
      count++;
    }
    this.decimalMask = decimalMask;
    // Something that is no field follows: no record has that many.
    this.count = isLineEnd(byte) ? count : MAX_FIELDS + 1;
    while (byte !== NEWLINE) byte = bytes[++at];
    this.lineEnd = at;
    return at + 1;
  }

  private carryOver(end: number): void {
    const length = end - this.position;
    if (this.carryLength + length > MAX_LINE_BYTES)
      throw new MalformedRecordError(`line longer than ${MAX_LINE_BYTES} bytes`);
    this.carry.set(this.chunk.subarray(this.position, end), this.carryLength);
    this.carryLength += length;
    this.position = end;
  }
}

function isLineEnd(byte: number): boolean {
  return byte === NEWLINE || byte === CARRIAGE_RETURN;
}

function hexDigit(byte: number): number {
  if (byte >= DIGIT_0 && byte <= DIGIT_9) return byte - DIGIT_0;
  if (byte >= 97 && byte <= 102) return byte - 87;
  return -1;
}
