/**
 * SHA-256 of a file as a whole and of each MiB of it: the whole names the evidence, the blocks tell later which part of it differs.
 */
import { createHash, type Hash } from 'node:crypto';

export const blockBytes = 2 ** 20;

export interface Digest {
  /** Hexadecimal, lower case. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** 32 bytes a block, in order. A file of at most one block has one entry, equal to the whole. */
  readonly blocks: Buffer;
}

export class BlockHash {
  private readonly whole: Hash = createHash('sha256');
  private block: Hash = createHash('sha256');
  private inBlock = 0;
  private size = 0;
  private readonly digests: Buffer[] = [];

  update(chunk: Uint8Array): void {
    this.whole.update(chunk);
    this.size += chunk.length;
    let from = 0;
    while (from < chunk.length) {
      const take = Math.min(blockBytes - this.inBlock, chunk.length - from);
      this.block.update(chunk.subarray(from, from + take));
      this.inBlock += take;
      from += take;
      if (this.inBlock === blockBytes) this.closeBlock();
    }
  }

  digest(): Digest {
    if (this.inBlock > 0 || this.digests.length === 0) this.closeBlock();
    return { sha256: this.whole.digest('hex'), sizeBytes: this.size, blocks: Buffer.concat(this.digests) };
  }

  private closeBlock(): void {
    this.digests.push(this.block.digest());
    this.block = createHash('sha256');
    this.inBlock = 0;
  }
}
