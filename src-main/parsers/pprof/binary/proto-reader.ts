/**
 * Protocol Buffers wire format, read in place. Every length is checked against the bytes that remain; a varint longer than ten bytes, an
 * unknown wire type or field number 0 is refused with its offset.
 *
 * @source protobuf.dev, "Encoding": base 128 varints, message structure
 */
export class ProtoError extends Error {
  readonly code: 'varint' | 'length' | 'wire_type' | 'field';
  readonly offset: number;

  constructor(code: ProtoError['code'], offset: number) {
    super(`${code} at offset ${offset}`);
    this.name = 'ProtoError';
    this.code = code;
    this.offset = offset;
  }
}

const exactLimit = 2 ** 53;

export class ProtoReader {
  readonly bytes: Uint8Array;
  at: number;
  end: number;
  /** Field number and wire type of the field `next` moved to. */
  field = 0;
  wire = 0;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** Goes on with another message of the same bytes. */
  over(at: number, end: number): this {
    this.at = at;
    this.end = end;
    return this;
  }

  /** Moves to the next field; false at the end of the message. */
  next(): boolean {
    if (this.at >= this.end) return false;
    const start = this.at;
    const key = this.varint();
    this.field = Math.floor(key / 8);
    this.wire = key % 8;
    if (this.field === 0) throw new ProtoError('field', start);
    return true;
  }

  /** An unsigned varint. Exact up to 2^53; larger values (and negative int64) round to the nearest double: see `exact`. */
  varint(): number {
    const bytes = this.bytes;
    const end = this.end;
    let at = this.at;
    if (at < end) {
      const first = bytes[at] as number;
      if (first < 0x80) {
        this.at = at + 1;
        return first;
      }
    }
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      if (at >= end) throw new ProtoError('varint', this.at);
      const b = bytes[at++] as number;
      value += (b & 0x7f) * scale;
      if (b < 0x80) {
        this.at = at;
        return value;
      }
      scale *= 128;
    }
    throw new ProtoError('varint', this.at);
  }

  /** The varint between `at` and the reader's place, with all its digits, as an unsigned 64-bit number. */
  exact(at: number): bigint {
    let big = 0n;
    for (let i = at, shift = 0n; i < this.at; i++, shift += 7n)
      big |= BigInt((this.bytes[i] as number) & 0x7f) << shift;
    return BigInt.asUintN(64, big);
  }

  /** An unsigned 64-bit varint with all its digits. */
  uint64(): bigint {
    const at = this.at;
    const value = this.varint();
    return value < exactLimit ? BigInt(value) : this.exact(at);
  }

  /** A signed 64-bit varint, exact up to 2^53 either way. */
  int64(): number {
    const start = this.at;
    const value = this.varint();
    if (value < 2 ** 63) return value;
    return Number(BigInt.asIntN(64, this.exact(start)));
  }

  /** Length of a length-delimited field, checked; `at` then stands on its first byte. */
  length(): number {
    const start = this.at;
    const n = this.varint();
    if (n > this.end - this.at) throw new ProtoError('length', start);
    return n;
  }

  skip(): void {
    switch (this.wire) {
      case 0:
        this.varint();
        return;
      case 1:
        this.advance(8);
        return;
      case 2:
        this.advance(this.length());
        return;
      case 5:
        this.advance(4);
        return;
      default:
        throw new ProtoError('wire_type', this.at);
    }
  }

  private advance(n: number): void {
    if (n > this.end - this.at) throw new ProtoError('length', this.at);
    this.at += n;
  }
}
