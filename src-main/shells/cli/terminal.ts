/**
 * The only place that writes to the terminal. stdout carries the answer and nothing else; progress and warnings go to stderr. Text from evidence is
 * escaped: a name must not move the cursor of whoever reads it.
 */
import { escapeControls } from '../../api/contract/format.ts';

/** Characters of rows written at once. */
const rowPieceLength = 65_536;

export class Terminal {
  readonly quiet: boolean;
  private shown = '';
  private lastProgress = 0;

  constructor(quiet: boolean) {
    this.quiet = quiet;
    // `| head` has seen enough: that is no failure of ours
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }

  /** One JSON document, ending the output. */
  json(document: unknown): Promise<void> {
    return this.write(`${escapeJson(JSON.stringify(document, undefined, 1))}\n`);
  }

  /** One JSON document whose last field is a list too long to be held as text: rows are made while they are written. */
  async jsonWithRows(head: object, name: string, rows: Iterable<unknown>): Promise<void> {
    const opening = JSON.stringify(head, undefined, 1).replace(/\n?\}$/, '');
    let piece = `${opening}${opening === '{' ? '' : ','}\n ${JSON.stringify(name)}: [`;
    let isFirst = true;
    for (const row of rows) {
      piece += `${isFirst ? '' : ','}\n  ${JSON.stringify(row)}`;
      isFirst = false;
      if (piece.length < rowPieceLength) continue;
      await this.write(escapeJson(piece));
      piece = '';
    }
    await this.write(escapeJson(`${piece}\n ]\n}\n`));
  }

  line(text: string): Promise<void> {
    return this.write(`${escapeControls(text)}\n`);
  }

  /** Text of our own making, with line breaks; parts from evidence are escaped by whoever made it. */
  write(text: string): Promise<void> {
    this.clearProgress();
    return new Promise((resolve) => {
      process.stdout.write(text, () => resolve());
    });
  }

  warn(text: string): void {
    if (this.quiet) return;
    this.clearProgress();
    process.stderr.write(`${escapeControls(text)}\n`);
  }

  /** The one line an error is. */
  error(text: string): void {
    this.clearProgress();
    process.stderr.write(`spanscope: ${escapeControls(text)}\n`);
  }

  progress(text: string): void {
    if (this.quiet || !process.stderr.isTTY) return;
    const now = performance.now();
    if (now - this.lastProgress < 100) return;
    this.lastProgress = now;
    const line = escapeControls(text).slice(0, (process.stderr.columns ?? 80) - 1);
    process.stderr.write(`\r${line.padEnd(this.shown.length)}`);
    this.shown = line;
  }

  private clearProgress(): void {
    if (this.shown === '') return;
    process.stderr.write(`\r${' '.repeat(this.shown.length)}\r`);
    this.shown = '';
  }
}

/** JSON escapes C0 by itself; DEL, C1 and direction marks are escaped too, so that a terminal shows them as they are. */
function escapeJson(text: string): string {
  return text.replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
