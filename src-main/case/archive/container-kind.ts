/**
 * Whether a file is a container of files, told by its first bytes. A gzip or zstd stream is a container only if a tar lies in it; else it is one
 * compressed evidence and stays as it is.
 */
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';

export type Compression = 'none' | 'gzip' | 'zstd';

export function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b && head[2] === 8) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  return 'none';
}

export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));
}

/** A tar header: its checksum holds. @source POSIX.1-2017 pax, "ustar Interchange Format" */
export function isTar(head: Uint8Array): boolean {
  if (head.length < 512 || head[0] === 0) return false;
  let sum = 0;
  for (let i = 0; i < 512; i++) sum += i >= 148 && i < 156 ? 32 : (head[i] as number);
  const field = Buffer.from(head.buffer, head.byteOffset + 148, 8).toString('latin1');
  const stated = Number.parseInt((field.split('\0', 1)[0] ?? '').trim(), 8);
  return sum === stated;
}

/** The first bytes behind one layer of compression; fewer where the stream breaks off. */
export async function peekInside(head: Uint8Array, compression: Compression, wanted: number): Promise<Buffer> {
  if (compression === 'none') return Buffer.from(head.subarray(0, wanted));
  const stream =
    compression === 'gzip' ? createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }) : createZstdDecompress();
  const parts: Buffer[] = [];
  let length = 0;
  return await new Promise<Buffer>((resolve) => {
    const done = () => {
      stream.destroy();
      resolve(Buffer.concat(parts).subarray(0, wanted));
    };
    stream.on('data', (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (length >= wanted) done();
    });
    stream.on('error', done);
    stream.on('end', done);
    stream.end(head);
  });
}
