/**
 * All strings of a trace, each once. A trace repeats its strings in every generation under other ids; here the bytes are compared before any
 * JavaScript string is made, so that a repeated name costs a hash and a comparison.
 */
import { grownU8, grownU32 } from './growth.ts';

/** Index of the empty string, and of "no string". */
export const noString = 0;

/** What every table begins with: reasons of stops that whoever reads rows has to know by their index. */
const known = ['', 'GC sweep termination', 'GC mark termination'] as const;
export const sweepTermination = 1;
export const markTermination = 2;

export class StringTable {
  private bytes = new Uint8Array(4096);
  private used = 0;
  /** Start of string i in `bytes`; its end is the start of the next. */
  private starts = new Uint32Array(64);
  private hashes = new Uint32Array(64);
  private slots = new Int32Array(64).fill(-1);
  private count = 0;
  private handedOn = 0;
  private readonly seed = Math.floor(Math.random() * 0x7fff_ffff);
  private readonly utf8 = new TextDecoder();

  constructor() {
    for (const text of known) this.internText(text);
  }

  get size(): number {
    return this.count;
  }

  /** Index of the string in `data[start, start + length)`, new or known. */
  intern(data: Uint8Array, start: number, length: number): number {
    const hash = this.hashOf(data, start, length);
    const mask = this.slots.length - 1;
    let at = hash & mask;
    for (;;) {
      const index = this.slots[at];
      if (index < 0) break;
      if (this.hashes[index] === hash && this.equals(index, data, start, length)) return index;
      at = (at + 1) & mask;
    }
    const index = this.add(data, start, length, hash);
    this.slots[at] = index;
    if (this.count > 0.7 * this.slots.length) this.rehash();
    return index;
  }

  /** Index of a text the reader itself says, such as the reason of a version 1 block. */
  internText(text: string): number {
    const bytes = new TextEncoder().encode(text);
    return this.intern(bytes, 0, bytes.length);
  }

  /** The string itself; bytes that are not UTF-8 become replacement characters. */
  text(index: number): string {
    return this.utf8.decode(this.bytes.subarray(this.starts[index], this.starts[index + 1]));
  }

  /** Strings added since the last call, or undefined where there are none. Index of the first is `first`. */
  takeNew(): { readonly first: number; readonly values: readonly string[] } | undefined {
    if (this.handedOn === this.count) return undefined;
    const first = this.handedOn;
    const values: string[] = [];
    for (let i = first; i < this.count; i++) values.push(this.text(i));
    this.handedOn = this.count;
    return { first, values };
  }

  private add(data: Uint8Array, start: number, length: number, hash: number): number {
    const index = this.count++;
    this.bytes = grownU8(this.bytes, this.used + length);
    this.bytes.set(data.subarray(start, start + length), this.used);
    this.starts = grownU32(this.starts, this.count + 1);
    this.hashes = grownU32(this.hashes, this.count);
    this.starts[index] = this.used;
    this.used += length;
    this.starts[this.count] = this.used;
    this.hashes[index] = hash;
    return index;
  }

  private equals(index: number, data: Uint8Array, start: number, length: number): boolean {
    const from = this.starts[index];
    if (this.starts[index + 1] - from !== length) return false;
    for (let i = 0; i < length; i++) if (this.bytes[from + i] !== data[start + i]) return false;
    return true;
  }

  private hashOf(data: Uint8Array, start: number, length: number): number {
    let h = this.seed ^ length;
    for (let i = 0; i < length; i++) h = Math.imul(h ^ data[start + i], 0x0100_0193);
    h = Math.imul(h ^ (h >>> 15), 0x2c1b_3c6d);
    return (h ^ (h >>> 13)) >>> 0;
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let index = 0; index < this.count; index++) {
      let at = this.hashes[index] & mask;
      while (slots[at] >= 0) at = (at + 1) & mask;
      slots[at] = index;
    }
    this.slots = slots;
  }
}
