/** Counts what an import really takes while it is taken, and refuses at the first budget that is passed. */
import { statfsSync } from 'node:fs';
import type { Budgets } from '../budgets.ts';
import { Refusal } from '../refusal.ts';

export class Meter {
  private readonly budgets: Budgets;
  private readonly diskBytes: number;
  private entries = 0;
  private allBytes = 0;

  constructor(budgets: Budgets, folder: string) {
    this.budgets = budgets;
    const disk = statfsSync(folder);
    this.diskBytes = disk.bavail * disk.bsize * budgets.diskShare;
  }

  entry(): void {
    this.entries++;
    if (this.entries > this.budgets.entries)
      throw new Refusal('archive/too_many_entries', { limit: this.budgets.entries }, true);
  }

  /** `out` more bytes of an entry that has given `entryBytes` so far, from `entryIn` bytes of its compressed form (0: not compressed). */
  bytes(name: string, out: number, entryBytes: number, entryIn: number): void {
    this.allBytes += out;
    const b = this.budgets;
    if (entryBytes > b.entryBytes) throw new Refusal('archive/entry_too_large', { name, limit: b.entryBytes }, true);
    if (this.allBytes > b.allBytes) throw new Refusal('archive/too_large', { limit: b.allBytes }, true);
    if (this.allBytes > this.diskBytes)
      throw new Refusal('archive/disk_full', { limit: Math.floor(this.diskBytes) }, true);
    if (entryIn > 0 && entryBytes > b.ratioFromBytes && entryBytes / entryIn > b.ratio) {
      throw new Refusal('archive/bomb', { name, ratio: Math.round(entryBytes / entryIn), limit: b.ratio }, true);
    }
  }
}
