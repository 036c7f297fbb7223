/**
 * The `Name:   123 kB` lines of smaps. The kernel prints the same names in the same order for every mapping: the next name is guessed, and a file of
 * 100,000 mappings is read without making 2 million strings.
 */
import type { Line } from '../text/line.ts';

const kibi = 1024;

export class SmapsFields {
  readonly names: string[] = [];
  private readonly byName = new Map<string, number>();
  private next = 0;
  /** Value of the last line taken, bytes. */
  value = 0;

  /** Index of the field's name, or -1 where the line is no such field. */
  take(line: Line): number {
    const guess = this.names[this.next];
    if (guess !== undefined && line.startsWith(guess) && line.byte(guess.length) === 58) {
      const value = kilobytes(line, guess.length + 1);
      if (value < 0) return -1;
      this.value = value * kibi;
      const index = this.next;
      this.next = (this.next + 1) % this.names.length;
      return index;
    }
    return this.find(line);
  }

  private find(line: Line): number {
    let colon = 0;
    while (colon < 32 && isLetter(line.byte(colon))) colon++;
    if (colon < 2 || line.byte(colon) !== 58) return -1;
    const value = kilobytes(line, colon + 1);
    if (value < 0) return -1;
    const name = line.head(colon);
    let index = this.byName.get(name);
    if (index === undefined) {
      if (this.names.length >= 64) return -1;
      index = this.names.length;
      this.names.push(name);
      this.byName.set(name, index);
    }
    this.value = value * kibi;
    this.next = (index + 1) % this.names.length;
    return index;
  }

  /** Index of a name, or -1 where no line had it. */
  indexOf(name: string): number {
    return this.byName.get(name) ?? -1;
  }
}

function isLetter(c: number): boolean {
  return (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95;
}

/** The number behind blanks, followed by ` kB`; -1 where none stands there. */
function kilobytes(line: Line, from: number): number {
  let at = from;
  while (line.byte(at) === 32 || line.byte(at) === 9) at++;
  let value = 0;
  let digits = 0;
  for (;;) {
    const c = line.byte(at);
    if (c < 48 || c > 57) break;
    value = value * 10 + (c - 48);
    digits++;
    at++;
  }
  const isKb = line.byte(at) === 32 && line.byte(at + 1) === 107 && line.byte(at + 2) === 66;
  return digits > 0 && digits < 19 && isKb ? value : -1;
}
