/**
 * Regular expressions in the syntax of RE2, into a small tree. What RE2 has and this has not (Unicode property classes) is refused, not guessed.
 *
 * @source github.com/google/re2 wiki "Syntax"; regexp/syntax (Go 1.26)
 */
export type PatternNode =
  | { readonly kind: 'set'; readonly ranges: readonly number[]; readonly negated: boolean }
  | { readonly kind: 'assert'; readonly what: 'begin' | 'end' | 'word' | 'not_word' }
  | { readonly kind: 'sequence'; readonly of: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly of: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly of: PatternNode; readonly min: number; readonly max: number };

export class PatternError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'PatternError';
  }
}

const largest = 0x10_ffff;
const mostRepeats = 1_000;
const deepest = 200;

const digits = [48, 57];
const words = [48, 57, 65, 90, 95, 95, 97, 122];
const blanks = [9, 10, 12, 13, 32, 32];
const posix: Readonly<Record<string, readonly number[]>> = {
  alnum: [48, 57, 65, 90, 97, 122],
  alpha: [65, 90, 97, 122],
  ascii: [0, 127],
  blank: [9, 9, 32, 32],
  cntrl: [0, 31, 127, 127],
  digit: digits,
  graph: [33, 126],
  lower: [97, 122],
  print: [32, 126],
  punct: [33, 47, 58, 64, 91, 96, 123, 126],
  space: [9, 13, 32, 32],
  upper: [65, 90],
  word: words,
  xdigit: [48, 57, 65, 70, 97, 102],
};
const controls: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

/** @throws PatternError */
export function parsePattern(text: string): PatternNode {
  return new PatternParser(text).parse();
}

class PatternParser {
  private readonly points: number[];
  private at = 0;
  private fold = false;
  private dotAll = false;
  private depth = 0;

  constructor(text: string) {
    this.points = Array.from(text, (c) => c.codePointAt(0) as number);
  }

  parse(): PatternNode {
    const node = this.choice();
    if (this.at < this.points.length) throw new PatternError('unexpected )');
    return node;
  }

  private choice(): PatternNode {
    if (++this.depth > deepest) throw new PatternError('nested too deep');
    const of = [this.sequence()];
    while (this.eat('|')) of.push(this.sequence());
    this.depth--;
    return of.length === 1 ? (of[0] as PatternNode) : { kind: 'choice', of };
  }

  private sequence(): PatternNode {
    const of: PatternNode[] = [];
    while (this.at < this.points.length && !this.sees('|') && !this.sees(')')) {
      const atom = this.atom();
      if (atom) of.push(this.repeated(atom));
    }
    return of.length === 1 ? (of[0] as PatternNode) : { kind: 'sequence', of };
  }

  private repeated(atom: PatternNode): PatternNode {
    let node = atom;
    for (;;) {
      if (this.eat('*')) node = { kind: 'repeat', of: node, min: 0, max: Number.POSITIVE_INFINITY };
      else if (this.eat('+')) node = { kind: 'repeat', of: node, min: 1, max: Number.POSITIVE_INFINITY };
      else if (this.eat('?')) node = { kind: 'repeat', of: node, min: 0, max: 1 };
      else {
        const counted = this.counted();
        if (!counted) return node;
        node = { kind: 'repeat', of: node, ...counted };
      }
      this.eat('?');
    }
  }

  /** `{2}`, `{2,}`, `{2,5}`; anything else behind a brace is the brace itself. */
  private counted(): { min: number; max: number } | undefined {
    if (!this.sees('{')) return undefined;
    const rest = String.fromCodePoint(...this.points.slice(this.at, this.at + 12));
    const m = /^\{(\d{1,4})(?:(,)(\d{0,4}))?\}/.exec(rest);
    if (!m) return undefined;
    this.at += m[0].length;
    const min = Number(m[1]);
    const max = m[2] === undefined ? min : m[3] === '' ? Number.POSITIVE_INFINITY : Number(m[3]);
    if (min > mostRepeats || (Number.isFinite(max) && (max > mostRepeats || max < min)))
      throw new PatternError('invalid repeat count');
    return { min, max };
  }

  private atom(): PatternNode | undefined {
    const c = this.next();
    switch (c) {
      case '(':
        return this.group();
      case '[':
        return this.bracket();
      case '.':
        return { kind: 'set', ranges: this.dotAll ? [] : [10, 10], negated: true };
      case '^':
        return { kind: 'assert', what: 'begin' };
      case '$':
        return { kind: 'assert', what: 'end' };
      case '\\':
        return this.escape();
      case '*':
      case '+':
      case '?':
        throw new PatternError(`nothing to repeat before ${c}`);
      default:
        return this.literal(c.codePointAt(0) as number);
    }
  }

  private group(): PatternNode | undefined {
    const fold = this.fold;
    const dotAll = this.dotAll;
    if (this.eat('?')) {
      const rest = String.fromCodePoint(...this.points.slice(this.at, this.at + 80));
      const name = /^P?<\w{1,60}>/.exec(rest);
      const flags = /^([imsU]{0,4})(?:-([imsU]{1,4}))?([:)])/.exec(rest);
      if (name) this.at += name[0].length;
      else if (flags) {
        this.at += flags[0].length;
        if (flags[1]?.includes('i')) this.fold = true;
        if (flags[2]?.includes('i')) this.fold = false;
        if (flags[1]?.includes('s')) this.dotAll = true;
        if (flags[2]?.includes('s')) this.dotAll = false;
        // `(?i)` holds to the end of the group around it
        if (flags[3] === ')') return undefined;
      } else throw new PatternError('unknown group');
    }
    const node = this.choice();
    if (!this.eat(')')) throw new PatternError('missing )');
    this.fold = fold;
    this.dotAll = dotAll;
    return node;
  }

  private escape(): PatternNode | undefined {
    const c = this.next();
    switch (c) {
      case 'A':
        return { kind: 'assert', what: 'begin' };
      case 'z':
        return { kind: 'assert', what: 'end' };
      case 'b':
        return { kind: 'assert', what: 'word' };
      case 'B':
        return { kind: 'assert', what: 'not_word' };
      case 'Q': {
        const of: PatternNode[] = [];
        while (this.at < this.points.length && !(this.sees('\\') && this.points[this.at + 1] === 69))
          of.push(this.literal(this.next().codePointAt(0) as number));
        this.at = Math.min(this.points.length, this.at + 2);
        return { kind: 'sequence', of };
      }
      default: {
        const set = classOf(c);
        if (set) return { kind: 'set', ...set };
        return this.literal(this.escaped(c));
      }
    }
  }

  /** The character that an escape other than a class stands for. */
  private escaped(c: string): number {
    const control = controls[c];
    if (control !== undefined) return control;
    if (c === 'x') {
      const rest = String.fromCodePoint(...this.points.slice(this.at, this.at + 10));
      const m = /^(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,6})\})/.exec(rest);
      const value = m ? Number.parseInt((m[1] ?? m[2]) as string, 16) : largest + 1;
      if (!m || value > largest) throw new PatternError('invalid escape \\x');
      this.at += m[0].length;
      return value;
    }
    if (/[A-Za-z0-9]/.test(c)) throw new PatternError(`invalid escape \\${c}`);
    return c.codePointAt(0) as number;
  }

  private bracket(): PatternNode {
    const negated = this.eat('^');
    const ranges: number[] = [];
    let first = true;
    while (first || !this.sees(']')) {
      if (this.at >= this.points.length) throw new PatternError('missing ]');
      first = false;
      const rest = String.fromCodePoint(...this.points.slice(this.at, this.at + 14));
      const named = /^\[:(\^?)(\w{1,8}):\]/.exec(rest);
      if (named) {
        const set = posix[named[2] as string];
        if (!set) throw new PatternError(`unknown class ${named[2]}`);
        ranges.push(...(named[1] ? complement(set) : set));
        this.at += named[0].length;
        continue;
      }
      const set = this.sees('\\') ? classOf(String.fromCodePoint(this.points[this.at + 1] ?? 0)) : undefined;
      if (set) {
        ranges.push(...(set.negated ? complement(set.ranges) : set.ranges));
        this.at += 2;
        continue;
      }
      const from = this.member();
      let to = from;
      if (this.sees('-') && this.points[this.at + 1] !== 93 && this.at + 1 < this.points.length) {
        this.at++;
        to = this.member();
      }
      if (to < from) throw new PatternError('invalid range');
      ranges.push(from, to);
    }
    this.at++;
    return { kind: 'set', ranges: this.fold ? folded(ranges) : ranges, negated };
  }

  private member(): number {
    const c = this.next();
    return c === '\\' ? this.escaped(this.next()) : (c.codePointAt(0) as number);
  }

  private literal(point: number): PatternNode {
    const ranges = [point, point];
    return { kind: 'set', ranges: this.fold ? folded(ranges) : ranges, negated: false };
  }

  private next(): string {
    const point = this.points[this.at++];
    if (point === undefined) throw new PatternError('unexpected end');
    return String.fromCodePoint(point);
  }

  private sees(c: string): boolean {
    return this.points[this.at] === c.charCodeAt(0);
  }

  private eat(c: string): boolean {
    if (!this.sees(c)) return false;
    this.at++;
    return true;
  }
}

function classOf(c: string): { readonly ranges: readonly number[]; readonly negated: boolean } | undefined {
  switch (c) {
    case 'd':
    case 'D':
      return { ranges: digits, negated: c === 'D' };
    case 'w':
    case 'W':
      return { ranges: words, negated: c === 'W' };
    case 's':
    case 'S':
      return { ranges: blanks, negated: c === 'S' };
    default:
      return undefined;
  }
}

/** Both cases of the Latin letters; names of functions hold few others. */
function folded(ranges: readonly number[]): number[] {
  const out = [...ranges];
  for (let i = 0; i < ranges.length; i += 2) {
    for (const [low, high, shift] of [
      [65, 90, 32],
      [97, 122, -32],
    ] as const) {
      const from = Math.max(ranges[i] as number, low);
      const to = Math.min(ranges[i + 1] as number, high);
      if (from <= to) out.push(from + shift, to + shift);
    }
  }
  return out;
}

function complement(ranges: readonly number[]): number[] {
  const pairs: [number, number][] = [];
  for (let i = 0; i < ranges.length; i += 2) pairs.push([ranges[i] as number, ranges[i + 1] as number]);
  pairs.sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  let next = 0;
  for (const [from, to] of pairs) {
    if (from > next) out.push(next, from - 1);
    next = Math.max(next, to + 1);
  }
  if (next <= largest) out.push(next, largest);
  return out;
}
