/**
 * A case on disk: vault (original bytes), journal (what people did) and store (everything derived).
 *
 * Import is a transaction: files are staged, hashed and renamed into the vault; one journal line then makes them part of the case; only after that
 * are they parsed into the store. Whatever is cut off in between leaves a case that opens: staging is emptied, and what the journal names and the
 * store lacks is parsed again.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageArgs } from '../api/contract/messages.ts';
import type { Json } from '../parsers/contract.ts';
import { type BundleInput, openBundle } from './archive/open-bundle.ts';
import type { Note } from './archive/unpack.ts';
import { type Budgets, defaultBudgets } from './budgets.ts';
import { CaseLock } from './case-lock.ts';
import type { SourceSpec } from './evidence-source.ts';
import { Journal } from './journal.ts';
import { Refusal } from './refusal.ts';
import { StoreReader } from './store/read-store.ts';
import { type EvidenceInput, type EvidenceOutcome, Store } from './store/store.ts';
import type { StoreMessage } from './store/store-message.ts';
import { Vault } from './vault.ts';

export const caseFormat = 1;

interface CaseFile {
  readonly format: number;
  readonly id: string;
  readonly name: string;
  readonly created: string;
}

/** Parses one file somewhere (a worker pool, or here) and hands on its messages in order. */
export type ParseRunner = (
  spec: SourceSpec,
  budgets: Budgets,
  onMessages: (messages: readonly StoreMessage[]) => void,
  onProgress: (bytes: number) => void,
  signal: AbortSignal,
) => Promise<EvidenceOutcome>;

export interface ImportProgress {
  readonly phase: 'open' | 'parse';
  readonly doneBytes: number;
  /** 0 while it is not known. */
  readonly totalBytes: number;
  readonly file: string;
}

export interface ImportOptions {
  readonly parse: ParseRunner;
  readonly budgets?: Budgets;
  readonly skipUnsafe?: boolean;
  readonly signal?: AbortSignal;
  readonly progress?: (progress: ImportProgress) => void;
  readonly actor?: string;
}

/** What an import took in, by the input it came from. */
export interface Imported {
  readonly files: readonly { readonly id: number; readonly input: number }[];
  readonly containers: readonly {
    readonly path: string;
    readonly sha256: string;
    readonly sizeBytes: number;
    readonly input: number;
    readonly notes: readonly Note[];
  }[];
  readonly notes: readonly (Note & { readonly input: number })[];
}

/** A file of an import as the journal keeps it. */
interface JournalFile {
  readonly id: number;
  readonly path: string;
  readonly sha256: string;
  readonly size_bytes: number;
  readonly modified_ns: string | null;
  readonly notes: readonly JournalNote[];
}

interface JournalNote {
  readonly code: Note['code'];
  readonly severity: Note['severity'];
  readonly args: MessageArgs;
}

interface JournalImport {
  readonly source: readonly string[];
  readonly files: readonly JournalFile[];
  readonly containers: readonly {
    readonly path: string;
    readonly sha256: string;
    readonly size_bytes: number;
    readonly notes: readonly JournalNote[];
  }[];
  readonly notes: readonly JournalNote[];
}

export class Case {
  readonly folder: string;
  readonly id: string;
  readonly name: string;
  /** Removed when closed; refers to the user's files instead of copying them. */
  readonly passing: boolean;
  readonly vault: Vault;
  readonly journal: Journal;
  store: Store;
  reader: StoreReader;

  private readonly lock: CaseLock | undefined;

  private constructor(folder: string, file: CaseFile, passing: boolean) {
    this.lock = passing ? undefined : new CaseLock(folder);
    this.folder = folder;
    this.id = file.id;
    this.name = file.name;
    this.passing = passing;
    this.vault = new Vault(folder, !passing);
    this.journal = new Journal(join(folder, 'journal.jsonl'), !passing);
    this.store = new Store(join(folder, 'store.sqlite'), !passing);
    this.reader = new StoreReader(this.store);
  }

  /** @throws Refusal `case/exists` where the folder holds something already */
  static create(folder: string, name: string, passing = false): Case {
    if (existsSync(join(folder, 'case.json'))) throw new Refusal('case/exists', { folder });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file: CaseFile = { format: caseFormat, id: randomUUID(), name, created: new Date().toISOString() };
    // whole or not at all: a process can be killed between the making of a file and its first byte
    const staged = join(folder, 'case.json.new');
    writeFileSync(staged, `${JSON.stringify(file, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(staged, join(folder, 'case.json'));
    const opened = new Case(folder, file, passing);
    opened.journal.append('create', { id: file.id, name });
    return opened;
  }

  /** Closes it and removes its folder: for a case whose first import came to nothing. */
  discard(): void {
    this.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** @throws Refusal `case/not_a_case`, `case/newer`, `case/in_use` */
  static open(folder: string): Case {
    const path = join(folder, 'case.json');
    if (!existsSync(path)) throw new Refusal('case/not_a_case', { folder });
    const file = readCaseFile(path);
    if (!file) throw new Refusal('case/not_a_case', { folder });
    if (file.format > caseFormat) throw new Refusal('case/newer', { found: file.format, supported: caseFormat });
    const opened = new Case(folder, file, false);
    opened.vault.clearStaging();
    opened.store.dropUnfinished();
    return opened;
  }

  /** A case for one call: in the temporary folder, gone when closed. */
  static temporary(name: string): Case {
    return Case.create(mkdtempSync(join(tmpdir(), 'spanscope-')), name, true);
  }

  static isCase(folder: string): boolean {
    return existsSync(join(folder, 'case.json'));
  }

  close(): void {
    this.store.close();
    this.lock?.release();
    if (this.passing) rmSync(this.folder, { recursive: true, force: true });
  }

  /** @throws Refusal where an archive or a budget forbids it; the case is then as it was */
  async import(inputs: readonly BundleInput[], options: ImportOptions): Promise<Imported> {
    const budgets = options.budgets ?? defaultBudgets;
    const signal = options.signal ?? new AbortController().signal;
    const report = options.progress ?? (() => undefined);
    let opened: Awaited<ReturnType<typeof openBundle>>;
    try {
      opened = await openBundle(inputs, this.vault, {
        budgets,
        skipUnsafe: options.skipUnsafe ?? false,
        refer: this.passing,
        signal,
        progress: (doneBytes) => report({ phase: 'open', doneBytes, totalBytes: 0, file: '' }),
      });
    } finally {
      this.vault.clearStaging();
    }
    if (signal.aborted) return { files: [], containers: [], notes: [] };
    const firstId = this.nextId();
    const entry: JournalImport = {
      source: inputs.map((i) => (typeof i === 'string' ? i : i.name)),
      files: opened.files.map((f, i) => ({
        id: firstId + i,
        path: f.path,
        sha256: f.sha256,
        size_bytes: f.sizeBytes,
        modified_ns: f.modifiedNs === undefined ? null : String(f.modifiedNs),
        notes: f.notes,
      })),
      containers: opened.containers.map((c) => ({
        path: c.path,
        sha256: c.sha256,
        size_bytes: c.sizeBytes,
        notes: c.notes,
      })),
      notes: opened.notes.map(({ code, severity, args }) => ({ code, severity, args })),
    };
    this.journal.append('import', entry as unknown as { [key: string]: Json }, options.actor);
    await this.parseAll([entry], options, budgets, signal);
    return {
      files: opened.files.map((f, i) => ({ id: firstId + i, input: f.input })),
      containers: opened.containers,
      notes: opened.notes,
    };
  }

  /** Parses what the journal names and the store lacks: after an import that was cut off. */
  async resume(options: ImportOptions): Promise<void> {
    const known = new Set(this.reader.evidence().map((e) => e.id));
    const missing = this.imports().map((entry) => ({ ...entry, files: entry.files.filter((f) => !known.has(f.id)) }));
    await this.parseAll(
      missing,
      options,
      options.budgets ?? defaultBudgets,
      options.signal ?? new AbortController().signal,
    );
  }

  /** Drops the store and derives it again from vault and journal. */
  async rebuild(options: ImportOptions): Promise<void> {
    this.store.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(this.folder, `store.sqlite${suffix}`), { force: true });
    this.store = new Store(join(this.folder, 'store.sqlite'), !this.passing);
    this.reader = new StoreReader(this.store);
    await this.parseAll(
      this.imports(),
      options,
      options.budgets ?? defaultBudgets,
      options.signal ?? new AbortController().signal,
    );
    this.journal.append('rebuild', {}, options.actor);
  }

  /** Notes of archives and of the opening itself, which belong to no evidence. */
  openingNotes(): readonly (Note & { readonly container: string })[] {
    return this.imports().flatMap((entry) => [
      ...entry.containers.flatMap((c) => c.notes.map((n) => ({ ...n, container: c.path }))),
      ...entry.notes.map((n) => ({ ...n, container: '' })),
    ]);
  }

  private imports(): JournalImport[] {
    return this.journal
      .read()
      .entries.filter((e) => e.action === 'import')
      .map((e) => e.args as unknown as JournalImport);
  }

  private nextId(): number {
    return this.imports().reduce((max, entry) => entry.files.reduce((m, f) => Math.max(m, f.id), max), 0) + 1;
  }

  private async parseAll(
    entries: readonly JournalImport[],
    options: ImportOptions,
    budgets: Budgets,
    signal: AbortSignal,
  ): Promise<void> {
    for (const entry of entries)
      for (const c of entry.containers) this.store.addContainer(c.path, c.sha256, c.size_bytes);
    const files = entries.flatMap((entry) => entry.files);
    const totalBytes = files.reduce((sum, f) => sum + f.size_bytes, 0);
    const done = new Map<number, number>();
    const report = (file: JournalFile, bytes: number) => {
      done.set(file.id, bytes);
      const doneBytes = [...done.values()].reduce((a, b) => a + b, 0);
      options.progress?.({ phase: 'parse', doneBytes, totalBytes, file: file.path });
    };
    await Promise.all(
      files.map((file) => this.parseOne(file, options.parse, budgets, signal, (bytes) => report(file, bytes))),
    );
    if (signal.aborted) this.store.dropUnfinished();
  }

  private async parseOne(
    file: JournalFile,
    parse: ParseRunner,
    budgets: Budgets,
    signal: AbortSignal,
    progress: (bytes: number) => void,
  ): Promise<void> {
    if (signal.aborted) return;
    const input: EvidenceInput = {
      id: file.id,
      path: file.path,
      sha256: file.sha256,
      sizeBytes: file.size_bytes,
      modifiedNs: file.modified_ns === null ? undefined : BigInt(file.modified_ns),
    };
    const writer = this.store.begin(input);
    for (const note of file.notes) writer.take({ kind: 'warning', warning: { ...note, phase: 'open' } });
    const spec: SourceSpec = {
      path: this.vault.pathOf(file.sha256),
      name: file.path,
      sizeBytes: file.size_bytes,
      modifiedNs: input.modifiedNs,
    };
    const outcome = await parse(spec, budgets, (messages) => writer.takeAll(messages), progress, signal);
    if (signal.aborted) return;
    writer.end(outcome);
    progress(file.size_bytes);
  }
}

function readCaseFile(path: string): CaseFile | undefined {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as CaseFile;
    return typeof value.format === 'number' && typeof value.id === 'string' && typeof value.name === 'string'
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}
