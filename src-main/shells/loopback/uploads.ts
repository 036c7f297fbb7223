/**
 * Files that a browser sends: streamed to a folder of ours under names of ours, the sender's names kept as data. An upload is several requests with one
 * id, then a call that opens it.
 */
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BundleInput } from '../../case/archive/open-bundle.ts';
import { defaultBudgets } from '../../case/budgets.ts';

const mostFiles = 2_000;

export class Uploads {
  private readonly folder = mkdtempSync(join(tmpdir(), 'spanscope-upload-'));
  private readonly byId = new Map<string, { path: string; name: string }[]>();

  constructor() {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  /** @throws RangeError beyond a budget */
  async take(id: string, name: string, body: IncomingMessage): Promise<void> {
    const files = this.byId.get(id) ?? [];
    if (files.length >= mostFiles) throw new RangeError('too many files');
    const path = join(this.folder, randomBytes(12).toString('hex'));
    let size = 0;
    await pipeline(
      body,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          size += chunk.length;
          if (size > defaultBudgets.entryBytes) throw new RangeError('too large');
          yield chunk;
        }
      },
      createWriteStream(path, { flags: 'wx', mode: 0o600 }),
    );
    files.push({ path, name });
    this.byId.set(id, files);
  }

  get(id: string): readonly BundleInput[] | undefined {
    return this.byId.get(id);
  }

  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
