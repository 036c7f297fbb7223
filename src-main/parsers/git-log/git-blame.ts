/**
 * `git blame` (default, `-s`, `-e`, `-f`, `-l`, `-p`, `--line-porcelain`): who wrote which lines and when. Neighbouring lines of one change are one event, so
 * that a line of a profile finds its change.
 *
 * @source git-blame(1), "THE DEFAULT FORMAT", "THE PORCELAIN FORMAT"
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { captureClock, wallClock } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { parseTimestamp } from '../text/timestamp.ts';
import { Topics } from './topics.ts';

const longestLine = 4_000;
/** @source security.md section 6: events of one file */
const mostRanges = 100_000;

interface Known {
  author: string;
  tNs: bigint | undefined;
  file: string;
  subject: string;
}

interface Range extends Known {
  readonly id: string;
  readonly from: number;
  to: number;
  readonly at: number;
  readonly topics: Topics;
}

class GitBlame implements Reading {
  /** What the porcelain format says once of each change. */
  private readonly known = new Map<string, Known>();
  private range: Range | undefined;
  private current: { id: string; line: number } | undefined;
  private taken = 0;
  private lines = 0;
  private ranges = 0;
  private readonly ids = new Set<string>();

  take(line: Line, context: TextContext): boolean {
    const first = line.byte(0);
    if (this.current) {
      const text = line.text().slice(0, longestLine);
      if (first === 9) {
        this.addPorcelain(text.slice(1), line.number, context);
        this.taken++;
        return true;
      }
      if (this.takeField(text)) return true;
    }
    const isHex = (first >= 48 && first <= 57) || (first >= 97 && first <= 102) || first === 94;
    if (!isHex) return false;
    const text = line.text().slice(0, longestLine);
    const porcelain = /^([0-9a-f]{40}|[0-9a-f]{64}) \d{1,8} (\d{1,8})(?: \d{1,8})?$/.exec(text);
    if (porcelain) {
      this.current = { id: porcelain[1] as string, line: Number(porcelain[2]) };
      this.taken++;
      return true;
    }
    const plain = parseBlameLine(text);
    if (!plain) return false;
    this.taken++;
    this.add(plain.id, plain.line, plain.code, line.number, plain, context);
    return true;
  }

  endSection(context: TextContext): void {
    this.say(context);
    this.current = undefined;
    this.known.clear();
  }

  reports(): readonly ReadingReport[] {
    if (this.lines === 0) return [];
    const counts = { lines: this.lines, changes: this.ids.size, ranges: this.ranges + (this.range ? 1 : 0) };
    return [{ kind: 'git-log', dialect: 'git blame', taken: this.taken, counts }];
  }

  private takeField(text: string): boolean {
    const { current } = this;
    const m =
      /^(author|author-mail|author-time|author-tz|committer|committer-mail|committer-time|committer-tz|summary|previous|filename|boundary)(?: (.{0,1000}))?$/.exec(
        text,
      );
    if (!current || !m) return false;
    this.taken++;
    let known = this.known.get(current.id);
    if (!known) {
      known = { author: '', tNs: undefined, file: '', subject: '' };
      if (this.known.size < mostRanges) this.known.set(current.id, known);
    }
    const value = m[2] ?? '';
    if (m[1] === 'author') known.author = value;
    else if (m[1] === 'summary') known.subject = value;
    else if (m[1] === 'filename') known.file = value;
    else if (m[1] === 'committer-time' && /^\d{1,12}$/.test(value)) known.tNs = BigInt(value) * 1_000_000_000n;
    return true;
  }

  private addPorcelain(code: string, at: number, context: TextContext): void {
    const { current } = this;
    this.current = undefined;
    if (!current) return;
    const known = this.known.get(current.id) ?? { author: '', tNs: undefined, file: '', subject: '' };
    this.add(current.id, current.line, code, at, known, context);
  }

  private add(id: string, number: number, code: string, at: number, known: Known, context: TextContext): void {
    this.lines++;
    if (this.ids.size < mostRanges) this.ids.add(id);
    const { range } = this;
    if (range && range.id === id && range.file === known.file && number === range.to + 1) range.to = number;
    else {
      this.say(context);
      const { author, tNs, file, subject } = known;
      this.range = { id, author, tNs, file, subject, from: number, to: number, at, topics: new Topics() };
    }
    this.range?.topics.add(code);
  }

  private say(context: TextContext): void {
    const { range } = this;
    this.range = undefined;
    if (!range) return;
    this.ranges++;
    if (this.ranges > mostRanges) return;
    context.sink.event({
      kind: 'change',
      clock: range.tNs === undefined ? captureClock : wallClock,
      tNs: range.tNs,
      at: { line: range.at },
      data: {
        source: 'blame',
        id: range.id,
        author: range.author,
        subject: range.subject,
        file: range.file,
        lines: [range.from, range.to],
        topics: range.topics.list(),
      },
    });
  }
}

interface BlameLine extends Known {
  readonly id: string;
  readonly line: number;
  readonly code: string;
}

/** `8c1d0b7e file (Author 2026-11-24 05:12:09 +0000 54) code`; the file stands there with -f and where lines came from another one. */
export function parseBlameLine(text: string): BlameLine | undefined {
  const m = /^\^?([0-9a-f]{7,64}) {1,4}/.exec(text);
  if (!m) return undefined;
  const rest = text.slice(m[0].length);
  const open = rest.indexOf('(');
  // -s: `8c1d0b7e 54) code`
  const short = /^(?:(\S.{0,300}?) {1,4})?(\d{1,8})\) ?/.exec(rest);
  if (short && (open < 0 || open > short[0].length))
    return {
      id: m[1] as string,
      line: Number(short[2]),
      code: rest.slice(short[0].length),
      author: '',
      tNs: undefined,
      file: short[1] ?? '',
      subject: '',
    };
  if (open < 0 || open > 400) return undefined;
  // the author may hold brackets; the first that closes behind a time and a number ends the head
  for (let close = rest.indexOf(')', open), tried = 0; close > 0 && close < open + 500 && tried < 20; tried++) {
    const head = blameHead(rest.slice(open + 1, close));
    if (head) {
      const code = rest.slice(close + 1).replace(/^ /, '');
      return { ...head, id: m[1] as string, code, file: rest.slice(0, open).trim(), subject: '' };
    }
    close = rest.indexOf(')', close + 1);
  }
  return undefined;
}

/** `Author 2026-11-24 05:12:09 +0000 54` or `Author 1795497129 +0000 54`. */
function blameHead(text: string): { author: string; tNs: bigint; line: number } | undefined {
  const words = text.split(' ').filter((word) => word !== '');
  const number = words.pop() ?? '';
  if (!/^\d{1,8}$/.test(number)) return undefined;
  const timeWords = /^\d{4}-\d{2}-\d{2}$/.test(words.at(-3) ?? '') ? 3 : 2;
  const time = parseTimestamp(words.slice(-timeWords).join(' '));
  if (!time?.hasYear || !/^[+-]\d{4}$/.test(words.at(-1) ?? '')) return undefined;
  return { author: words.slice(0, -timeWords).join(' '), tNs: time.ns, line: Number(number) };
}

export const gitBlameFormat: ReadingFormat = { id: 'git-blame', weight: 1, create: () => new GitBlame() };
