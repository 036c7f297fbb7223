/**
 * Bytes into lines. Ends of line are LF or CRLF; a text without any LF in its first chunk is taken to end its lines with CR. A byte
 * order mark is dropped, UTF-16 is turned into UTF-8. A line beyond the limit is cut and what follows up to the next end of line is
 * passed over, so that memory stays bounded whatever the file holds. Lines that begin with `{` or `[` may be JSON documents of one line and
 * get the larger limit.
 */
import { TextDecoder } from 'node:util';
import { Line } from './line.ts';

export interface LineLimits {
  readonly lineBytes: number;
  readonly documentBytes: number;
}

export const defaultLineLimits: LineLimits = { lineBytes: 2 ** 20, documentBytes: 256 * 2 ** 20 };

const lf = 10;
const cr = 13;
const openBrace = 123;
const openBracket = 91;

export class LineSplitter {
  private readonly onLine: (line: Line) => void;
  private readonly limits: LineLimits;
  private readonly line = new Line();
  private number = 0;
  private pieces: Buffer[] = [];
  private pending = 0;
  private skipping = false;
  private started = false;
  private terminator = lf;
  private wide: TextDecoder | undefined;

  constructor(onLine: (line: Line) => void, limits: LineLimits = defaultLineLimits) {
    this.onLine = onLine;
    this.limits = limits;
  }

  /** Lines given so far. */
  get count(): number {
    return this.number;
  }

  push(chunk: Uint8Array): void {
    let bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (!this.started && bytes.length > 0) bytes = this.begin(bytes);
    if (this.wide) bytes = Buffer.from(this.wide.decode(bytes, { stream: true }), 'utf8');
    let from = 0;
    while (from < bytes.length) {
      const at = bytes.indexOf(this.terminator, from);
      if (at < 0) {
        this.hold(bytes.subarray(from));
        return;
      }
      if (this.pieces.length > 0 || this.skipping) {
        this.hold(bytes.subarray(from, at));
        this.release();
      } else {
        this.give(bytes, from, at, false);
      }
      from = at + 1;
    }
  }

  end(): void {
    if (this.pieces.length > 0) this.release();
    this.skipping = false;
  }

  private begin(bytes: Buffer): Buffer {
    this.started = true;
    if (bytes.length >= 2 && bytes[0] === 0xff && bytes[1] === 0xfe) this.wide = new TextDecoder('utf-16le');
    else if (bytes.length >= 2 && bytes[0] === 0xfe && bytes[1] === 0xff) this.wide = new TextDecoder('utf-16be');
    else if (bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3);
    if (!this.wide && bytes.indexOf(lf) < 0 && bytes.indexOf(cr) >= 0) this.terminator = cr;
    return bytes;
  }

  /** Keeps a part of a line until its end is seen. */
  private hold(part: Buffer): void {
    if (this.skipping || part.length === 0) return;
    const first = this.pieces[0] ?? part;
    const limit =
      first[0] === openBrace || first[0] === openBracket ? this.limits.documentBytes : this.limits.lineBytes;
    const room = limit - this.pending;
    if (part.length > room) {
      this.pieces.push(Buffer.from(part.subarray(0, room)));
      const whole = Buffer.concat(this.pieces);
      this.give(whole, 0, whole.length, true);
      this.pieces = [];
      this.pending = 0;
      this.skipping = true;
      return;
    }
    this.pieces.push(Buffer.from(part));
    this.pending += part.length;
  }

  private release(): void {
    if (!this.skipping) {
      const whole = this.pieces.length === 1 ? (this.pieces[0] as Buffer) : Buffer.concat(this.pieces);
      this.give(whole, 0, whole.length, false);
    }
    this.pieces = [];
    this.pending = 0;
    this.skipping = false;
  }

  private give(bytes: Buffer, start: number, end: number, cut: boolean): void {
    const last = end > start && bytes[end - 1] === cr && this.terminator === lf ? end - 1 : end;
    this.number++;
    const limit =
      bytes[start] === openBrace || bytes[start] === openBracket ? this.limits.documentBytes : this.limits.lineBytes;
    const tooLong = last - start > limit;
    this.onLine(this.line.set(bytes, start, tooLong ? start + limit : last, this.number, cut || tooLong));
  }
}
