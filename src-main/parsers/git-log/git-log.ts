/**
 * `git log`, `git show` and `git log --stat|--numstat|--name-status|-p`: changes with their time, author, files and what they mention. Formats whose
 * first line of a change is `commit ID`: the default, short, full, fuller, raw.
 *
 * @source git-log(1), "PRETTY FORMATS", "DIFF FORMATTING"
 */
import type { ReadingReport } from '../../api/contract/evidence.ts';
import { captureClock, wallClock } from '../contract.ts';
import type { Line } from '../text/line.ts';
import type { Reading, ReadingFormat, TextContext } from '../text/reading.ts';
import { parseTimestamp } from '../text/timestamp.ts';
import { Topics } from './topics.ts';

const longestLine = 2_000;
const filesKept = 200;
const wordsKept = 4_000;
/** @source security.md section 6: events of one file */
const mostChanges = 50_000;

const headers = new Set(
  'Author AuthorDate Date Commit CommitDate Merge Reflog Tagger TaggerDate author committer tree parent'.split(' '),
);
headers.add('Reflog message');

interface FileChange {
  readonly path: string;
  added: number;
  removed: number;
}

interface Change {
  readonly id: string;
  readonly at: number;
  /** `--graph` draws before every line. */
  readonly isInGraph: boolean;
  author: string;
  tNs: bigint | undefined;
  /** The committer's date is when it reached the branch. */
  hasCommitDate: boolean;
  readonly message: string[];
  words: number;
  readonly files: Map<string, FileChange>;
  readonly topics: Topics;
  inPatch: string;
}

class GitLog implements Reading {
  private change: Change | undefined;
  private changes = 0;
  private taken = 0;
  private files = 0;

  take(line: Line, context: TextContext): boolean {
    const first = line.byte(0);
    // a graph puts `* | ` before everything
    if (!this.change && first !== 99 && first !== 42 && first !== 124) return false;
    const whole = line.text().slice(0, longestLine);
    const isDrawn = this.change ? this.change.isInGraph || first === 42 : first === 42 || first === 124;
    const text = isDrawn ? withoutGraph(whole) : whole;
    const head = /^commit ([0-9a-f]{7,64})(?: [0-9a-f]{7,64}){0,16}(?: \([^)]{1,300}\))?$/.exec(text);
    if (head) {
      this.close(context);
      this.change = openChange(head[1] as string, line.number, isDrawn);
      this.taken++;
      return true;
    }
    const isTaken = this.change !== undefined && (takeInto(this.change, text) || (isDrawn && text === ''));
    if (isTaken) this.taken++;
    return isTaken;
  }

  endSection(context: TextContext): void {
    this.close(context);
  }

  reports(): readonly ReadingReport[] {
    const changes = this.changes + (this.change ? 1 : 0);
    if (changes === 0) return [];
    return [{ kind: 'git-log', dialect: 'git log', taken: this.taken, counts: { changes, files: this.files } }];
  }

  private close(context: TextContext): void {
    const { change } = this;
    this.change = undefined;
    if (!change) return;
    this.changes++;
    this.files += change.files.size;
    if (this.changes > mostChanges) return;
    const [subject = '', ...body] = change.message;
    change.message.forEach((m) => {
      change.topics.add(m);
    });
    context.sink.event({
      kind: 'change',
      clock: change.tNs === undefined ? captureClock : wallClock,
      tNs: change.tNs,
      at: { line: change.at },
      data: {
        source: 'log',
        id: change.id,
        author: change.author,
        subject,
        body: body.join('\n').trim(),
        files: [...change.files.values()].slice(0, filesKept).map((f) => ({ ...f })),
        topics: change.topics.list(),
      },
    });
  }
}

function openChange(id: string, at: number, isInGraph: boolean): Change {
  return {
    id,
    at,
    isInGraph,
    author: '',
    tNs: undefined,
    hasCommitDate: false,
    message: [],
    words: 0,
    files: new Map(),
    topics: new Topics(),
    inPatch: '',
  };
}

/** What a graph draws before a line: a column for each branch, two characters wide, then a blank. What follows keeps the indent it has without a graph. */
function withoutGraph(text: string): string {
  const drawn = /^[*|\\/_ ]{1,120}/.exec(text)?.[0] ?? '';
  const rest = text.slice(drawn.length);
  const blanks = drawn.length - drawn.trimEnd().length;
  if (blanks >= 5) return `    ${rest}`;
  return blanks >= 2 && rest.includes(' | ') ? ` ${rest}` : rest;
}

function takeInto(change: Change, text: string): boolean {
  if (text === '') {
    if (change.message.length > 0 && change.inPatch === '') change.message.push('');
    return false;
  }
  if (change.inPatch !== '' && takePatch(change, text)) return true;
  const header = /^([A-Za-z]{4,10}(?: message)?)(?::| )/.exec(text);
  if (header && headers.has(header[1] as string)) {
    takeHeader(change, header[1] as string, text.slice(header[0].length, 1_100).trim());
    return true;
  }
  if (text.startsWith('    ') || text.startsWith('\t')) {
    if (change.words < wordsKept) {
      change.message.push(text.trimStart().slice(0, 400));
      change.words += text.length;
    }
    return true;
  }
  return takeFile(change, text);
}

function takeHeader(change: Change, name: string, value: string): void {
  if (name === 'Author') change.author = value.slice(0, 200);
  else if (name === 'author' || name === 'committer') {
    // raw: `Name <mail> 1795497129 +0000`
    const m = /^(.{1,300}) (\d{9,11}) [+-]\d{4}$/.exec(value);
    if (name === 'author') change.author = (m?.[1] ?? value).slice(0, 200);
    if (m && (name === 'committer' || change.tNs === undefined)) change.tNs = BigInt(m[2] as string) * 1_000_000_000n;
  } else if (/Date$/.test(name) && !change.hasCommitDate) {
    const time = parseTimestamp(value.trim());
    if (time) change.tNs = time.ns;
    if (name === 'CommitDate') change.hasCommitDate = true;
  }
}

/** Lines of --stat, --numstat, --name-only, --name-status, --summary, and the head of a patch. */
function takeFile(change: Change, text: string): boolean {
  const patched = patchedFile(text);
  if (patched !== undefined) {
    change.inPatch = patched;
    fileOf(change, patched);
    return true;
  }
  if (takeStat(change, text)) return true;
  const numbers = /^(\d{1,9}|-)\t(\d{1,9}|-)\t(\S.{0,500})$/.exec(text);
  if (numbers) {
    const file = fileOf(change, numbers[3] as string);
    if (file) {
      file.added = Number(numbers[1]) || 0;
      file.removed = Number(numbers[2]) || 0;
    }
    return true;
  }
  const status = /^[ACDMRTUX]\d{0,3}\t(\S.{0,500})$/.exec(text);
  if (status) {
    fileOf(change, (status[1] as string).split('\t').pop() as string);
    return true;
  }
  return (
    /^ \d{1,7} files? changed/.test(text) ||
    /^ (?:create|delete|rename|copy|mode) \S/.test(text) ||
    (/^[\w@.-][\w@./-]{0,300}\.\w{1,10}$/.test(text) && fileOf(change, text) !== undefined)
  );
}

/** ` path | 12 +++---`, ` path | Bin 0 -> 3000 bytes`. */
function takeStat(change: Change, text: string): boolean {
  const bar = text.startsWith(' ') ? text.lastIndexOf(' | ') : -1;
  if (bar < 2) return false;
  const counted = text.slice(bar + 3, bar + 440).trim();
  const m = /^(\d{1,9})(?: (\+{0,200})(-{0,200}))?$/.exec(counted);
  if (!m && !counted.startsWith('Bin')) return false;
  const file = fileOf(change, text.slice(1, bar).trimEnd());
  if (!file || !m) return true;
  const plus = (m[2] ?? '').length;
  const minus = (m[3] ?? '').length;
  // the bar is scaled when it is long; the number is not
  file.added = plus + minus === 0 ? 0 : Math.round((Number(m[1]) * plus) / (plus + minus));
  file.removed = Number(m[1]) - file.added;
  return true;
}

/** The file that `diff --git a/OLD b/NEW`, `diff --cc NEW` or `diff --combined NEW` names. */
function patchedFile(text: string): string | undefined {
  if (text.startsWith('diff --git ')) {
    const at = text.lastIndexOf(' b/');
    return at > 0 ? text.slice(at + 3) : undefined;
  }
  const m = /^diff --(?:cc|combined) (?=\S)/.exec(text);
  return m ? text.slice(m[0].length) : undefined;
}

function takePatch(change: Change, text: string): boolean {
  const file = change.files.get(change.inPatch);
  const c = text.charAt(0);
  if (c === '+' || c === '-') {
    if (text.startsWith('+++') || text.startsWith('---')) return true;
    if (file && c === '+') file.added++;
    else if (file) file.removed++;
    change.topics.add(text);
    return true;
  }
  if (c === ' ' || c === '@' || c === '\\') return true;
  return /^(?:index|new file|deleted file|old mode|new mode|similarity|rename|copy|dissimilarity|Binary) /.test(text);
}

function fileOf(change: Change, path: string): FileChange | undefined {
  let file = change.files.get(path);
  if (!file && change.files.size < 10_000) {
    file = { path, added: 0, removed: 0 };
    change.files.set(path, file);
  }
  return file;
}

export const gitLogFormat: ReadingFormat = { id: 'git-log', weight: 1, create: () => new GitLog() };
