/** Cases opened before, in the user's data folder. A list for convenience: losing it loses nothing. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { join } from 'node:path';
import { Case } from '../case/case.ts';
import type { RecentCase } from './contract/calls.ts';

const kept = 30;

/** Where the user's own data of this product lies. */
export function userFolder(): string {
  if (process.env.SPANSCOPE_HOME) return process.env.SPANSCOPE_HOME;
  if (platform() === 'win32') return join(process.env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'spanscope');
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Application Support', 'spanscope');
  return join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'spanscope');
}

type Stored = Omit<RecentCase, 'isThere'>;

export class RecentCases {
  private readonly file: string;

  constructor(folder = userFolder()) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.file = join(folder, 'recent.json');
  }

  list(): RecentCase[] {
    return this.read().map((r) => ({ ...r, isThere: Case.isCase(r.folder) }));
  }

  find(id: string): RecentCase | undefined {
    return this.list().find((r) => r.id === id);
  }

  add(folder: string, name: string): void {
    const id = createHash('sha256').update(folder).digest('hex').slice(0, 16);
    const others = this.read().filter((r) => r.id !== id);
    this.write([{ id, name, folder, opened: new Date().toISOString() }, ...others].slice(0, kept));
  }

  forget(id: string): void {
    this.write(this.read().filter((r) => r.id !== id));
  }

  private read(): Stored[] {
    if (!existsSync(this.file)) return [];
    try {
      const value: unknown = JSON.parse(readFileSync(this.file, 'utf8'));
      return Array.isArray(value) ? value.filter(isStored) : [];
    } catch {
      return [];
    }
  }

  private write(list: readonly Stored[]): void {
    const fresh = `${this.file}.new`;
    writeFileSync(fresh, `${JSON.stringify(list, undefined, 1)}\n`, { mode: 0o600 });
    renameSync(fresh, this.file);
  }
}

function isStored(value: unknown): value is Stored {
  if (typeof value !== 'object' || value === null) return false;
  const r = value as Record<string, unknown>;
  return (
    typeof r.id === 'string' &&
    typeof r.name === 'string' &&
    typeof r.folder === 'string' &&
    typeof r.opened === 'string'
  );
}
