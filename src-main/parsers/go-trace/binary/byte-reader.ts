/**
 * A cursor over bytes that cannot run away: each read checks the bytes left and, where they do not suffice or do not make sense, sets
 * `fault` and returns 0. Callers read a whole record and look at `fault` once.
 */

/** Why a read failed: the bytes ended, or a varint has more than 64 bits. */
export type ByteFault = 'none' | 'ended' | 'malformed';

const low28 = 0x1000_0000;
const low56 = 0x100_0000_0000_0000;

export class ByteReader {
  data: Uint8Array = new Uint8Array(0);
  pos = 0;
  end = 0;
  fault: ByteFault = 'none';

  /** Starts over at `pos` of `data`; nothing at or behind `end` is read. */
  reset(data: Uint8Array, pos: number, end: number): this {
    this.data = data;
    this.pos = pos;
    this.end = end;
    this.fault = 'none';
    return this;
  }

  get left(): number {
    return this.end - this.pos;
  }

  byte(): number {
    if (this.pos >= this.end) {
      this.fault = 'ended';
      return 0;
    }
    return this.data[this.pos++];
  }

  /**
   * A varint of up to 64 bits, read as a signed 64-bit number: ids in a trace are signed, and -1 (ten bytes) means "none". Exact below
   * 2^53 in either direction, rounded to a double beyond.
   *
   * @source encoding/binary.Uvarint: little-endian groups of 7 bits, at most ten bytes, the tenth at most 1
   */
  varint(): number {
    const { data, end } = this;
    let pos = this.pos;
    let low = 0;
    let middle = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      if (pos >= end) {
        this.fault = 'ended';
        return 0;
      }
      const b = data[pos++];
      if (i < 4) low |= (b & 0x7f) << (7 * i);
      else if (i < 8) middle |= (b & 0x7f) << (7 * (i - 4));
      else high |= (b & 0x7f) << (7 * (i - 8));
      if (b < 0x80) {
        if (i === 9 && b > 1) break;
        this.pos = pos;
        if (high < 0x80) return low + middle * low28 + high * low56;
        return -(low28 - 1 - low + (low28 - 1 - middle) * low28 + (0xff - high) * low56 + 1);
      }
    }
    this.fault = 'malformed';
    return 0;
  }

  skip(bytes: number): void {
    if (bytes < 0 || bytes > this.left) this.fault = 'ended';
    else this.pos += bytes;
  }
}
