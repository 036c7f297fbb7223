/**
 * Tar archives, plain or compressed as one stream, through tar-stream. Links and devices are never made, only noted. A stream that breaks off ends
 * the archive there: the member it breaks in is kept as far as it came, and said to be cut.
 */
import { createReadStream } from 'node:fs';
import { pipeline, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import tar from 'tar-stream';
import { Refusal } from '../refusal.ts';
import type { Compression } from './container-kind.ts';
import { nameFault } from './entry-name.ts';
import type { Meter } from './meter.ts';
import type { Visit } from './unpack.ts';

export async function unpackTar(path: string, compression: Compression, visit: Visit, meter: Meter): Promise<void> {
  const file = createReadStream(path, { highWaterMark: 2 ** 18 });
  const extract = tar.extract();
  const inflate: Transform | undefined =
    compression === 'gzip' ? createGunzip() : compression === 'zstd' ? createZstdDecompress() : undefined;
  let broken: Error | undefined;
  const ended = (error: NodeJS.ErrnoException | null) => {
    if (error && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') broken = error;
  };
  if (inflate) pipeline(file, inflate, extract, ended);
  else pipeline(file, extract, ended);
  let members = 0;
  try {
    for await (const entry of extract) {
      if (visit.signal.aborted) return;
      meter.entry();
      members++;
      const { name, type, mtime } = entry.header;
      if (!keep(name, type ?? 'file', visit)) {
        entry.resume();
        continue;
      }
      await visit.member({
        name,
        modifiedNs: mtime ? BigInt(mtime.getTime()) * 1_000_000n : undefined,
        bytes: entry as AsyncIterable<Uint8Array>,
        compressedSoFar: () => (inflate ? file.bytesRead : 0),
        statedBytes: entry.header.size ?? -1,
        crc32: undefined,
      });
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    broken ??= error as Error;
  } finally {
    file.destroy();
    inflate?.destroy();
    extract.destroy();
  }
  if (broken) visit.note({ code: 'archive/truncated', severity: 'data_loss', args: { reason: broken.message } });
  else if (members === 0) visit.note({ code: 'archive/empty', severity: 'info', args: {} });
}

function keep(name: string, type: string, visit: Visit): boolean {
  const fault = nameFault(name);
  if (fault) {
    if (!visit.skipUnsafe) throw new Refusal('archive/path_escape', { name, fault }, true);
    visit.note({ code: 'archive/path_escape', severity: 'data_loss', args: { name, fault } });
    return false;
  }
  if (type === 'file' || type === 'contiguous-file') return !name.endsWith('/');
  if (type !== 'directory' && type !== 'pax-header' && type !== 'pax-global-header') {
    visit.note({ code: 'archive/not_a_file', severity: 'info', args: { name, type } });
  }
  return false;
}
