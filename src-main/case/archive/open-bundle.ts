/**
 * Everything a person hands over, down to regular files in the vault: files, folders, and archives up to three deep. Names become data:
 * `bundle.tar.gz!/logs/gctrace.log`. The order is that of the input, folders sorted, so that the same bundle gives the same case.
 */
import { closeSync, type Dirent, lstatSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Budgets } from '../budgets.ts';
import { Refusal } from '../refusal.ts';
import type { Staged, Vault } from '../vault.ts';
import { type Compression, compressionOf, isTar, isZip, peekInside } from './container-kind.ts';
import { Meter } from './meter.ts';
import type { Member, Note } from './unpack.ts';
import { unpackTar } from './unpack-tar.ts';
import { unpackZip } from './unpack-zip.ts';

/** A regular file, now in the vault. */
export interface OpenedFile {
  /** Which of the inputs it came from. */
  readonly input: number;
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly modifiedNs: bigint | undefined;
  /** What was wrong with it on the way: cut, a size that did not hold. */
  readonly notes: readonly Note[];
}

/** An archive that was opened: its bytes are not kept, its members are. */
export interface OpenedContainer {
  readonly input: number;
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly notes: readonly Note[];
}

export interface Opened {
  readonly files: readonly OpenedFile[];
  readonly containers: readonly OpenedContainer[];
  /** What belongs to no member: an unreadable path, a link in a folder. */
  readonly notes: readonly (Note & { readonly input: number })[];
}

/** A path, shown under its last part, or under another name where it was staged without one (uploads). */
export type BundleInput = string | { readonly path: string; readonly name: string };

export function inputPath(input: BundleInput): string {
  return typeof input === 'string' ? input : input.path;
}

export interface OpenOptions {
  readonly budgets: Budgets;
  readonly skipUnsafe: boolean;
  /** Leave the user's own files where they lie (passing cases). */
  readonly refer: boolean;
  readonly signal: AbortSignal;
  /** Bytes taken so far. */
  readonly progress: (bytes: number) => void;
}

const headBytes = 2 ** 16;

export async function openBundle(inputs: readonly BundleInput[], vault: Vault, options: OpenOptions): Promise<Opened> {
  return await new Opening(vault, options).run(inputs);
}

class Opening {
  private readonly vault: Vault;
  private readonly options: OpenOptions;
  private readonly meter: Meter;
  private readonly files: OpenedFile[] = [];
  private readonly containers: OpenedContainer[] = [];
  private readonly notes: (Note & { input: number })[] = [];
  private input = 0;
  private readonly used = new Map<string, number>();
  private taken = 0;

  constructor(vault: Vault, options: OpenOptions) {
    this.vault = vault;
    this.options = options;
    this.meter = new Meter(options.budgets, vault.folder);
  }

  async run(inputs: readonly BundleInput[]): Promise<Opened> {
    for (const [index, given] of inputs.entries()) {
      if (this.options.signal.aborted) break;
      this.input = index;
      const path = inputPath(given);
      const shown = typeof given === 'string' ? basename(given) : given.name;
      // a path the user gave may be a link; what lies inside a folder may not
      const real = tryStat(path);
      if (!real) this.note({ code: 'open/not_found', severity: 'error', args: { name: path } });
      else if (real.isDirectory()) await this.folder(realpathSync(path), inputs.length > 1 ? shown : '', 0);
      else if (real.isFile()) await this.file(path, shown, 0);
      else this.note({ code: 'open/not_a_file', severity: 'error', args: { name: path } });
    }
    return { files: this.files, containers: this.containers, notes: this.notes };
  }

  private async folder(path: string, shown: string, depth: number): Promise<void> {
    if (depth > 64) return;
    let entries: Dirent[];
    try {
      entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      this.note({
        code: 'open/unreadable',
        severity: 'error',
        args: { name: shown || path, reason: (error as NodeJS.ErrnoException).code ?? '' },
      });
      return;
    }
    for (const entry of entries) {
      if (this.options.signal.aborted) return;
      const name = shown ? `${shown}/${entry.name}` : entry.name;
      const inner = join(path, entry.name);
      if (entry.isDirectory()) await this.folder(inner, name, depth + 1);
      else if (entry.isFile()) await this.file(inner, name, 0);
      else
        this.note({
          code: 'archive/not_a_file',
          severity: 'info',
          args: { name, type: entry.isSymbolicLink() ? 'symbolic link' : 'special file' },
        });
    }
  }

  /** A file on disk, of the user's. */
  private async file(path: string, shown: string, depth: number): Promise<void> {
    this.meter.entry();
    let head: Buffer;
    try {
      head = readHead(path);
    } catch (error) {
      this.note({
        code: 'open/unreadable',
        severity: 'error',
        args: { name: shown, reason: (error as NodeJS.ErrnoException).code ?? '' },
      });
      return;
    }
    const container = await containerOf(head);
    if (container) {
      const digest = this.vault.refer(path);
      await this.container(path, shown, container, digest, depth);
      return;
    }
    const modifiedNs = BigInt(Math.round(lstatSync(path).mtimeMs * 1e3)) * 1_000n;
    if (this.options.refer) {
      const digest = this.vault.refer(path);
      this.progress(digest.sizeBytes);
      this.add({
        input: this.input,
        path: shown,
        sha256: digest.sha256,
        sizeBytes: digest.sizeBytes,
        modifiedNs,
        notes: [],
      });
      return;
    }
    const staged = this.vault.stage();
    try {
      const fd = openSync(path, 'r');
      try {
        const buffer = Buffer.allocUnsafe(2 ** 20);
        for (let size = 0; ; ) {
          const n = readSync(fd, buffer, 0, buffer.length, null);
          if (n === 0) break;
          size += n;
          this.meter.bytes(shown, n, size, 0);
          staged.write(buffer.subarray(0, n));
          this.progress(n);
        }
      } finally {
        closeSync(fd);
      }
      const digest = staged.finish();
      this.vault.seal(staged, digest);
      this.add({
        input: this.input,
        path: shown,
        sha256: digest.sha256,
        sizeBytes: digest.sizeBytes,
        modifiedNs,
        notes: [],
      });
    } catch (error) {
      staged.discard();
      throw error;
    }
  }

  private async container(
    path: string,
    shown: string,
    kind: Container,
    digest: { sha256: string; sizeBytes: number },
    depth: number,
  ): Promise<void> {
    const notes: Note[] = [];
    const visit = {
      skipUnsafe: this.options.skipUnsafe,
      signal: this.options.signal,
      note: (note: Note) => notes.push(note),
      member: (member: Member) => this.member(member, shown, notes, depth + 1),
    };
    if (kind.zip) await unpackZip(path, visit, this.meter);
    else await unpackTar(path, kind.compression, visit, this.meter);
    this.containers.push({ input: this.input, path: shown, sha256: digest.sha256, sizeBytes: digest.sizeBytes, notes });
  }

  /** A member of an archive: into staging, then either opened itself or sealed. */
  private async member(member: Member, container: string, notes: Note[], depth: number): Promise<void> {
    const shown = this.uniqueName(`${container}!/${member.name}`, notes);
    const staged = this.vault.stage();
    const faults = await this.write(member, shown, staged);
    const digest = staged.finish();
    if (faults.dropped) {
      notes.push(...faults.notes);
      staged.discard();
      return;
    }
    const head = readHead(staged.path);
    const inner = await containerOf(head);
    if (inner && depth < this.options.budgets.nesting) {
      await this.container(staged.path, shown, inner, digest, depth);
      staged.discard();
      return;
    }
    if (inner)
      faults.notes.push({
        code: 'archive/too_deep',
        severity: 'data_loss',
        args: { name: shown, limit: this.options.budgets.nesting },
      });
    this.vault.seal(staged, digest);
    this.add({
      input: this.input,
      path: shown,
      sha256: digest.sha256,
      sizeBytes: digest.sizeBytes,
      modifiedNs: member.modifiedNs,
      notes: faults.notes,
    });
  }

  private async write(member: Member, shown: string, staged: Staged): Promise<{ notes: Note[]; dropped: boolean }> {
    const notes: Note[] = [];
    let size = 0;
    let crc = 0;
    try {
      for await (const chunk of member.bytes) {
        size += chunk.length;
        this.meter.bytes(shown, chunk.length, size, member.compressedSoFar());
        if (member.crc32 !== undefined) crc = crc32(chunk, crc);
        staged.write(chunk);
        this.progress(chunk.length);
      }
    } catch (error) {
      if (error instanceof Refusal) {
        staged.discard();
        throw error;
      }
      const reason = (error as Error).message;
      // a zip that lies about one member can be right about the others; in a stream nothing follows the break
      if (member.crc32 !== undefined)
        return {
          notes: [{ code: 'archive/entry_damaged', severity: 'data_loss', args: { name: shown, reason } }],
          dropped: true,
        };
      return {
        notes: [
          {
            code: 'archive/entry_cut',
            severity: 'data_loss',
            args: { name: shown, kept: size, stated: member.statedBytes },
          },
        ],
        dropped: size === 0,
      };
    }
    if (member.crc32 !== undefined && crc !== member.crc32) {
      return { notes: [{ code: 'archive/checksum', severity: 'data_loss', args: { name: shown } }], dropped: true };
    }
    if (member.crc32 === undefined && member.statedBytes > size) {
      notes.push({
        code: 'archive/entry_cut',
        severity: 'data_loss',
        args: { name: shown, kept: size, stated: member.statedBytes },
      });
    }
    return { notes, dropped: false };
  }

  /** Two members of one name are two evidences; the second is told apart by a number. */
  private uniqueName(name: string, notes: Note[]): string {
    const seen = (this.used.get(name) ?? 0) + 1;
    this.used.set(name, seen);
    if (seen === 1) return name;
    notes.push({ code: 'archive/duplicate_name', severity: 'info', args: { name, count: seen } });
    return `${name} (${seen})`;
  }

  private note(note: Note): void {
    this.notes.push({ ...note, input: this.input });
  }

  private add(file: OpenedFile): void {
    this.files.push(file);
  }

  private progress(bytes: number): void {
    this.taken += bytes;
    this.options.progress(this.taken);
  }
}

interface Container {
  readonly zip: boolean;
  readonly compression: Compression;
}

async function containerOf(head: Buffer): Promise<Container | undefined> {
  if (isZip(head)) return { zip: true, compression: 'none' };
  if (isTar(head)) return { zip: false, compression: 'none' };
  const compression = compressionOf(head);
  if (compression === 'none') return undefined;
  return isTar(await peekInside(head, compression, 512)) ? { zip: false, compression } : undefined;
}

function readHead(path: string): Buffer {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(headBytes);
    return buffer.subarray(0, readSync(fd, buffer, 0, headBytes, 0));
  } finally {
    closeSync(fd);
  }
}

function tryStat(path: string): ReturnType<typeof statSync> | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
