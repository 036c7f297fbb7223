/** Checks a case against itself: every blob against its name, every block, the journal's chain, and that all the journal names is there. */
import { existsSync, readFileSync } from 'node:fs';
import type { Case } from './case.ts';
import { hashFile } from './vault.ts';

export interface VerifiedEvidence {
  readonly path: string;
  readonly sha256: string;
  readonly ok: boolean;
  /** What is wrong: missing, or the numbers of the MiB blocks that differ (from 0; empty where they are not known). */
  readonly fault?: 'missing' | 'changed';
  readonly blocks?: readonly number[];
}

export interface Verification {
  readonly ok: boolean;
  readonly evidence: readonly VerifiedEvidence[];
  readonly journal: {
    readonly entries: number;
    readonly chainOk: boolean;
    readonly brokenAt: number | undefined;
    readonly head: string;
  };
}

export function verifyCase(opened: Case): Verification {
  const chain = opened.journal.read();
  const evidence = opened.reader.evidence().map(({ path, sha256 }): VerifiedEvidence => {
    if (!opened.vault.has(sha256)) return { path, sha256, ok: false, fault: 'missing' };
    const digest = hashFile(opened.vault.pathOf(sha256));
    if (digest.sha256 === sha256) return { path, sha256, ok: true };
    return {
      path,
      sha256,
      ok: false,
      fault: 'changed',
      blocks: differing(opened.vault.blocksPath(sha256), digest.blocks),
    };
  });
  return {
    ok: chain.ok && evidence.every((e) => e.ok),
    evidence,
    journal: {
      entries: chain.entries.length,
      chainOk: chain.ok,
      brokenAt: chain.brokenAt,
      head: chain.entries.at(-1)?.hash ?? '',
    },
  };
}

function differing(blocksPath: string, now: Buffer): readonly number[] {
  if (!existsSync(blocksPath)) return now.length === 32 ? [0] : [];
  const then = readFileSync(blocksPath);
  const out: number[] = [];
  for (let i = 0; i < Math.max(then.length, now.length) / 32; i++) {
    if (!then.subarray(i * 32, i * 32 + 32).equals(now.subarray(i * 32, i * 32 + 32))) out.push(i);
  }
  return out;
}
