/**
 * Legacy profiles in text form inside any text: contention, mutex, threadz, jemalloc, Java's heapz. Heap profiles of Go have a reading of their
 * own, since runtime.MemStats stands behind them; goroutine dumps too.
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import type { LegacyText } from './legacy/legacy-form.ts';
import { openLegacyText } from './legacy/legacy-text.ts';
import { sayProfile } from './profile-summary.ts';

const longestLine = 40_000;
/** Forms that other readings take. */
const elsewhere = new Set(['heap', 'goroutine', 'goroutineleak', 'threadcreate']);

class ProfileText implements Reading {
  private reader: LegacyText | undefined;
  private startLine = 0;
  private lines = 0;
  private taken = 0;
  private readonly finished: ReadingReport[] = [];

  take(line: Line, context: TextContext): boolean {
    const c = line.byte(0);
    // all heads begin with `---`, with `heap_v2` or with a name before ` profile:`
    if (!this.reader || c === 45 || c === 104) {
      const opened = c < 33 ? undefined : openLegacyText(line.head(300));
      if (opened && !elsewhere.has(opened.form) && !(this.reader && opened.form === 'threadz')) {
        this.endSection(context);
        this.reader = opened;
        this.startLine = line.number;
        this.lines = 1;
        return true;
      }
    }
    if (!this.reader) return false;
    const taken = this.reader.take(line.head(longestLine), line.number);
    if (taken) this.lines++;
    return taken;
  }

  endSection(context: TextContext): void {
    const { reader } = this;
    this.reader = undefined;
    if (!reader) return;
    const profile = reader.build();
    const wallNs = context.section?.wallNs ?? context.prefix?.wallNs;
    const dated = wallNs === undefined ? profile : { ...profile, timeNs: wallNs };
    const counts = sayProfile(dated, context.sink, (line) => ({ line }));
    if (reader.form === 'jemalloc')
      context.sink.warn({
        code: 'pprof/jemalloc_scaled',
        severity: 'info',
        phase: 'model',
        at: { line: this.startLine },
        args: { rate: profile.period },
      });
    this.taken += this.lines;
    this.finished.push({ kind: 'pprof', dialect: reader.form, taken: this.lines, counts });
  }

  reports(): readonly ReadingReport[] {
    const first = this.finished[0];
    if (!first) return [];
    return [{ ...first, taken: this.taken }, ...this.finished.slice(1, 20).map((r) => ({ ...r, taken: 0 }))];
  }
}

export const profileTextFormat: ReadingFormat = { id: 'profile-text', weight: 1, create: () => new ProfileText() };
