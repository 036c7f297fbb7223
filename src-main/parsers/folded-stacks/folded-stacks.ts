/** Folded stacks as a profile. */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { sayProfile } from '../pprof/profile-summary.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { beginsFolded, parseFolded } from './folded-line.ts';
import { FoldedProfile } from './folded-profile.ts';

const longestLine = 200_000;

class FoldedStacks implements Reading {
  private profile: FoldedProfile | undefined;
  private taken = 0;
  private report: ReadingReport | undefined;

  take(line: Line): boolean {
    const last = line.byte(line.length - 1);
    // every line ends in a digit, but for a return before the line feed
    if (!((last >= 48 && last <= 57) || last === 13 || last === 32)) return false;
    const text = line.text().slice(0, longestLine).trimEnd();
    if (!this.profile && !beginsFolded(text)) return false;
    const folded = parseFolded(text);
    if (!folded) return false;
    const profile = this.profile ?? new FoldedProfile();
    if (!profile.add(folded)) return false;
    this.profile = profile;
    this.taken++;
    return true;
  }

  endSection(context: TextContext): void {
    const model = this.profile?.build();
    this.profile = undefined;
    if (!model) return;
    const wallNs = context.section?.wallNs ?? context.prefix?.wallNs;
    const counts = sayProfile(wallNs === undefined ? model : { ...model, timeNs: wallNs }, context.sink, (line) => ({
      line,
    }));
    this.report ??= { kind: 'folded-stacks', dialect: 'folded', taken: 0, counts };
  }

  reports(): readonly ReadingReport[] {
    if (this.report) return [{ ...this.report, taken: this.taken }];
    return this.taken > 0 ? [{ kind: 'folded-stacks', dialect: 'folded', taken: this.taken, counts: {} }] : [];
  }
}

export const foldedStacksFormat: ReadingFormat = { id: 'folded-stacks', weight: 1, create: () => new FoldedStacks() };
