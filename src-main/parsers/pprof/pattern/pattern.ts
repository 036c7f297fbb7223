/**
 * Regular expressions that match in time proportional to the text, whatever the pattern: those of a profile (drop and keep frames) come from a
 * file nobody vouches for, those of the user should mean what `go tool pprof` takes them for.
 *
 * The tree becomes a program of states; all states a text can be in are followed at once, so that no text is read twice.
 *
 * @source Russ Cox, "Regular Expression Matching: the Virtual Machine Approach" (2009); regexp (Go 1.26)
 */
import { PatternError, type PatternNode, parsePattern } from './pattern-parser.ts';

type Step =
  | { readonly op: 'set'; readonly ranges: readonly number[]; readonly negated: boolean }
  | { readonly op: 'split'; to: number; or: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'assert'; readonly what: 'begin' | 'end' | 'word' | 'not_word' }
  | { readonly op: 'match' };

const longestProgram = 20_000;
const plain = /^[\w/:; ,<>=~!@#%&"'-]*$/;

export class Pattern {
  private readonly program: Step[] = [];
  private readonly isWhole: boolean;
  private readonly text: string | undefined;
  private readonly marks: Uint32Array;
  private mark = 0;

  /**
   * @param isWhole the pattern must match the whole text
   * @throws PatternError
   */
  constructor(source: string, isWhole = false) {
    this.isWhole = isWhole;
    this.text = plain.test(source) ? source : undefined;
    this.emit(parsePattern(source));
    this.push({ op: 'match' });
    this.marks = new Uint32Array(this.program.length);
  }

  matches(text: string): boolean {
    if (this.text !== undefined) return this.isWhole ? text === this.text : text.includes(this.text);
    let now: number[] = [];
    let next: number[] = [];
    this.mark++;
    if (this.follow(0, text, 0, now)) return true;
    for (let i = 0; i < text.length; ) {
      const point = text.codePointAt(i) as number;
      i += point > 0xffff ? 2 : 1;
      this.mark++;
      next.length = 0;
      for (const at of now) {
        const step = this.program[at] as Step;
        if (step.op === 'set' && inSet(point, step) && this.follow(at + 1, text, i, next)) return true;
      }
      if (!this.isWhole && this.follow(0, text, i, next)) return true;
      [now, next] = [next, now];
      if (now.length === 0 && this.isWhole) return false;
    }
    return false;
  }

  /** Adds the states reached without reading; true where the end of the pattern is among them. */
  private follow(start: number, text: string, at: number, into: number[]): boolean {
    const waiting = [start];
    while (waiting.length > 0) {
      const pc = waiting.pop() as number;
      if (this.marks[pc] === this.mark) continue;
      this.marks[pc] = this.mark;
      const step = this.program[pc] as Step;
      switch (step.op) {
        case 'match':
          if (!this.isWhole || at === text.length) return true;
          break;
        case 'jump':
          waiting.push(step.to);
          break;
        case 'split':
          waiting.push(step.or, step.to);
          break;
        case 'assert':
          if (holds(step.what, text, at)) waiting.push(pc + 1);
          break;
        case 'set':
          into.push(pc);
          break;
      }
    }
    return false;
  }

  private push(step: Step): number {
    if (this.program.length >= longestProgram) throw new PatternError('pattern too large');
    return this.program.push(step) - 1;
  }

  private emit(node: PatternNode): void {
    switch (node.kind) {
      case 'set':
        this.push({ op: 'set', ranges: node.ranges, negated: node.negated });
        return;
      case 'assert':
        this.push({ op: 'assert', what: node.what });
        return;
      case 'sequence':
        for (const part of node.of) this.emit(part);
        return;
      case 'choice':
        this.emitChoice(node.of);
        return;
      case 'repeat':
        this.emitRepeat(node.of, node.min, node.max);
        return;
    }
  }

  private emitChoice(of: readonly PatternNode[]): void {
    const jumps: { op: 'jump'; to: number }[] = [];
    of.forEach((part, i) => {
      if (i === of.length - 1) {
        this.emit(part);
        return;
      }
      const split = { op: 'split' as const, to: 0, or: 0 };
      split.to = this.push(split) + 1;
      this.emit(part);
      const jump = { op: 'jump' as const, to: 0 };
      this.push(jump);
      jumps.push(jump);
      split.or = this.program.length;
    });
    for (const jump of jumps) jump.to = this.program.length;
  }

  private emitRepeat(of: PatternNode, min: number, max: number): void {
    for (let i = 0; i < min; i++) this.emit(of);
    if (max === Number.POSITIVE_INFINITY) {
      const split = { op: 'split' as const, to: 0, or: 0 };
      const at = this.push(split);
      split.to = at + 1;
      this.emit(of);
      this.push({ op: 'jump', to: at });
      split.or = this.program.length;
      return;
    }
    const splits: { op: 'split'; to: number; or: number }[] = [];
    for (let i = min; i < max; i++) {
      const split = { op: 'split' as const, to: 0, or: 0 };
      split.to = this.push(split) + 1;
      splits.push(split);
      this.emit(of);
    }
    for (const split of splits) split.or = this.program.length;
  }
}

function inSet(point: number, set: { readonly ranges: readonly number[]; readonly negated: boolean }): boolean {
  for (let i = 0; i < set.ranges.length; i += 2)
    if (point >= (set.ranges[i] as number) && point <= (set.ranges[i + 1] as number)) return !set.negated;
  return set.negated;
}

function holds(what: 'begin' | 'end' | 'word' | 'not_word', text: string, at: number): boolean {
  switch (what) {
    case 'begin':
      return at === 0;
    case 'end':
      return at === text.length;
    default: {
      const boundary = isWord(text.charCodeAt(at - 1)) !== isWord(text.charCodeAt(at));
      return boundary === (what === 'word');
    }
  }
}

function isWord(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || c === 95 || (c >= 97 && c <= 122);
}
