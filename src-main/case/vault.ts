/**
 * The original bytes of a case, each file under its SHA-256. Bytes are written into the staging folder first, hashed on the way, flushed to
 * disk and renamed into place: a vault never holds half a file, and nothing is ever written under a name that came from an archive.
 *
 * A passing case (an `inspect`, a `diagnose` without `--case`) refers to files of the user where they lie instead of copying them: they are opened
 * read-only and hashed.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { BlockHash, blockBytes, type Digest } from './block-hash.ts';

const readBytes = 2 ** 20;

/** A file that is being written; `seal` puts it into the vault, `discard` forgets it. */
export class Staged {
  readonly path: string;
  private fd: number;
  private readonly hash = new BlockHash();
  private readonly vault: Vault;

  constructor(path: string, vault: Vault) {
    this.path = path;
    this.vault = vault;
    this.fd = openSync(path, 'wx', 0o600);
  }

  write(chunk: Uint8Array): void {
    this.hash.update(chunk);
    for (let at = 0; at < chunk.length; ) at += writeSync(this.fd, chunk, at);
  }

  /** Ends writing. The bytes stay in staging until `seal`. */
  finish(): Digest {
    if (this.vault.durable) fsyncSync(this.fd);
    closeSync(this.fd);
    this.fd = -1;
    return this.hash.digest();
  }

  discard(): void {
    if (this.fd >= 0) closeSync(this.fd);
    this.fd = -1;
    rmSync(this.path, { force: true });
  }
}

export class Vault {
  /** Flush to disk before a file counts as kept. Off for passing cases. */
  readonly durable: boolean;
  readonly folder: string;
  private readonly root: string;
  private readonly stagingRoot: string;
  private readonly references = new Map<string, string>();

  constructor(caseFolder: string, durable: boolean) {
    this.durable = durable;
    this.folder = caseFolder;
    this.root = join(caseFolder, 'vault');
    this.stagingRoot = join(caseFolder, 'staging');
    mkdirSync(this.root, { recursive: true, mode: 0o700 });
    mkdirSync(this.stagingRoot, { recursive: true, mode: 0o700 });
  }

  /** Removes what an import that never ended left behind. */
  clearStaging(): void {
    for (const name of readdirSync(this.stagingRoot))
      rmSync(join(this.stagingRoot, name), { recursive: true, force: true });
  }

  stage(): Staged {
    return new Staged(join(this.stagingRoot, randomBytes(12).toString('hex')), this);
  }

  /** Moves finished bytes to their place. Equal bytes are kept once. */
  seal(staged: Staged, digest: Digest): void {
    const path = this.place(digest.sha256);
    if (existsSync(path)) {
      staged.discard();
      return;
    }
    mkdirSync(join(this.root, digest.sha256.slice(0, 2)), { recursive: true, mode: 0o700 });
    if (digest.sizeBytes > blockBytes) writeFileSync(`${path}.blocks`, digest.blocks, { mode: 0o600 });
    renameSync(staged.path, path);
    if (this.durable) syncFolder(join(this.root, digest.sha256.slice(0, 2)));
  }

  /** Hashes a file of the user where it lies and remembers the place. Only for passing cases. */
  refer(path: string): Digest {
    const digest = hashFile(path);
    if (!this.references.has(digest.sha256)) this.references.set(digest.sha256, path);
    return digest;
  }

  /** Where the bytes of an evidence lie. */
  pathOf(sha256: string): string {
    return this.references.get(sha256) ?? this.place(sha256);
  }

  has(sha256: string): boolean {
    return existsSync(this.pathOf(sha256));
  }

  /** The stored block hashes, or undefined for a file of one block. */
  blocksPath(sha256: string): string {
    return `${this.place(sha256)}.blocks`;
  }

  /** Every blob by its name. */
  list(): string[] {
    return readdirSync(this.root)
      .flatMap((folder) =>
        statSync(join(this.root, folder)).isDirectory() ? readdirSync(join(this.root, folder)) : [],
      )
      .filter((name) => /^[0-9a-f]{64}$/.test(name))
      .sort();
  }

  private place(sha256: string): string {
    return join(this.root, sha256.slice(0, 2), sha256);
  }
}

export function hashFile(path: string): Digest {
  const fd = openSync(path, 'r');
  try {
    const hash = new BlockHash();
    const buffer = Buffer.allocUnsafe(readBytes);
    for (;;) {
      const n = readSync(fd, buffer, 0, buffer.length, null);
      if (n === 0) return hash.digest();
      hash.update(buffer.subarray(0, n));
    }
  } finally {
    closeSync(fd);
  }
}

/** Makes a rename survive a loss of power, where the system can. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
