/**
 * The bytes of an evidence as somebody looks at them: lines of the decoded text around a place, or bytes. Nothing is parsed; long lines are cut for
 * showing only.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { compressionOf } from '../case/archive/container-kind.ts';
import { defaultBudgets } from '../case/budgets.ts';
import type { Case } from '../case/case.ts';
import { decodedHead, EvidenceSource } from '../case/evidence-source.ts';
import type { EvidenceRow } from '../case/store/read-store.ts';
import { LineSplitter } from '../parsers/text/line-splitter.ts';
import type { RawBytes, RawLine, RawLines } from './contract/calls.ts';

const shownChars = 4_000;

class Enough extends Error {}

function decoded(source: Case, row: EvidenceRow): EvidenceSource {
  return new EvidenceSource(
    { path: source.vault.pathOf(row.sha256), name: row.path, sizeBytes: row.sizeBytes, modifiedNs: row.modifiedNs },
    defaultBudgets,
    () => undefined,
    () => undefined,
    () => undefined,
  );
}

/** Calls `take` for every line until it gives false. */
async function eachLine(
  source: Case,
  row: EvidenceRow,
  take: (n: number, text: () => string) => boolean,
): Promise<number> {
  const evidence = decoded(source, row);
  const splitter = new LineSplitter((line) => {
    if (!take(line.number, () => line.text())) throw new Enough();
  });
  try {
    for await (const chunk of evidence.chunks()) splitter.push(chunk);
    splitter.end();
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return splitter.count;
}

/** @param from first line, from 1 */
export async function readLines(source: Case, row: EvidenceRow, from: number, count: number): Promise<RawLines> {
  const first = Math.max(1, from);
  const head = await decodedHead(source.vault.pathOf(row.sha256));
  if (head.subarray(0, 1_024).includes(0))
    return { path: row.path, kind: row.kind, from: first, total: null, is_binary: true, lines: [] };
  const lines: RawLine[] = [];
  await eachLine(source, row, (n, text) => {
    if (n >= first + count) return false;
    if (n >= first) {
      const whole = text();
      lines.push({ n, text: whole.slice(0, shownChars), cut: whole.length > shownChars });
    }
    return true;
  });
  return { path: row.path, kind: row.kind, from: first, total: row.lines ?? null, is_binary: false, lines };
}

export async function readLine(source: Case, row: EvidenceRow, line: number): Promise<string> {
  return (await readLines(source, row, line, 1)).lines[0]?.text ?? '';
}

/** Bytes as parsers see them: with the compression taken off, since that is what offsets count in. */
export async function readBytes(source: Case, row: EvidenceRow, offset: number, count: number): Promise<RawBytes> {
  const plain = readPlain(source.vault.pathOf(row.sha256), offset, count);
  if (plain) return { path: row.path, offset, total: row.sizeBytes, hex: plain.toString('hex') };
  const taken: Buffer[] = [];
  let total = 0;
  for await (const chunk of decoded(source, row).chunks()) {
    const from = Math.max(0, offset - total);
    const to = Math.min(chunk.length, offset + count - total);
    if (from < to) taken.push(Buffer.from(chunk.subarray(from, to)));
    total += chunk.length;
  }
  return { path: row.path, offset, total, hex: Buffer.concat(taken).toString('hex') };
}

/** Undefined where the file is compressed. */
function readPlain(path: string, offset: number, count: number): Buffer | undefined {
  const fd = openSync(path, 'r');
  try {
    const head = Buffer.alloc(16);
    if (compressionOf(head.subarray(0, readSync(fd, head, 0, 16, 0))) !== 'none') return undefined;
    const buffer = Buffer.alloc(count);
    return buffer.subarray(0, readSync(fd, buffer, 0, count, offset));
  } finally {
    closeSync(fd);
  }
}

/**
 * The nearest line after `from`, or before it, that holds the text as it is written; case does not matter.
 */
export async function searchLines(
  source: Case,
  row: EvidenceRow,
  wanted: string,
  from: number,
  backwards: boolean,
): Promise<number | null> {
  const needle = wanted.toLowerCase();
  let found: number | null = null;
  await eachLine(source, row, (n, text) => {
    if (backwards && n >= from) return false;
    if ((backwards || n > from) && text().toLowerCase().includes(needle)) found = n;
    return backwards || found === null;
  });
  return found;
}
