/** Archives as attackers make them: what libraries refuse to write is written by hand. */
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipMember {
  readonly name: string | Buffer;
  readonly data: Buffer;
  /** Stated in place of the true ones. */
  readonly statedSize?: number;
  readonly statedCrc?: number;
  /** Upper half of the external attributes: the Unix mode. */
  readonly mode?: number;
  readonly encrypted?: boolean;
  /** Point to the data of an earlier member instead of having one's own. */
  readonly sameAs?: number;
}

export function zip(members: readonly ZipMember[]): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  const offsets: number[] = [];
  let at = 0;
  for (const m of members) {
    const name = typeof m.name === 'string' ? Buffer.from(m.name) : m.name;
    const packed = deflateRawSync(m.data);
    const flags = 0x800 + (m.encrypted ? 1 : 0);
    const fields = Buffer.alloc(12);
    fields.writeUInt32LE(m.statedCrc ?? crc32(m.data), 0);
    fields.writeUInt32LE(packed.length, 4);
    fields.writeUInt32LE(m.statedSize ?? m.data.length, 8);
    if (m.sameAs === undefined) {
      const head = Buffer.alloc(30);
      head.writeUInt32LE(0x04034b50, 0);
      head.writeUInt16LE(20, 4);
      head.writeUInt16LE(flags, 6);
      head.writeUInt16LE(8, 8);
      fields.copy(head, 14);
      head.writeUInt16LE(name.length, 26);
      offsets.push(at);
      locals.push(head, name, packed);
      at += head.length + name.length + packed.length;
    } else offsets.push(offsets[m.sameAs] as number);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(0x0314, 4);
    entry.writeUInt16LE(20, 6);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(8, 10);
    fields.copy(entry, 16);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(((m.mode ?? 0o100644) * 65_536) % 2 ** 32, 38);
    entry.writeUInt32LE(offsets.at(-1) as number, 42);
    central.push(entry, name);
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}

export interface TarMember {
  readonly name: string;
  readonly data?: Buffer;
  /** `0` file, `1` hard link, `2` symbolic link, `3` device, `6` FIFO. */
  readonly type?: string;
  readonly link?: string;
  readonly statedSize?: number;
}

export function tar(members: readonly TarMember[]): Buffer {
  const parts: Buffer[] = [];
  for (const m of members) {
    const data = m.data ?? Buffer.alloc(0);
    const head = Buffer.alloc(512);
    head.write(m.name, 0, 100);
    head.write('0000644\0', 100);
    head.write('0000000\0', 108);
    head.write('0000000\0', 116);
    head.write(`${(m.statedSize ?? data.length).toString(8).padStart(11, '0')}\0`, 124);
    head.write('14500000000\0', 136);
    head.write('        ', 148);
    head.write(m.type ?? '0', 156);
    head.write(m.link ?? '', 157, 100);
    head.write('ustar\x0000', 257);
    let sum = 0;
    for (const byte of head) sum += byte;
    head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    parts.push(head, data, Buffer.alloc((512 - (data.length % 512)) % 512));
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}
