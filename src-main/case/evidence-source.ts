/**
 * The bytes of one evidence for its parser: read in passing, one layer of gzip or zstd taken off, what comes out held to the budgets. A compressed
 * stream that breaks off gives what it held and a warning.
 */
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { constants, createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import type { Source, WarningSpec } from '../parsers/contract.ts';
import { type Compression, compressionOf, peekInside } from './archive/container-kind.ts';
import type { Budgets } from './budgets.ts';

const chunkBytes = 2 ** 18;
export const headBytes = 2 ** 16;

export interface SourceSpec {
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedNs: bigint | undefined;
}

/** The decoded beginning of a file, for sniffing. */
export async function decodedHead(path: string): Promise<Buffer> {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(headBytes);
    const head = buffer.subarray(0, readSync(fd, buffer, 0, headBytes, 0));
    return await peekInside(head, compressionOf(head), headBytes);
  } finally {
    closeSync(fd);
  }
}

export class EvidenceSource implements Source {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedNs: bigint | undefined;
  private readonly path: string;
  private readonly budgets: Budgets;
  private readonly warn: (warning: WarningSpec) => void;
  private readonly progress: (bytes: number) => void;
  /** Waits while what was said before has not been taken. */
  private readonly ready: () => Promise<void> | undefined;

  constructor(
    spec: SourceSpec,
    budgets: Budgets,
    warn: (warning: WarningSpec) => void,
    progress: (bytes: number) => void,
    ready: () => Promise<void> | undefined,
  ) {
    this.path = spec.path;
    this.name = spec.name;
    this.sizeBytes = spec.sizeBytes;
    this.modifiedNs = spec.modifiedNs;
    this.budgets = budgets;
    this.warn = warn;
    this.progress = progress;
    this.ready = ready;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const fd = openSync(this.path, 'r');
    let compression: Compression;
    try {
      const head = Buffer.alloc(16);
      readSync(fd, head, 0, 16, 0);
      compression = compressionOf(head);
      if (compression === 'none') {
        yield* this.plain(fd);
        return;
      }
    } finally {
      closeSync(fd);
    }
    yield* this.decompressed(compression);
  }

  private async *plain(fd: number): AsyncGenerator<Uint8Array> {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    let at = 0;
    for (;;) {
      const n = readSync(fd, buffer, 0, chunkBytes, at);
      if (n === 0) return;
      at += n;
      yield buffer.subarray(0, n);
      this.progress(at);
      const wait = this.ready();
      if (wait) await wait;
    }
  }

  private async *decompressed(compression: 'gzip' | 'zstd'): AsyncGenerator<Uint8Array> {
    const file = createReadStream(this.path, { highWaterMark: chunkBytes });
    const inflate: Gunzip | ZstdDecompress =
      compression === 'gzip'
        ? createGunzip({ chunkSize: chunkBytes, finishFlush: constants.Z_SYNC_FLUSH })
        : createZstdDecompress({ chunkSize: chunkBytes });
    file.on('error', (error) => inflate.destroy(error));
    file.pipe(inflate);
    let out = 0;
    try {
      for await (const chunk of inflate as AsyncIterable<Buffer>) {
        out += chunk.length;
        if (this.exceeds(out, file.bytesRead, chunk)) return;
        yield chunk;
        this.progress(Math.min(file.bytesRead, this.sizeBytes));
        const wait = this.ready();
        if (wait) await wait;
      }
    } catch (error) {
      this.warn({
        code: 'source/broken',
        severity: 'data_loss',
        phase: 'open',
        at: { offset: out },
        args: { compression, reason: (error as Error).message },
      });
      return;
    } finally {
      file.destroy();
      inflate.destroy();
    }
    if (compression === 'gzip' && !this.endsWith(out)) {
      this.warn({
        code: 'source/cut',
        severity: 'data_loss',
        phase: 'open',
        at: { offset: out },
        args: { compression },
      });
    }
  }

  /** Bytes out against the budgets; zero pages of cores compress a thousandfold and are exempt from the ratio. */
  private exceeds(out: number, taken: number, chunk: Buffer): boolean {
    const b = this.budgets;
    const tooLarge = out > b.entryBytes;
    const bomb = out > b.ratioFromBytes && out / Math.max(1, taken) > b.ratio && !isCore(chunk);
    if (!tooLarge && !bomb) return false;
    this.warn({
      code: 'source/bomb',
      severity: 'data_loss',
      phase: 'open',
      at: { offset: out },
      args: { limit: tooLarge ? b.entryBytes : b.ratio },
    });
    return true;
  }

  /** Whether the file ends as a gzip member of `out` bytes does: its last four bytes are the size. A file of several members ends with the last one's. */
  private endsWith(out: number): boolean {
    const fd = openSync(this.path, 'r');
    try {
      const tail = Buffer.alloc(4);
      readSync(fd, tail, 0, 4, Math.max(0, this.sizeBytes - 4));
      const stated = tail.readUInt32LE();
      return stated === out % 2 ** 32 || (stated > 0 && stated < out);
    } finally {
      closeSync(fd);
    }
  }
}

function isCore(chunk: Buffer): boolean {
  return chunk.length > 0 && chunk.every((b) => b === 0);
}
