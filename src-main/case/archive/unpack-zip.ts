/**
 * Zip files through yauzl. Names are decoded and judged by us, so that one crafted name does not hide the others; local headers that overlap
 * are refused before anything is inflated, since then a small file can pretend to hold any amount.
 */
import yauzl from 'yauzl';
import { Refusal } from '../refusal.ts';
import { decodeName, nameFault } from './entry-name.ts';
import type { Meter } from './meter.ts';
import type { Visit } from './unpack.ts';

interface Entry {
  readonly raw: yauzl.Entry;
  readonly name: string;
  readonly offset: number;
}

/** The parts of yauzl's entry that its type package does not know with `decodeStrings: false`. */
type RawEntry = yauzl.Entry & { readonly fileNameRaw?: Buffer; readonly fileName: string | Buffer };

const localHeaderBytes = 30;
const fileTypeMask = 0o170000;
const regular = 0o100000;
const directory = 0o040000;

export async function unpackZip(path: string, visit: Visit, meter: Meter): Promise<void> {
  const zip = await open(path, visit);
  if (!zip) return;
  try {
    const entries = await list(zip, visit, meter);
    refuseOverlap(entries);
    for (const entry of entries) {
      if (visit.signal.aborted) return;
      await show(zip, entry, visit);
    }
  } finally {
    zip.close();
  }
}

function open(path: string, visit: Visit): Promise<yauzl.ZipFile | undefined> {
  return new Promise((resolve) => {
    yauzl.open(
      path,
      { lazyEntries: true, autoClose: false, decodeStrings: false, validateEntrySizes: true },
      (error, zip) => {
        if (!error && zip) resolve(zip);
        else {
          visit.note({ code: 'archive/truncated', severity: 'data_loss', args: { reason: error?.message ?? '' } });
          resolve(undefined);
        }
      },
    );
  });
}

function list(zip: yauzl.ZipFile, visit: Visit, meter: Meter): Promise<Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    zip.on('entry', (raw: RawEntry) => {
      try {
        meter.entry();
        const name = typeof raw.fileName === 'string' ? raw.fileName : decodeName(raw.fileName);
        if (keep(raw, name, visit)) entries.push({ raw, name, offset: raw.relativeOffsetOfLocalHeader });
        zip.readEntry();
      } catch (error) {
        reject(error as Error);
      }
    });
    zip.on('end', () => resolve(entries));
    zip.on('error', (error: Error) => {
      visit.note({ code: 'archive/truncated', severity: 'data_loss', args: { reason: error.message } });
      resolve(entries);
    });
    zip.readEntry();
  });
}

/** Judges an entry by what the directory says of it. */
function keep(raw: yauzl.Entry, name: string, visit: Visit): boolean {
  const fault = nameFault(name);
  if (fault) {
    if (!visit.skipUnsafe) throw new Refusal('archive/path_escape', { name, fault }, true);
    visit.note({ code: 'archive/path_escape', severity: 'data_loss', args: { name, fault } });
    return false;
  }
  // type bits are only there where a Unix made the archive
  const type = Math.floor(raw.externalFileAttributes / 65_536) % 65_536;
  const fileType = raw.versionMadeBy >= 768 && raw.versionMadeBy < 1024 ? type - (type % 0o10000) : 0;
  if (name.endsWith('/') || fileType === directory) return false;
  if (fileType !== 0 && fileType % (fileTypeMask + 1) !== regular) {
    visit.note({
      code: 'archive/not_a_file',
      severity: 'info',
      args: { name, type: fileType === 0o120000 ? 'symbolic link' : 'special file' },
    });
    return false;
  }
  if (raw.generalPurposeBitFlag % 2 === 1) {
    visit.note({ code: 'archive/encrypted', severity: 'data_loss', args: { name } });
    return false;
  }
  if (raw.compressionMethod !== 0 && raw.compressionMethod !== 8) {
    visit.note({ code: 'archive/method', severity: 'data_loss', args: { name, method: raw.compressionMethod } });
    return false;
  }
  return true;
}

function refuseOverlap(entries: readonly Entry[]): void {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  for (let i = 1; i < sorted.length; i++) {
    const before = sorted[i - 1] as Entry;
    const end = before.offset + localHeaderBytes + before.raw.compressedSize;
    if ((sorted[i] as Entry).offset < end)
      throw new Refusal('archive/overlap', { name: (sorted[i] as Entry).name, other: before.name }, true);
  }
}

function show(zip: yauzl.ZipFile, entry: Entry, visit: Visit): Promise<void> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry.raw, (error, stream) => {
      if (error || !stream) {
        visit.note({
          code: 'archive/entry_damaged',
          severity: 'data_loss',
          args: { name: entry.name, reason: error?.message ?? '' },
        });
        resolve();
        return;
      }
      // how much of the compressed form has been read is not told while inflating: the stated size is the bound
      const member = {
        name: entry.name,
        modifiedNs: modified(entry.raw),
        bytes: stream as AsyncIterable<Uint8Array>,
        compressedSoFar: () => entry.raw.compressedSize,
        statedBytes: entry.raw.uncompressedSize,
        crc32: entry.raw.crc32,
      };
      visit.member(member).then(resolve, reject);
    });
  });
}

function modified(raw: yauzl.Entry): bigint | undefined {
  const time = raw.getLastModDate().getTime();
  return Number.isFinite(time) && time > 0 ? BigInt(time) * 1_000_000n : undefined;
}
