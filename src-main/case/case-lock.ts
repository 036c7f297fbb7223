/** One program at a time has a case open: the store has one writer, and opening cleans up after an import that was cut off. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from './refusal.ts';

export class CaseLock {
  private readonly path: string;

  /** @throws Refusal `case/in_use` where a program that lives holds it; one that died has lost it */
  constructor(folder: string) {
    this.path = join(folder, 'lock');
    if (!this.take()) {
      const holder = Number(readFileSync(this.path, 'utf8'));
      if (isAlive(holder)) throw new Refusal('case/in_use', { pid: holder });
      rmSync(this.path, { force: true });
      if (!this.take()) throw new Refusal('case/in_use', { pid: holder });
    }
  }

  release(): void {
    rmSync(this.path, { force: true });
  }

  private take(): boolean {
    try {
      writeFileSync(this.path, String(process.pid), { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if (existsSync(this.path)) return false;
      throw error;
    }
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
