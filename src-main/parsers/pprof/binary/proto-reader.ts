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

  /** An unsigned varint. Exact up to 2^53; larger values (and negative int64) round to the nearest double. */
  varint(): number {
    const bytes = this.bytes;
    const end = this.end;
    let at = this.at;
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

  /** A signed 64-bit varint, exact up to 2^53 either way. */
  int64(): number {
    const start = this.at;
    const value = this.varint();
    if (value < 2 ** 63) return value;
    // negative: ten bytes, the value is 2^64 - |v|
    let big = 0n;
    for (let i = start, shift = 0n; i < this.at; i++, shift += 7n)
      big |= BigInt((this.bytes[i] as number) & 0x7f) << shift;
    return Number(BigInt.asIntN(64, big));
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
