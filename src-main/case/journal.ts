/**
 * What people did with a case, one JSON object a line, each chained to the one before by its hash. A changed, dropped, swapped or added line breaks the
 * chain at that place. Rewriting the whole file from there on does not: whoever needs to show that nobody did so notes the head hash elsewhere.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import type { Json } from '../parsers/contract.ts';

export interface JournalEntry {
  readonly n: number;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly actor: string;
  readonly action: JournalAction;
  readonly args: { readonly [key: string]: Json };
  /** Hash of the entry before; 64 zeros for the first. */
  readonly prev: string;
  readonly hash: string;
}

export type JournalAction =
  | 'create'
  | 'import'
  | 'note'
  | 'bookmark'
  | 'clock'
  | 'exclude'
  | 'rank'
  | 'export'
  | 'rebuild'
  | 'verify';

export interface ChainState {
  readonly entries: readonly JournalEntry[];
  readonly ok: boolean;
  /** Line (from 1) at which the chain breaks, where it does. */
  readonly brokenAt: number | undefined;
}

const genesis = '0'.repeat(64);

export class Journal {
  private readonly path: string;
  private readonly durable: boolean;
  private last: { n: number; hash: string };

  constructor(path: string, durable: boolean) {
    this.path = path;
    this.durable = durable;
    this.cutTornLine();
    const { entries } = this.read();
    const tail = entries.at(-1);
    this.last = tail ? { n: tail.n, hash: tail.hash } : { n: 0, hash: genesis };
  }

  get head(): string {
    return this.last.hash;
  }

  append(
    action: JournalAction,
    args: { readonly [key: string]: Json },
    actor = 'user',
    now = new Date(),
  ): JournalEntry {
    const body = { n: this.last.n + 1, time: now.toISOString(), actor, action, args, prev: this.last.hash };
    const entry: JournalEntry = { ...body, hash: hashOf(body) };
    const fd = openSync(this.path, 'a', 0o600);
    try {
      writeSync(fd, `${JSON.stringify(entry)}\n`);
      if (this.durable) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    this.last = { n: entry.n, hash: entry.hash };
    return entry;
  }

  /** A line without its end was being written when the power went: nobody was told that it is there. */
  private cutTornLine(): void {
    if (!existsSync(this.path)) return;
    const bytes = readFileSync(this.path);
    const end = bytes.lastIndexOf('\n') + 1;
    if (end < bytes.length) truncateSync(this.path, end);
  }

  /** All entries up to the first that does not fit the chain. */
  read(): ChainState {
    const entries: JournalEntry[] = [];
    if (!existsSync(this.path)) return { entries, ok: true, brokenAt: undefined };
    const lines = readFileSync(this.path, 'utf8').split('\n');
    let prev = genesis;
    for (let i = 0; i < lines.length; i++) {
      const text = lines[i] as string;
      if (text === '' && i === lines.length - 1) break;
      const entry = parseEntry(text);
      if (!entry || entry.n !== entries.length + 1 || entry.prev !== prev || entry.hash !== hashOf(entry))
        return { entries, ok: false, brokenAt: i + 1 };
      entries.push(entry);
      prev = entry.hash;
    }
    return { entries, ok: true, brokenAt: undefined };
  }
}

function parseEntry(text: string): JournalEntry | undefined {
  try {
    const value = JSON.parse(text) as JournalEntry;
    return typeof value === 'object' && value !== null && typeof value.n === 'number' && typeof value.hash === 'string'
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

/** Hash over the fields in their one order, so that it does not depend on how the line was written. */
function hashOf(entry: Omit<JournalEntry, 'hash'>): string {
  const { n, time, actor, action, args, prev } = entry;
  return createHash('sha256')
    .update(JSON.stringify([n, time, actor, action, args, prev]))
    .digest('hex');
}
