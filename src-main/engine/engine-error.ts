// The two ways the engine stops. A broken invariant is a bug of the engine and shows as one. A contradiction is a fact about the
// input: two things it says cannot both be true of a Go heap. Replays catch it and report where and what; it never means a bug.

/** What could not be true, with both sides. */
export interface Contradiction {
  /** What was compared, e.g. "W.before" (an op log column) or "span at base". */
  readonly what: string;
  /** The value the model or an earlier record requires. */
  readonly expected: string | number;
  /** The value found in the input. */
  readonly found: string | number;
}

/** Thrown where input contradicts the heap it has described so far; caught by the replays. */
export class ContradictionError extends Error {
  readonly contradiction: Contradiction;

  constructor(what: string, expected: string | number, found: string | number) {
    super(`${what}: expected ${expected}, found ${found}`);
    this.name = 'ContradictionError';
    this.contradiction = { what, expected, found };
  }
}

/** Thrown when the engine's own state is impossible. */
export class InvariantError extends Error {
  constructor(message: string) {
    super(`engine invariant broken: ${message}`);
    this.name = 'InvariantError';
  }
}

/** Throws an InvariantError unless the condition holds. Not for hot paths: build no message strings there. */
export function assertInvariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Thrown where input asks for more than the engine is willing to model; the caller shows both numbers. */
export class LimitError extends Error {
  readonly what: string;
  readonly limit: number;
  readonly found: number;

  constructor(what: string, limit: number, found: number) {
    super(`${what}: ${found} exceeds the limit of ${limit}`);
    this.name = 'LimitError';
    this.what = what;
    this.limit = limit;
    this.found = found;
  }
}
