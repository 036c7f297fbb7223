/** The lines of a text evidence, read again from the vault at once: for questions about words that the store does not keep. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Line } from '../parsers/text/line.ts';
import { LineSplitter } from '../parsers/text/line-splitter.ts';
import { compressionOf } from './archive/container-kind.ts';

const chunkBytes = 2 ** 18;

/**
 * Shows each line in order, numbered as the parser numbers them; the line is the callee's until it returns. A compressed file is shown only where all of
 * it fits the budget, a plain one up to the budget. Blocks meanwhile.
 *
 * @param budgetBytes decoded bytes to read at most
 * @returns decoded bytes read; 0 where the file cannot be decoded
 */
export function eachLineNow(path: string, budgetBytes: number, show: (line: Line) => void): number {
  const splitter = new LineSplitter(show);
  const fd = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(chunkBytes);
    let read = readSync(fd, chunk, 0, chunkBytes, 0);
    const compression = compressionOf(chunk.subarray(0, read));
    if (compression !== 'none') {
      const bytes = unpacked(path, compression, budgetBytes);
      splitter.push(bytes);
      splitter.end();
      return bytes.length;
    }
    let at = 0;
    while (read > 0 && at < budgetBytes) {
      splitter.push(chunk.subarray(0, read));
      at += read;
      read = readSync(fd, chunk, 0, chunkBytes, at);
    }
    splitter.end();
    return at;
  } finally {
    closeSync(fd);
  }
}

/** Empty where the stream is broken or holds more: what it gave in parsing was warned of there. */
function unpacked(path: string, compression: 'gzip' | 'zstd', budgetBytes: number): Buffer {
  const packed = readFileSync(path);
  const options = { maxOutputLength: budgetBytes };
  try {
    return compression === 'gzip'
      ? gunzipSync(packed, { ...options, finishFlush: constants.Z_SYNC_FLUSH })
      : zstdDecompressSync(packed, options);
  } catch {
    return Buffer.alloc(0);
  }
}
