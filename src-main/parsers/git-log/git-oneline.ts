/**
 * `git log --oneline` and `--format` of one line a change that begin with its id, with or without a graph and a time behind the id: `8c1d0b7 subject`,
 * `8c1d0b7 2026-11-24 05:12:09 +0000 Ada subject`. Nothing but the id marks such a line, so two that follow each other make a log; a single one does not.
 *
 * @source git-log(1), "PRETTY FORMATS"
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { captureClock, type Sink, wallClock } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { parseTimestamp } from '../text/timestamp.ts';
import { Topics } from './topics.ts';

const longestLine = 2_000;
/** @source security.md section 6: events of one file */
const mostChanges = 50_000;

export interface OneLineChange {
  readonly id: string;
  /** Nanoseconds since 1970; undefined where the line has no time behind the id. */
  readonly tNs: bigint | undefined;
  readonly subject: string;
}

/** Undefined for a line that does not begin with an abbreviated or full id of a change and a text. */
export function parseOneLine(text: string): OneLineChange | undefined {
  const m = /^(?:[*|\\/_] {0,3}){0,40}([0-9a-f]{40}|[0-9a-f]{7,12})(?: - | ?\| ?|[ \t])(?=\S)/.exec(text);
  if (!m) return undefined;
  const rest = text.slice(m[0].length).replace(/^\([^)]{1,300}\) /, '');
  const time = parseTimestamp(rest.slice(0, 60));
  if (time && !(time.hasYear && time.hasZone)) return undefined;
  const subject = (time ? rest.slice(time.length) : rest).replace(/^[ \t|-]{1,4}/, '').trimEnd();
  return /[A-Za-z\u0080-\uffff]/.test(subject) ? { id: m[1] as string, tNs: time?.ns, subject } : undefined;
}

class GitOneLine implements Reading {
  private held: { readonly change: OneLineChange; readonly at: number } | undefined;
  private heldIsSaid = false;
  private previous = 0;
  private changes = 0;

  take(line: Line, context: TextContext): boolean {
    const first = line.byte(0);
    const isHex = (first >= 48 && first <= 57) || (first >= 97 && first <= 102);
    if (!isHex && first !== 42 && first !== 124) return false;
    const text = line.text().slice(0, longestLine);
    // `|\  ` of a graph
    if (!isHex && this.previous === line.number - 1 && /^[*|\\/_ ]{1,80}$/.test(text)) {
      this.previous = line.number;
      return this.held !== undefined;
    }
    const change = parseOneLine(text);
    const { held } = this;
    // a word of digits or of letters alone is more likely a number or a word, except in a log
    if (!change || !(held ?? /\d[a-f]|[a-f]\d/.test(change.id))) return false;
    const follows = held !== undefined && this.previous === line.number - 1 && held.change.id !== change.id;
    if (follows && !this.heldIsSaid) this.say(held.change, held.at, context.sink);
    if (follows) this.say(change, line.number, context.sink);
    this.held = { change, at: line.number };
    this.heldIsSaid = follows;
    this.previous = line.number;
    return true;
  }

  endSection(): void {
    this.held = undefined;
    this.heldIsSaid = false;
  }

  reports(): readonly ReadingReport[] {
    const { changes } = this;
    return changes === 0
      ? []
      : [{ kind: 'git-log', dialect: 'git log --oneline', taken: changes, counts: { changes } }];
  }

  private say({ id, tNs, subject }: OneLineChange, at: number, sink: Sink): void {
    this.changes++;
    if (this.changes > mostChanges) return;
    const topics = new Topics();
    topics.add(subject);
    sink.event({
      kind: 'change',
      clock: tNs === undefined ? captureClock : wallClock,
      tNs,
      at: { line: at },
      data: {
        source: 'log',
        id,
        author: '',
        subject: subject.slice(0, 400),
        body: '',
        files: [],
        topics: topics.list(),
      },
    });
  }
}

export const gitOneLineFormat: ReadingFormat = { id: 'git-oneline', create: () => new GitOneLine() };
