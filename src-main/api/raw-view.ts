/**
 * The bytes of an evidence as somebody looks at them: lines of the decoded text around a place, or bytes. Nothing is parsed; long lines are cut for
 * showing only.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { defaultBudgets } from '../case/budgets.ts';
import type { Case } from '../case/case.ts';
import { decodedHead, EvidenceSource } from '../case/evidence-source.ts';
import type { EvidenceRow } from '../case/store/read-store.ts';
import { LineSplitter } from '../parsers/text/line-splitter.ts';
import type { RawBytes, RawLine, RawLines } from './contract/calls.ts';

const shownChars = 4_000;

class Enough extends Error {}

/** Calls `take` for every line until it gives false. */
async function eachLine(
  source: Case,
  row: EvidenceRow,
  take: (n: number, text: () => string) => boolean,
): Promise<number> {
  const evidence = new EvidenceSource(
    { path: source.vault.pathOf(row.sha256), name: row.path, sizeBytes: row.sizeBytes, modifiedNs: row.modifiedNs },
    defaultBudgets,
    () => undefined,
    () => undefined,
    () => undefined,
  );
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

export function readBytes(source: Case, row: EvidenceRow, offset: number, count: number): RawBytes {
  const fd = openSync(source.vault.pathOf(row.sha256), 'r');
  try {
    const buffer = Buffer.alloc(count);
    const n = readSync(fd, buffer, 0, count, offset);
    return { path: row.path, offset, total: row.sizeBytes, hex: buffer.subarray(0, n).toString('hex') };
  } finally {
    closeSync(fd);
  }
}

/** The next line after `from` that holds the text as it is written; case does not matter. */
export async function searchLines(
  source: Case,
  row: EvidenceRow,
  wanted: string,
  from: number,
): Promise<number | null> {
  const needle = wanted.toLowerCase();
  let found: number | null = null;
  await eachLine(source, row, (n, text) => {
    if (n > from && text().toLowerCase().includes(needle)) found = n;
    return found === null;
  });
  return found;
}
